"""How the database is, for `python -m pixplore doctor`."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from pixplore.catalogue.revision import Schema, schema

LEAST_VERSION = 150_000
"""PostgreSQL 15, as server_version_num tells it."""


@dataclass(frozen=True, slots=True)
class Server:
    """`version` as 180006; `now` is its clock; `used` of `most` connections."""

    version: int
    now: datetime
    read_only: bool
    used: int
    most: int


@dataclass(frozen=True, slots=True)
class Work:
    """Of files that have arrived: how many are on their way, seconds since the oldest moved, how many the sweep should
    have looked at minutes ago.
    """

    waiting: int
    oldest_s: float
    unswept: int


_OPEN = "status in ('expected', 'received', 'processing')"


def server(connection: Connection) -> Server:
    row = connection.execute(
        text("""
            select current_setting('server_version_num')::int, clock_timestamp(),
                   pg_is_in_recovery() or current_setting('default_transaction_read_only')::bool,
                   (select count(*) from pg_stat_activity where backend_type = 'client backend')::int,
                   current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
        """)
    ).one()
    return Server(*row)


def tables(connection: Connection) -> Schema:
    return schema(connection)


def work(connection: Connection, late_s: int) -> Work:
    """`late_s`: so long after its time an item that nobody looked at counts as unswept."""
    row = connection.execute(
        text(f"""
            select count(*) filter (where status <> 'expected'),
                   coalesce(extract(epoch from now() - min(updated_at) filter (where status <> 'expected')), 0)::float,
                   count(*) filter (where look_at < now() - :late * interval '1 second')
              from item where {_OPEN}
        """),  # noqa: S608
        {"late": late_s},
    ).one()
    return Work(*row)
