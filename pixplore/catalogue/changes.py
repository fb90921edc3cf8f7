"""Who did what, in order: the audit trail, the `version` of a write and (later) the index's feed."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, text

from pixplore.catalogue.schema import change


def record(
    connection: Connection,
    actor: str,
    action: str,
    image_ids: Iterable[UUID],
    detail: dict[str, Any] | None = None,
) -> int:
    """Write one change row per image in the caller's transaction; returns the highest version (0 for no image)."""
    told = {"actor": actor, "action": action, "detail": json.dumps(detail or {})}
    ids = [str(i) for i in image_ids]
    return int(connection.execute(_RECORD, told | {"ids": ids}).scalar_one()) if ids else 0


def version(connection: Connection) -> int:
    """The highest version this connection can see; 0 in an empty catalogue."""
    return int(connection.execute(select(func.coalesce(func.max(change.c.seq), 0))).scalar_one())


def note(connection: Connection, actor: str, action: str, detail: dict[str, Any]) -> int:
    """Write one change that is about no single image (a collection renamed); returns its version."""
    row = insert(change).values(actor=actor, action=action, detail=detail).returning(change.c.seq)
    return int(connection.execute(row).scalar_one())


_RECORD = text("""
    with made as (
        insert into change (actor, action, image_id, detail)
        select :actor, :action, given.id, cast(:detail as jsonb) from unnest(cast(:ids as uuid[])) as given(id)
        returning seq)
    select max(seq) from made
""")


def transaction_of(connection: Connection, version: int) -> int | None:
    """Which transaction wrote a version; None for one that is not there (yet)."""
    found = connection.execute(text("select xid::text from change where seq = :seq"), {"seq": version}).scalar()
    return None if found is None else int(found)
