"""How much there is: files of uploads by state, bytes of originals, labels."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select, text

from pixplore.catalogue.conditions import conditions
from pixplore.catalogue.schema import image
from pixplore.domain import ItemStatus
from pixplore.query import Query


def items_by_state(connection: Connection) -> dict[str, int]:
    """Files of uploads; every state is there, also those without a file."""
    counted = {row.status: row.n for row in connection.execute(_ITEMS)}
    return {status: counted.get(status, 0) for status in ItemStatus}


def has_at_most(connection: Connection, most: int) -> bool:
    """Whether the catalogue has so many images, the trash included, or fewer."""
    some = "select count(*) <= :most from (select from image limit :most + 1) first_ones"
    return bool(connection.execute(text(some), {"most": most}).scalar_one())


def originals_bytes(connection: Connection, query: Query) -> int:
    """How many bytes the original files of the images found take in storage."""
    stored = select(func.coalesce(func.sum(image.c.bytes), 0)).where(
        image.c.object_key.is_not(None), conditions(connection, query).all
    )
    return int(connection.execute(stored).scalar_one())


@dataclass(frozen=True, slots=True)
class KnownLabel:
    """`parents`: every ancestor, nearest first."""

    name: str
    parents: list[str]
    categories: list[str]


def known_labels(connection: Connection) -> dict[str, KnownLabel]:
    """Every label there is, by name."""
    rows = connection.execute(text("select name, parents, categories from label"))
    return {row.name: KnownLabel(row.name, row.parents, row.categories) for row in rows}


_ITEMS = text("select status, count(*) as n from item group by status")
