"""Building the labels of a segment from its rows (pixplore.index.terms)."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pixplore.domain import SHOWN_CONFIDENCE
from pixplore.index import bits
from pixplore.index.arrays import Array
from pixplore.index.bits import ONE
from pixplore.index.compiled import compiled
from pixplore.index.ragged import Ragged
from pixplore.index.terms import FIRST, LABEL, MANY, MOST_TENTHS, STEPS, TENTHS, Terms

FREQUENT = 64
"""A label that more than one row of so many has gets bits."""
FEWEST_ROWS = 32
WIDEST_GAP = 8
"""A threshold is at most one row of so many from the nearest bits of a frequent label."""
SHOWN = round(SHOWN_CONFIDENCE * 10)
MOST_LABELS = 2**21


def gather(terms: Ragged, labels: NDArray[np.int32]) -> Terms:
    """`terms`: label id * 1024 + tenths, in the rows' order. `labels`: the label ids, rising; a place there is a code.

    Raises ValueError for more labels or terms than fit.
    """
    if len(terms.flat) >= 2**31 or len(labels) >= MOST_LABELS:
        raise ValueError("A segment of the index holds at most two billion terms of two million labels.")
    count, size = len(terms), len(labels)
    code = np.zeros(int(labels[-1]) + 1 if size else 1, np.int32)
    code[labels] = np.arange(size, dtype=np.int32)
    flat = np.empty(len(terms.flat), np.uint32)
    best = np.full(count, -1, np.int16)
    first = np.empty(len(flat), np.int64)
    reach = np.zeros((len(STEPS), count), np.uint8)
    used = _rows(terms.flat, terms.offsets, code, size, flat, best, reach, np.array(STEPS), first)
    first = first[:used]
    first.sort()
    starts, rows, levels = _by_label(first, size)
    del first
    stop_starts, stop_ends = _stops(starts, levels, count)
    bitmaps = np.zeros((len(stop_ends), bits.size(count)), np.uint64)
    _fill(starts, rows, stop_starts, stop_ends, bitmaps)
    return Terms(
        flat, terms.offsets.astype(np.int32), best, reach, starts, rows, *levels, stop_starts, stop_ends, bitmaps
    )


def _by_label(keys: NDArray[np.int64], size: int) -> tuple[Array, Array, tuple[Array, Array, Array]]:
    """Sorted keys (label, falling tenths, row) as (starts, rows, (level_starts, level_tenths, level_ends))."""
    starts, level_starts = np.zeros(size + 1, np.int32), np.zeros(size + 1, np.int32)
    rows = np.empty(len(keys), np.int32)
    levels = _count_levels(keys)
    tenths, ends = np.empty(levels, np.int16), np.empty(levels, np.int32)
    _split(keys, starts, rows, level_starts, tenths, ends)
    return np.cumsum(starts).astype(np.int32), rows, (np.cumsum(level_starts).astype(np.int32), tenths, ends)


def _stops(starts: Array, levels: tuple[Array, Array, Array], count: int) -> tuple[Array, Array]:
    """Where the bits of frequent labels end: at what is shown, and as often as the widest gap demands."""
    level_starts, level_tenths, level_ends = levels
    gap = max(count // WIDEST_GAP, FEWEST_ROWS, 1)
    held, stops = np.zeros(len(starts), np.int32), []
    for label in np.flatnonzero(np.diff(starts) > max(count // FREQUENT, FEWEST_ROWS)).tolist():
        first, end = int(starts[label]), int(starts[label + 1])
        tenths = level_tenths[level_starts[label] : level_starts[label + 1]]
        ends = level_ends[level_starts[label] : level_starts[label + 1]]
        shown = int(np.searchsorted(-tenths, -SHOWN, side="right"))
        at = {int(ends[shown - 1])} if shown and ends[shown - 1] - first > count // FREQUENT else set()
        for low, high in pairwise(sorted({first, *at, end})):
            pieces = (high - low) // gap
            at |= {low + (high - low) * piece // (pieces + 1) for piece in range(1, pieces + 1)}
        more = sorted(at or {end})
        held[label + 1] = len(more)
        stops += more
    return np.cumsum(held).astype(np.int32), np.array(stops, np.int32)


@compiled
def _count_levels(keys: Array) -> int:
    levels = 0
    for at in range(len(keys)):
        levels += at == 0 or keys[at] >> 32 != keys[at - 1] >> 32
    return levels


@compiled
def _split(keys: Array, starts: Array, rows: Array, level_starts: Array, tenths: Array, ends: Array) -> None:
    """`starts` and `level_starts` come out as how many each label has, one place up."""
    level = -1
    for at in range(len(keys)):
        group = keys[at] >> 32
        label = group >> 10
        if at == 0 or group != keys[at - 1] >> 32:
            level += 1
            tenths[level] = MOST_TENTHS - (group & 1023)
            level_starts[label + 1] += 1
        ends[level] = at + 1
        starts[label + 1] += 1
        rows[at] = keys[at] & 0xFFFFFFFF


@compiled
def _rows(
    terms: Array,
    offsets: Array,
    code: Array,
    size: int,
    flat: Array,
    best: Array,
    reach: Array,
    steps: Array,
    first: Array,
) -> int:
    """Sort each row by falling confidence; give each label's highest in a row as a key
    (label << 10 | 1000 - tenths) << 32 | row. Returns how many there are."""
    seen = np.full(size, -1, np.int64)
    firsts = 0
    for row in range(len(offsets) - 1):
        begin, end = offsets[row], offsets[row + 1]
        for at in range(begin, end):
            flat[at] = (terms[at] & 1023) << TENTHS | code[terms[at] >> 10]
        _sort(flat, begin, end)
        for at in range(begin, end):
            label, tenths = np.int64(flat[at]) & LABEL, np.int64(flat[at]) >> TENTHS
            if at == begin:
                best[row] = tenths
            if seen[label] != row:
                seen[label] = row
                flat[at] |= np.uint32(FIRST)
                for step in range(len(steps)):
                    if tenths >= steps[step] and reach[step, row] < MANY:
                        reach[step, row] += 1
                first[firsts] = (label << 10 | (MOST_TENTHS - tenths)) << 32 | row
                firsts += 1
        _sort(flat, begin, end)
    return firsts


@compiled
def _sort(flat: Array, begin: int, end: int) -> None:
    """Falling, by insertion: rows are short, and nearly all of them in some order already."""
    for at in range(begin + 1, end):
        value, place = flat[at], at
        while place > begin and flat[place - 1] < value:
            flat[place] = flat[place - 1]
            place -= 1
        flat[place] = value


@compiled
def _fill(starts: Array, rows: Array, stop_starts: Array, stop_ends: Array, bitmaps: Array) -> None:
    for label in range(len(starts) - 1):
        for stop in range(stop_starts[label], stop_starts[label + 1]):
            for at in range(starts[label], stop_ends[stop]):
                bitmaps[stop, rows[at] >> 6] |= ONE << np.uint64(rows[at] & 63)
