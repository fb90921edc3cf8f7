"""How the values of a column are counted in a set of rows without looking at each row: most used first, until no
later value can be among the most frequent."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixplore.index.arrays import Array, Bits
from pixplore.index.bits import ONE
from pixplore.index.compiled import compiled, ones

WORD_COST = 0.3
"""What a word of bits costs, where looking up one row costs 1."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Value v is held by `totals[v]` rows: those of bitmaps[slot[v]] (none if -1), and those of
    rows[start[v]:stop[v]] besides (sign 1) or not (sign -1). `order`: values by falling total.
    """

    totals: NDArray[np.int32]
    slot: NDArray[np.int32]
    start: NDArray[np.int32]
    stop: NDArray[np.int32]
    sign: NDArray[np.int8]
    order: NDArray[np.int32]
    falling: NDArray[np.int64]  # -totals[order]
    cost: NDArray[np.float64]  # of counting the first i values of the order

    def expected(self, share: float, most: int) -> float:
        """What finding the `most` most frequent values costs among `share` of all rows, roughly."""
        if len(self.order) <= most:
            return float(self.cost[-1])
        least = -self.falling[most - 1] * share * 0.7
        return float(self.cost[np.searchsorted(self.falling, -least)]) + 2.0 * len(self.order)


def planned(
    totals: NDArray[np.int32], slot: NDArray[np.int32], start: NDArray[np.int32], stop: NDArray[np.int32],
    sign: NDArray[np.int8], words: int,
) -> Plan:  # fmt: skip
    """`words`: the length of the bitmaps."""
    order = np.argsort(-totals, kind="stable").astype(np.int32)
    cost = np.zeros(len(order) + 1)
    np.cumsum(((stop - start) + np.where(slot >= 0, words * WORD_COST, 0.0))[order], out=cost[1:])
    falling = -totals[order].astype(np.int64)
    return Plan(totals, slot, start, stop, sign, order, falling, cost)


@compiled
def count_planned(
    found: Bits, order: Array, totals: Array, slot: Array, start: Array, stop: Array, sign: Array, bitmaps: Array,
    rows: Array, most: int, exact: bool, counts: Array,
) -> None:  # fmt: skip
    """Add to counts[v] the rows of `found` with value v, for every v that may be among the `most` highest counts.

    Of the others only whether there are any: 1 is added where there is at least one. `exact` counts them all.
    """
    heap = np.zeros(most, np.int64)
    held = 0
    for value in order:
        if totals[value] == 0:
            break
        if not exact and held == most and counts[value] + totals[value] < heap[0]:
            if counts[value] == 0 and _any(found, slot[value], start[value], stop[value], sign[value], bitmaps, rows):
                counts[value] = 1
            continue
        count: Any = 0
        if slot[value] >= 0:
            frequent = bitmaps[slot[value]]
            for at in range(len(found)):
                count += ones(found[at] & frequent[at])
        more: Any = 0
        for at in range(start[value], stop[value]):
            row = rows[at]
            more += np.int64(found[row >> 6] >> np.uint64(row & 63) & ONE)
        counts[value] += count + sign[value] * more
        if not exact:
            held = push(heap, held, counts[value])


@compiled
def _any(found: Bits, slot: int, start: int, stop: int, sign: int, bitmaps: Array, rows: Array) -> bool:
    if sign > 0:
        for at in range(start, stop):
            if found[rows[at] >> 6] >> np.uint64(rows[at] & 63) & ONE:
                return True
    if slot < 0:
        return False
    more: Any = 0  # rows of the bitmap that do not count
    if sign < 0:
        for at in range(start, stop):
            more += np.int64(found[rows[at] >> 6] >> np.uint64(rows[at] & 63) & ONE)
    frequent = bitmaps[slot]
    count = 0
    for at in range(len(found)):
        count += ones(found[at] & frequent[at])
        if count > more:
            return True
    return False


@compiled
def push(heap: Array, held: int, count: int) -> int:
    """Keep the highest counts in heap[:held], the lowest of them first; how many there are then."""
    if held < len(heap):
        at = held
        heap[at] = count
        while at > 0 and heap[(at - 1) >> 1] > heap[at]:
            heap[at], heap[(at - 1) >> 1] = heap[(at - 1) >> 1], heap[at]
            at = (at - 1) >> 1
        return held + 1
    if count <= heap[0]:
        return held
    at = 0
    while True:
        child = 2 * at + 1
        if child >= held:
            break
        if child + 1 < held and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= count:
            break
        heap[at] = heap[child]
        at = child
    heap[at] = count
    return held
