"""Where the catalogue believes the files of its pictures to be, for whoever looks after them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

from pixplore.catalogue import changes


@dataclass(frozen=True, slots=True)
class Kept:
    """One picture's file: `version` the one that was looked at, `sha256` and `bytes` of its content."""

    id: UUID
    name: str
    key: str
    version: str | None
    sha256: str
    bytes: int
    content_type: str
    uploader: str | None
    has_renditions: bool


_COLUMNS = "id, name, object_key, object_version, sha256, bytes, content_type, uploader, has_renditions"


def kept(connection: Connection, image_id: UUID) -> Kept | None:
    """None for an entry without a picture, or no entry."""
    row = connection.execute(
        text(f"select {_COLUMNS} from image where id = :id and object_key is not null"),  # noqa: S608
        {"id": image_id},
    ).first()
    return Kept(*row) if row else None


def after(connection: Connection, last: UUID | None, most: int) -> list[Kept]:
    """Pictures by id, also those in the trash, from the one behind `last`."""
    rows = connection.execute(
        text(f"""
            select {_COLUMNS} from image
             where object_key is not null and (cast(:last as uuid) is null or id > cast(:last as uuid))
             order by id limit :most
        """),  # noqa: S608
        {"last": last, "most": most},
    )
    return [Kept(*row) for row in rows]


def newest(connection: Connection, most: int) -> list[Kept]:
    """The pictures that came last."""
    rows = connection.execute(
        text(f"select {_COLUMNS} from image where object_key is not null order by created_at desc, id limit :most"),  # noqa: S608
        {"most": most},
    )
    return [Kept(*row) for row in rows]


def recovered(connection: Connection, image_id: UUID, version: str | None, how: str, actor: str) -> int:
    """Note where the original of a picture is now; the version of the catalogue."""
    connection.execute(
        text("update image set object_version = :version where id = :id"), {"version": version, "id": image_id}
    )
    return changes.record(connection, actor, "recover_original", [image_id], {"how": how})
