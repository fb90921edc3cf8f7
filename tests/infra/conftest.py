"""The templates of three installations, made once: `small` and `scale` as `make deploy` knows them, and `domain`."""

import importlib.util
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
NEEDED = "the CDK is not installed here: `make synth` installs it and runs these tests"


def needs_cdk() -> None:
    """At the top of a file: one word instead of a hundred where the CDK is not installed."""
    if not importlib.util.find_spec("cdk_nag") or not shutil.which("node"):
        pytest.skip(NEEDED, allow_module_level=True)


@dataclass(frozen=True)
class Templates:
    """`stacks`: short name (`data`) -> template; `needs`: short name -> the stacks it is deployed after."""

    stacks: dict[str, dict[str, Any]]
    needs: dict[str, set[str]]

    def resources(self, kind: str) -> dict[str, dict[str, Any]]:
        """`stack/LogicalId` -> properties."""
        return {
            f"{stack}/{name}": resource.get("Properties", {})
            for stack, template in self.stacks.items()
            for name, resource in template["Resources"].items()
            if resource["Type"] == kind
        }

    def one(self, kind: str, name: str) -> dict[str, Any]:
        """The properties of the only resource of a kind whose `stack/LogicalId` begins with `name`."""
        found = [properties for at, properties in self.resources(kind).items() if at.startswith(name)]
        assert len(found) == 1, (kind, name, list(self.resources(kind)))
        return found[0]

    def statements(self) -> list[tuple[str, dict[str, Any]]]:
        """Every statement of every role's policies: (`stack/Policy`, statement)."""
        policies = {name: p["PolicyDocument"] for name, p in self.resources("AWS::IAM::Policy").items()}
        for name, role in self.resources("AWS::IAM::Role").items():
            policies |= {f"{name}#{p['PolicyName']}": p["PolicyDocument"] for p in role.get("Policies", [])}
        return [(name, statement) for name, document in policies.items() for statement in document["Statement"]]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.fixture(scope="session")
def make_templates(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Templates]:
    if not shutil.which("node"):
        pytest.skip("Node.js is not installed: the CDK speaks through it")
    pytest.importorskip("aws_cdk", reason=NEEDED)
    os.environ["CDK_VALIDATION"] = "false"
    from infra.cdk.app import build
    from infra.cdk.config import PROFILES, Deployment

    def make(profile: str, **given: Any) -> Templates:
        folder = tmp_path_factory.mktemp(profile)
        build(Deployment(profile=PROFILES[profile], packages="none", **given), str(folder), checks=False).synth()
        return read(folder, f"pixplore-{profile}-")

    return make


def read(folder: Path, prefix: str) -> Templates:
    manifest = json.loads((folder / "manifest.json").read_text())["artifacts"]
    names = [name for name, one in manifest.items() if one["type"] == "aws:cloudformation:stack"]
    return Templates(
        {name.removeprefix(prefix): json.loads((folder / f"{name}.template.json").read_text()) for name in names},
        {
            name.removeprefix(prefix): {
                other.removeprefix(prefix) for other in manifest[name].get("dependencies", []) if other in names
            }
            for name in names
        },
    )


@pytest.fixture(scope="session")
def small(make_templates: Callable[..., Templates]) -> Templates:
    return make_templates("small")


@pytest.fixture(scope="session")
def scale(make_templates: Callable[..., Templates]) -> Templates:
    return make_templates("scale", alarm_email="operations@example.com")


@pytest.fixture(scope="session")
def domain(make_templates: Callable[..., Templates]) -> Templates:
    return make_templates("small", domain="pictures.example.com", zone_id="Z0000000EXAMPLE")


@pytest.fixture(scope="session", params=["small", "scale", "domain"])
def each(request: pytest.FixtureRequest) -> Templates:
    """A test of what holds in every installation."""
    return request.getfixturevalue(request.param)
