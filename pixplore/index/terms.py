"""The labels of a segment: each row's own, and each label's rows by confidence. Tenths of a percent throughout."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixplore.index import bits
from pixplore.index.arrays import Array, Bits
from pixplore.index.bits import ONE
from pixplore.index.compiled import compiled, fetch
from pixplore.index.kept import Kept
from pixplore.index.plan import Plan, planned

MOST_TENTHS = 1000
FIRST, TENTHS, LABEL = 1 << 31, 21, (1 << 21) - 1
"""A term of a row is first << 31 | tenths << 21 | label. `first` is 1 for a label's highest confidence in a row, 0
where the row has the label again with less: so each label counts once an image, and a row ends at one comparison."""

STEPS = (0, 550, 650, 750, 850, 950)
"""Confidences at which it is known how many labels each row has: what lies between two of them is compared."""
MANY = 255


@dataclass(frozen=True, slots=True)
class Terms:
    """Row r has flat[offsets[r]:offsets[r + 1]], falling: its labels by confidence, then what it has of them again.

    A label's rows, by its highest confidence in each, falling, are rows[starts[v]:starts[v + 1]]. Those at t or more
    end at level_ends of the last of level_tenths[level_starts[v]:level_starts[v + 1]] (falling) that is not below t.
    Frequent labels have bits too: bitmaps[s] holds rows[starts[v]:stop_ends[s]] for stop_starts[v] <= s <
    stop_starts[v + 1]. What a row has of a label again, with less confidence, is in `flat` only.
    """

    flat: NDArray[np.uint32]
    offsets: NDArray[np.int32]
    best: NDArray[np.int16]  # highest confidence of each row; -1: no label
    reach: NDArray[np.uint8]  # (steps, rows): how many labels a row has at each of STEPS or more; MANY: that or more
    starts: NDArray[np.int32]
    rows: NDArray[np.int32]
    level_starts: NDArray[np.int32]
    level_tenths: NDArray[np.int16]
    level_ends: NDArray[np.int32]
    stop_starts: NDArray[np.int32]
    stop_ends: NDArray[np.int32]
    bitmaps: NDArray[np.uint64]
    _plans: Kept[int, Plan] = field(default_factory=lambda: Kept(16))
    _labelled: Kept[tuple[int, int], Bits] = field(default_factory=lambda: Kept(64))  # a histogram asks for 20 or 40
    _again: Kept[None, Bits] = field(default_factory=lambda: Kept(1))

    def __len__(self) -> int:
        """How many labels there are."""
        return len(self.starts) - 1

    def arrays(self) -> Iterator[tuple[str, Array]]:
        for name in self.__slots__:
            if not name.startswith("_"):
                yield name, getattr(self, name)

    def plan(self, low: int) -> Plan:
        """How to count the labels at `low` or more."""
        return self._plans.get(low, lambda: self._planned(low))

    def _planned(self, low: int) -> Plan:
        size = len(self)
        totals, slot, start, stop = (np.empty(size, np.int32) for _ in range(4))
        sign = np.empty(size, np.int8)
        _spans(self.starts, self.level_starts, self.level_tenths, self.level_ends, self.stop_starts, self.stop_ends,
               low, totals, slot, start, stop, sign)  # fmt: skip
        return planned(totals, slot, start, stop, sign, bits.size(len(self.best)))

    def labelled(self, low: int, high: int) -> Bits:
        """Rows with any label from `low` to `high`. Not to be changed."""
        return self._labelled.get((low, high), lambda: self._find_labelled(low, high))

    def _find_labelled(self, low: int, high: int) -> Bits:
        if high >= MOST_TENTHS:
            return bits.from_flags(self.best >= max(low, 0))
        found = bits.empty(len(self.best))
        _any_between(self.flat, self.offsets, low, high, found)
        return found

    def _find_again(self) -> Bits:
        """Rows that have any label twice."""
        found = bits.empty(len(self.best))
        _any_again(self.flat, self.offsets, found)
        return found

    def carrying(self, label: int, low: int, high: int) -> Bits:
        """Rows that have the label anywhere from `low` to `high`."""
        found = self._at_least(label, low)
        if high < MOST_TENTHS:
            bits.drop(found, self._at_least(label, high + 1))
            again = self._again.get(None, self._find_again)
            _add_again(self.rows, self.starts[label], self._end(label, high + 1), self.flat, self.offsets, again,
                       label, low, high, found)  # fmt: skip
        return found

    def keep(self, label: int, low: int, high: int, found: Bits) -> Bits:
        """The rows of `found` that have the label from `low` to `high`; `found` itself may change."""
        if high < MOST_TENTHS:
            bits.keep(found, self.carrying(label, low, high))
            return found
        slot, start, stop, sign = self._span(label, low)
        if sign > 0:
            kept = np.zeros_like(found) if slot < 0 else found & self.bitmaps[slot]
            bits.keep_rows(self.rows, start, stop, found, kept)
            return kept
        bits.keep(found, self.bitmaps[slot])
        bits.drop_rows(found, self.rows[start:stop])
        return found

    def drop(self, label: int, low: int, high: int, found: Bits) -> None:
        slot, start, stop, _ = self._span(label, low)
        if slot < 0 and high >= MOST_TENTHS:
            bits.drop_rows(found, self.rows[start:stop])
        else:
            bits.drop(found, self.carrying(label, low, high))

    def _span(self, label: int, low: int) -> tuple[int, int, int, int]:
        """The label's rows at `low` or more: (slot, start, stop, sign) as in a Plan."""
        if (plan := self._plans.peek(low)) is not None:
            return int(plan.slot[label]), int(plan.start[label]), int(plan.stop[label]), int(plan.sign[label])
        found: tuple[int, int, int, int, int] = _span(
            self.starts, self.level_starts, self.level_tenths, self.level_ends, self.stop_starts, self.stop_ends,
            label, low)  # fmt: skip
        return found[1:]

    def _end(self, label: int, low: int) -> int:
        """Where the label's rows at `low` or more end."""
        _, start, stop, sign = self._span(label, low)
        return stop if sign > 0 else start

    def _at_least(self, label: int, low: int) -> Bits:
        slot, start, stop, sign = self._span(label, low)
        found = np.zeros(bits.size(len(self.best)), np.uint64) if slot < 0 else self.bitmaps[slot].copy()
        if sign > 0:
            bits.add_rows(found, self.rows[start:stop])
        else:
            bits.drop_rows(found, self.rows[start:stop])
        return found


