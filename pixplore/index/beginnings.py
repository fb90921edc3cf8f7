"""Which of many values begin as it was typed (pixplore.finding.begins), all of a base in one compiled loop.

Capitals that are ASCII are made small on the way. What becomes of all others Python alone says: values that are not
ASCII are looked at in a copy that it made, once, in lower case.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixplore.index.arrays import Array
from pixplore.index.compiled import compiled
from pixplore.index.ragged import Ragged
from pixplore.index.strings import Strings, encoded, strings

_PART = 20_000
"""Values made lower case at once: the interpreter is held no longer than some milliseconds."""


@dataclass(frozen=True, slots=True)
class Lowered:
    """The values of a base that are not ASCII: their places in it, and what they are in lower case."""

    places: NDArray[np.int64]
    texts: Strings


def lowered(base: Strings) -> Lowered:
    places = np.flatnonzero(_not_ascii(base.blob, base.offsets))
    values = Ragged(base.blob, base.offsets)
    blobs, lengths = [np.zeros(0, np.uint8)], [np.zeros(1, np.int64)]
    for start in range(0, len(places), _PART):
        part = values.take(places[start : start + _PART])
        made = _in_lower_case(Strings(part.flat, part.offsets))
        blobs.append(made.blob)
        lengths.append(np.diff(made.offsets))
    return Lowered(places, Strings(np.concatenate(blobs), np.cumsum(np.concatenate(lengths))))


def beginning(base: Strings, more: Lowered, prefix: str, any_word: bool) -> NDArray[np.bool_]:
    """For each value of `base`. `more` is what `lowered` made of it; `prefix` is not empty, and in lower case."""
    wanted, inside = np.frombuffer(bytearray(encoded(prefix)), np.uint8), _inside_words()
    found: NDArray[np.bool_] = _begin(base.blob, base.offsets, wanted, any_word, inside)
    found[more.places] = _begin(more.texts.blob, more.texts.offsets, wanted, any_word, inside)
    return found


def _in_lower_case(values: Strings) -> Strings:
    """All at once, with a zero behind each: what a capital becomes never depends on what stands beyond it."""
    joined = np.insert(values.blob, values.offsets[1:], 0).tobytes()
    small = np.frombuffer(bytearray(encoded(joined.decode("utf-8", "surrogatepass").lower())), np.uint8)
    ends = np.flatnonzero(small == 0)
    if len(ends) != len(values):  # a value has a zero of its own, which no database keeps
        return strings([value.lower() for value in values])
    offsets = np.append(0, ends + 1 - np.arange(1, len(ends) + 1))
    return Strings(small[small != 0], offsets)


@cache
def _inside_words() -> NDArray[np.bool_]:
    """For each code point whether it is a letter or a digit, so that no word begins behind it."""
    return np.char.isalnum(np.arange(0x110000, dtype=np.uint32).view("U1"))


@compiled
def _not_ascii(blob: Array, offsets: Array) -> NDArray[np.bool_]:
    found = np.zeros(len(offsets) - 1, np.bool_)
    for number in range(len(found)):
        for at in range(offsets[number], offsets[number + 1]):
            if blob[at] >= 128:
                found[number] = True
                break
    return found


@compiled
def _begin(blob: Array, offsets: Array, wanted: Array, any_word: bool, inside: Array) -> Any:
    found = np.zeros(len(offsets) - 1, np.bool_)
    for number in range(len(found)):
        start = offsets[number]
        last = offsets[number + 1] - len(wanted)
        for at in range(start, (last if any_word else min(last, start)) + 1):
            if _stands(blob, at, wanted) and (at == start or not inside[_before(blob, at)]):
                found[number] = True
                break
    return found


@compiled
def _stands(blob: Array, at: int, wanted: Array) -> bool:
    for place in range(len(wanted)):
        byte = blob[at + place]
        if 65 <= byte <= 90:
            byte += 32
        if byte != wanted[place]:
            return False
    return True


@compiled
def _before(blob: Array, at: int) -> Any:
    """The code point that ends before `at`, which is not the beginning of a text."""
    at -= 1
    code, bits = np.int64(0), 0
    while blob[at] & 0xC0 == 0x80:
        code |= np.int64(blob[at] & 0x3F) << bits
        bits += 6
        at -= 1
    return code | np.int64(blob[at] & (0x3F >> bits // 6 if bits else 0x7F)) << bits
