"""Every package that is locked for running stands in docs/licences.md, under the licence that it names itself."""

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from infra.supply.audit import pins

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "licences.md").read_text()
NAMES_ITSELF = {
    "MIT": r"\bMIT\b",
    "BSD": r"\bBSD\b",
    "Apache-2.0": r"\bApache\b",
    "MPL-2.0": r"\bMPL\b|Mozilla",
    "PSF-2.0": r"\bPSF|Python Software Foundation",
    "LGPL": r"LGPL with exceptions",
}
"""How metadata spells each licence that we take; another one is a decision, not a row."""
LOCKED = sorted({pin.name for pin in pins([ROOT / "requirements.txt", ROOT / "requirements-ocr.txt"])})


def rows() -> dict[str, set[str]]:
    """Names by the first word of their licence, from the first table."""
    table = PAGE.split("|---|---|\n")[1].split("\n\n")[0]
    told: dict[str, set[str]] = {}
    for line in table.splitlines():
        licence, names = line.strip("| ").split(" | ")
        told[licence.split()[0]] = set(re.findall(r"[a-z][a-z0-9.-]+", re.sub(r"\(.*?\)|:.*", "", names)))
    return told


def said(name: str) -> str:
    """What a package's metadata say, else its own file."""
    found = distribution(name)
    about = found.metadata
    words = [about.get("License-Expression"), about.get("License"), *(about.get_all("Classifier") or [])]
    told = " ".join(word[:80] for word in words if word and not word.startswith("UNKNOWN"))
    return told if re.search("|".join(NAMES_ITSELF.values()), told) else told + (found.read_text("LICENSE") or "")[:200]


def test_only_licences_that_we_take() -> None:
    assert set(rows()) == set(NAMES_ITSELF)


def test_every_package_has_one_row() -> None:
    told = list(rows().values())
    beside = PAGE.partition("After `make ocr`")[2].partition("\n\n")[0]
    assert not [name for name in LOCKED if sum(name in names for names in told) != 1 and name not in beside]


def test_every_row_says_what_the_package_says() -> None:
    wrong = {}
    for licence, names in rows().items():
        for name in names & set(LOCKED):
            try:
                told = said(name)
            except PackageNotFoundError:  # for another system
                continue
            unwanted = licence != "LGPL" and re.search(r"GPL|Affero|SSPL|Business Source", told)
            if unwanted or not re.search(NAMES_ITSELF[licence], told):
                wrong[name] = told[:80]
    assert not wrong


def test_what_is_deployed_is_a_part_of_what_was_looked_at() -> None:
    for lock in ("search", "dashboard", "lambda", "lambda-vision", "models"):
        assert {pin.name for pin in pins([ROOT / f"requirements-{lock}.txt"])} <= set(LOCKED), lock
