"""One immutable part of the index: n images, newest first (created falling, id rising), as arrays."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pixplore.index.arrays import Array, Bits, Words
from pixplore.index.column import Attributes, Column
from pixplore.index.compiled import compiled
from pixplore.index.strings import Strings, encoded
from pixplore.index.terms import Terms

DAY = 86_400_000_000  # microseconds
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Segment:
    """`labels`: the label ids by the terms' codes, rising. `names`: name keys by row. The permutations name rows in
    the order of (name key, id), `name_rank` being its reverse, and in the order of ids.
    """

    ids: NDArray[np.uint8]  # (n, 16)
    created: NDArray[np.int64]
    trashed: Bits
    width: NDArray[np.int32]
    height: NDArray[np.int32]
    names: Strings  # not sorted here: by row
    by_name: NDArray[np.int32]
    name_rank: NDArray[np.int32]
    by_id: NDArray[np.int32]
    labels: NDArray[np.int32]
    terms: Terms
    columns: Mapping[str, Column]
    attributes: Attributes
    words: Words
    text: Mapping[str, Array]
    vectors: Mapping[str, Array]

    def __len__(self) -> int:
        return len(self.created)

    @cached_property
    def days(self) -> tuple[list[str], NDArray[np.int32]]:
        """Days (2026-11-24), falling, and where each begins and the last ends."""
        days = self.created // DAY
        edges = np.flatnonzero(np.append(True, days[1:] != days[:-1])) if len(days) else np.zeros(0, np.int64)
        texts = [(EPOCH + timedelta(days=day)).date().isoformat() for day in days[edges].tolist()]
        return texts, np.append(edges, len(days)).astype(np.int32)

    @cached_property
    def months(self) -> tuple[list[str], NDArray[np.int32]]:
        """The same for months (2026-11)."""
        days, edges = self.days
        months = [day[:7] for day in days]
        first = [place for place, month in enumerate(months) if place == 0 or month != months[place - 1]]
        return [months[place] for place in first], edges[[*first, len(months)]]

    def rows_of(self, ids: NDArray[np.uint8]) -> NDArray[np.int32]:
        """The row of each id ((k, 16)), -1 where it is not here."""
        return _find_ids(self.ids, self.by_id, ids)

    def newest_place(self, created: int, identity: bytes) -> int:
        """The first row that comes after the image (created, id) in newest order."""
        begin, end = _created_span(self.created, created)
        while begin < end:
            middle = (begin + end) // 2
            if self.ids[middle].tobytes() > identity:
                end = middle
            else:
                begin = middle + 1
        return begin

    def older_than(self, created: int) -> int:
        """The first row that was created before `created`."""
        return int(_created_span(self.created, created)[1])

    def name_place(self, key: str, identity: bytes) -> int:
        """The first place in the order of names that comes after (key, id)."""
        wanted = (encoded(key), identity)
        begin, end = 0, len(self)
        while begin < end:
            middle = (begin + end) // 2
            row = int(self.by_name[middle])
            if (self.names.raw(row), self.ids[row].tobytes()) > wanted:
                end = middle
            else:
                begin = middle + 1
        return begin

    def arrays(self) -> Iterator[tuple[str, Array]]:
        """Everything by name; the part it belongs to is before the first dot."""
        yield from (
            ("ids.ids", self.ids), ("ids.by_id", self.by_id), ("created.created", self.created),
            ("created.trashed", self.trashed), ("size.width", self.width), ("size.height", self.height),
            ("names.blob", self.names.blob), ("names.offsets", self.names.offsets), ("names.by_name", self.by_name),
            ("names.rank", self.name_rank), ("terms.labels", self.labels),
        )  # fmt: skip
        yield from ((f"terms.{name}", array) for name, array in self.terms.arrays())
        for name, column in self.columns.items():
            yield from ((f"{name}.{part}", array) for part, array in column.arrays())
        yield from ((f"attributes.{name}", array) for name, array in self.attributes.arrays())
        yield "text.vocabulary_blob", self.words.vocabulary.blob
        yield "text.vocabulary_offsets", self.words.vocabulary.offsets
        yield from ((f"text.{name}", array) for name, array in self.text.items())
        yield from ((f"vectors.{name}", array) for name, array in self.vectors.items())


@compiled
def _created_span(created: Array, wanted: int) -> tuple[int, int]:
    """The rows [from, to) created at `wanted`; `created` falls."""
    begin, end = 0, len(created)
    while begin < end:
        middle = (begin + end) >> 1
        if created[middle] > wanted:
            begin = middle + 1
        else:
            end = middle
    first, end = begin, len(created)
    while begin < end:
        middle = (begin + end) >> 1
        if created[middle] >= wanted:
            begin = middle + 1
        else:
            end = middle
    return first, begin


@compiled
def _find_ids(ids: Array, by_id: Array, wanted: Array) -> NDArray[np.int32]:
    found = np.full(len(wanted), -1, np.int32)
    for number in range(len(wanted)):
        begin, end = 0, len(by_id)
        while begin < end:
            middle = (begin + end) >> 1
            row = by_id[middle]
            order = 0
            for i in range(16):
                if ids[row, i] != wanted[number, i]:
                    order = -1 if ids[row, i] < wanted[number, i] else 1
                    break
            if order == 0:
                found[number] = row
                break
            if order < 0:
                begin = middle + 1
            else:
                end = middle
    return found
