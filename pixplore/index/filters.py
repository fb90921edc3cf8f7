"""A Query on one segment: the rows that everything but the any-of choices leaves, and those choices by facet."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from pixplore.domain import UNSET
from pixplore.index import bits
from pixplore.index.arrays import Bits
from pixplore.index.gather_terms import SHOWN
from pixplore.index.live import Live
from pixplore.index.naming import Labels
from pixplore.index.numbers import NO_NUMBERS, Numbers, within
from pixplore.index.segment import EPOCH
from pixplore.index.table import Lexicons
from pixplore.index.terms import MOST_TENTHS
from pixplore.index.wording import Wording
from pixplore.query import ATTRIBUTE, Query

_LARGEST = 2**31 - 1
Codes = NDArray[np.int64]
Tenths = tuple[int, int]
USUAL: Tenths = (SHOWN, MOST_TENTHS)


@dataclass(frozen=True, slots=True)
class Values:
    """What a condition asks of a facet, as codes of the index: unknown values are left out.

    `attribute`: the code of the attribute's name, -1 for one not known; None for other facets.
    """

    codes: Codes
    unset: bool
    attribute: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A query with its values looked up once, for all segments. `ranges`: value codes by attribute's name code."""

    query: Query
    tenths: Tenths  # of confidence, both included
    all: list[tuple[str, Values, bool]]  # bool: a value is not known at all
    any: list[tuple[str, Values]]
    none: list[tuple[str, Values]]
    ranges: list[tuple[int, Codes]]
    wording: Wording | None
    nothing: bool  # `q` has no word in it
    within: "Question | None" = None


@dataclass(slots=True)
class Found:
    """`hard`: rows that answer everything but `choices`, which are rows by facet."""

    live: Live
    hard: Bits
    choices: dict[str, Bits] = field(default_factory=dict)

    def rows(self, but: str | None = None) -> Bits:
        """Rows that answer the query; `but` names a facet whose own choice is left out. Not to be changed."""
        chosen = [rows for name, rows in self.choices.items() if name != but]
        if not chosen:
            return self.hard
        found = self.hard.copy()
        for rows in chosen:
            bits.keep(found, rows)
        return found


def microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def question(
    query: Query, known: Lexicons, numbers: Sequence[Numbers], labels: Labels,
    understand: Callable[[Query], tuple[Wording | None, bool]],
) -> Question:  # fmt: skip
    every, some, none = [], [], []
    for name, condition in query.conditions.items():
        if condition.all:
            values = _values(name, condition.all, known, labels)
            every.append((name, values, len(values.codes) + values.unset < len(set(condition.all))))
        if condition.any:
            some.append((name, _values(name, condition.any, known, labels)))
        if condition.none:
            none.append((name, _values(name, condition.none, known, labels)))
    ranges = []
    for name, bounds in query.ranges.items():
        code = known.names.find(name)
        base = numbers[code] if 0 <= code < len(numbers) else NO_NUMBERS
        ranges.append((code, within(known.pairs[code], base, bounds) if code >= 0 else np.zeros(0, np.int64)))
    wording, nothing = understand(query)
    inner = None if query.within is None else question(query.within, known, numbers, labels, understand)
    tenths = USUAL if query.min_confidence is None and query.max_confidence is None else query.tenths
    return Question(query, tenths, every, some, none, ranges, wording, nothing, inner)


def found(live: Live, asked: Question, apart: Collection[str]) -> Found:
    """`apart`: facets whose any-of choices are wanted by themselves; the others narrow at once."""
    query, segment = asked.query, live.segment
    hard = (live.binned if query.trashed else live.kept).copy()
    if asked.nothing:
        hard[:] = 0
        return Found(live, hard)
    if query.created_from is not None or query.created_to is not None:
        start = 0 if query.created_to is None else segment.older_than(microseconds(query.created_to))
        end = len(live) if query.created_from is None else segment.older_than(microseconds(query.created_from))
        bits.keep_range(hard, start, end)
    for name, values, unknown in asked.all:
        hard = _keep_all(live, name, values, unknown, asked.tenths, hard)
    for name, values in asked.any:
        if name not in apart:
            hard = _keep_any(live, name, values, asked.tenths, hard)
    for name, values in asked.none:
        _drop_any(live, name, values, asked.tenths, hard)
    for attribute, codes in asked.ranges:
        bits.keep(hard, _any(live, ATTRIBUTE, Values(codes, False, attribute), asked.tenths))
    if asked.wording is not None:
        bits.keep(hard, asked.wording.found(live))
    for column, low, high in (
        (segment.width, query.min_width, query.max_width), (segment.height, query.min_height, query.max_height),
    ):  # fmt: skip
        if low is not None or high is not None:
            bits.keep_between(hard, column, low or 0, _LARGEST if high is None else high)
    if asked.within is not None:
        bits.keep(hard, found(live, asked.within, ()).hard)
    choices = {name: _any(live, name, values, asked.tenths) for name, values in asked.any if name in apart}
    return Found(live, hard, choices)


