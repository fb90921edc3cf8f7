"""The migrations build exactly what pixplore.catalogue.schema says, and may be run again."""

import subprocess
import sys
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, event, text

from pixplore.catalogue import changes, database
from pixplore.catalogue.database import MIGRATIONS, migrate, open_engine
from pixplore.catalogue.schema import metadata
from tests.newer_schema import only_adds


@pytest.mark.filterwarnings("ignore:Did not recognize type")
def test_migrations_build_the_schema(new_database) -> None:
    """Alembic sees no difference, and PostgreSQL describes every index alike (Alembic cannot compare collations)."""
    plain, migrated = new_database(empty=True), new_database(empty=True)
    migrate(migrated)
    with open_engine(plain).begin() as connection:
        metadata.create_all(connection)
        wanted = indexes(connection)
    with open_engine(migrated).connect() as connection:
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


def test_a_step_that_met_a_long_write_gives_way_and_is_tried_again(new_database, monkeypatch) -> None:
    url, config = new_database(empty=True), Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, RELEASED)
    waited: list[float] = []

    def hurry(connection, cursor, statement, *_of):  # the twenty seconds of the real one are long
        return statement.replace("lock_timeout = '20s'", "lock_timeout = '100ms'"), _of[0]

    with open_engine(url).connect() as writer:
        writer.execute(text("lock table image in row exclusive mode"))
        monkeypatch.setattr(database.time, "sleep", lambda seconds: (waited.append(seconds), writer.rollback()))
        event.listen(Engine, "before_cursor_execute", hurry, retval=True)
        try:
            migrate(url)
        finally:
            event.remove(Engine, "before_cursor_execute", hurry)
    assert len(waited) == 1
    with open_engine(url).connect() as connection:
        assert connection.scalar(text("select version_num from alembic_version")) > RELEASED


RELEASED = "0003"
"""The schema that the first release has: what comes after it meets programs that are running."""


def test_what_came_after_the_first_release_only_adds(new_database) -> None:
    config, said = Config(), []
    config.set_main_option("script_location", str(MIGRATIONS))
    with open_engine(new_database(empty=True)).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, RELEASED)
        event.listen(connection, "before_cursor_execute", lambda *of: said.append(of[2]))
        command.upgrade(config, "head")
    assert said, "at least the question for the version"
    assert [one for one in said if not only_adds(one) and not one.lower().startswith("select")] == []


@pytest.mark.parametrize(
    ("statement", "adds"),
    [
        ("CREATE INDEX image_sku_at ON image (sku, created_at)", True),
        ("create table note (id bigint primary key)", True),
        ("ALTER TABLE image ADD COLUMN mood TEXT", True),
        ("alter table image add column mood text not null default ''", True),
        ("alter table image add column mood text not null", False),  # inserts of today leave it out
        ("alter table image drop column title", False),
        ("ALTER TABLE image RENAME COLUMN title TO caption", False),
        ("alter table image alter column title type integer", False),
        ("create unique index image_sku on image (sku)", False),  # what was allowed is refused
        ("drop index image_name", False),
        ("delete from image", False),
    ],
)
def test_what_counts_as_adding(statement: str, adds: bool) -> None:
    assert only_adds(statement) is adds


def test_the_version_rises_with_every_change(database_url: str) -> None:
    with open_engine(database_url).begin() as connection:
        assert changes.version(connection) == 0
        first = changes.record(connection, "a@b.example", "edit", [uuid4(), uuid4()])
        second = changes.record(connection, "a@b.example", "edit", [uuid4()])
        assert changes.version(connection) == second == first + 1
