"""The index against the brute-force oracle: random catalogues, changed in random ways, asked random questions.

PIXPLORE_EXAMPLES says how many catalogues; `make test-search` asks for many.
"""

import math
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pixplore.index import changed, counting, gather_terms, inverted, plan
from pixplore.index.build import build
from pixplore.index.index import Index, open_index
from tests.contract import catalogues as c
from tests.contract.edges import BARE, BARE_EDGES, EDGES, SHELF
from tests.contract.questions import Question, agree, questions
from tests.index.drawn import NAMES, rows_of

BOUNDED = settings(
    max_examples=int(os.environ.get("PIXPLORE_EXAMPLES", "60")) // 4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
WAYS = ("rows", "bits", "plans", "bits and plans")


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catalogues of a dozen pictures would be counted in one way only: each has its turn."""
    if "bits" in request.param:
        for module in (inverted, gather_terms):
            monkeypatch.setattr(module, "FEWEST_ROWS", 0)
            monkeypatch.setattr(module, "FREQUENT", 6)
        monkeypatch.setattr(gather_terms, "WIDEST_GAP", 4)
    monkeypatch.setattr(counting, "_PLANNING", -1.0)
    monkeypatch.setattr(counting, "_COLUMN_ROW", 1e9)
    monkeypatch.setattr(plan.Plan, "expected", lambda *_: -1.0 if "plans" in request.param else math.inf)


Batch = tuple[list[c.Picture], list[UUID]]


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[c.Picture], list[Batch]]:
    """A catalogue, and batches of images that came or changed, and of some that went for good."""
    first = draw(c.catalogues)
    known = {one.id for one in first}
    batches = []
    for _ in range(draw(st.integers(0, 5))):
        came = []
        for one in draw(st.lists(c.pictures, max_size=4, unique_by=lambda p: p.id)):
            again = draw(st.sampled_from([one.id, *sorted(known - {two.id for two in came})]))
            came.append(replace(one, id=again))
        rest = sorted(known - {one.id for one in came})
        gone = draw(st.lists(st.sampled_from(rest), max_size=2, unique=True)) if rest else []
        known = known.difference(gone) | {one.id for one in came}
        batches.append((came, gone))
    return first, batches


def opened(pictures: list[c.Picture], folder: Path) -> Index:
    chunks = [rows_of(pictures[begin : begin + 5]) for begin in range(0, len(pictures), 5)]
    build(chunks, NAMES, folder, 1)
    return open_index(folder)


@BOUNDED
@given(
    history=histories(),
    asked=st.lists(questions, min_size=2, max_size=2),
    tiers=st.sampled_from([(0, 0), (1, 2), (2, 4), (256, 2_048)]),
    folds=st.lists(st.sampled_from(["no", "at once", "beside the next change"]), min_size=5, max_size=5),
)
def test_every_answer_is_the_oracles_whatever_changed(
    way: None, history: tuple[list[c.Picture], list[Batch]], asked: list[Question], tiers: tuple[int, int],
    folds: list[str],
) -> None:  # fmt: skip
    """However the changes lie in segments, and whenever these are folded."""
    first, batches = history
    pictures = {one.id: one for one in first}
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr(changed, "TIERS", tiers)
        beside: Callable[[], changed.Folded] | None = None
        now = opened(first, Path(folder) / "base")
        for question in asked:
            agree(now, list(pictures.values()), question)
        for (version, (came, gone)), fold in zip(enumerate(batches, 2), folds, strict=False):
            before, were = now, list(pictures.values())
            for one in gone:
                del pictures[one]
            pictures |= {one.id: one for one in came}
            done = beside() if beside else None
            now = now.apply(rows_of(came), gone, version, NAMES)
            now = now.with_folded(done) if done else now
            beside = now.folding() if fold != "no" else None
            if beside and fold == "at once":
                now, beside = now.with_folded(beside()), None
                assert now.folding() is None
            assert (now.version, len(now)) == (version, len(pictures))
            for question in asked:
                agree(now, list(pictures.values()), question)
            agree(before, were, asked[0])  # who still holds the older moment is not disturbed


@pytest.mark.parametrize(("pictures", "asked"), [(SHELF, EDGES), (BARE, BARE_EDGES), ([], BARE_EDGES + EDGES[:4])])
def test_edges(way: None, tmp_path: Path, pictures: list[c.Picture], asked: list[Question]) -> None:
    whole = opened(pictures, tmp_path / "whole")
    half = opened(pictures[::2], tmp_path / "half").apply(rows_of(pictures[1::2]), [], 2, NAMES)
    for now in (whole, half):
        for question in asked:
            agree(now, pictures, question)


def test_folding_waits_while_there_is_more_to_apply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until there are so many segments that every question would feel it."""
    monkeypatch.setattr(changed, "TIERS", (0, 0))
    now = opened(SHELF, tmp_path / "base")
    for number in range(changed.MOST_LARGE + 1):
        assert now.folding(busy=True) is None
        assert (now.folding() is None) == (number < 2)
        now = now.apply(rows_of([c.picture(900 + number)]), [], 2 + number, NAMES)
    fold = now.folding(busy=True)
    assert fold is not None
    assert [len(part) for part in now.with_folded(fold()).changed] == [changed.MOST_LARGE + 1]
