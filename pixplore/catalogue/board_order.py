"""The order of a collection's images: read in it, and changed by moving some of them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, text

from pixplore.catalogue import changes
from pixplore.catalogue.collections import owned
from pixplore.domain import Person
from pixplore.errors import Invalid


def members(
    connection: Connection, collection_id: UUID, limit: int, after: tuple[int, UUID] | None = None
) -> list[tuple[int, UUID]]:
    """(position, image) in order, without what is in the trash, from the one behind `after`."""
    position, last = after or (None, None)
    asked = {"id": collection_id, "position": position, "last": last, "limit": limit}
    return [(row.position, row.image_id) for row in connection.execute(_MEMBERS, asked)]


def move(
    connection: Connection, collection_id: UUID, image_ids: Sequence[UUID], before: UUID | None, by: Person
) -> int:
    """Put these images, in this order, before another one (None: behind all); the others keep their order.

    Raises NotFound, Forbidden; Invalid for images that are not in the collection.
    """
    one = owned(connection, collection_id, by)
    ids = list(dict.fromkeys(image_ids))
    if before in ids:
        raise Invalid({"before": "is one of the images that are moved"})
    asked = {"id": collection_id, "ids": [str(i) for i in ids], "before": before}
    there = set(connection.execute(_THERE, asked).scalars())
    if missing := [i for i in ids if i not in there]:
        raise Invalid({"image_ids": f"{len(missing)} of these are not in the collection, first {missing[0]}"})
    if before is not None and before not in there:
        raise Invalid({"before": "is not in the collection"})
    if not connection.execute(_MOVE, asked).rowcount:
        return changes.version(connection)
    detail = {"collection": str(one.id), "name": one.name, "images": len(ids)}
    return changes.note(connection, by.email, "collection_order", detail)


# Ties come from undone removals: who was in first then stands first.
_MEMBERS = text("""
    select m.position, m.image_id from collection_image m join image i on i.id = m.image_id
     where m.collection_id = :id and i.deleted_at is null
       and (cast(:position as integer) is null
            or (m.position, m.image_id) > (cast(:position as integer), cast(:last as uuid)))
     order by m.position, m.image_id limit :limit
""")
_THERE = text("""
    select image_id from collection_image
     where collection_id = :id and (image_id = any(cast(:ids as uuid[])) or image_id = cast(:before as uuid))
""")
# All are counted anew, and only those written whose number is another now.
_MOVE = text("""
    with moved as (select * from unnest(cast(:ids as uuid[])) with ordinality moved(image_id, nth)),
    stays as (
        select m.image_id, row_number() over (order by m.position, m.image_id) as place
          from collection_image m
         where m.collection_id = :id and m.image_id not in (select image_id from moved)
    ), gap as (
        select coalesce((select place from stays where image_id = cast(:before as uuid)),
                        (select count(*) + 1 from stays)) as place
    ), placed(image_id, n) as (
        select image_id,
               stays.place + case when stays.place < gap.place then 0 else cardinality(cast(:ids as uuid[])) end
          from stays, gap
        union all
        select moved.image_id, gap.place + moved.nth - 1 from moved, gap
    )
    update collection_image m set position = placed.n from placed
     where m.collection_id = :id and m.image_id = placed.image_id and m.position <> placed.n
""")
