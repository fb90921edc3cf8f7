"""Alembic's entry: one transaction under an advisory lock, so that two programs never migrate at once."""

from alembic import context
from sqlalchemy import Connection, text

from pixplore.catalogue.database import engine_of
from pixplore.catalogue.schema import metadata

LOCK = 0x9170_1043  # any number of our own


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": LOCK})
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:  # a restore migrates within its own transaction
    run(given)
else:
    engine = engine_of(context.config.attributes["url"], connect_args={"application_name": "pixplore-migrate"})
    with engine.connect() as connection:
        run(connection)
    engine.dispose()
