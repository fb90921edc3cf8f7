"""How much there is: files of uploads by state, images in the catalogue and in the trash."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from pixplore.domain import ItemStatus


@dataclass(frozen=True, slots=True)
class Overview:
    """`items` has every state, also those without a file."""

    items: dict[str, int]
    images: int
    trashed: int


def overview(connection: Connection) -> Overview:
    counted = {row.status: row.n for row in connection.execute(_ITEMS)}
    images = connection.execute(_IMAGES).one()
    return Overview({status: counted.get(status, 0) for status in ItemStatus}, images.live, images.trashed)


_ITEMS = text("select status, count(*) as n from item group by status")
_IMAGES = text("""
    select count(*) filter (where deleted_at is null) as live, count(*) filter (where deleted_at is not null) as trashed
      from image
""")
