"""From an arrived file to a picture of the catalogue: every step may be taken any number of times, by any number of
workers at once, in any order, and the end is the same.

`claim` gives no lock away: a worker that dies leaves nothing behind that another would have to wait for. Two that
work on the same file both finish; the second finds the item ended. The unique index on image.sha256 decides between
two files with the same bytes.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from pixplore.arrivals import Arrival
from pixplore.catalogue.manifest import same_picture

PATIENCE = 20
"""Seconds without progress after which the sweep may send a message again."""

# Losing one of these notes in a crash costs nothing: the sweep looks again. So they need not wait for the disk.
_UNHURRIED = "set local synchronous_commit = off;"
_OPEN = "('expected', 'received', 'processing')"


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker needs to know of the file it looks at. `version` is set where the very bytes are known."""

    image_id: UUID
    batch_id: UUID
    name: str
    key: str
    attempts: int
    uploader: str
    defaults: dict[str, Any]
    relabel: bool = False
    version: str | None = None
    announced: str | None = None
    """The sha256 that the sender gave beforehand."""
    given: dict[str, Any] = field(default_factory=dict)
    """What an import says of this very file: title, sku, category, created_at, tags, attributes, accepted labels."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How an item ended: `fresh` where this very call ended it."""

    status: str
    fresh: bool
    duplicate_of: UUID | None = None


def seen(connection: Connection, arrivals: list[Arrival]) -> None:
    """Note that these files are in storage: expected -> received."""
    connection.execute(
        text(f"""{_UNHURRIED}
            update item set status = 'received', updated_at = now(), look_at = now() + :patience * interval '1 second'
             where image_id = any(:ids) and status = 'expected'
        """),  # noqa: S608
        {"ids": [arrival.image_id for arrival in arrivals], "patience": PATIENCE},
    )


def claim(connection: Connection, arrival: Arrival) -> Work | None:
    """Begin to work on an arrived file; None where nothing is to be done: it has ended, or the event is an old one.

    A file that ended as rejected, failed or duplicate is looked at again when a newer object came under its key;
    one that is ready only when somebody asks for new labels.
    """
    row = connection.execute(
        text(f"""{_UNHURRIED}
            update item set status = 'processing', attempts = attempts + 1, updated_at = now(), error_code = null,
                   error_message = null, duplicate_of = null, look_at = now() + :patience * interval '1 second',
                   sequencer = greatest(nullif(:sequencer, ''), sequencer)
              from batch
             where image_id = :id and batch.id = item.batch_id
               and (status in {_OPEN} and (:sequencer = '' or sequencer is null or sequencer <= :sequencer)
                    or status in ('rejected', 'failed', 'duplicate') and coalesce(sequencer, '') < :sequencer)
            returning image_id, batch_id, item.name, object_key, attempts, batch.created_by, batch.defaults,
                      item.sha256, item.given
        """),  # noqa: S608
        {"id": arrival.image_id, "sequencer": arrival.sequencer, "patience": PATIENCE},
    ).first()
    if row:
        *known, announced, given = row
        return replace(Work(*known), announced=announced, given=given)
    return _relabel(connection, arrival.image_id) if arrival.relabel else None


def _relabel(connection: Connection, image_id: UUID) -> Work | None:
    row = connection.execute(
        text("""
            select id, batch_id, name, object_key, 0, uploader, '{}'::jsonb, true, object_version
              from image where id = :id and object_key is not null
        """),
        {"id": image_id},
    ).first()
    return Work(*row) if row else None


def recover(connection: Connection, arrival: Arrival, name: str, size: int, by: str, came: datetime) -> bool:
    """Write the manifest row of an object that has none (a restored database). False where one is not missing.

    `name` and `by` come from the object's own metadata; its batch keeps the id that its key tells, and the picture
    the date on which it came.
    """
    ids = {"id": arrival.image_id, "batch": arrival.batch_id}
    there = connection.execute(
        text("select 1 from item where image_id = :id union all select 1 from image where id = :id"), ids
    ).first()
    if there:
        return False
    connection.execute(
        text("""
            insert into batch (id, name, created_by, created_at) values (:batch, 'Recovered files', :by, :came)
            on conflict do nothing
        """),
        ids | {"by": by, "came": came},
    )
    made = connection.execute(
        text("""
            insert into item (image_id, batch_id, position, name, size, content_type, status, object_key, look_at,
                              given)
            select :id, :batch, coalesce(max(position), -1) + 1, :name, :size, '', 'received', :key,
                   now() + :patience * interval '1 second', cast(:given as jsonb) from item where batch_id = :batch
            on conflict do nothing returning image_id
        """),
        ids
        | {
            "name": name,
            "size": size,
            "key": arrival.key,
            "patience": PATIENCE,
            "given": json.dumps({"created_at": came.isoformat()}),
        },
    ).first()
    return made is not None


def end_if_known(connection: Connection, work: Work, sha256: str) -> Ended | None:
    """End a file as duplicate where another picture has the same bytes; None where it is new."""
    row = connection.execute(
        text("select id, name, deleted_at is not null from image where sha256 = :sha and id <> :id"),
        {"sha": sha256, "id": work.image_id},
    ).first()
    return _end_as_duplicate(connection, work, sha256, *row) if row else None


def end_as_same(connection: Connection, work: Work, sha256: str) -> Ended:
    """After the unique index has refused a picture: which one has its bytes (or is it itself, saved already)."""
    row = connection.execute(
        text("select id, name, deleted_at is not null from image where sha256 = :sha or id = :id order by id <> :id"),
        {"sha": sha256, "id": work.image_id},
    ).one()
    if row[0] != work.image_id:
        return _end_as_duplicate(connection, work, sha256, *row)
    end(connection, work.image_id, "ready")
    return Ended("ready", False)


def _end_as_duplicate(
    connection: Connection, work: Work, sha256: str, same: UUID, name: str, trashed: bool
) -> Ended:  # fmt: skip
    message = same_picture(same, name, trashed)[1]
    fresh = end(connection, work.image_id, "duplicate", "duplicate", message, same, sha256)
    return Ended("duplicate", fresh, same)


def end(
    connection: Connection, image_id: UUID, status: str, code: str | None = None, message: str | None = None,
    duplicate_of: UUID | None = None, sha256: str | None = None,
) -> bool:  # fmt: skip
    """End an item that is still open. False where it had ended before: the first end stands."""
    row = connection.execute(
        text(f"""
            update item set status = :status, error_code = :code, error_message = :message, updated_at = now(),
                   duplicate_of = :same, sha256 = coalesce(:sha, sha256)
             where image_id = :id and status in {_OPEN} returning image_id
        """),  # noqa: S608
        {"id": image_id, "status": status, "code": code, "message": message, "same": duplicate_of, "sha": sha256},
    ).first()
    return row is not None


def put_off(connection: Connection, image_id: UUID, seconds: int) -> None:
    """Note that a file is tried again in `seconds`, by its message; the sweep leaves it alone until then."""
    connection.execute(
        text(f"""{_UNHURRIED}
            update item set status = 'received', updated_at = now(),
                   look_at = now() + (:seconds + :patience) * interval '1 second'
             where image_id = :id and status in {_OPEN}
        """),  # noqa: S608
        {"id": image_id, "seconds": seconds, "patience": PATIENCE},
    )
