"""Counting the values of a facet in the rows found of one segment, the cheapest way that is exact.

Row by row where few rows are found, row by row over those that are not where few are not, and else by the values'
own rows and bits, most used first (pixplore.index.plan).
"""

from bisect import bisect_right
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixplore.index import bits
from pixplore.index.arrays import Array, Bits
from pixplore.index.bits import NONE, ONE
from pixplore.index.column import Attributes, Column
from pixplore.index.compiled import compiled, fetch, lowest
from pixplore.index.gather_terms import SHOWN
from pixplore.index.plan import Plan, count_planned, push
from pixplore.index.terms import FIRST, LABEL, MANY, MOST_TENTHS, STEPS, TENTHS, Terms

MOST_PLANNED = 65_536
"""Of more values than this, nearly all are rare: rows are looked at one by one."""
_ROW, _VALUE, _COLUMN_ROW = 10.0, 0.6, 2.0
"""What looking at the labels of a row costs, what each label costs, and what a row of another column costs, where
looking up one row in bits costs 1 (about 1 ns)."""
_PLANNING = 100_000.0
"""What it costs at least to make a plan, which small segments, soon replaced, are not worth."""
_AHEAD = 16
_LAST = 2**32 - 1

Counts = NDArray[np.int64]


def count_labels(
    terms: Terms, found: Bits, number: int, low: int, high: int, most: int, counts: Counts, exact: bool = False
) -> int:
    """Add to `counts` (by the segment's labels) how many of the `number` rows `found` have each label.

    Labels that cannot be among the `most` highest may get 1 for any number above 0, unless `exact`.
    Returns how many rows have any label.
    """
    if number == 0:
        return 0
    if high < MOST_TENTHS:
        _count_between(found, terms.flat, terms.offsets, low, high, counts)
        return bits.both(found, terms.labelled(low, high))
    total = len(terms.best)
    row = _ROW + _VALUE * len(terms.flat) / total
    near = row * min(number, total - number)
    if near > _PLANNING:
        usual = terms.plan(SHOWN)  # a plan for another confidence costs about as much, and time to make
        if usual.expected(number / total, len(terms) if exact else most) < near:
            _run(terms.plan(low), found, terms.bitmaps, terms.rows, most, counts, exact)
            return bits.both(found, terms.labelled(low, high))
    if number <= total - number or row * number <= _PLANNING:
        return _count_labels(terms, found, True, low, counts)
    plan = terms.plan(low)
    counts += plan.totals
    _count_labels(terms, found, False, low, counts)
    return bits.both(found, terms.labelled(low, high))


def count_column(column: Column, found: Bits, number: int, most: int, counts: Counts, exact: bool = False) -> None:
    """The same for a column's values."""
    if number == 0:
        return
    total = len(column.flat) if column.offsets is None else len(column.offsets) - 1
    near = _COLUMN_ROW * (1.0 + (0.0 if column.offsets is None else len(column.flat) / total))
    if len(column) > MOST_PLANNED or near * number < max(2 * len(column), _PLANNING):
        _count_rows(column, found, total, True, 1, counts)
        return
    plan, inverted = column.plan(), column.inverted
    near *= min(number, total - number)
    if _planned(plan, found, number, total, near, inverted.bitmaps, inverted.rows, most, counts, exact):
        return
    inside = number <= total - number
    if not inside:
        counts += plan.totals
    _count_rows(column, found, total, inside, 1 if inside else -1, counts)


def count_names(attributes: Attributes, found: Bits, counts: Counts) -> None:
    """How many rows have each attribute."""
    names = attributes.names
    _run(attributes.names_plan(), found, names.bitmaps, names.rows, 1, counts, True)


def count_attribute(
    attributes: Attributes, name: int, found: Bits, number: int, most: int, counts: Counts, exact: bool = False
) -> None:
    """The same for the values of an attribute (a name's code in this segment)."""
    if number == 0:
        return
    begin, end = attributes.span(name)
    dense = attributes.dense.get(name)
    if dense is not None and (end - begin > MOST_PLANNED or number < len(counts)):
        _count_single(found, len(dense), True, 1, dense, len(counts), counts)
        return
    pairs, plan = attributes.pairs, attributes.plan(name)
    if dense is None:
        _run(plan, found, pairs.bitmaps, pairs.rows, most, counts, exact)
        return
    near = number * _COLUMN_ROW
    if not _planned(plan, found, number, 64 * len(found), near, pairs.bitmaps, pairs.rows, most, counts, exact):
        _count_single(found, len(dense), True, 1, dense, len(counts), counts)


def _planned(
    plan: Plan, found: Bits, number: int, total: int, otherwise: float, bitmaps: Array, rows: Array, most: int,
    counts: Counts, exact: bool,
) -> bool:  # fmt: skip
    """Count by the plan, if that is expected to cost less than `otherwise`."""
    least = len(plan.order) if exact else most
    if plan.expected(number / max(total, 1), least) > otherwise:
        return False
    _run(plan, found, bitmaps, rows, most, counts, exact)
    return True


def _run(plan: Plan, found: Bits, bitmaps: Array, rows: Array, most: int, counts: Counts, exact: bool) -> None:
    count_planned(
        found, plan.order, plan.totals, plan.slot, plan.start, plan.stop, plan.sign, bitmaps, rows,
        max(most, 1), exact, counts,
    )  # fmt: skip


