"""Every error that is raised on purpose says what happened and what to do: one clause alone is too little for both.

What an error is about (`Invalid`) is told by field, and what a backup or an index found damaged is told by the command
that met it; neither is looked at here.
"""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("search_api", "backend_lambdas", "pixplore", "dashboard", "pages")
FIRST = {
    "Unauthenticated": 0, "Forbidden": 0, "NotFound": 0, "Conflict": 0, "Unavailable": 0, "Throttled": 0,
    "PixploreError": 0, "Refused": 1, "problem": 2, "LoginError": 0, "ResetError": 0,
}  # fmt: skip
"""Whose which argument is the sentence; of `problem`, the dashboard's."""
LOCAL = (
    "pixplore/vision/glance.py",
    "pixplore/recovering.py",
    "pixplore/originals.py",
    "pixplore/backup/",
    "pixplore/catalogue/backup.py",
)
"""What the stand-in for Rekognition says to programs, as Rekognition does; and what commands print in their lists."""


def plain(node: ast.expr) -> str | None:
    """The text of a constant; of what is put into it, a word."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "word" for part in node.values)
    if isinstance(node, ast.BoolOp):
        return plain(node.values[-1])
    return None


def said(code: str) -> list[str]:
    found = []
    for call in ast.walk(ast.parse(code)):
        if isinstance(call, ast.Call):
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            at = FIRST.get(name)
            if at is not None and len(call.args) > at and (text := plain(call.args[at])) is not None:
                found.append(text)
    return found


def is_whole(sentence: str) -> bool:
    """Ends as a sentence does and has a second part: after a full stop, a colon, or of “ask…” and the like."""
    parts = [part for part in re.split(r"[.:;](?:\s|$)", sentence) if part.strip()]
    return sentence.rstrip()[-1:] in ".?!" and len(parts) >= 2 and len(sentence.split()) >= 5


SENTENCES = [
    (str(path.relative_to(ROOT)), sentence)
    for place in PLACES
    for path in sorted((ROOT / place).rglob("*.py"))
    if not str(path.relative_to(ROOT)).startswith(LOCAL)
    for sentence in said(path.read_text())
]


def test_every_error_says_what_happened_and_what_to_do() -> None:
    assert len(SENTENCES) > 80
    assert [found for found in SENTENCES if not is_whole(found[1])] == []


@pytest.mark.parametrize("bare", ["Not found.", "Send JSON.", "There is no such job.", "It failed: try again", ""])
def test_a_bare_one_is_found(bare: str) -> None:
    assert said(f"raise NotFound({bare!r})") == [bare]
    assert not is_whole(bare)
