"""`make synth`: make every template and let four judges look at them: the CDK itself, cdk-nag, cfn-lint, checkov.

Three installations: `small`, `scale`, and `small` with a domain. Ends with status 1 on anything not acknowledged.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from infra.cdk.accepted import CFN_LINT, CHECKOV

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "build" / "cdk"
INSTALLATIONS: dict[str, dict[str, str]] = {
    "small": {"PIXPLORE_PROFILE": "small"},
    "scale": {"PIXPLORE_PROFILE": "scale", "PIXPLORE_ALARM_EMAIL": "operations@example.com"},
    "small-domain": {
        "PIXPLORE_PROFILE": "small", "PIXPLORE_DOMAIN": "pictures.example.com", "PIXPLORE_ZONE_ID": "Z0000000EXAMPLE",
    },
}  # fmt: skip
JUDGED = ("W", "E")


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m infra.cdk.check", description="Templates and their four judges.")
    asked.add_argument("--checkov", type=Path, default=ROOT / ".venv" / "checkov" / "bin" / "checkov")
    given = asked.parse_args()
    faults: list[str] = []
    seen: dict[str, Counter[str]] = {"cfn-lint": Counter(), "checkov": Counter()}
    for name, environment in INSTALLATIONS.items():
        folder = OUT / name
        made, said = synthesise(folder, environment)
        templates = sorted(folder.glob("*.template.json"))
        faults += [f"{name}: {line}" for line in (nag(folder) or ([] if made else [said[-2000:]]))]
        faults += [f"{name}: {line}" for line in said.splitlines() if line.startswith("WARNING")]
        lint, scan = cfn_lint(templates), checkov(given.checkov, folder)
        seen["cfn-lint"].update(rule for rule, _ in lint)
        seen["checkov"].update(rule for rule, _ in scan.failed)
        faults += [f"{name}: cfn-lint {rule} {text}" for rule, text in lint if rule not in CFN_LINT]
        faults += [f"{name}: checkov {rule} {text}" for rule, text in scan.failed if rule not in CHECKOV]
        resources = sum(len(json.loads(path.read_text())["Resources"]) for path in templates)
        print(f"{name}: {len(templates)} stacks, {resources} resources; cdk-nag {count(nag(folder))}, "
              f"cfn-lint {count(lint)}, checkov {scan.passed} passed, {count(scan.failed)}")  # fmt: skip
    images = checkov(given.checkov, ROOT / "infra" / "images", "dockerfile")
    faults += [f"images: checkov {rule} {text}" for rule, text in images.failed]
    print(f"images: checkov {images.passed} passed, {count(images.failed)}")
    for judge, accepted in (("cfn-lint", CFN_LINT), ("checkov", CHECKOV)):
        faults += [f"accepted.py: nothing needs {judge} {rule} any more" for rule in accepted if not seen[judge][rule]]
        for rule, number in sorted(seen[judge].items()):
            print(f"  {judge} {rule} x{number}: {accepted.get(rule, 'NOT ACCEPTED')}")
    for fault in faults:
        print(f"error: {fault}", file=sys.stderr)
    print("synth: clean" if not faults else f"synth: {len(faults)} to mend")
    return 1 if faults else 0


def count(found: list[Any]) -> str:
    return f"{len(found)} findings" if found else "clean"


def synthesise(folder: Path, environment: dict[str, str]) -> tuple[bool, str]:
    """Whether the CDK is content, and what it said."""
    shutil.rmtree(folder, ignore_errors=True)
    variables = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("PIXPLORE_", "CDK_", "AWS_"))},
        "CDK_OUTDIR": str(folder), "PIXPLORE_PACKAGES": os.environ.get("PIXPLORE_PACKAGES", "none"),
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20", "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
        **environment,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "infra.cdk.app"], cwd=ROOT, env=variables, capture_output=True, text=True
    )
    return done.returncode == 0, done.stdout + done.stderr


def nag(folder: Path) -> list[str]:
    """What the judges inside the CDK found, warnings too, which do not stop it."""
    report = folder / "validation-report.json"
    if not report.exists():
        return []
    return [
        f"{plugin['pluginName']} {found['ruleName']} {found['description'][:160]} "
        f"{[one.get('constructPath') for one in found['violatingConstructs']]}"
        for plugin in json.loads(report.read_text())["pluginReports"]
        for found in plugin["violations"]
    ]


def cfn_lint(templates: list[Path]) -> list[tuple[str, str]]:
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--format", "json", *map(str, templates)]
    done = subprocess.run(command, capture_output=True, text=True)
    found = json.loads(done.stdout or "[]")
    return [(one["Rule"]["Id"], f"{Path(one['Filename']).name} {one['Message']}") for one in found]


class Scan:
    """checkov's word on one folder."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.passed = int(told["summary"]["passed"])
        self.failed = [
            (str(one["check_id"]), f"{one['file_path']} {one['resource']}: {one['check_name']}")
            for one in told["results"]["failed_checks"]
        ]


def checkov(program: Path, folder: Path, what: str = "cloudformation") -> Scan:
    command = [str(program), "-d", str(folder), "--framework", what, "--skip-download", "--compact",
               "--quiet", "-o", "json"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    if not done.stdout.strip():
        sys.exit(f"checkov did not run: {done.stderr[-800:]}")
    return Scan(json.loads(done.stdout))


if __name__ == "__main__":
    sys.exit(main())
