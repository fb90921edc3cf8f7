"""A page of a collection in its own order, for those who have an account and for visitors."""

from uuid import UUID

from pixplore import cursor
from pixplore.catalogue import board_order, collections
from pixplore.catalogue.snapshot import snapshot
from search_api.access import Parts


def page(here: Parts, collection_id: UUID, limit: int, after: str | None) -> tuple[list[UUID], int, str | None]:
    """Images, how many there are in all, the next cursor. Raises NotFound; Invalid for a cursor of another list."""
    place = f"members {collection_id}"
    last = None
    if after is not None:
        position, image_id = cursor.decode_as(after, place, _position, UUID)
        last = position, image_id
    with snapshot(here.engine) as connection:
        total = collections.collection(connection, collection_id).images
        found = board_order.members(connection, collection_id, limit + 1, last)
    more = cursor.encode(place, [str(part) for part in found[limit - 1]]) if len(found) > limit else None
    return [image_id for _, image_id in found[:limit]], total, more


def _position(text: str) -> int:
    return max(-(2**31), min(int(text), 2**31 - 1))
