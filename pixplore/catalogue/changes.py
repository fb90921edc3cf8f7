"""Who did what, in order: the audit trail, the `version` of a write and (later) the index's feed."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, select

from pixplore.catalogue.schema import change


def record(
    connection: Connection,
    actor: str,
    action: str,
    image_ids: Iterable[UUID],
    detail: dict[str, Any] | None = None,
) -> int:
    """Write one change row per image in the caller's transaction; returns the highest version (0 for no image)."""
    rows = [{"actor": actor, "action": action, "image_id": i, "detail": detail or {}} for i in image_ids]
    if not rows:
        return 0
    return max(int(seq) for seq in connection.execute(insert(change).returning(change.c.seq), rows).scalars())


def version(connection: Connection) -> int:
    """The highest version this connection can see; 0 in an empty catalogue."""
    return int(connection.execute(select(func.coalesce(func.max(change.c.seq), 0))).scalar_one())


def note(connection: Connection, actor: str, action: str, detail: dict[str, Any]) -> int:
    """Write one change that is about no single image (a collection renamed); returns its version."""
    row = insert(change).values(actor=actor, action=action, detail=detail).returning(change.c.seq)
    return int(connection.execute(row).scalar_one())
