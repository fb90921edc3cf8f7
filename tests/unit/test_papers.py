"""What the papers on security name is there: every test, every file, and as many verdicts as they say."""

import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAPERS = ["SECURITY.md", "docs/asvs.md", "docs/failure-modes.md", "docs/security-decisions.md"]
TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
TESTS = {name: (ROOT / name).read_text() for name in TRACKED if re.search(r"tests/.*test_\w+\.py$", name)}
ASVS = (ROOT / "docs/asvs.md").read_text()
ROWS = [line.split(" | ") for line in ASVS.splitlines() if re.match(r"\| \d+\.\d+\.\d+ ", line)]


def quoted(paper: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", (ROOT / paper).read_text())


@pytest.mark.parametrize("paper", PAPERS)
def test_every_test_that_is_named_is_there(paper: str) -> None:
    named = [name for name in quoted(paper) if re.match(r"(tests/\S+::)?test_\w+(\.py)?$", name)]
    assert named
    assert not [name for name in named if not there(name)]


def there(name: str) -> bool:
    """A test by its name or with its file's, a file by its name."""
    place, _, test = name.rpartition("::")
    if any(Path(path).stem == test.removesuffix(".py") for path in TESTS):
        return True
    return f"def {test}(" in (TESTS.get(place, "") if place else "\n".join(TESTS.values()))


@pytest.mark.parametrize("paper", PAPERS)
def test_every_file_that_is_named_is_there(paper: str) -> None:
    named = [
        name for name in quoted(paper) if re.match(r"[\w.-]+(/[\w.-]+)*/?[\w-]+\.(py|js|md|txt|toml|json|in)$", name)
    ]
    bare = {Path(name).name for name in TRACKED}
    assert not [name for name in named if name not in TRACKED and not ("/" not in name and name in bare)]


def test_the_verdicts_are_counted_rightly() -> None:
    for level in ("1", "2"):
        found = Counter(row[3] for row in ROWS if row[1] == level)
        sentence = ", ".join(f"{found[name]} {name}" for name in ("met", "partly", "not met", "not applicable"))
        assert f"evel {level}: {sentence}, of {sum(found.values())}" in ASVS.replace("\n", " "), sentence


def test_limits_are_what_the_code_says() -> None:
    rows = re.findall(r"\| ([\d,]+) \| `(\S+)` `(\w+)` \|", (ROOT / "docs/security-decisions.md").read_text())
    assert len(rows) > 25
    wrong = []
    for told, path, name in rows:
        line = re.search(rf"\b{name}(?:: \w+)? ?= ?([^\n]*)", (ROOT / path).read_text())
        number = re.search(r"\d[\d_]*(?:e\d+)?", line[1]) if line else None
        if number is None or float(number[0].replace("_", "")) != float(told.replace(",", "")):
            wrong.append((path, name, told, line and line[1]))
    assert not wrong
