"""Pictures whose time in the trash is over leave the catalogue: first the rows, in one transaction, then their files.

The row of the manifest stays until storage is empty: it says which objects are still to go, whoever is killed when,
and keeps the sweep from taking them for pictures that the catalogue has lost. The audit trail keeps who did what to
a picture and when, not what was in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

from pixplore.catalogue import changes

ACTION = "purge"
_CODE = "deleted"


@dataclass(frozen=True, slots=True)
class Going:
    """A file of a picture that the catalogue does not have any more."""

    image_id: UUID
    key: str


def begin(connection: Connection, days: int, most: int) -> int:
    """Forget pictures that have been in the trash for so many days, and all that is known of them; how many.

    The files that were found to have the same bytes go with them.
    """
    ids = list(connection.execute(_DUE, {"days": days, "most": most}).scalars())
    for statement in _FORGET if ids else ():
        connection.execute(statement, {"ids": ids, "code": _CODE})
    changes.record(connection, "system", ACTION, ids)
    return len(ids)


def going(connection: Connection, most: int) -> list[Going]:
    """Files whose objects are to be removed, the oldest first."""
    rows = connection.execute(
        text("""
            select image_id, object_key from item where status = 'rejected' and error_code = :code
             order by updated_at limit :most
        """),
        {"code": _CODE, "most": most},
    )
    return [Going(*row) for row in rows]


def overdue(connection: Connection, days: int) -> int:
    """Pictures that should have left the trash a day ago, and files of such that are still to go since then."""
    late = text("""
        select (select count(*) from image where deleted_at < now() - (:days + 1) * interval '1 day' and :days > 0)
             + (select count(*) from item where status = 'rejected' and error_code = :code
                   and updated_at < now() - interval '1 day')
    """)
    return int(connection.execute(late, {"days": days, "code": _CODE}).scalar_one())


def finish(connection: Connection, image_ids: Iterable[UUID]) -> None:
    """Nothing of these files is in storage any more."""
    connection.execute(text("delete from item where image_id = any(:ids)"), {"ids": list(image_ids)})


_DUE = text("""
    select id from image where deleted_at < now() - :days * interval '1 day'
     order by deleted_at limit :most for update skip locked
""")
_FORGET = tuple(
    text(statement)
    for statement in (
        """
            update item set status = 'rejected', error_code = :code, error_message = 'It was deleted for good.',
                   name = '', sha256 = null, duplicate_of = null, given = '{}', updated_at = now()
             where image_id = any(:ids) or duplicate_of = any(:ids)
        """,
        """
            update taught_label set
                   examples = array(select one from unnest(examples) one where one <> all(:ids)),
                   counter_examples = array(select one from unnest(counter_examples) one where one <> all(:ids))
             where examples && cast(:ids as uuid[]) or counter_examples && cast(:ids as uuid[])
        """,
        "delete from job_image where image_id = any(:ids)",
        "update change set detail = '{}' where image_id = any(:ids) and detail <> '{}'",
        "delete from image where id = any(:ids)",  # and verdicts, skips and places in collections with it
    )
)
