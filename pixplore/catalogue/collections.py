"""Collections: boards of images that people put together. Whoever made one changes it; so may an administrator."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection, text

from pixplore.catalogue import changes
from pixplore.domain import Person, Role
from pixplore.errors import Forbidden, Invalid, NotFound

MAX_IMAGES = 1_000_000


@dataclass(frozen=True, slots=True)
class Collection:
    """`images` counts those that are not in the trash; `cover` the first pictures in its own order, four at most."""

    id: UUID
    name: str
    note: str
    created_by: str
    created_at: datetime
    images: int
    cover: list[UUID]


def collections(connection: Connection, limit: int, after: tuple[datetime, UUID] | None = None) -> list[Collection]:
    """The newest first, from the one behind `after` (its created_at and id)."""
    at, last = after or (None, None)
    rows = connection.execute(text(_LIST), {"at": at, "last": last, "limit": limit, "one": None})
    return [Collection(**row) for row in rows.mappings()]


def collection(connection: Connection, collection_id: UUID) -> Collection:
    """One of them. Raises NotFound."""
    row = connection.execute(text(_LIST), {"at": None, "last": None, "limit": 1, "one": collection_id}).mappings()
    if (found := row.one_or_none()) is None:
        raise NotFound("There is no such collection, or no longer. Look for it under Collections.")
    return Collection(**found)


def create(connection: Connection, name: str, note: str, actor: str) -> tuple[UUID, int]:
    """Make an empty one; its id, and the version."""
    new = uuid4()
    row = {"id": new, "name": name, "note": note, "by": actor}
    connection.execute(text("insert into collection (id, name, note, created_by) values (:id, :name, :note, :by)"), row)
    return new, changes.note(connection, actor, "collection_create", {"collection": str(new), "name": name})


def rename(connection: Connection, collection_id: UUID, name: str | None, note: str | None, by: Person) -> int:
    """Change name or note (None: leave it). Raises NotFound, Forbidden."""
    old = owned(connection, collection_id, by)
    new = {"name": old.name if name is None else name, "note": old.note if note is None else note}
    connection.execute(
        text("update collection set name = :name, note = :note where id = :id"), {**new, "id": collection_id}
    )
    detail = {"collection": str(collection_id), "before": {"name": old.name, "note": old.note}, "after": new}
    return changes.note(connection, by.email, "collection_edit", detail)


def remove(connection: Connection, collection_id: UUID, by: Person) -> int:
    """Delete the collection; its images stay, and each remembers that it was in it. Raises NotFound, Forbidden."""
    old = owned(connection, collection_id, by)
    members = connection.execute(text(_MEMBERS), {"id": collection_id}).scalars().all()
    connection.execute(text("delete from collection where id = :id"), {"id": collection_id})
    changes.record(connection, by.email, "uncollect", members, {"collection": str(collection_id), "name": old.name})
    detail = {"collection": str(collection_id), "name": old.name, "images": old.images}
    return changes.note(connection, by.email, "collection_delete", detail)


def add_images(connection: Connection, collection_id: UUID, image_ids: Sequence[UUID], by: Person) -> int:
    """Put images in, behind those that are there; some may be there already. Raises NotFound, Forbidden, Invalid."""
    one = owned(connection, collection_id, by)
    ids = [str(i) for i in dict.fromkeys(image_ids)]
    known = set(
        connection.execute(text("select id from image where id = any(cast(:ids as uuid[]))"), {"ids": ids}).scalars()
    )
    if missing := [i for i in image_ids if i not in known]:
        raise Invalid({"image_ids": f"{len(missing)} of these are not in the catalogue, first {missing[0]}"})
    last, there = connection.execute(text(_LAST), {"id": collection_id}).one()
    added = put_in(connection, collection_id, ids, last)
    if there + len(added) > MAX_IMAGES:
        raise Invalid({"image_ids": f"a collection holds at most {MAX_IMAGES:,} images"})
    if not added:
        return changes.version(connection)
    return changes.record(connection, by.email, "collect", added, {"collection": str(one.id), "name": one.name})


def put_in(connection: Connection, collection_id: UUID, image_ids: Sequence[UUID | str], behind: int) -> list[UUID]:
    """Make images of the catalogue members, at the places behind `behind`; those that were none until now."""
    asked = {"id": collection_id, "ids": [str(i) for i in image_ids], "last": behind}
    return list(connection.execute(text(_ADD), asked).scalars())


def take_image(connection: Connection, collection_id: UUID, image_id: UUID, by: Person) -> int:
    """Take one image out; one that is not in it changes nothing. Raises NotFound, Forbidden."""
    one = owned(connection, collection_id, by)
    gone = connection.execute(
        text("delete from collection_image where collection_id = :id and image_id = :image"),
        {"id": collection_id, "image": image_id},
    ).rowcount
    if not gone:
        return changes.version(connection)
    return changes.record(connection, by.email, "uncollect", [image_id], {"collection": str(one.id), "name": one.name})


def owned(connection: Connection, collection_id: UUID, by: Person) -> Collection:
    """A collection that this person may change, its row locked. Raises NotFound, Forbidden."""
    # One writer at a time, so that places do not clash.
    connection.execute(text("select from collection where id = :id for update"), {"id": collection_id})
    one = collection(connection, collection_id)
    if one.created_by != by.email and by.role is not Role.ADMIN:
        raise Forbidden(
            "Only the person who made this collection, or an administrator, can change it. Nothing was changed."
        )
    return one


_LIST = """
    select c.id, c.name, c.note, c.created_by, c.created_at,
           (select count(*) from collection_image m join image i on i.id = m.image_id
             where m.collection_id = c.id and i.deleted_at is null) as images,
           array(select m.image_id from collection_image m join image i on i.id = m.image_id
                  where m.collection_id = c.id and i.deleted_at is null and i.has_renditions
                  order by m.position, m.image_id limit 4) as cover
      from collection c
     where (cast(:one as uuid) is null or c.id = cast(:one as uuid))
       and (cast(:at as timestamptz) is null
            or (c.created_at, c.id) < (cast(:at as timestamptz), cast(:last as uuid)))
     order by c.created_at desc, c.id desc limit :limit
"""
_ADD = """
    insert into collection_image (collection_id, image_id, position)
    select :id, ids.id, ids.place + :last from unnest(cast(:ids as uuid[])) with ordinality ids(id, place)
    on conflict do nothing returning image_id
"""
_LAST = "select coalesce(max(position), 0), count(*) from collection_image where collection_id = :id"
_MEMBERS = "select image_id from collection_image where collection_id = :id"
