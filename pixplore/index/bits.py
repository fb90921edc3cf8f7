"""Sets of rows as bits: row r is bit r % 64 of word r // 64 (uint64). Bits past the last row are never set."""

import numpy as np
from numpy.typing import NDArray

from pixplore.index.arrays import Bits
from pixplore.index.compiled import compiled, lowest, ones

Rows32 = NDArray[np.int32]
ONE = np.uint64(1)
NONE = np.uint64(0)
ALL = np.uint64(0xFFFFFFFFFFFFFFFF)


def size(count: int) -> int:
    """Words for `count` rows."""
    return (count + 63) // 64


def empty(count: int) -> Bits:
    return np.zeros(size(count), np.uint64)


def full(count: int) -> Bits:
    bits = np.full(size(count), ALL, np.uint64)
    if count % 64:
        bits[-1] = np.uint64((1 << count % 64) - 1)
    return bits


def from_flags(flags: NDArray[np.bool_]) -> Bits:
    packed = np.packbits(flags, bitorder="little")
    bits = np.zeros(size(len(flags)) * 8, np.uint8)
    bits[: len(packed)] = packed
    return bits.view(np.uint64)


@compiled
def cardinality(bits: Bits) -> int:
    total = 0
    for word in bits:
        total += ones(word)
    return total


@compiled
def both(bits: Bits, other: Bits) -> int:
    """How many rows are in both."""
    total = 0
    for at in range(len(bits)):
        total += ones(bits[at] & other[at])
    return total


@compiled
def keep(bits: Bits, other: Bits) -> None:
    for at in range(len(bits)):
        bits[at] &= other[at]


@compiled
def drop(bits: Bits, other: Bits) -> None:
    for at in range(len(bits)):
        bits[at] &= ~other[at]


@compiled
def add(bits: Bits, other: Bits) -> None:
    for at in range(len(bits)):
        bits[at] |= other[at]


@compiled
def add_but(bits: Bits, other: Bits) -> None:
    """Add the rows that `other` lacks (both sets have the same size; the caller masks the last word)."""
    for at in range(len(bits)):
        bits[at] |= ~other[at]


@compiled
def add_rows(bits: Bits, rows: Rows32) -> None:
    for row in rows:
        bits[row >> 6] |= ONE << np.uint64(row & 63)


@compiled
def drop_rows(bits: Bits, rows: Rows32) -> None:
    for row in rows:
        bits[row >> 6] &= ~(ONE << np.uint64(row & 63))


@compiled
def keep_range(bits: Bits, start: int, end: int) -> None:
    """Keep rows from `start` up to `end` (excluded)."""
    for at in range(len(bits)):
        first = at << 6
        if first >= end or first + 64 <= start:
            bits[at] = NONE
            continue
        if first < start:
            bits[at] &= ALL << np.uint64(start - first)
        if first + 64 > end:
            bits[at] &= ALL >> np.uint64(64 - (end - first))


@compiled
def count_ranges(bits: Bits, edges: NDArray[np.int32]) -> NDArray[np.int64]:
    """Rows between edges[i] and edges[i + 1], for each i; edges rise."""
    counts = np.zeros(len(edges) - 1, np.int64)
    for i in range(len(edges) - 1):
        start, end = edges[i], edges[i + 1]
        if end <= start:
            continue
        first, last = start >> 6, (end - 1) >> 6
        head = ALL << np.uint64(start & 63)
        tail = ALL >> np.uint64(63 - ((end - 1) & 63))
        if first == last:
            counts[i] = ones(bits[first] & head & tail)
            continue
        total = ones(bits[first] & head) + ones(bits[last] & tail)
        for at in range(first + 1, last):
            total += ones(bits[at])
        counts[i] = total
    return counts


@compiled
def rows_of(bits: Bits, count: int) -> Rows32:
    """The rows set, rising; `count` is how many there are."""
    rows = np.empty(count, np.int32)
    to = 0
    for at in range(len(bits)):
        word = bits[at]
        while word != NONE:
            rows[to] = (at << 6) + lowest(word)
            to += 1
            word &= word - ONE
    return rows


@compiled
def first_rows(bits: Bits, start: int, limit: int) -> Rows32:
    """At most `limit` rows from row `start` on, rising."""
    rows = np.empty(limit, np.int32)
    to = 0
    if start >= len(bits) << 6:
        return rows[:0]
    at = start >> 6
    word = bits[at] & (ALL << np.uint64(start & 63))
    while to < limit:
        if word == NONE:
            at += 1
            if at >= len(bits):
                break
            word = bits[at]
            continue
        rows[to] = (at << 6) + lowest(word)
        to += 1
        word &= word - ONE
    return rows[:to]


@compiled
def last_rows(bits: Bits, end: int, limit: int) -> Rows32:
    """At most `limit` rows below row `end`, falling."""
    rows = np.empty(limit, np.int32)
    to = 0
    for row in range(end - 1, -1, -1):
        if to == limit:
            break
        word = bits[row >> 6]
        if word == NONE:
            continue
        if word >> np.uint64(row & 63) & ONE:
            rows[to] = row
            to += 1
    return rows[:to]


@compiled
def those_in(bits: Bits, rows: Rows32, start: int, limit: int) -> Rows32:
    """Walk `rows` from place `start` on: the first `limit` of them that are set, in their order."""
    found = np.empty(limit, np.int32)
    to = 0
    for at in range(start, len(rows)):
        if to == limit:
            break
        row = rows[at]
        if bits[row >> 6] >> np.uint64(row & 63) & ONE:
            found[to] = row
            to += 1
    return found[:to]


@compiled
def keep_between(bits: Bits, column: NDArray[np.int32], low: int, high: int) -> None:
    """Keep the rows whose value is from `low` to `high`, both included."""
    for at in range(len(bits)):
        word, first = bits[at], at << 6
        if ones(word) > 12 and first + 64 <= len(column):
            fits = NONE
            for place in range(64):  # without a branch: eight at a time
                value = np.int64(column[first + place])
                fits |= np.uint64((value >= low) & (value <= high)) << np.uint64(place)
            bits[at] = word & fits
            continue
        left = word
        while left != NONE:
            place = lowest(left)
            value = np.int64(column[first + place])
            if value < low or value > high:
                word ^= ONE << np.uint64(place)
            left &= left - ONE
        bits[at] = word


@compiled
def keep_rows(rows: Rows32, begin: int, end: int, found: Bits, kept: Bits) -> None:
    """Add to `kept` those of rows[begin:end] that are in `found`."""
    for at in range(begin, end):
        row = rows[at]
        bit = ONE << np.uint64(row & 63)
        kept[row >> 6] |= found[row >> 6] & bit
