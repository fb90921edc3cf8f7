"""Single images that change: what a write brings to the index."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pixplore.index.columns import Coded, Rows
from pixplore.synthesis import chunks, to_rows

_FLAT = ("ids", "created", "trashed", "width", "height", "embeddings", "has_embedding", "phash", "has_phash")


def changes(ids: NDArray[np.uint8], seed: int) -> Iterator[Rows]:
    """Images out of `ids` (n, 16), one at a time and without end, each with all its values made anew."""
    drawn = np.random.default_rng(seed)
    made = to_rows(next(chunks(10_000, seed + 1)))
    while True:
        for row in drawn.permutation(len(made)).tolist():
            one = part(made, row, row + 1)
            one.ids = ids[drawn.integers(len(ids))][None, :].copy()
            yield one


def part(rows: Rows, start: int, end: int) -> Rows:
    """Rows `start` to `end`, with the values they have and no others."""
    terms, term_offsets = _cut(rows.terms, rows.term_offsets, start, end)
    return Rows(
        **{name: getattr(rows, name)[start:end] for name in _FLAT},
        name_keys=rows.name_keys[start:end], terms=terms, term_offsets=term_offsets,
        words=_coded(rows.words, start, end),
        single={name: _coded(column, start, end) for name, column in rows.single.items()},
        many={name: _coded(column, start, end) for name, column in rows.many.items()},
        attributes={name: _coded(column, start, end) for name, column in rows.attributes.items()},
    )  # fmt: skip


def _cut(
    flat: NDArray[np.int32], offsets: NDArray[np.int64], start: int, end: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    return flat[offsets[start] : offsets[end]], offsets[start : end + 1] - offsets[start]


def _coded(column: Coded, start: int, end: int) -> Coded:
    offsets = None
    if column.offsets is None:
        codes = column.codes[start:end]
    else:
        codes, offsets = _cut(column.codes, column.offsets, start, end)
    there, places = np.unique(codes, return_inverse=True)
    none = int(len(there) > 0 and there[0] < 0)
    return Coded([column.values[code] for code in there[none:].tolist()], (places - none).astype(np.int32), offsets)
