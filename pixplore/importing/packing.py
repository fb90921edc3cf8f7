"""Labels of many rows as the image's `said` and `terms`: pixplore.labels for whole columns, where nobody has decided
anything yet.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pixplore.importing.buffers import texts
from pixplore.index.compiled import compiled
from pixplore.labels import SHIFT, TENTHS, Vocabulary

Numbers = NDArray[np.int64]
_DIGITS = 11
"""Of a number and the comma before it, at most."""
_COMMA, _OPEN, _CLOSE, _ZERO = 44, 123, 125, 48


@dataclass(frozen=True, slots=True)
class Names:
    """The labels of a part: where each row's begin (rows + 1), and each one's name (a place in `names`) and tenths."""

    offsets: Numbers
    codes: Numbers
    tenths: Numbers
    names: list[str]


def names_of(column: pa.ListArray) -> Names:
    """From SCHEMA's `labels`."""
    flat = column.flatten()
    coded = flat.field("name").dictionary_encode()
    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy()
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    codes, tenths = coded.indices.to_numpy().astype(np.int64), flat.field("tenths").to_numpy().astype(np.int64)
    return Names(offsets, codes, tenths, coded.dictionary.to_pylist())


def packed(found: Names, vocabulary: Vocabulary) -> tuple[pa.Array, pa.Array]:
    """`said` (each label once, the surest first) and `terms`, as PostgreSQL writes integer[].

    Every name has a row in the vocabulary, and so has everything the taxonomy says and every ancestor.
    """
    ids = np.array([vocabulary.ids[name] for name in found.names], np.int64)
    meanings = [vocabulary.meaning(int(one)) for one in ids]
    shown = np.array([one.id if one else -1 for one in meanings], np.int64)
    least = np.array([one.least if one else 0 for one in meanings], np.int64)
    spreads = [one.spread if one else () for one in meanings]
    starts = np.concatenate([[0], np.cumsum([len(one) for one in spreads])]).astype(np.int64)
    spread = np.array([up for one in spreads for up in one], np.int64)
    widest = max((len(one) for one in spreads), default=0)
    labels, rows = len(found.codes), len(found.offsets) - 1
    most = int(np.diff(found.offsets).max(initial=0))
    said = np.empty(labels * _DIGITS + 2 * rows, np.uint8)
    terms = np.empty(labels * widest * _DIGITS + 2 * rows, np.uint8)
    ends = _pack(found.offsets, found.codes, found.tenths, ids, shown, least, starts, spread,
                 np.empty(most * max(widest, 1), np.int64), said, terms)  # fmt: skip
    return texts(said, ends[0]), texts(terms, ends[1])


@compiled
def _pack(offsets: Any, codes: Any, tenths: Any, ids: Any, shown: Any, least: Any, starts: Any, spread: Any,
          held: Any, said: Any, terms: Any) -> Any:  # fmt: skip
    """Both texts of each row; returns where they end. `held` is room for the numbers of one row."""
    rows = len(offsets) - 1
    ends = np.zeros((2, rows + 1), np.int32)
    said_to, terms_to = 0, 0
    for row in range(rows):
        first, last = offsets[row], offsets[row + 1]
        many = 0
        for at in range(first, last):  # the surest first, then by id: ordered by what is left to certainty
            many = _put(held, many, (TENTHS - tenths[at]) << 32 | ids[codes[at]])
        count = 0
        for at in range(many):
            label = held[at] & 0xFFFFFFFF
            before = False
            for other in range(count):
                before |= held[other] >> SHIFT == label
            if not before:
                held[count] = label << SHIFT | TENTHS - (held[at] >> 32)
                count += 1
        said_to = _write(held, count, said, said_to)
        many = 0
        for at in range(first, last):
            code = codes[at]
            if shown[code] < 0 or tenths[at] < least[code]:
                continue
            best = tenths[at]  # where several names are shown as one, the surest counts for all of them
            for other in range(first, last):
                if shown[codes[other]] == shown[code] and tenths[other] >= least[codes[other]]:
                    best = max(best, tenths[other])
            for place in range(starts[code], starts[code + 1]):
                many = _put(held, many, spread[place] | best)
        terms_to = _write(held, many, terms, terms_to)
        ends[0, row + 1], ends[1, row + 1] = said_to, terms_to
    return ends


@compiled
def _put(held: Any, many: int, number: int) -> int:
    """Into its place among the `many` that are sorted, unless it is there; how many they are then."""
    at = many
    while at > 0 and held[at - 1] > number:
        at -= 1
    if at > 0 and held[at - 1] == number:
        return many
    for place in range(many, at, -1):
        held[place] = held[place - 1]
    held[at] = number
    return many + 1


@compiled
def _write(numbers: Any, many: int, out: Any, to: int) -> int:
    """`{1,2}`; where it ends."""
    out[to] = _OPEN
    to += 1
    for nth in range(many):
        if nth:
            out[to] = _COMMA
            to += 1
        number, digits = numbers[nth], 1
        rest = number // 10
        while rest:
            digits += 1
            rest //= 10
        for place in range(to + digits - 1, to - 1, -1):
            out[place] = _ZERO + number % 10
            number //= 10
        to += digits
    out[to] = _CLOSE
    return to + 1
