"""Bills of materials: one for each program that is deployed, with what its lock file installs there."""

import json
import re
from pathlib import Path

import pytest

from infra.supply import bills
from infra.supply.audit import pins
from infra.supply.packages import ON_AWS, ROOT


def test_every_lock_that_is_deployed_has_its_bill() -> None:
    wanted = [*(ROOT / "infra" / "images").glob("*.Dockerfile"), ROOT / "infra" / "cdk" / "constructs" / "package.py"]
    deployed = {name for path in wanted for name in re.findall(r"requirements-[a-z-]+\.txt", path.read_text())}
    assert deployed == set(bills.PROGRAMS.values())


def test_it_names_every_package_with_its_version_and_licence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bills, "BILLS", tmp_path)
    told = json.loads(bills.bill("functions", "requirements-lambda.txt", *ON_AWS).read_text())
    named = {(part["name"].lower().replace("_", "-"), part["version"]) for part in told["components"]}
    elsewhere = {"colorama", "tzdata"}  # Windows and browsers
    assert named == {tuple(pin) for pin in pins([ROOT / "requirements-lambda.txt"]) if pin.name not in elsewhere}
    assert told["bomFormat"] == "CycloneDX"
    assert not [part["name"] for part in told["components"] if not part.get("licenses")]
    assert [path.name for path in tmp_path.iterdir()] == ["functions.cdx.json"]
