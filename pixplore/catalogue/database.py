"""The door to PostgreSQL: one engine a process, migrations, and the database's absence as our own error."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from psycopg2.errors import LockNotAvailable, QueryCanceled, ReadOnlySqlTransaction
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from pixplore.aws import database_token
from pixplore.errors import Unavailable

# A server that vanishes without a word (a lost zone, a failover) is noticed after 20 s; left to itself, Linux waits
# for two hours, and a call in flight with it.
_ALIVE = {"keepalives_idle": 5, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}
MIGRATIONS = Path(__file__).with_name("migrations")
_TRIES, _PAUSE_S = 8, 5.0
"""With the 20 s that a step waits, 195 s: the function that migrates has five minutes."""


def open_engine(url: str, pool_size: int = 5, statement_timeout_ms: int = 30_000, planner: str = "") -> Engine:
    """An engine over psycopg2 in UTC whose dead connections are noticed before use. `url` as in DatabaseSettings.

    `planner`: more settings for each connection, in the form of `-c work_mem=32MB`.
    """
    return engine_of(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=5,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": 3,
            "options": f"-c timezone=UTC -c statement_timeout={statement_timeout_ms} {planner}",
            "application_name": "pixplore",
        },
    )


def engine_of(url: str, **options: Any) -> Engine:
    """SQLAlchemy's engine for an address, with its `options`; every connection to a +iam one brings a fresh token."""
    engine = create_engine(driver_url(url), **options | {"connect_args": _ALIVE | options.get("connect_args", {})})
    if url.startswith("postgresql+iam://"):
        event.listen(engine, "do_connect", _sign_in)
    return engine


def driver_url(url: str) -> str:
    """SQLAlchemy's form of an address."""
    return "postgresql+psycopg2://" + url.split("://", 1)[1]


def _sign_in(dialect: Any, record: Any, arguments: Any, parameters: dict[str, Any]) -> None:
    parameters["password"] = database_token.token(
        parameters["host"], int(parameters.get("port", 5432)), parameters["user"]
    )


@contextmanager
def reachable() -> Iterator[None]:
    """Turn "the database is away" into Unavailable, so that callers answer 503 and queues try again."""
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable("The catalogue is busy. Try again in a moment.") from error
    except (OperationalError, InterfaceError) as error:
        if isinstance(error.orig, QueryCanceled):
            raise Unavailable("This took too long. Ask for less at once, or try again in a moment.") from error
        raise Unavailable("The catalogue's database cannot be reached. Try again in a moment.") from error
    except DBAPIError as error:
        if isinstance(error.orig, ReadOnlySqlTransaction) or "during recovery" in str(error.orig):
            raise Unavailable("The catalogue's database only reads for now. Try again in a moment.") from error
        if error.connection_invalidated:
            raise Unavailable("The catalogue's database went away. Try again in a moment.") from error
        raise


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest schema; safe to run by several programs at once.

    A step that waits long for a table gives way (it would hold up all that come after it) and is tried again.
    """
    from alembic import command  # the functions start without it
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    for again in reversed(range(_TRIES)):
        try:
            command.upgrade(config, "head")
        except OperationalError as error:
            if not (again and isinstance(error.orig, LockNotAvailable)):
                raise
            time.sleep(_PAUSE_S)
        else:
            return
