"""All tables as one moment shows them, out into files, and back into an empty catalogue in one transaction.

COPY in one REPEATABLE READ snapshot rather than pg_dump: it needs no program of the server's version, works against
any PostgreSQL from 15 on, and leaves out what holds on its own server only. A dump would bring back `change.xid`, and
transaction ids of another server hide changes from the index for ever; here every change that comes back belongs to
the transaction that brings it.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO
from uuid import UUID

from psycopg2 import DatabaseError, InterfaceError, OperationalError, sql
from sqlalchemy import Connection, Engine, text

from pixplore.catalogue import changes
from pixplore.catalogue.database import open_engine
from pixplore.catalogue.revision import bring_to, schema
from pixplore.catalogue.schema import metadata
from pixplore.catalogue.snapshot import transaction
from pixplore.errors import Conflict, Damaged, Unavailable

LEFT_OUT = {
    "session": "who is signed in: tokens of the user pool, which another pool does not know",
    "sign_in_attempt": "how often somebody mistyped a password",
}
"""Tables that are not kept, and what they hold."""
RESTORED = "restore_backup"
"""The action of the change that tells of a restore."""
_OF_THE_SERVER = {("change", "xid")}
_EMPTY = ("batch", "item", "image", "decision", "product", "collection", "taxonomy", "taught_label", "saved_search",
          "share", "job")  # fmt: skip
"""What a catalogue that nobody has used has nothing in."""
_BUFFER = 1 << 18
_OUT, _IN = "copy {} ({}) to stdout with (header)", "copy {} ({}) from stdin with (header match)"


@dataclass(frozen=True, slots=True)
class Copied:
    """One table as it was copied: its columns in the file's order, and how many rows."""

    name: str
    columns: list[str]
    rows: int


def unhurried_engine(url: str) -> Engine:
    """One whose statements may take hours."""
    return open_engine(url, pool_size=2, statement_timeout_ms=0)


def begin(connection: Connection) -> tuple[str | None, datetime]:
    """In a fresh snapshot, before anything else of it: hold off migrations, then the schema and the moment.

    LOCK takes no snapshot yet, so what is copied is from after the tables are ours to read.
    """
    names = ", ".join(name for name, _ in tables())
    connection.execute(text(f"lock table {names} in access share mode"))
    return schema(connection).found, connection.execute(text("select now()")).scalar_one()


def tables() -> list[tuple[str, list[str]]]:
    """What is kept: names and columns, those that others refer to first."""
    return [
        (table.name, [c.name for c in table.columns if (table.name, c.name) not in _OF_THE_SERVER])
        for table in metadata.sorted_tables
        if table.name not in LEFT_OUT
    ]


def copy_out(connection: Connection, name: str, columns: list[str], out: BinaryIO) -> Copied:
    """Write one table as PostgreSQL's COPY text with a header line."""
    return Copied(name, columns, _copy(connection, _statement(_OUT, name, columns), out))


def objects(connection: Connection, out: BinaryIO) -> int:
    """Write which objects this moment names, as COPY text: bucket, key, version, sha256, needed; by bucket and key.

    The very version that was looked at of each picture, its renditions, and the files that may still be taken in
    (waiting or failed) as far as they have come. Files that were refused and files whose bytes another picture has
    are of no use to anybody.
    """
    return _copy(connection, f"copy ({_OBJECTS}) to stdout", out)


