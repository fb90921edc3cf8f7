"""SQL answers: exact on every catalogue and at every moment, by looking at each image. The index is what is fast."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from heapq import nsmallest
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import ColumnElement, Connection, Select, and_, literal, or_, select

from pixplore import cursor
from pixplore.catalogue import changes
from pixplore.catalogue.conditions import Conditions, conditions
from pixplore.catalogue.facets import beginning, count
from pixplore.catalogue.schema import image
from pixplore.finding import Facet, Hashed, Page
from pixplore.likeness import likeness
from pixplore.query import Query, fingerprint

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_PART = 10_000
"""Rows that come from the database at a time where all are looked at."""


@dataclass(frozen=True, slots=True)
class Key:
    """One sort value: its expression, direction, and how a cursor's text becomes its type again."""

    by: ColumnElement[Any]
    falls: bool
    read: Any


class SqlFinder:
    """A Finder (pixplore.finding) over a connection that is a snapshot."""

    engine = "sql"

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @cached_property
    def version(self) -> int:
        return changes.version(self._connection)

    def page(
        self,
        query: Query,
        sort: str = "newest",
        limit: int = 50,
        after: str | None = None,
        facets: Sequence[str] = (),
        facet_limit: int = 50,
    ) -> Page:
        asked = conditions(self._connection, query)
        keys = _keys(asked, sort)
        place = fingerprint(query, sort)
        page: Select[Any] = select(*(key.by.label(f"key_{n}") for n, key in enumerate(keys)), image.c.id)
        page = page.where(asked.all)
        if after is not None:
            page = page.where(_beyond(keys, cursor.decode_as(after, place, *(key.read for key in keys))))
        page = page.order_by(*(key.by.desc() if key.falls else key.by.asc() for key in keys)).limit(limit + 1)
        rows = self._connection.execute(page).all()
        more = cursor.encode(place, [_written(v) for v in rows[limit - 1][:-1]]) if len(rows) > limit else None
        total, counted = count(self._connection, query, asked, facets, facet_limit)
        return Page([row.id for row in rows[:limit]], total, counted, more, asked.wording.spelling)

    def count(self, query: Query, facets: Sequence[str] = (), limit: int = 50) -> tuple[int, dict[str, Facet]]:
        return count(self._connection, query, conditions(self._connection, query).fixed, facets, limit)

    def facet(self, query: Query, name: str, limit: int, prefix: str = "", any_word: bool = False) -> Facet:
        asked = conditions(self._connection, query)
        if prefix:
            return beginning(self._connection, query, asked, name, limit, prefix, any_word)
        return count(self._connection, query, asked, (name,), limit)[1][name]

    def ids(self, query: Query) -> Iterator[UUID]:
        asked = conditions(self._connection, query)
        found = select(image.c.id).where(asked.all).order_by(image.c.created_at.desc(), image.c.id)
        yield from self._stream(found).scalars()

    def likest(self, query: Query, vector: bytes, limit: int) -> list[tuple[UUID, float]]:
        asked = conditions(self._connection, query)
        seen = select(image.c.id, image.c.embedding).where(asked.all, image.c.embedding.is_not(None))
        best: list[tuple[UUID, float]] = []
        for rows in self._stream(seen).partitions():
            alike = likeness(vector, b"".join(row.embedding for row in rows))
            near = [*best, *((row.id, float(value)) for row, value in zip(rows, alike, strict=True))]
            best = nsmallest(limit, near, key=lambda pair: (-pair[1], pair[0]))
        return best

    def hashed(self, query: Query) -> Hashed:
        asked = conditions(self._connection, query)
        both = image.c.phash.is_not(None), image.c.embedding.is_not(None)
        rows: list[tuple[bytes, datetime, int]] = []
        for row in self._stream(select(image.c.id, image.c.created_at, image.c.phash).where(asked.all, *both)):
            rows.append((row.id.bytes, row.created_at, row.phash))
        ids = np.frombuffer(b"".join(row[0] for row in rows), np.uint8).reshape(-1, 16)
        created = np.array([(at - _EPOCH) // _MICROSECOND for _, at, _ in rows], np.int64)
        return Hashed(ids, created, np.array([row[2] for row in rows], np.int64))

    def _stream(self, statement: Select[Any]) -> Any:
        return self._connection.execute(statement, execution_options={"yield_per": _PART})


def _keys(asked: Conditions, sort: str) -> list[Key]:
    """What the sort compares, in order; the last is always unique, so that every order is total."""
    newest = Key(image.c.created_at, True, cursor.moment)
    identity = Key(image.c.id, False, UUID)
    if sort == "oldest":
        return [Key(newest.by, False, newest.read), Key(identity.by, True, UUID)]
    if sort == "name":
        return [Key(image.c.name_key, False, str), identity]
    if sort == "relevance" and asked.wording.rank is not None:
        return [Key(asked.wording.rank, True, int), newest, identity]
    return [newest, identity]


def _beyond(keys: Sequence[Key], values: Sequence[Any]) -> ColumnElement[bool]:
    """Rows after the one with these sort values."""
    steps = []
    for place, (key, value) in enumerate(zip(keys, values, strict=True)):
        same = [k.by == v for k, v in zip(keys[:place], values[:place], strict=True)]
        steps.append(and_(*same, key.by < value if key.falls else key.by > value))
    first = keys[0].by <= literal(values[0]) if keys[0].falls else keys[0].by >= literal(values[0])
    return and_(first, or_(*steps))  # `first` says nothing new, but an index understands it


def _written(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
