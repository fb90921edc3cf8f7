"""What people change of an image: its words and its place in the trash; pixplore.catalogue.verdicts: its labels.

Each function is one write within the caller's transaction: it locks the image's row, so that edits, verdicts and a
relabelling of the same image follow one another, and it answers with the version of the catalogue it made.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, func, select, update

from pixplore.catalogue import changes
from pixplore.catalogue.document import refresh_words
from pixplore.catalogue.schema import image
from pixplore.errors import NotFound


def change(connection: Connection, image_id: UUID, wanted: Mapping[str, Any], actor: str) -> int:
    """Set title, sku, category, tags, attributes as far as `wanted` names them; attributes are merged, None removes.

    Nothing that differs: nothing is written, and the version is the newest there is. Raises NotFound.
    """
    now = _locked(connection, image_id)
    new: dict[str, Any] = {}
    for name in ("title", "sku", "category"):
        if name in wanted:
            new[name] = wanted[name] or None
    if wanted.get("tags") is not None:
        new["tags"] = list(dict.fromkeys(wanted["tags"]))
    if wanted.get("attributes") is not None:
        merged = {**now.attributes, **wanted["attributes"]}
        new["attributes"] = {name: value for name, value in merged.items() if value is not None}
    new = {name: value for name, value in new.items() if value != getattr(now, name)}
    if not new:
        return changes.version(connection)
    connection.execute(update(image).where(image.c.id == image_id).values(**new, updated_at=func.now()))
    refresh_words(connection, [image_id])
    detail = {name: {"before": getattr(now, name), "after": value} for name, value in new.items()}
    return changes.record(connection, actor, "edit", [image_id], detail)


def trash(connection: Connection, image_id: UUID, actor: str) -> int:
    """Put an image into the trash; one that is there stays. Raises NotFound."""
    if _locked(connection, image_id).deleted_at is not None:
        return changes.version(connection)
    now = func.now()
    connection.execute(update(image).where(image.c.id == image_id).values(deleted_at=now, updated_at=now))
    return changes.record(connection, actor, "delete", [image_id])


def restore(connection: Connection, image_id: UUID, actor: str) -> int:
    """Bring an image back from the trash; one that is not there stays. Raises NotFound."""
    if _locked(connection, image_id).deleted_at is None:
        return changes.version(connection)
    connection.execute(update(image).where(image.c.id == image_id).values(deleted_at=None, updated_at=func.now()))
    return changes.record(connection, actor, "restore", [image_id])


def _locked(connection: Connection, image_id: UUID) -> Row[Any]:
    row = connection.execute(select(image).where(image.c.id == image_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("There is no such image in the catalogue, or no longer. Look for it anew.")
    return row
