"""What the emulator does not take is left out of a copy of the templates, and told. The templates stay as they are.

ministack 1.5.33 refuses these types, or is without what they need; nothing that a picture passes through is among them.
"""

import json
import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REFUSED = {
    "AWS::ApplicationAutoScaling::ScalableTarget": "no autoscaling",
    "AWS::ApplicationAutoScaling::ScalingPolicy": "no autoscaling",
    "AWS::Backup::BackupSelection": "no backups",
    "AWS::CE::AnomalyMonitor": "no bill",
    "AWS::CE::AnomalySubscription": "no bill",
    "AWS::CloudFront::KeyGroup": "no signed addresses",
    "AWS::CloudFront::PublicKey": "no signed addresses",
    "AWS::EC2::EIP": "no addresses",
    "AWS::EC2::FlowLog": "no packets to log",
    "AWS::EC2::Instance": "no machines",
    "AWS::EC2::NetworkAcl": "no packets",
    "AWS::EC2::NetworkAclEntry": "no packets",
    "AWS::EC2::SecurityGroupEgress": "no packets",
    "AWS::EC2::SecurityGroupIngress": "no packets",
    "AWS::EC2::SubnetNetworkAclAssociation": "no packets",
    "AWS::EC2::VPCEndpoint": "no packets",
    "AWS::WAFv2::WebACLAssociation": "no firewall",
    "Custom::Trigger": "its code needs the JavaScript SDK of Lambda's runtime: the test calls the migrations itself",
}
BATCHED = ("sqs:SendMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility")


@dataclass
class Fitted:
    """What was changed: `dropped` counts by type, `replaced` names of variables with the value that stands in."""

    dropped: Counter[str] = field(default_factory=Counter)
    replaced: dict[str, str] = field(default_factory=dict)

    def told(self) -> str:
        lines = [f"  left out {number:>3} {kind}: {REFUSED[kind]}" for kind, number in sorted(self.dropped.items())]
        lines += [f"  stands in   {name} = {value}" for name, value in sorted(self.replaced.items())]
        return "\n".join(lines)


def fit(assembly: Path, target: Path, variables: dict[str, str], attributes: dict[str, str]) -> Fitted:
    """Copy a synthesised app. `variables` of functions and `attributes` of resources get the values given here."""
    shutil.copytree(assembly, target)
    done = Fitted()
    for path in target.glob("*.template.json"):
        template = json.loads(path.read_text())
        _leave_out(template, done)
        template["Resources"] = _with(template["Resources"], attributes, done)
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::IAM::Policy":
                _batches_by_name(resource["Properties"]["PolicyDocument"], done)
            if resource["Type"] == "AWS::Lambda::Function":
                given = resource["Properties"].get("Environment", {}).get("Variables", {})
                for name in set(given) & set(variables):
                    given[name] = done.replaced[name] = variables[name]
        path.write_text(json.dumps(template))
    for path in target.glob("*.assets.json"):  # no Docker here: no images to push
        assets = json.loads(path.read_text())
        assets["dockerImages"] = {}
        path.write_text(json.dumps(assets))
    return done


def _leave_out(template: dict[str, Any], done: Fitted) -> None:
    resources = template["Resources"]
    gone = {name: one["Type"] for name, one in resources.items() if one["Type"] in REFUSED}
    done.dropped.update(gone.values())
    for name in gone:
        del resources[name]
    machines = [name for name, one in template.get("Parameters", {}).items() if "AWS::EC2::Image::Id" in one["Type"]]
    for name in machines:  # the newest image of a machine that is left out
        del template["Parameters"][name]
    for key in ("Resources", "Outputs"):
        if key in template:
            template[key] = _without(template[key], set(gone))
    for resource in resources.values():
        if needed := [name for name in _listed(resource.get("DependsOn", [])) if name not in gone]:
            resource["DependsOn"] = needed
        else:
            resource.pop("DependsOn", None)


def _without(value: Any, gone: set[str]) -> Any:
    """References to what is gone become a word of their own."""
    if isinstance(value, dict):
        if set(value) == {"Ref"} and value["Ref"] in gone:
            return f"left-out-{value['Ref']}"
        if set(value) == {"Fn::GetAtt"} and value["Fn::GetAtt"][0] in gone:
            return f"left-out-{value['Fn::GetAtt'][0]}"
        return {key: _without(inner, gone) for key, inner in value.items()}
    return [_without(inner, gone) for inner in value] if isinstance(value, list) else value


def _with(value: Any, attributes: dict[str, str], done: Fitted) -> Any:
    """An attribute that the emulator does not have."""
    if isinstance(value, dict):
        if set(value) == {"Fn::GetAtt"} and (known := attributes.get(value["Fn::GetAtt"][1])):
            done.replaced[value["Fn::GetAtt"][1]] = known
            return known
        return {key: _with(inner, attributes, done) for key, inner in value.items()}
    return [_with(inner, attributes, done) for inner in value] if isinstance(value, list) else value


def _batches_by_name(document: dict[str, Any], done: Fitted) -> None:
    """AWS asks for sqs:SendMessage where ten go at once; the emulator for a right by the batch's own name."""
    for statement in document["Statement"]:
        actions = _listed(statement["Action"])
        if batched := [f"{name}Batch" for name in actions if name in BATCHED]:
            statement["Action"] = actions + batched
            done.replaced.update({name: f"allowed with {name.removesuffix('Batch')}" for name in batched})


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
