"""Many texts in one block of bytes, sorted: a place in it compares as the text does (UTF-8 keeps code point order)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pixplore.index.compiled import compiled


@dataclass(frozen=True, slots=True)
class Strings:
    """Text i is blob[offsets[i]:offsets[i + 1]] as UTF-8; ascending by code point and each once."""

    blob: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, place: int) -> str:
        return self.raw(place).decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        return (self[place] for place in range(len(self)))

    def raw(self, place: int) -> bytes:
        return self.blob[self.offsets[place] : self.offsets[place + 1]].tobytes()

    def bisect(self, wanted: bytes) -> int:
        """The first place whose text is not below `wanted` (UTF-8)."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self.raw(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def find(self, text: str) -> int:
        """Its place, or -1."""
        wanted = encoded(text)
        place = self.bisect(wanted)
        return place if place < len(self) and self.raw(place) == wanted else -1

    def places(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """The place of each; -1 - p for one that is not here and would stand before place p."""
        wanted = strings(texts)
        found: NDArray[np.int64] = _places(self.blob, self.offsets, wanted.blob, wanted.offsets)
        return found

    def beginning(self, prefix: str) -> tuple[int, int]:
        """The places [from, to) of texts that begin with `prefix`."""
        wanted = encoded(prefix)
        # No UTF-8 text holds the byte 0xff, so this is above everything that begins so.
        return self.bisect(wanted), self.bisect(wanted + b"\xff")


def encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def strings(texts: Sequence[str]) -> Strings:
    """In the order given; only if that is sorted, and each is there once, are find() and beginning() of use."""
    raw = [encoded(text) for text in texts]
    offsets = np.zeros(len(raw) + 1, np.int64)
    np.cumsum([len(one) for one in raw], out=offsets[1:])
    return Strings(np.frombuffer(bytearray(b"".join(raw)), np.uint8), offsets)


@compiled
def _places(
    blob: NDArray[np.uint8], offsets: NDArray[np.int64], wanted: NDArray[np.uint8], ends: NDArray[np.int64]
) -> NDArray[np.int64]:
    found = np.empty(len(ends) - 1, np.int64)
    for number in range(len(found)):
        first, size = ends[number], ends[number + 1] - ends[number]
        low, high, place = 0, len(offsets) - 1, -1
        while low < high:
            middle = (low + high) >> 1
            begin, length = offsets[middle], offsets[middle + 1] - offsets[middle]
            order, at = 0, 0
            while order == 0 and at < size and at < length:
                if blob[begin + at] != wanted[first + at]:
                    order = -1 if blob[begin + at] < wanted[first + at] else 1
                at += 1
            if order == 0 and length != size:
                order = -1 if length < size else 1
            if order == 0:
                place = middle
                break
            if order < 0:
                low = middle + 1
            else:
                high = middle
        found[number] = place if place >= 0 else -1 - low
    return found
