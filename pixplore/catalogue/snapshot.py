"""One consistent look at the catalogue, or one change of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from pixplore.catalogue import changes
from pixplore.catalogue.database import reachable
from pixplore.errors import Unavailable

__all__ = ["Connection", "Engine", "snapshot", "transaction", "wait_for"]
WAIT_S = 2.0


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A read-only transaction in which nothing moves: total, page and facets agree. Raises Unavailable."""
    with (
        reachable(),
        engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One change, kept when the block ends well. Raises Unavailable when the database is away."""
    with reachable(), engine.begin() as connection:
        yield connection


def wait_for(engine: Engine, version: int) -> None:
    """Return once the catalogue shows `version`. Raises Unavailable after WAIT_S seconds without it."""
    deadline = time.monotonic() + WAIT_S
    while version > 0:
        with snapshot(engine) as connection:
            if changes.version(connection) >= version:
                return
        if time.monotonic() >= deadline:
            raise Unavailable(f"The catalogue has not reached version {version} yet. Try again in a moment.")
        time.sleep(0.05)