def _values(name: str, texts: Sequence[str], known: Lexicons, labels: Labels) -> Values:
    real = [text for text in dict.fromkeys(texts) if text != UNSET]
    attribute = None
    if name == "label":
        codes = [labels.codes.get(text, -1) for text in real]
    elif name.startswith(ATTRIBUTE):
        attribute = known.names.find(name[len(ATTRIBUTE) :])
        codes = [known.pairs[attribute].find(text) for text in real] if attribute >= 0 else []
    else:
        codes = [known.columns[name].find(text) for text in real]
    return Values(np.array([code for code in codes if code >= 0], np.int64), UNSET in texts, attribute)


def _keep_all(live: Live, name: str, values: Values, unknown: bool, tenths: Tenths, hard: Bits) -> Bits:
    codes = live.local_labels(values.codes) if name == "label" else live.segment.columns[name].local(values.codes)
    if unknown or len(codes) < len(values.codes):
        hard[:] = 0
        return hard
    for code in codes:
        if name == "label":
            hard = live.segment.terms.keep(int(code), *tenths, hard)
        else:
            hard = live.segment.columns[name].inverted.keep(int(code), hard)
    if values.unset:
        bits.drop(hard, _held(live, name, values, tenths))
    return hard


def _keep_any(live: Live, name: str, values: Values, tenths: Tenths, hard: Bits) -> Bits:
    if len(values.codes) == 1 and not values.unset:
        if name == "label":
            codes = live.local_labels(values.codes)
            return live.segment.terms.keep(int(codes[0]), *tenths, hard) if len(codes) else np.zeros_like(hard)
        if name in live.segment.columns:
            codes = live.segment.columns[name].local(values.codes)
            if not len(codes):
                return np.zeros_like(hard)
            return live.segment.columns[name].inverted.keep(int(codes[0]), hard)
    bits.keep(hard, _any(live, name, values, tenths))
    return hard


def _drop_any(live: Live, name: str, values: Values, tenths: Tenths, hard: Bits) -> None:
    if name == "label":
        for code in live.local_labels(values.codes):
            live.segment.terms.drop(int(code), *tenths, hard)
    elif name in live.segment.columns:
        column = live.segment.columns[name]
        for code in column.local(values.codes):
            column.inverted.drop(int(code), hard)
    else:
        bits.drop(hard, _any(live, name, replace(values, unset=False), tenths))
    if values.unset:
        bits.keep(hard, _held(live, name, values, tenths))


def _any(live: Live, name: str, values: Values, tenths: Tenths) -> Bits:
    """Rows that hold any of the values, or none at all where that is asked for. Bits past the last row may be set."""
    rows = bits.empty(len(live))
    if name == "label":
        for code in live.local_labels(values.codes):
            bits.add(rows, live.segment.terms.carrying(int(code), *tenths))
    elif name in live.segment.columns:
        column = live.segment.columns[name]
        column.inverted.add(column.local(values.codes), rows)
    else:
        attributes = live.segment.attributes
        attributes.pairs.add(attributes.local_values(values.attribute, values.codes), rows)
    if values.unset:
        bits.add_but(rows, _held(live, name, values, tenths))
    return rows


def _held(live: Live, name: str, values: Values, tenths: Tenths) -> Bits:
    """Rows with any value of the facet. Not to be changed."""
    if name == "label":
        return live.segment.terms.labelled(*tenths)
    if name in live.segment.columns:
        return live.segment.columns[name].inverted.held
    return live.segment.attributes.holders(values.attribute)