@compiled
def _span(
    starts: Array, level_starts: Array, level_tenths: Array, level_ends: Array, stop_starts: Array, stop_ends: Array,
    label: int, low: int,
) -> Any:  # fmt: skip
    """(total, slot, start, stop, sign): the nearest set of bits, and the rows between it and where `low` ends."""
    begin, after = level_starts[label], level_starts[label + 1]
    while begin < after:
        middle = (begin + after) >> 1
        if level_tenths[middle] >= low:
            begin = middle + 1
        else:
            after = middle
    first = np.int64(starts[label])
    end = first if begin == level_starts[label] else np.int64(level_ends[begin - 1])
    slot, near = np.int64(-1), first
    for stop in range(stop_starts[label], stop_starts[label + 1]):
        if abs(np.int64(stop_ends[stop]) - end) < abs(near - end):
            slot, near = np.int64(stop), np.int64(stop_ends[stop])
    if near <= end:
        return end - first, slot, near, end, 1
    return end - first, slot, end, near, -1


@compiled
def _spans(
    starts: Array, level_starts: Array, level_tenths: Array, level_ends: Array, stop_starts: Array, stop_ends: Array,
    low: int, totals: Array, slots: Array, begins: Array, ends: Array, signs: Array,
) -> None:  # fmt: skip
    for label in range(len(starts) - 1):
        total, slot, start, stop, sign = _span(
            starts, level_starts, level_tenths, level_ends, stop_starts, stop_ends, label, low
        )
        totals[label], slots[label], begins[label], ends[label], signs[label] = total, slot, start, stop, sign


@compiled
def _add_again(
    rows: Array, begin: int, end: int, flat: Array, offsets: Array, again: Bits, label: int, low: int, high: int,
    into: Bits,
) -> None:  # fmt: skip
    """Add those of rows[begin:end], which have the label above `high`, that have it from `low` to `high` too.

    Only rows of `again`, which have any label twice, can: at their end, where FIRST is not set.
    """
    for place in range(begin, end):
        if place + 32 < end:  # rows lie far apart: each is asked for a while before it is looked at
            fetch(offsets, rows[place + 32] + 1)
            fetch(flat, offsets[rows[place + 16] + 1] - 1)
        row = rows[place]
        if not again[row >> 6] >> np.uint64(row & 63) & ONE:
            continue
        for at in range(offsets[row + 1] - 1, offsets[row] - 1, -1):
            term = np.int64(flat[at])
            if term >= FIRST:
                break
            if low <= (term >> TENTHS & 1023) <= high and term & LABEL == label:
                into[row >> 6] |= ONE << np.uint64(row & 63)
                break


@compiled
def _any_again(flat: Array, offsets: Array, into: Bits) -> None:
    for row in range(len(offsets) - 1):
        # Falling: what a row has of a label again stands at its end.
        if offsets[row] < offsets[row + 1] and np.int64(flat[offsets[row + 1] - 1]) < FIRST:
            into[row >> 6] |= ONE << np.uint64(row & 63)


@compiled
def _any_between(flat: Array, offsets: Array, low: int, high: int, into: Bits) -> None:
    for row in range(len(offsets) - 1):
        for at in range(offsets[row], offsets[row + 1]):
            if low <= (np.int64(flat[at]) >> TENTHS & 1023) <= high:
                into[row >> 6] |= ONE << np.uint64(row & 63)
                break
