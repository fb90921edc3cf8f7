"""The migrations build exactly what pixplore.catalogue.schema says, and may be run again."""

import subprocess
import sys
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from pixplore.catalogue import changes
from pixplore.catalogue.database import open_engine
from pixplore.catalogue.schema import metadata


@pytest.mark.filterwarnings("ignore:Did not recognize type")
def test_migrations_build_the_schema(new_database, database_url: str) -> None:
    """Alembic sees no difference, and PostgreSQL describes every index alike (Alembic cannot compare collations)."""
    plain = new_database(empty=True)
    with open_engine(plain).begin() as connection:
        metadata.create_all(connection)
        wanted = indexes(connection)
    with open_engine(database_url).connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), metadata)
        assert [change for change in found if not str(change[0]).endswith("_index")] == []
        assert indexes(connection) == wanted


def indexes(connection: Connection) -> set[str]:
    rows = connection.execute(text("select indexdef from pg_indexes where schemaname = 'public'")).scalars()
    return {row for row in rows if "alembic_version" not in row}


def test_two_programs_may_migrate_at_once(new_database) -> None:
    url = new_database(empty=True)
    code = "import sys; from pixplore.catalogue.database import migrate; migrate(sys.argv[1])"
    programs = [subprocess.Popen([sys.executable, "-c", code, url]) for _ in range(2)]
    assert [program.wait(60) for program in programs] == [0, 0]


def test_the_version_rises_with_every_change(database_url: str) -> None:
    with open_engine(database_url).begin() as connection:
        assert changes.version(connection) == 0
        first = changes.record(connection, "a@b.example", "edit", [uuid4(), uuid4()])
        second = changes.record(connection, "a@b.example", "edit", [uuid4()])
        assert changes.version(connection) == second == first + 1
