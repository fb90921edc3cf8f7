"""Which rows hold each value of a column: rows one by one for rare values, bits for frequent ones."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pixplore.index import bits
from pixplore.index.arrays import Array, Bits
from pixplore.index.bits import ONE
from pixplore.index.compiled import compiled
from pixplore.index.plan import Plan, planned

FREQUENT = 64
"""A value that more than one row of so many holds has bits: they are then no longer than its rows, and faster."""
FEWEST_ROWS = 32
MOST_BITMAPS = 32_000


@dataclass(frozen=True, slots=True)
class Inverted:
    """Value v of K is held by rows[starts[v]:starts[v + 1]] (rising), or by bitmaps[slot[v]] where slot[v] >= 0.

    `held`: the rows that hold any value at all.
    """

    starts: NDArray[np.int32]  # K + 1
    rows: NDArray[np.int32]
    slot: NDArray[np.int16]  # K
    bitmaps: NDArray[np.uint64]  # (slots, words)
    held: Bits

    def __len__(self) -> int:
        return len(self.slot)

    def arrays(self) -> Iterator[tuple[str, Array]]:
        for name in self.__slots__:
            yield name, getattr(self, name)

    def plan(self, begin: int = 0, end: int | None = None) -> Plan:
        """How to count the values from `begin` to `end`; all its arrays are of these values."""
        to = len(self) if end is None else end
        starts, slot = self.starts[begin : to + 1], self.slot[begin:to].astype(np.int32)
        totals = np.diff(starts)
        for place in np.flatnonzero(slot >= 0):
            totals[place] = bits.cardinality(self.bitmaps[slot[place]])
        return planned(totals, slot, starts[:-1], starts[1:], np.ones(len(slot), np.int8), len(self.held))

    def add(self, values: NDArray[np.int64], into: Bits) -> None:
        """Add the rows that hold any of `values`."""
        _add(values, self.starts, self.rows, self.slot, self.bitmaps, into)

    def keep(self, value: int, found: Bits) -> Bits:
        """The rows of `found` that hold `value`; `found` itself may change."""
        if self.slot[value] >= 0:
            bits.keep(found, self.bitmaps[self.slot[value]])
            return found
        kept = np.zeros_like(found)
        bits.keep_rows(self.rows, self.starts[value], self.starts[value + 1], found, kept)
        return kept

    def drop(self, value: int, found: Bits) -> None:
        if self.slot[value] >= 0:
            bits.drop(found, self.bitmaps[self.slot[value]])
        else:
            bits.drop_rows(found, self.rows[self.starts[value] : self.starts[value + 1]])


def inverted(flat: Array, offsets: NDArray[np.int64], size: int) -> Inverted:
    """Of many-valued rows: each value (0 to size - 1) at most once a row, rows in order."""
    count = len(offsets) - 1
    if len(flat) >= 2**31:
        raise ValueError("A column of the index holds at most two billion values.")
    uses = np.bincount(flat, minlength=size).astype(np.int32) if len(flat) else np.zeros(size, np.int32)
    frequent = np.flatnonzero(uses > max(count // FREQUENT, FEWEST_ROWS))[:MOST_BITMAPS]
    slot = np.full(size, -1, np.int16)
    slot[frequent] = np.arange(len(frequent), dtype=np.int16)
    starts = np.zeros(size + 1, np.int32)
    np.cumsum(np.where(slot >= 0, 0, uses), out=starts[1:])
    rows = np.empty(starts[-1], np.int32)
    bitmaps = np.zeros((len(frequent), bits.size(count)), np.uint64)
    _invert(flat, offsets, starts, slot, rows, bitmaps)
    return Inverted(starts, rows, slot, bitmaps, bits.from_flags(offsets[1:] > offsets[:-1]))


def single_inverted(codes: NDArray[np.int32], size: int) -> Inverted:
    """Of rows with at most one value each, -1 for none."""
    offsets = np.zeros(len(codes) + 1, np.int64)
    np.cumsum(codes >= 0, out=offsets[1:])
    return inverted(codes[codes >= 0], offsets, size)


@compiled
def _invert(flat: Array, offsets: Array, starts: Array, slot: Array, rows: Array, bitmaps: Array) -> None:
    free = starts.copy()
    for row in range(len(offsets) - 1):
        for at in range(offsets[row], offsets[row + 1]):
            value = flat[at]
            if slot[value] >= 0:
                bitmaps[slot[value], row >> 6] |= ONE << np.uint64(row & 63)
            else:
                rows[free[value]] = row
                free[value] += 1


@compiled
def _add(values: Array, starts: Array, rows: Array, slot: Array, bitmaps: Array, into: Bits) -> None:
    for value in values:
        if slot[value] >= 0:
            held = bitmaps[slot[value]]
            for at in range(len(into)):
                into[at] |= held[at]
        else:
            for at in range(starts[value], starts[value + 1]):
                into[rows[at] >> 6] |= ONE << np.uint64(rows[at] & 63)
