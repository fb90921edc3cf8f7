"""The database role of our programs where RDS keeps the owner's password: it has none, and is let in by IAM."""

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from pixplore.catalogue.database import engine_of, reachable


def lets_in(url: str) -> bool:
    """Whether the role that `url` names may sign in to its database now."""
    engine = engine_of(url, connect_args={"connect_timeout": 30})  # a database that slept takes half a minute
    try:
        with engine.connect():
            return True
    except OperationalError:
        return False
    finally:
        engine.dispose()


def admit(url: str, owner: str, password: str) -> None:
    """As `owner`, make sure that the role and the database that `url` names are there for migrations.

    The role owns the database and may sign in with a token only (`rds_iam`). May be run any number of times.
    """
    asked = make_url(url)
    assert asked.username  # noqa: S101 - DatabaseSettings has looked
    assert asked.database  # noqa: S101
    as_owner = asked.set(drivername="postgresql", username=owner, password=password)
    engine = engine_of(as_owner.render_as_string(hide_password=False))
    role, database = (engine.dialect.identifier_preparer.quote(name) for name in (asked.username, asked.database))
    with reachable(), engine.begin() as connection:
        if not connection.scalar(text("select 1 from pg_roles where rolname = :role"), {"role": asked.username}):
            connection.execute(text(f"create role {role} login"))
        connection.execute(text(f"grant rds_iam to {role}"))
        connection.execute(text(f"grant {role} to current_user"))
        connection.execute(text(f"alter database {database} owner to {role}"))
    engine.dispose()
