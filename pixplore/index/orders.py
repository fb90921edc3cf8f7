"""The orders that rows are sorted in when a segment is built."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixplore.index.arrays import Array
from pixplore.index.compiled import compiled
from pixplore.index.ragged import Ragged

_BLOCK = 8
_BLOCKS = 8
"""Names are compared by blocks of 8 bytes; those that agree in 64 bytes, one by one."""


def by_id(ids: NDArray[np.uint8]) -> NDArray[np.int32]:
    return np.lexsort(_halves(ids)).astype(np.int32)


def newest_first(created: NDArray[np.int64], ids: NDArray[np.uint8]) -> NDArray[np.int64] | None:
    """The order of a segment's rows; None if they lie so already."""
    order = np.lexsort((*_halves(ids), -created))
    return None if np.array_equal(order, np.arange(len(order))) else order


def by_name(names: Ragged, ids: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Rows by (name key, id)."""
    longest = int(np.diff(names.offsets).max()) if len(names) else 0
    # No name holds a zero byte, so filling up with zeros keeps the order.
    blocks = [_block(names.flat, names.offsets, at * _BLOCK) for at in range(min(-(-longest // _BLOCK), _BLOCKS))]
    order = np.lexsort((*_halves(ids), *reversed(blocks)))
    if longest > _BLOCK * _BLOCKS:
        same = np.ones(len(order), np.bool_)
        same[0] = False
        for block in blocks:
            sorted_block = block[order]
            same[1:] &= sorted_block[1:] == sorted_block[:-1]
        _resort(order, np.flatnonzero(~same), names, ids)
    return order.astype(np.int32)


def _resort(order: Array, heads: Array, names: Ragged, ids: NDArray[np.uint8]) -> None:
    """Sort each run of `order` that begins at one of `heads` by the whole name."""

    def key(row: Any) -> tuple[bytes, bytes]:
        return names.flat[names.offsets[row] : names.offsets[row + 1]].tobytes(), ids[row].tobytes()

    ends = np.append(heads[1:], len(order))
    for run in np.flatnonzero(ends - heads > 1):
        begin, end = heads[run], ends[run]
        order[begin:end] = sorted(order[begin:end], key=key)


def _halves(ids: NDArray[np.uint8]) -> tuple[Array, Array]:
    """What np.lexsort needs to sort by id, the lower half first."""
    halves = np.ascontiguousarray(ids).view(">u8").reshape(-1, 2).astype(np.uint64)
    return halves[:, 1], halves[:, 0]


@compiled
def _block(flat: Array, offsets: Array, begin: int) -> NDArray[np.uint64]:
    """Eight bytes of each row, as a number that sorts as they do."""
    found = np.zeros(len(offsets) - 1, np.uint64)
    for row in range(len(found)):
        number = np.uint64(0)
        for i in range(begin, begin + 8):
            at = offsets[row] + i
            byte = np.uint64(flat[at]) if at < offsets[row + 1] else np.uint64(0)
            number = number << np.uint64(8) | byte
        found[row] = number
    return found
