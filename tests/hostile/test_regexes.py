"""No text makes a regular expression of ours take longer than the text is long: each meets the worst that we know for
each, at a length where a careless one takes seconds and a sound one a thousandth."""

import ast
import os
import re
import time
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, NamedTuple

import pytest

from dashboard.account.account_views import _SYSTEMS
from pixplore import words
from tests.stack import ROOT

LONG, MOST_S = 30_000, 0.1
PARTS = ("pixplore", "search_api", "dashboard", "backend_lambdas", "pages", "embedded")
CALLS = {"compile", "search", "match", "fullmatch", "sub", "split", "findall", "finditer"}
MADE = {
    "pixplore/cells.py": ["[ '’.]", "[ '’,]"],
    "pixplore/words.py": [words._RUN.pattern],
    "dashboard/account/account_views.py": [sign for sign, _ in _SYSTEMS],
}
"""Those that are put together where they are used."""
OURS = ("dashboard/security_headers.py", "dashboard/help.py", "dashboard/first_document.py:33", "embedded/aws_state.py")
"""These read texts of our own."""
FLAGS = {"I": re.I, "IGNORECASE": re.I, "M": re.M, "S": re.S}
JAVASCRIPT = re.compile(
    r"""(?:[(=:!,|&]|return|=>)\s*/(?![/*])((?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)/([a-z]*)\s*[.,;)]"""
)
UNITS = [" ", "\t", "\n", "\u00a0", "a", "A", "0", "1", "é", "\U0001f600", "-", "+", ".", ",", "=", ":", "/", "\\", "_",
         "@", '"', "'", "<", ">", "[", "(", "{", "&", "%", "\0", "a ", "a.", "a@", ".a", ",000", ".000", " 000", '"a',
         'a"', "://", "0,", "0.", "-0", "=-", " -", " >", "](", "aA", "../", ";q="]  # fmt: skip
BEFORE = ["", "1", "a@"] if "PIXPLORE_EXAMPLES" in os.environ else ["", "a@"]
AFTER = ["", "!", "@"]


class Used(NamedTuple):
    place: str
    pattern: Any
    flags: int
    ways: frozenset[str]


def python() -> Iterator[Used]:
    files = {path: path.read_text() for part in PARTS for path in (ROOT / part).rglob("*.py")}
    everything = "".join(files.values())
    for path, text in sorted(files.items()):
        place = str(path.relative_to(ROOT))
        for node in ast.walk(ast.parse(text)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS
                    and isinstance(node.func.value, ast.Name) and node.func.value.id == "re"):  # fmt: skip
                continue
            told, way = node.args[0], node.func.attr
            line = text.splitlines()[node.lineno - 1]
            ways = {way} if way != "compile" else set(re.findall(rf"{line.split()[0]}\.(\w+)\(", everything))
            flags = [FLAGS[one.attr] for one in node.args[1:] if isinstance(one, ast.Attribute) and one.attr in FLAGS]
            if isinstance(told, ast.Constant):
                if not f"{place}:{node.lineno}".startswith(OURS):
                    yield Used(f"{place}:{node.lineno}", told.value, sum(flags), frozenset(ways))
            else:
                assert place in MADE, f"{place}:{node.lineno} is put together: name it in MADE"
    for place, patterns in MADE.items():
        yield from (Used(place, pattern, 0, frozenset({"search"})) for pattern in patterns)


def javascript() -> Iterator[Used]:
    """They are plain enough that Python reads them alike."""
    for path in sorted((ROOT / "dashboard").rglob("*.js")):
        for found in JAVASCRIPT.finditer(path.read_text()):
            place = f"{path.relative_to(ROOT)}: {found[0].strip()}"
            flags = re.I if "i" in found[2] else 0
            yield Used(place, found[1].replace(r"\/", "/"), flags, frozenset({"search"}))


EVERY = [*python(), *javascript()]


def literals(pattern: Any) -> set[str]:
    """Runs of plain signs in a pattern: what comes first in it must be there for the rest to be tried."""
    text = pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern
    return {run for run in re.findall(r"[\w<>/:.=& -]{2,}", text.replace("\\", "")) if len(run) < 40}


def slowest(used: Used) -> tuple[float, str]:
    compiled = re.compile(used.pattern, used.flags)
    asked = [compiled.match] if "match" in used.ways else []
    asked += [compiled.fullmatch] if "fullmatch" in used.ways else []
    if not asked or used.ways - {"match", "fullmatch"}:
        asked.append(compiled.findall)
    worst, known = (0.0, ""), literals(used.pattern)
    for unit, before, after in product([*UNITS, *known], [*BEFORE, *known], AFTER):
        text: Any = before + unit * (LONG // len(unit)) + after
        for ask in asked:
            worst = max(worst, (took(ask, text.encode() if isinstance(used.pattern, bytes) else text),
                                f"{before!r} {unit!r} {after!r}"))  # fmt: skip
            if worst[0] > MOST_S:
                return worst
    return worst


def took(ask: Callable[[Any], Any], text: Any, tries: int = 3) -> float:
    """Seconds of the processor; looked at again where it is much, as another program may have been in the way."""
    best = 1e9
    for _ in range(tries):
        began = time.process_time()
        ask(text)
        best = min(best, time.process_time() - began)
        if best < MOST_S:
            break
    return best


def test_all_are_found() -> None:
    assert len(EVERY) > 60
    assert len([one for one in EVERY if ".js" in one.place]) > 12
    assert any(one.place.startswith("dashboard/components/uploader/unzip.js") for one in EVERY)


@pytest.mark.parametrize("used", EVERY, ids=lambda used: used.place[:60])
def test_none_takes_long(used: Used) -> None:
    seconds, text = slowest(used)
    assert seconds < MOST_S, f"{used}: {seconds:.2f} s for {text}"


@pytest.mark.parametrize(
    ("careless", "way", "text"),
    [
        (r"^[€$£]\s*|\s*EUR$", "findall", " " * LONG),
        (r"[^@\s]+@[^@\s]+\.[^@\s]+", "fullmatch", f"a@{'.' * LONG}@"),
        (r"AWS .*Credential=[^/\s]+/", "match", f"AWS {'Credential=' * LONG}"),
    ],
    ids=["spaces", "dots", "words"],
)
def test_a_careless_one_is_seen(careless: str, way: str, text: str) -> None:
    """Three that stood here once, with the text that each is slow for."""
    assert took(getattr(re.compile(careless), way), text[: LONG // 2] + text[-1], tries=1) > MOST_S / 4
