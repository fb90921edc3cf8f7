"""The catalogue's one question: a page, the exact total and the facets of a Query, all of the same moment.

Everything that asks comes through here, so that another engine can answer it later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Numeric, Select, and_, cast, func, literal, or_, select

from pixplore.catalogue import changes, cursor
from pixplore.catalogue.conditions import conditions, text_query
from pixplore.catalogue.facets import Facet, count
from pixplore.catalogue.read import ENTRY_COLUMNS, Entry, entries
from pixplore.catalogue.schema import image
from pixplore.catalogue.words import asked
from pixplore.query import Query, fingerprint

SORTS = ("newest", "oldest", "name", "relevance")


@dataclass(frozen=True, slots=True)
class Found:
    """`total` is exact; `version` is the newest change this answer knows of."""

    entries: list[Entry]
    total: int
    facets: dict[str, Facet]
    next_cursor: str | None
    version: int


@dataclass(frozen=True, slots=True)
class Key:
    """One sort value: its expression, direction, and how a cursor's text becomes its type again."""

    by: ColumnElement[Any]
    falls: bool
    read: Any


def search(
    connection: Connection,
    query: Query,
    sort: str = "newest",
    limit: int = 50,
    after: str | None = None,
    facets: Sequence[str] = (),
    facet_limit: int = 50,
) -> Found:
    """One page and the counts. `connection` is a snapshot. Raises Invalid for a cursor that is not of this list."""
    asked_for = conditions(connection, query)
    keys = _keys(query, sort)
    place = fingerprint(query, sort)
    page: Select[Any] = select(*ENTRY_COLUMNS, *(key.by.label(f"key_{n}") for n, key in enumerate(keys))).where(
        asked_for.all
    )
    if after is not None:
        page = page.where(_beyond(keys, cursor.decode_as(after, place, *(key.read for key in keys))))
    page = page.order_by(*(key.by.desc() if key.falls else key.by.asc() for key in keys)).limit(limit + 1)
    rows = connection.execute(page).all()
    more = cursor.encode(place, [_written(v) for v in rows[limit - 1][-len(keys) :]]) if len(rows) > limit else None
    total, counted = count(connection, query, asked_for, facets, facet_limit)
    return Found(entries(connection, rows[:limit]), total, counted, more, changes.version(connection))


def _keys(query: Query, sort: str) -> list[Key]:
    """What the sort compares, in order; the last is always unique, so that every order is total."""
    newest = Key(image.c.created_at, True, datetime.fromisoformat)
    identity = Key(image.c.id, False, UUID)
    if sort == "oldest":
        return [Key(newest.by, False, newest.read), Key(identity.by, True, UUID)]
    if sort == "name":
        return [Key(func.lower(image.c.name).collate("C"), False, str), identity]
    if sort == "relevance" and asked(query.q):
        rank = cast(func.ts_rank(image.c.document, text_query(query.q)), Numeric(9, 6))
        return [Key(rank, True, Decimal), newest, identity]
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
