"""`python -m pixplore.index.warm`: compile every loop of the index, or load it from the cache (NUMBA_CACHE_DIR).

For the container image, whose first question would otherwise take half a minute; a process that serves calls it before
it says that it is ready. The compiled code holds for the kind of processor it was made on.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from pixplore.finding import SORTS
from pixplore.index import bits, counting
from pixplore.index.build import build
from pixplore.index.columns import DIMENSIONS, Coded, Rows
from pixplore.index.hamming import near_pairs
from pixplore.index.index import Index, open_index
from pixplore.index.terms import MOST_TENTHS
from pixplore.query import FACETS, Condition, Query, Range

_IMAGES = 400
_LABELS = {label: f"Label {label}" for label in range(1, 41)}


def warm() -> float:
    """Run every loop once on a small catalogue; the seconds it took."""
    began = time.monotonic()
    with TemporaryDirectory() as folder:
        build([_rows(0, _IMAGES)], _LABELS, Path(folder) / "index")
        index = open_index(Path(folder) / "index")
        changed = index.apply(_rows(0, 40), [UUID(int=50)], 1, _LABELS).apply(_rows(30, 60), [], 2)
        for one in (index, changed):
            _ask(one)
            _count(one)
    near_pairs(np.arange(8), 2, 100)
    return time.monotonic() - began


def _ask(index: Index) -> None:
    facets = [*FACETS, "attr.brand", "attr.few"]
    for query in _queries():
        for sort in SORTS:
            page = index.page(query, sort, 2, facets=facets, facet_limit=3)
            index.page(query, sort, 200, page.next_cursor)
        index.count(query)
        list(index.ids(query))
        for name in facets:
            index.facet(query, name, 5, "s")
        index.likest(query, _embeddings(1).tobytes(), 5)


def _count(index: Index) -> None:
    """The ways of counting that so small a catalogue has no use for."""
    for part in index.parts:
        segment, found, size = part.segment, part.kept, len(part)
        terms = segment.terms
        for inside in (True, False):
            labels = np.zeros(len(terms), np.int64)
            counting._count_labels(terms, found, inside, 550, labels)
        counting._run(terms.plan(600), found, terms.bitmaps, terms.rows, 3, np.zeros(len(terms), np.int64), False)
        terms.carrying(0, 300, 700)
        terms.labelled(300, MOST_TENTHS)
        for column in segment.columns.values():
            plan, inverted = column.plan(), column.inverted
            counts = np.zeros(len(column), np.int64)
            counting._run(plan, found, inverted.bitmaps, inverted.rows, 3, counts, False)
            for kind in (np.uint8, np.uint16, np.int32):  # codes take as many bytes as there are values
                typed = replace(column, flat=column.flat.astype(kind))
                counting._count_rows(typed, found, size, True, 1, np.zeros(len(column), np.int64))
        bits.those_in(found, segment.by_name, 0, 3)


def _queries() -> Iterator[Query]:
    moment = datetime(2026, 1, 1, 3, tzinfo=UTC)
    yield Query()
    for q in ("red run", '"red running"', "red-runn", "runnign", "42w", "red-w"):
        yield Query(q=q)
    yield Query(trashed=True)
    yield Query(min_confidence=Decimal(30), max_confidence=Decimal(70), created_from=moment, created_to=moment)
    yield Query(min_width=200, max_height=400, ranges={"brand": Range(Decimal(1), Decimal(7))})
    for name, value in (("label", "Label 1"), ("label", "Label 39"), ("tag", "s1"), ("tag", "s30"),
                        ("category", "s1"), ("category", "s9"), ("attr.brand", "7"), ("attr.few", "1")):  # fmt: skip
        every = (value,) if name in ("label", "tag") else ()
        for condition in (Condition(any=(value, "__unset__")), Condition(any=(value,)), Condition(all=every),
                          Condition(none=(value,)), Condition(any=(value, "Label 2", "s2"))):  # fmt: skip
            yield Query(conditions={name: condition})
            yield Query(conditions={name: condition}, min_confidence=Decimal(62), max_confidence=Decimal(90))


def _rows(begin: int, count: int) -> Rows:
    """Images `begin` to `begin` + `count`, with something of everything."""
    number = np.arange(begin, begin + count)
    drawn = np.random.default_rng(begin)
    wide = np.sort(drawn.integers(0, 6, count))
    offsets = np.concatenate([[0], np.cumsum(wide)]).astype(np.int64)
    labels = np.minimum(drawn.zipf(1.5, offsets[-1]), len(_LABELS)).astype(np.int32)
    words = ["\n", "\x1f", "red", "red", "running", "running", "42", "w1", "w2"]

    def single(values: int, none: float) -> Coded:
        codes = drawn.integers(0, values, count).astype(np.int32) ** 2 // values
        return Coded([f"s{value}" for value in range(values)], np.where(drawn.random(count) < none, -1, codes))

    def many(values: int) -> Coded:
        return Coded([f"s{value}" for value in range(values)], labels % values, offsets)

    return Rows(
        ids=np.frombuffer(b"".join(UUID(int=int(one)).bytes for one in number), np.uint8).reshape(-1, 16),
        created=(1_767_225_600_000_000 + number // 2 * 3_600_000_000).astype(np.int64),
        trashed=number % 9 == 0,
        width=drawn.integers(-1, 900, count).astype(np.int32),
        height=drawn.integers(-1, 900, count).astype(np.int32),
        name_keys=[f"name {one * 7 % 50}" + "x" * (70 if one % 40 == 0 else 0) for one in number],
        terms=labels * 1024 + drawn.integers(200, 1001, len(labels)).astype(np.int32),
        term_offsets=offsets,
        words=Coded(words, np.concatenate([drawn.integers(0, len(words), offsets[-1])]).astype(np.int32), offsets),
        embeddings=_embeddings(count),
        has_embedding=number % 5 != 0,
        phash=number.astype(np.int64),
        has_phash=number % 7 != 0,
        single={"category": single(10, 0.1), "sku": single(count, 0.3), "status": single(1, 0.0)},
        many={"tag": many(40), "colour": many(5), "collection": many(3)},
        attributes={
            "brand": Coded([str(value) for value in range(9)], drawn.integers(-1, 9, count).astype(np.int32)),
            "few": Coded(["0", "1", "é"], np.where(number % 30 == 0, number % 3, -1).astype(np.int32)),
        },
    )


def _embeddings(count: int) -> NDArray[np.float16]:
    drawn = np.random.default_rng(count).standard_normal((count, DIMENSIONS))
    length = np.sqrt((drawn**2).sum(axis=1, keepdims=True))
    return np.asarray(drawn / length, np.float16)


if __name__ == "__main__":
    print(f"the loops of the index are ready, after {warm():.1f} s")
