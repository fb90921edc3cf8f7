"""The words of whole columns: what pixplore.words.stored makes of one text, for thousands of plain ones at once."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pixplore.importing.buffers import text_parts, texts
from pixplore.index.compiled import compiled
from pixplore.words import MAX_WORD_CHARS, SECTION_END, VALUE_END, stored

_SPACE, _LINE = 32, 10


def words(column: pa.Array) -> pa.Array:
    """`stored` of each text; null for null and for a text without words."""
    if len(column) == 0:
        return column
    block, offsets = text_parts(column)
    out = np.empty(4 * (int(offsets[-1]) - int(offsets[0])) + 4 * len(column), np.uint8)
    ends, hard = _stored(block, offsets, out)
    made = texts(out, ends)
    if hard.any():
        slow = pa.array([stored(text) for text in column.filter(pa.array(hard)).to_pylist()], pa.string())
        made = pc.replace_with_mask(made, pa.array(hard), slow)
    nothing = pc.or_(column.is_null(), pc.equal(pc.binary_length(made), 0))
    return pc.if_else(nothing, pa.scalar(None, pa.string()), made)


def many_words(column: pa.ListArray) -> pa.Array:
    """Of a list of texts a row: the words of each, one value after another; null for none."""
    flat = column.flatten()
    distinct = flat.dictionary_encode()
    made = words(distinct.dictionary).take(distinct.indices)
    there = made.is_valid().to_numpy(zero_copy_only=False)
    counts = np.concatenate([[0], np.cumsum(there)])
    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy()
    ends = counts[np.concatenate([[0], np.cumsum(lengths)])]
    lists = pa.ListArray.from_arrays(pa.array(ends, pa.int32()), made.drop_null())
    joined = pc.binary_join(lists, VALUE_END)
    return pc.if_else(pc.equal(pc.binary_length(joined), 0), pa.scalar(None, pa.string()), joined)


def document(a: list[pa.Array], b: list[pa.Array], c: list[pa.Array]) -> pa.Array:
    """Sections A, B and C from the words of their values; D, what was read in the picture, is empty."""
    sections = [_together(section, VALUE_END, sparing=True) for section in (a, b, c)]
    nothing = pa.array([""] * len(a[0]), pa.string())
    return _together([*sections, nothing], SECTION_END, sparing=False)


def _together(columns: list[pa.Array], mark: str, sparing: bool) -> pa.Array:
    """The texts of each row with a mark between them; `sparing`: only between texts that are there."""
    joined = columns[0]
    for column in columns[1:]:
        left, right = text_parts(joined), text_parts(column)
        room = sum(int(places[-1]) - int(places[0]) for _, places in (left, right)) + len(column)
        out = np.empty(room, np.uint8)
        joined = texts(out, _join(*left, *right, ord(mark), sparing, out))
    return pc.fill_null(joined, "")


@compiled
def _join(left: Any, lefts: Any, right: Any, rights: Any, mark: int, sparing: bool, out: Any) -> Any:
    """Each row's two texts with a mark between them in `out`; where they end."""
    ends = np.zeros(len(lefts), np.int32)
    to = 0
    for n in range(len(lefts) - 1):
        for at in range(lefts[n], lefts[n + 1]):
            out[to] = left[at]
            to += 1
        if not sparing or (lefts[n + 1] > lefts[n] and rights[n + 1] > rights[n]):
            out[to] = mark
            to += 1
        for at in range(rights[n], rights[n + 1]):
            out[to] = right[at]
            to += 1
        ends[n + 1] = to
    return ends


@compiled
def _stored(block: Any, offsets: Any, out: Any) -> Any:
    """Where each text's words end in `out`; and which texts are not plain (long, or not ASCII): those stay empty.

    A run of letters and digits falls into parts: digits, capitals with the small letters behind them, small letters.
    """
    count = len(offsets) - 1
    ends, hard = np.zeros(count + 1, np.int32), np.zeros(count, np.bool_)
    to = 0
    for n in range(count):
        first, last = offsets[n], offsets[n + 1]
        if last - first > MAX_WORD_CHARS:
            hard[n] = True
        else:
            for at in range(first, last):
                if block[at] >= 128:
                    hard[n] = True
                    break
        if not hard[n]:
            to = _parts(block, first, last, out, to)
        ends[n + 1] = to
    return ends, hard


@compiled
def _parts(block: Any, first: int, last: int, out: Any, to: int) -> int:
    began, at = to, first
    while at < last:
        kind = _kind(block[at])
        if kind == 0:
            at += 1
            continue
        out[to] = _SPACE
        to += 1
        here = kind
        while at < last and (here == kind or (kind == 2 and here == 3)):
            out[to] = block[at] + 32 if here == 2 else block[at]
            to += 1
            at += 1
            if at < last:
                before, here = here, _kind(block[at])
                if before == 3 and here == 2:
                    break
    if to == began:
        return to
    out[to] = _SPACE
    to += 1
    at = first
    while at < last:  # each run of several parts again, whole
        if _kind(block[at]) == 0:
            at += 1
            continue
        start, several = at, False
        while at < last and _kind(block[at]) != 0:
            if at > start:
                before, here = _kind(block[at - 1]), _kind(block[at])
                several |= before != here and not (before == 2 and here == 3)
            at += 1
        if several:
            out[to], out[to + 1] = _LINE, _SPACE
            to += 2
            for place in range(start, at):
                out[to] = block[place] + 32 if _kind(block[place]) == 2 else block[place]
                to += 1
            out[to] = _SPACE
            to += 1
    return to


@compiled
def _kind(char: int) -> int:
    """0 neither letter nor digit, 1 digit, 2 capital, 3 small letter."""
    if 48 <= char <= 57:
        return 1
    if 65 <= char <= 90:
        return 2
    return 3 if 97 <= char <= 122 else 0
