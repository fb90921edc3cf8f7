"""The schema of a version that does not exist yet.

A deployment migrates first and replaces programs afterwards, so every program meets the next schema for a while
(docs/aws.md, "A newer version"). Migrations may do what `only_adds` lets through; `step_ahead` does it to every table,
and all tests of the catalogue run on that.
"""

import re
from contextlib import closing

import psycopg2

_ADDS = re.compile(
    r"set local lock_timeout|create (index|table|sequence|type|extension|(or replace )?(function|view))\b"
    r"|alter table \S+ add column (?!.*\bnot null\b(?!.*\bdefault\b))|insert into|comment on|update alembic_version",
)


def only_adds(statement: str) -> bool:
    """Whether programs of the version before work as they did once this statement of a migration ran."""
    return bool(_ADDS.match(" ".join(re.sub(r"--.*", "", statement).lower().split())))


def step_ahead(url: str) -> None:
    """Two columns more in every table, one of them with a value in each row, an index on it, and a table more."""
    with closing(psycopg2.connect(url)) as link, link, link.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where schemaname = 'public' and tablename <> 'alembic_version'")
        for (table,) in cursor.fetchall():
            for column in ("later text", "later_set integer not null default 7"):
                _run(cursor, f'alter table "{table}" add column {column}')
            _run(cursor, f'create index "{table}_later" on "{table}" (later_set)')
        _run(cursor, "create table later_table (id bigint primary key)")


def _run(cursor: "psycopg2.extensions.cursor", statement: str) -> None:
    assert only_adds(statement), statement
    cursor.execute(statement)
