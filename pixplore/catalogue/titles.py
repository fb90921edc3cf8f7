"""What people call what a facet knows by its id: collections and upload batches."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, text

_TITLES = {
    "collection": text("select cast(id as text), name from collection where id = any(:ids)"),
    "batch_id": text("select cast(id as text), name from batch where id = any(:ids)"),
}
TITLED = tuple(_TITLES)
"""Facets whose values are ids."""


def titles(connection: Connection, facet: str, ids: Sequence[UUID]) -> dict[str, str]:
    """Id -> name of those that there are; `facet` is one of TITLED."""
    return {row.id: row.name for row in connection.execute(_TITLES[facet], {"ids": list(ids)})}