def _count_rows(column: Column, found: Bits, total: int, inside: bool, step: int, counts: Counts) -> None:
    if column.offsets is None:
        _count_single(found, total, inside, step, column.flat, len(counts), counts)
    else:
        _count_many(found, total, inside, step, column.flat, column.offsets, counts)


def _count_labels(terms: Terms, found: Bits, inside: bool, low: int, counts: Counts) -> int:
    """Add 1 for every label at `low` or more of every row found, or (not `inside`) take it away for every other row.

    Returns how many of those rows have any.
    """
    below = bisect_right(STEPS, low) - 1
    above = below if STEPS[below] == low else below + 1
    sure = above < len(STEPS)
    held: int = _count_terms(
        found, len(terms.best), inside, 1 if inside else -1, terms.flat, terms.offsets,
        terms.reach[above if sure else below], terms.reach[below], sure, terms.best, low, counts,
    )  # fmt: skip
    return held


@compiled
def _count_terms(
    found: Bits, total: int, inside: bool, step: int, flat: Array, offsets: Array, upper: Array, lower: Array,
    sure: bool, best: Array, low: int, counts: Counts,
) -> int:  # fmt: skip
    """A row's first `upper` labels are at `low` or more if `sure`, and none past its first `lower` is.

    What would cost most is to guess wrong where a row ends, and to wait for rows that lie far apart: so ends are
    known beforehand, and each row is asked for a while before it is looked at.
    """
    key = FIRST | low << TENTHS
    waiting = np.empty(_AHEAD, np.int64)
    turn, asked, held = 0, 0, 0
    for at in range(len(found) + 1):
        last = at == len(found)
        word = NONE if last else found[at] if inside else ~found[at]
        while word != NONE or (last and asked > 0):
            row = np.int64(-1)
            if last:
                asked -= 1
            else:
                row = (at << 6) + lowest(word)
                word &= word - ONE
                if row >= total:
                    break
                begin = np.int64(offsets[row])
                fetch(flat, begin)
                fetch(flat, begin + 16)
                if asked < _AHEAD:
                    waiting[asked] = row
                    asked += 1
                    continue
            now = waiting[turn]
            waiting[turn] = row
            turn = (turn + 1) & (_AHEAD - 1)
            held += best[now] >= low
            begin, end = np.int64(offsets[now]), np.int64(offsets[now + 1])
            if lower[now] < MANY:
                middle = begin + np.int64(upper[now]) if sure else begin
                end = begin + np.int64(lower[now])
                for place in range(begin, middle):
                    counts[np.int64(flat[place]) & LABEL] += step
                begin = middle
            for place in range(begin, end):
                term = np.int64(flat[place])
                counts[term & LABEL] += step * np.int64(term >= key)
    return held


@compiled
def _count_between(found: Bits, flat: Array, offsets: Array, low: int, high: int, counts: Counts) -> None:
    """A row's labels from `low` to `high`: first by their highest confidence, then, from the row's end, what it has
    of them again and is not counted yet."""
    seen = np.full(len(counts), -1, np.int32)
    for at in range(len(found)):
        word = found[at]
        while word != NONE:
            row = (at << 6) + lowest(word)
            word &= word - ONE
            begin, end = np.int64(offsets[row]), np.int64(offsets[row + 1])
            for place in range(begin, end):
                term = np.int64(flat[place])
                if term < (FIRST | low << TENTHS):
                    break
                if term >> TENTHS & 1023 <= high:
                    counts[term & LABEL] += 1
                    seen[term & LABEL] = row
            for place in range(end - 1, begin, -1):
                term = np.int64(flat[place])
                if term >= FIRST or term >> TENTHS > high:
                    break
                if term >> TENTHS >= low and seen[term & LABEL] != row:
                    counts[term & LABEL] += 1
                    seen[term & LABEL] = row


@compiled
def _count_single(found: Bits, total: int, inside: bool, step: int, codes: Array, none: int, counts: Counts) -> None:
    for at in range(len(found)):
        word = found[at] if inside else ~found[at]
        while word != NONE:
            row = (at << 6) + lowest(word)
            word &= word - ONE
            if row >= total:
                break
            code = np.int64(codes[row])
            if code != none:
                counts[code] += step


@compiled
def _count_many(found: Bits, total: int, inside: bool, step: int, flat: Array, offsets: Array, counts: Counts) -> None:
    for at in range(len(found)):
        word = found[at] if inside else ~found[at]
        while word != NONE:
            row = (at << 6) + lowest(word)
            word &= word - ONE
            if row >= total:
                break
            for place in range(offsets[row], offsets[row + 1]):
                counts[flat[place]] += step


@compiled
def leading(counts: Counts, order: Array, most: int) -> Any:
    """The codes of the `most` highest counts above 0, falling, and how many are above 0 at all.

    Among equals the first ones in `order`; an empty one stands for 0, 1, 2 ...
    """
    heap = np.empty(most, np.int64)
    held, distinct = 0, 0
    size = len(order) if len(order) else len(counts)
    for place in range(size):
        code = order[place] if len(order) else place
        if counts[code] > 0:
            distinct += 1
            held = push(heap, held, counts[code] << 32 | (_LAST - place))
    best = np.sort(heap[:held])[::-1]
    codes = np.empty(held, np.int64)
    for at in range(held):
        place = _LAST - (best[at] & _LAST)
        codes[at] = order[place] if len(order) else place
    return codes, distinct