def still_named(connection: Connection, image_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these images are in the catalogue by now."""
    rows = connection.execute(text("select id from image where id = any(:ids)"), {"ids": list(image_ids)})
    return set(rows.scalars())


def bring_back(
    engine: Engine, backup: str, taken_at: str, revision: str, kept: Sequence[Copied],
    open_table: Callable[[str], AbstractContextManager[BinaryIO]],
) -> bool:  # fmt: skip
    """Fill the empty catalogue, all or nothing; False where this very backup was brought back before.

    One of an older schema is loaded into tables as they were then and migrated as an upgrade would. Versions of
    objects and S3's sequencers are forgotten: they are of the buckets the backup was taken from (`placed` tells the
    new ones). Raises Conflict where the catalogue is in use or not empty, Damaged.
    """
    with transaction(engine) as connection:
        connection.execute(text("set local lock_timeout = '60s'"))
        now = schema(connection)
        if now.trouble:
            raise Conflict(now.trouble)
        # First, as whoever rebuilds tables does: the index reads nothing half done, and then starts anew.
        connection.execute(text("lock table image in access exclusive mode"))
        if _last_restore(connection) == backup:
            return False
        if filled := _filled(connection):
            raise Conflict(
                f"The catalogue is not empty ({filled} has rows): a backup comes back into an empty one only. Start "
                "Pixplore with another PIXPLORE_HOME and PIXPLORE_DEMO=0, and restore there."
            )
        if revision == now.newest:
            connection.execute(text("truncate " + ", ".join(name for name, _ in tables())))
        else:
            metadata.drop_all(connection)
            connection.execute(text("drop table alembic_version"))
            bring_to(connection, revision)
        for table in kept:
            with open_table(table.name) as file:
                _load(connection, table, file)
        bring_to(connection, "head")
        connection.execute(text("update image set object_version = null where object_version is not null"))
        connection.execute(text("update item set sequencer = null where sequencer is not null"))
        _set_counters(connection)
        changes.note(connection, "system", RESTORED, {"backup": backup, "taken_at": taken_at})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("analyze"))
    return True


def unplaced(connection: Connection, image_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these images do not know the version of their original yet."""
    rows = connection.execute(
        text("select id from image where id = any(:ids) and object_version is null"), {"ids": list(image_ids)}
    )
    return set(rows.scalars())


def placed(connection: Connection, versions: dict[UUID, str]) -> None:
    """Note which version of its original each of these images has now, as far as none is known."""
    connection.execute(
        text("""
            update image set object_version = now.version
              from unnest(cast(:ids as uuid[]), cast(:versions as text[])) as now(id, version)
             where image.id = now.id and object_version is null
        """),
        {"ids": [str(one) for one in versions], "versions": list(versions.values())},
    )


def _statement(pattern: str, name: str, columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(pattern).format(sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, columns)))


def _copy(connection: Connection, statement: str | sql.Composed, file: BinaryIO) -> int:
    cursor: Any = connection.connection.cursor()
    try:
        cursor.copy_expert(statement, file, _BUFFER)
        return int(cursor.rowcount)
    except (OperationalError, InterfaceError) as error:
        raise Unavailable(f"The catalogue's database broke off: {str(error).splitlines()[0]}") from error
    finally:
        cursor.close()


def _load(connection: Connection, table: Copied, file: BinaryIO) -> None:
    """PostgreSQL itself compares the header to the columns."""
    try:
        rows = _copy(connection, _statement(_IN, table.name, table.columns), file)
    except DatabaseError as error:
        why = str(error).splitlines()[0]
        raise Damaged(f"The table “{table.name}” of the backup does not fit the catalogue: {why}") from error
    if rows != table.rows:
        raise Damaged(f"The table “{table.name}” of the backup has {rows:,} rows instead of {table.rows:,}.")


def _last_restore(connection: Connection) -> str | None:
    return connection.execute(
        text("select detail ->> 'backup' from change where action = :action order by seq desc limit 1"),
        {"action": RESTORED},
    ).scalar()


def _filled(connection: Connection) -> str | None:
    for name in _EMPTY:
        if connection.execute(text(f"select exists (select from {name})")).scalar_one():  # noqa: S608
            return name
    return None


def _set_counters(connection: Connection) -> None:
    """The next label, change and taxonomy get a number of their own."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if column.identity is not None:
                connection.execute(
                    text(f"""
                        select setval(pg_get_serial_sequence('{table.name}', '{column.name}'),
                                      coalesce(max({column.name}), 1), max({column.name}) is not null)
                          from {table.name}
                    """)  # noqa: S608 - names of ours
                )


_OBJECTS = """
    select * from (
        select 'originals' as bucket, object_key as key, object_version as version, sha256, true as needed
          from image where object_key is not null
        union all
        select 'originals', object_key, null, null, false
          from item where status in ('expected', 'received', 'processing', 'failed')
        union all
        select 'renditions', image.id || '/' || kind.file, null, null, true
          from image, (values ('thumb.webp'), ('preview.webp')) as kind(file) where has_renditions
    ) named order by bucket, key collate "C"
"""
