"""Which schema a database has, and which ones this code knows."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from pixplore.catalogue.database import MIGRATIONS


@dataclass(frozen=True, slots=True)
class Schema:
    """`found` is the database's revision, None where it has no tables of ours; `newest` the one this code wants."""

    found: str | None
    newest: str

    @property
    def fits(self) -> bool:
        return self.found == self.newest

    @property
    def trouble(self) -> str | None:
        """What is wrong, and what to do; None where nothing is."""
        if self.fits:
            return None
        if self.found is None:
            return "The database has no tables yet: run `python -m pixplore migrate`."
        if knows(self.found):
            return (
                f"The database's schema is {self.found} and this Pixplore wants {self.newest}: "
                "run `python -m pixplore migrate`."
            )
        return (
            f"The database's schema is {self.found}, which this Pixplore does not know (its own is {self.newest}): "
            "a newer Pixplore has been here; install that version or a later one."
        )


def schema(connection: Connection) -> Schema:
    there = connection.execute(text("select to_regclass('alembic_version') is not null")).scalar_one()
    found = connection.execute(text("select version_num from alembic_version")).scalar() if there else None
    return Schema(found, _scripts().get_current_head())


def knows(revision: str) -> bool:
    """Whether a migration of this code leads to or from it."""
    return revision in {one.revision for one in _scripts().walk_revisions()}


def bring_to(connection: Connection, revision: str) -> None:
    """Run the migrations up to `revision` ("head": the newest) in the caller's transaction."""
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _config() -> Any:
    from alembic.config import Config  # the functions start without it

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _scripts() -> Any:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config())
