"""One page of what is found, in any sort, over all segments; cursors as SQL writes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, SafeUUID

import numpy as np
from numpy.typing import NDArray

from pixplore import cursor
from pixplore.index import bits
from pixplore.index.facets import Rows
from pixplore.index.filters import microseconds
from pixplore.index.segment import EPOCH
from pixplore.index.wording import Wording

_MOST_RANK = 1 << 20
_new, _number = object.__new__, int.from_bytes
_set_int, _set_safe = (vars(UUID)[slot].__set__ for slot in ("int", "is_safe"))


@dataclass(frozen=True, slots=True)
class Places:
    """A page: ids in order, and the cursor to go on with."""

    ids: list[UUID]
    next_cursor: str | None


Ordered = tuple[Rows, NDArray[np.int32], NDArray[np.int32] | None]
"""The first rows of a segment in the order asked for, with their ranks where it goes by them."""


def page(
    parts: Sequence[Rows], sort: str, place: str, limit: int, after: str | None, wording: Wording | None
) -> Places:
    """`place` ties the cursor to query and sort; `wording` is that of a `q` with words, for relevance.

    Raises Invalid for a cursor that is not of this place.
    """
    if sort == "relevance" and wording is None:
        sort = "newest"
    last = _read(sort, place, after)
    first = [(part, *_rows(part, sort, limit + 1, last, wording)) for part in parts if part.number]
    if len(first) == 1:
        part, rows, _ = first[0]
        raw = part.live.segment.ids[rows[:limit]].tobytes()
        ids = [identity(raw[at : at + 16]) for at in range(0, len(raw), 16)]
        end = (part, int(rows[limit - 1])) if len(rows) > limit else None
    else:
        found: list[tuple[Any, Rows, int]] = []
        for part, rows, ranks in _worth_a_look(first, sort, limit + 1):
            found += _keyed(part, sort, rows, ranks)
        found.sort(key=lambda entry: entry[0])
        ids = [identity(part.live.segment.ids[row].tobytes()) for _, part, row in found[:limit]]
        end = found[limit - 1][1:] if len(found) > limit else None
    return Places(ids, None if end is None else cursor.encode(place, _written(*end, sort, wording)))


def identity(raw: bytes) -> UUID:
    """UUID(bytes=raw) at a third of its cost: there is nothing to check."""
    made = _new(UUID)
    _set_int(made, _number(raw, "big"))
    _set_safe(made, SafeUUID.unknown)
    return made


def _read(sort: str, place: str, after: str | None) -> tuple[Any, ...] | None:
    """The sort values of the last row shown."""
    if after is None:
        return None
    if sort == "name":
        key, identity = cursor.decode_as(after, place, str, UUID)
        return key, identity.bytes
    if sort == "relevance":
        rank, created, identity = cursor.decode_as(after, place, _rank, _created, UUID)
        return rank, created, identity.bytes
    created, identity = cursor.decode_as(after, place, _created, UUID)
    return created, identity.bytes


def _created(text: str) -> int:
    return microseconds(cursor.moment(text))


def _rank(text: str) -> int:
    """Any whole number, as for SQL: what is above or below all ranks there are comes before or after all of them."""
    return min(max(int(text), -1), _MOST_RANK)


def _rows(
    part: Rows, sort: str, most: int, last: tuple[Any, ...] | None, wording: Wording | None
) -> tuple[NDArray[np.int32], NDArray[np.int32] | None]:
    """The first `most` rows after `last`, in order, with their ranks where the sort goes by them."""
    segment, found = part.live.segment, part.found
    if sort == "newest":
        return bits.first_rows(found, 0 if last is None else segment.newest_place(*last), most), None
    if sort == "oldest":
        end = len(segment)
        if last is not None:  # the row itself, if it is here, comes right before the place after it
            end = segment.newest_place(*last)
            if end and segment.created[end - 1] == last[0] and segment.ids[end - 1].tobytes() == last[1]:
                end -= 1
        return bits.last_rows(found, end, most), None
    if sort == "name":
        start = 0 if last is None else segment.name_place(*last)
        if part.number * part.number > most * len(segment):
            return bits.those_in(found, segment.by_name, start, most), None
        ranks = segment.name_rank[bits.rows_of(found, part.number)]
        ranks = ranks[ranks >= start]
        if len(ranks) > most:
            ranks = np.partition(ranks, most)[:most]
        return segment.by_name[np.sort(ranks)], None
    rows = bits.rows_of(found, part.number)
    if wording is None:
        raise ValueError("Only what has been asked in words can be sorted by relevance.")
    ranks = wording.ranks(part.live, rows)
    keys = (_MOST_RANK - ranks.astype(np.int64)) << 32 | rows
    if last is not None:
        keys = keys[keys >= (_MOST_RANK - last[0] << 32 | segment.newest_place(*last[1:]))]
    if len(keys) > most:
        keys = np.partition(keys, most)[:most]
    keys.sort()
    return (keys & 0xFFFFFFFF).astype(np.int32), (_MOST_RANK - (keys >> 32)).astype(np.int32)


def _worth_a_look(first: list[Ordered], sort: str, most: int) -> list[Ordered]:
    """Without the rows that their time alone puts behind the first `most`."""
    if sort not in ("newest", "oldest") or not first:
        return first
    sign = 1 if sort == "oldest" else -1
    times = [sign * part.live.segment.created[rows] for part, rows, _ in first]
    together = np.concatenate(times)
    if len(together) <= most:
        return first
    last = np.partition(together, most - 1)[most - 1]
    return [(part, rows[when <= last], ranks) for (part, rows, ranks), when in zip(first, times, strict=True)]


def _keyed(
    part: Rows, sort: str, rows: NDArray[np.int32], ranks: NDArray[np.int32] | None
) -> list[tuple[Any, Rows, int]]:
    """The rows with what the sort compares across segments."""
    segment = part.live.segment
    ids = [segment.ids[row].tobytes() for row in rows]
    if sort == "name":
        keys: list[Any] = [(segment.names.raw(row), identity) for row, identity in zip(rows, ids, strict=True)]
    elif sort == "oldest":
        created = segment.created[rows].tolist()
        keys = [(moment, _reversed(identity)) for moment, identity in zip(created, ids, strict=True)]
    else:
        created = (-segment.created[rows]).tolist()
        before = [0] * len(ids) if ranks is None else (-ranks).tolist()
        keys = list(zip(before, created, ids, strict=True))
    return [(key, part, row) for key, row in zip(keys, rows.tolist(), strict=True)]


def _reversed(identity: bytes) -> bytes:
    return bytes(255 - byte for byte in identity)


def _written(part: Rows, row: int, sort: str, wording: Wording | None) -> list[str]:
    segment = part.live.segment
    identity = str(UUID(bytes=segment.ids[row].tobytes()))
    if sort == "name":
        return [segment.names[row], identity]
    created = (EPOCH + timedelta(microseconds=int(segment.created[row]))).isoformat()
    if sort == "relevance" and wording is not None:
        return [str(int(wording.ranks(part.live, np.array([row], np.int32))[0])), created, identity]
    return [created, identity]
