"""Everything found, newest first, over all segments."""

from collections.abc import Iterator, Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from pixplore.index import bits
from pixplore.index.arrays import Array
from pixplore.index.compiled import compiled
from pixplore.index.facets import Rows
from pixplore.index.pages import identity

_CHUNK = 10_000


def newest(parts: Sequence[Rows]) -> Iterator[UUID]:
    return map(identity, _in_order(parts))


def _in_order(parts: Sequence[Rows]) -> Iterator[bytes]:
    created, ids = np.zeros(0, np.int64), np.zeros((0, 16), np.uint8)
    for part in parts:
        if part.number:
            rows = bits.rows_of(part.found, part.number)
            segment = part.live.segment
            more, those = segment.created[rows], segment.ids[rows]
            first = _merged(created, ids, more, those) if len(created) else np.zeros(len(rows), np.bool_)
            created, ids = _woven(first, created, more), _woven(first, ids, those)
    for begin in range(0, len(ids), _CHUNK):
        raw = ids[begin : begin + _CHUNK].tobytes()
        yield from (raw[at : at + 16] for at in range(0, len(raw), 16))


def _woven(first: NDArray[np.bool_], one: Array, other: Array) -> Array:
    woven = np.empty((len(first), *one.shape[1:]), one.dtype)
    woven[first], woven[~first] = one, other
    return woven


@compiled
def _merged(created: Array, ids: Array, other_created: Array, other_ids: Array) -> NDArray[np.bool_]:
    """For each place of the merged order, whether the first list gives it."""
    first = np.zeros(len(created) + len(other_created), np.bool_)
    here, there = 0, 0
    for at in range(len(first)):
        if there == len(other_created):
            first[at] = True
        elif here < len(created):
            order = 0
            if created[here] != other_created[there]:
                order = 1 if created[here] > other_created[there] else -1
            else:
                for i in range(16):
                    if ids[here, i] != other_ids[there, i]:
                        order = 1 if ids[here, i] < other_ids[there, i] else -1
                        break
            first[at] = order > 0
        if first[at]:
            here += 1
        else:
            there += 1
    return first
