"""Loops over PostgreSQL's binary format: see "COPY, Binary Format" and each type's send function.

`block` is all that was sent; a field is a place in it and a length, -1 for null.
"""

from typing import Any

import numpy as np

from pixplore.index.compiled import compiled

Numbers = Any
_HEADER = 19
_SPACE, _LINE, _UNIT, _QUOTE, _BACKSLASH = 32, 10, 31, 34, 92
_COMMA, _COLON, _OPEN, _CLOSE, _NULL = 44, 58, 123, 125, 110


@compiled
def _short(block: Numbers, at: int) -> Any:
    return np.int64(block[at]) << 8 | np.int64(block[at + 1])


@compiled
def _long(block: Numbers, at: int) -> Any:
    found = (
        np.int64(block[at]) << 24 | np.int64(block[at + 1]) << 16 | np.int64(block[at + 2]) << 8
        | np.int64(block[at + 3])
    )  # fmt: skip
    return found - (1 << 32) if found >= 1 << 31 else found


@compiled
def shape(block: Numbers) -> tuple[int, int]:
    """Rows and columns."""
    at, rows, width = _HEADER, 0, 0
    while at + 2 <= len(block):
        columns = _short(block, at)
        if columns == 65535:
            break
        at += 2
        width = columns
        for _ in range(columns):
            size = _long(block, at)
            at += 4 + max(size, 0)
        rows += 1
    return rows, width


@compiled
def fields(block: Numbers, rows: int, columns: int) -> Any:
    """Starts and lengths, (columns, rows) each."""
    starts = np.empty((columns, rows), np.int64)
    lengths = np.empty((columns, rows), np.int32)
    at = _HEADER
    for row in range(rows):
        at += 2
        for column in range(columns):
            size = _long(block, at)
            at += 4
            starts[column, row] = at
            lengths[column, row] = size
            at += max(size, 0)
    return starts, lengths


@compiled
def fixed(block: Numbers, starts: Numbers, lengths: Numbers, width: int) -> Any:
    out = np.zeros((len(starts), width), np.uint8)
    for row in range(len(starts)):
        if lengths[row] == width:
            for place in range(width):
                out[row, place] = block[starts[row] + place]
    return out


@compiled
def _held(block: Numbers, start: int, length: int) -> int:
    """How many elements an array has (of one dimension, or none)."""
    return _long(block, start + 12) if length >= 20 else 0


@compiled
def array_numbers(block: Numbers, starts: Numbers, lengths: Numbers) -> Any:
    offsets = np.zeros(len(starts) + 1, np.int64)
    for row in range(len(starts)):
        offsets[row + 1] = offsets[row] + _held(block, starts[row], lengths[row])
    out = np.empty(offsets[-1], np.int32)
    for row in range(len(starts)):
        at = starts[row] + 20
        for place in range(offsets[row], offsets[row + 1]):
            out[place] = _long(block, at + 4)
            at += 8
    return out, offsets


@compiled
def array_elements(block: Numbers, starts: Numbers, lengths: Numbers) -> Any:
    offsets = np.zeros(len(starts) + 1, np.int64)
    for row in range(len(starts)):
        offsets[row + 1] = offsets[row] + _held(block, starts[row], lengths[row])
    found = np.empty(offsets[-1], np.int64)
    sizes = np.empty(offsets[-1], np.int32)
    for row in range(len(starts)):
        at = starts[row] + 20
        for place in range(offsets[row], offsets[row + 1]):
            size = _long(block, at)
            at += 4
            found[place] = at
            sizes[place] = size
            at += max(size, 0)
    return found, sizes, offsets


@compiled
def _tokens_of(block: Numbers, start: int, end: int, found: Numbers, sizes: Numbers, place: int) -> int:
    """Tokens of one text, written where `found` has room; the place behind the last."""
    at = start
    while at < end:
        one = block[at]
        if one == _SPACE:
            at += 1
            continue
        begin = at
        at += 1
        if one != _LINE and one != _UNIT:
            while at < end and block[at] != _SPACE and block[at] != _LINE and block[at] != _UNIT:
                at += 1
        if place < len(found):
            found[place] = begin
            sizes[place] = at - begin
        place += 1
    return place


@compiled
def tokens(block: Numbers, starts: Numbers, lengths: Numbers) -> Any:
    offsets = np.zeros(len(starts) + 1, np.int64)
    found = np.empty(0, np.int64)
    sizes = np.empty(0, np.int32)
    for row in range(len(starts)):
        offsets[row + 1] = _tokens_of(block, starts[row], starts[row] + lengths[row], found, sizes, offsets[row])
    found = np.empty(offsets[-1], np.int64)
    sizes = np.empty(offsets[-1], np.int32)
    for row in range(len(starts)):
        _tokens_of(block, starts[row], starts[row] + lengths[row], found, sizes, offsets[row])
    return found, sizes, offsets


