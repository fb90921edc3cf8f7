"""Saved searches: what a person asks again and again. Each is its owner's alone; nobody else knows that it is there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, delete, func, insert, select, tuple_, update

from pixplore.catalogue import changes
from pixplore.catalogue.schema import saved_search
from pixplore.errors import Conflict, NotFound
from pixplore.query import Query, as_filters

MOST = 200
"""Of one person."""


@dataclass(frozen=True, slots=True)
class Saved:
    """`filters` as the contract's {filters}, canonical."""

    id: UUID
    name: str
    filters: dict[str, Any]
    sort: str
    created_at: datetime
    updated_at: datetime


_COLUMNS = [saved_search.c[name] for name in Saved.__dataclass_fields__]


def searches(
    connection: Connection, owner: str, limit: int, after: tuple[datetime, UUID] | None = None
) -> list[Saved]:  # fmt: skip
    """The owner's, the newest first, from the one behind `after` (its created_at and id)."""
    newest = tuple_(saved_search.c.created_at, saved_search.c.id)
    found = select(*_COLUMNS).where(saved_search.c.owner == owner)
    if after is not None:
        found = found.where(newest < tuple_(*after))
    ordered = found.order_by(saved_search.c.created_at.desc(), saved_search.c.id.desc()).limit(limit)
    return [Saved(*row) for row in connection.execute(ordered)]


def search(connection: Connection, search_id: UUID, owner: str) -> Saved:
    """One of the owner's. Raises NotFound, also for another person's."""
    return _own(connection, search_id, owner)


def create(connection: Connection, name: str, query: Query, sort: str, owner: str) -> tuple[Saved, int]:
    """Keep a search; it, and the version. Raises Conflict where a person has too many."""
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"saved_search {owner}", 0))))
    kept = connection.execute(select(func.count()).where(saved_search.c.owner == owner)).scalar_one()
    if kept >= MOST:
        raise Conflict(f"You have {MOST} saved searches, the most there can be. Delete some first.")
    row = {"id": uuid4(), "name": name, "filters": as_filters(query), "sort": sort, "owner": owner}
    made = Saved(*connection.execute(insert(saved_search).values(row).returning(*_COLUMNS)).one())
    return made, _note(connection, owner, "saved_search_create", made.id, None, made)


def change(
    connection: Connection, search_id: UUID, owner: str, name: str | None, query: Query | None, sort: str | None
) -> tuple[Saved, int]:
    """Change what is not None. Raises NotFound, also for another person's."""
    old = _own(connection, search_id, owner, lock=True)
    wanted = {"name": name, "filters": None if query is None else as_filters(query), "sort": sort}
    new = {key: value for key, value in wanted.items() if value is not None and value != getattr(old, key)}
    if not new:
        return old, changes.version(connection)
    written = update(saved_search).where(saved_search.c.id == search_id).values(**new, updated_at=func.now())
    now = Saved(*connection.execute(written.returning(*_COLUMNS)).one())
    return now, _note(connection, owner, "saved_search_edit", search_id, old, now)


def remove(connection: Connection, search_id: UUID, owner: str) -> int:
    """Forget it. Raises NotFound, also for another person's."""
    old = _own(connection, search_id, owner, lock=True)
    connection.execute(delete(saved_search).where(saved_search.c.id == search_id))
    return _note(connection, owner, "saved_search_delete", search_id, old, None)


def _own(connection: Connection, search_id: UUID, owner: str, lock: bool = False) -> Saved:
    found = select(*_COLUMNS).where(saved_search.c.id == search_id, saved_search.c.owner == owner)
    row = connection.execute(found.with_for_update() if lock else found).one_or_none()
    if row is None:
        raise NotFound("You have no such saved search, or no longer. Look for it in your list.")
    return Saved(*row)


def _note(
    connection: Connection, owner: str, action: str, search_id: UUID, before: Saved | None, after: Saved | None
) -> int:
    detail = {"saved_search": str(search_id), "before": _told(before), "after": _told(after)}
    return changes.note(connection, owner, action, detail)


def _told(one: Saved | None) -> dict[str, Any] | None:
    return {"name": one.name, "filters": one.filters, "sort": one.sort} if one else None
