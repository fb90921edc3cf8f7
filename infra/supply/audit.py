"""`make audit`: every locked version, held against what is publicly known to be weak.

Status 0: nothing known. 1: something is weak, and named. 2: the source could not be asked, so that nothing is proved.
Arguments go to pip-audit, for another source than its own: `make audit SOURCE="-s osv"`.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PINNED = re.compile(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==([^\s;]+)", re.M | re.I)


class Pin(NamedTuple):
    name: str
    version: str


WEAK = Pin("jinja2", "2.4")
"""Known to be weak since 2014: a source that does not say so tells nothing, whatever it says of the rest."""


class NotAsked(Exception):
    """The source of advisories is away or has none; the text is for the person at the terminal."""


def main(source: list[str]) -> int:
    asked = pins(ROOT.glob("requirements*.txt"))
    ended = [
        told(f"Python ({len(asked)} versions)", lambda: python(asked, source)),
        told("npm (the CDK's command line)", npm),
    ]
    return 1 if 1 in ended else max(ended)


def told(what: str, find: Callable[[], list[str]]) -> int:
    try:
        found = find()
    except NotAsked as why:
        print(f"{what}: NOT CHECKED, nothing is proved. {why} Run this on a machine with internet.")
        return 2
    print("\n  ".join([f"{what}: {f'{len(found)} known to be weak' if found else 'nothing known to be weak'}", *found]))
    return 1 if found else 0


def pins(locks: Iterable[Path]) -> set[Pin]:
    """Of every Python and system: the containers run another one than this machine."""
    return {Pin(*found) for lock in locks for found in PINNED.findall(lock.read_text())}


def python(asked: set[Pin], source: list[str]) -> list[str]:
    """A line for each weakness, and for each version that the source does not have. Raises NotAsked."""
    if not any(one.get("vulns") for one in _pip_audit({WEAK}, source)):
        raise NotAsked(f"The source knows nothing against {WEAK.name} {WEAK.version}, which is weak.")
    told = [one for layer in layers(asked) for one in _pip_audit(layer, source)]
    return sorted(line for one in told for line in _lines(one))


def _lines(one: dict[str, Any]) -> list[str]:
    if "skip_reason" in one:
        return [f"{one['name']}: not looked at. {one['skip_reason']}"]
    weak = f"{one['name']} {one['version']}"
    return [f"{weak}: {it['id']}, mended in {', '.join(it['fix_versions']) or 'no version yet'}" for it in one["vulns"]]


def layers(asked: set[Pin]) -> Iterator[set[Pin]]:
    """Parts without a name twice, which pip-audit refuses."""
    while asked:
        part = set({pin.name: pin for pin in asked}.values())
        yield part
        asked = asked - part


def _pip_audit(asked: set[Pin], source: list[str]) -> list[dict[str, Any]]:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("".join(f"{pin.name}=={pin.version}\n" for pin in sorted(asked)))
        file.flush()
        command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--no-deps", "--format", "json",
                   "--progress-spinner", "off", "--requirement", file.name, *source]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True)
    try:
        return list(json.loads(done.stdout)["dependencies"])
    except ValueError:
        raise NotAsked(f"pip-audit says: {_last_line(done.stderr)}.") from None


def npm() -> list[str]:
    """A line for each weakness of the CDK's command line. Raises NotAsked."""
    command = ["npm", "audit", "--json", "--package-lock-only"]
    try:
        done = subprocess.run(command, cwd=ROOT / "infra" / "cdk", capture_output=True, text=True)
        told = json.loads(done.stdout)
    except FileNotFoundError:
        raise NotAsked("npm is not installed.") from None
    except ValueError:
        raise NotAsked(f"npm says: {_last_line(done.stderr)}.") from None
    if "vulnerabilities" not in told:
        raise NotAsked(f"npm says: {told.get('message')}.")
    return [f"{name}: {one['severity']}, {one['range']}" for name, one in sorted(told["vulnerabilities"].items())]


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["nothing"])[-1][:200]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