@compiled
def _hash(block: Numbers, start: int, length: int) -> Any:
    value = np.uint64(14695981039346656037)
    for place in range(start, start + length):
        value = (value ^ np.uint64(block[place])) * np.uint64(1099511628211)
    return np.int64((value ^ (value >> np.uint64(29))) & np.uint64(0x7FFFFFFFFFFFFFFF))


@compiled
def _same(block: Numbers, one: int, other: int, length: int) -> bool:
    place = 0
    while place < length and block[one + place] == block[other + place]:
        place += 1
    return place == length


@compiled
def encode(block: Numbers, starts: Numbers, lengths: Numbers) -> Any:
    """Each piece as the number of its text in order of first sight (-1: null), and where each was seen first."""
    codes = np.empty(len(starts), np.int32)
    firsts = np.empty(64, np.int64)
    hashes = np.empty(64, np.int64)
    table = np.full(256, -1, np.int32)
    known = 0
    for row in range(len(starts)):
        size = lengths[row]
        if size < 0:
            codes[row] = -1
            continue
        value = _hash(block, starts[row], size)
        at = value & (len(table) - 1)
        while True:
            code = table[at]
            if code < 0:
                break
            first = firsts[code]
            if hashes[code] == value and lengths[first] == size and _same(block, starts[first], starts[row], size):
                break
            at = (at + 1) & (len(table) - 1)
        if code < 0:
            if known == len(firsts):
                firsts = np.concatenate((firsts, np.empty(known, np.int64)))
                hashes = np.concatenate((hashes, np.empty(known, np.int64)))
                table = np.full(known * 8, -1, np.int32)
                for one in range(known):
                    at = hashes[one] & (len(table) - 1)
                    while table[at] >= 0:
                        at = (at + 1) & (len(table) - 1)
                    table[at] = one
                at = value & (len(table) - 1)
                while table[at] >= 0:
                    at = (at + 1) & (len(table) - 1)
            code = np.int32(known)
            firsts[known] = row
            hashes[known] = value
            table[at] = code
            known += 1
        codes[row] = code
    return codes, firsts[:known].copy()


@compiled
def _text_end(block: Numbers, at: int) -> int:
    """Of a JSON text that begins behind its quote at `at`: the place of the quote that ends it."""
    while block[at] != _QUOTE:
        at += 2 if block[at] == _BACKSLASH else 1
    return at


@compiled
def _value_end(block: Numbers, at: int, end: int) -> int:
    """The place behind a JSON value that is no text: the comma or brace that follows it on its own level."""
    depth = 0
    while at < end:
        one = block[at]
        if one == _QUOTE:
            at = _text_end(block, at + 1)
        elif one == _OPEN or one == 91:
            depth += 1
        elif one == _CLOSE or one == 93:
            if depth == 0:
                return at
            depth -= 1
        elif one == _COMMA and depth == 0:
            return at
        at += 1
    return at


@compiled
def _pairs_of(
    block: Numbers, start: int, length: int, row: int, rows: Numbers, keys: Numbers, key_sizes: Numbers,
    values: Numbers, sizes: Numbers, is_text: Numbers, place: int,
) -> int:  # fmt: skip
    end = start + length
    at = start + 2  # behind the version of jsonb's format, and the brace
    while at < end and block[at] != _CLOSE:
        key = at + 1
        key_end = _text_end(block, key)
        at = key_end + 3  # quote, colon, space
        text = block[at] == _QUOTE
        null = block[at] == _NULL
        if text:
            begin = at + 1
            stop = _text_end(block, begin)
            at = stop + 1
        else:
            begin = at
            stop = _value_end(block, at, end)
            at = stop
        if not null:
            if place < len(rows):
                rows[place] = row
                keys[place], key_sizes[place] = key, key_end - key
                values[place], sizes[place] = begin, stop - begin
                is_text[place] = text
            place += 1
        if at < end and block[at] == _COMMA:
            at += 2  # and a space
    return place


@compiled
def object_pairs(block: Numbers, starts: Numbers, lengths: Numbers) -> Any:
    """Of JSON objects as jsonb writes them: row, key and value of each pair that is not null."""
    count = 0
    for turn in range(2):
        room = count if turn else 0
        rows = np.empty(room, np.int64)
        keys, key_sizes = np.empty(room, np.int64), np.empty(room, np.int32)
        values, sizes = np.empty(room, np.int64), np.empty(room, np.int32)
        is_text = np.empty(room, np.bool_)
        count = 0
        for row in range(len(starts)):
            if lengths[row] > 3:
                count = _pairs_of(
                    block, starts[row], lengths[row], row, rows, keys, key_sizes, values, sizes, is_text, count
                )
    return rows, keys, key_sizes, values, sizes, is_text
