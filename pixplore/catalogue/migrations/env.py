"""Alembic's entry: one transaction under an advisory lock, so that two programs never migrate at once."""

from alembic import context
from sqlalchemy import Connection, Engine, text

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
    engine: Engine = context.config.attributes["engine"]
    with engine.connect() as connection:
        run(connection)
    engine.dispose()
