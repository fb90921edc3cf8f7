"""Rows of any length in one array."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pixplore.index.arrays import Array
from pixplore.index.compiled import compiled


@dataclass(frozen=True, slots=True)
class Ragged:
    """Row r holds flat[offsets[r]:offsets[r + 1]]; offsets are int64 and begin at 0."""

    flat: Array
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def take(self, rows: NDArray[np.int64]) -> "Ragged":
        lengths = self.offsets[rows + 1] - self.offsets[rows]
        offsets = np.zeros(len(rows) + 1, np.int64)
        np.cumsum(lengths, out=offsets[1:])
        flat = np.empty(offsets[-1], self.flat.dtype)
        _gather(self.flat, self.offsets, rows, flat)
        return Ragged(flat, offsets)


def chained(parts: Sequence[Ragged]) -> Ragged:
    """The rows of all parts, one after another."""
    if len(parts) == 1:
        return parts[0]
    offsets, end = [np.zeros(1, np.int64)], np.int64(0)
    for part in parts:
        offsets.append(part.offsets[1:] + end)
        end += part.offsets[-1]
    return Ragged(np.concatenate([part.flat for part in parts]), np.concatenate(offsets))


@compiled
def _gather(flat: Array, offsets: Array, rows: Array, into: Array) -> None:
    to = 0
    for row in rows:
        for at in range(offsets[row], offsets[row + 1]):
            into[to] = flat[at]
            to += 1


@compiled
def deduplicated(flat: Array, offsets: Array, size: int) -> tuple[Array, Array]:
    """Each value once a row, in first-seen order, without those below 0; `size` is above every value."""
    seen = np.full(size, -1, np.int64)
    kept = np.empty(len(flat), np.int32)
    ends = np.zeros(len(offsets), np.int64)
    to = 0
    for row in range(len(offsets) - 1):
        for at in range(offsets[row], offsets[row + 1]):
            value = flat[at]
            if value >= 0 and seen[value] != row:
                seen[value] = row
                kept[to] = value
                to += 1
        ends[row + 1] = to
    return kept[:to].copy(), ends
