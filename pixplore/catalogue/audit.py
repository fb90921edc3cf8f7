"""The audit trail: who changed what and when, newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, tuple_

from pixplore.catalogue.schema import change


@dataclass(frozen=True, slots=True)
class Entry:
    """One change. `image_id` is None for what is about no single image; `detail` holds before and after."""

    version: int
    at: datetime
    actor: str
    action: str
    image_id: UUID | None
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the trail; None: not asked."""

    actor: str | None = None
    action: str | None = None
    image_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


def trail(
    connection: Connection, asked: Asked, limit: int, after: tuple[datetime, int] | None = None
) -> list[Entry]:  # fmt: skip
    """Changes that fit, newest first, from the one behind `after` (its time and version); `since` is inclusive,
    `until` is not. Each filter has an index in this order, so that a page costs the same whatever lies behind it.
    """
    statement = select(change.c.seq, change.c.at, change.c.actor, change.c.action, change.c.image_id, change.c.detail)
    for column, value in (
        (change.c.actor.collate("C"), asked.actor),
        (change.c.action, asked.action),
        (change.c.image_id, asked.image_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if asked.since is not None:
        statement = statement.where(change.c.at >= asked.since)
    if asked.until is not None:
        statement = statement.where(change.c.at < asked.until)
    if after is not None:
        statement = statement.where(tuple_(change.c.at, change.c.seq) < tuple_(*after))
    ordered = statement.order_by(change.c.at.desc(), change.c.seq.desc()).limit(limit)
    return [Entry(*row) for row in connection.execute(ordered)]
