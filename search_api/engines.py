"""Which engine answers: the index where it is ready, else SQL, as exactly.

An index that is behind for a while answers whoever names no version: what it shows is one moment of the catalogue.
"""

from __future__ import annotations

import copy
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from prometheus_client import Histogram

from pixplore.catalogue import changes
from pixplore.catalogue.search import SqlFinder
from pixplore.catalogue.snapshot import WAIT_S, Engine, snapshot, wait_for
from pixplore.errors import Unavailable
from pixplore.finding import Finder

if TYPE_CHECKING:  # with numba behind it, which is not loaded where the index is turned off
    from pixplore.replica.follower import Follower
    from pixplore.replica.view import View

log = logging.getLogger("pixplore.search_api")
SQL_AT_ONCE = 4
"""Each looks at every image: more of them at a time would take the database from everybody else."""
_PATIENCE_S = 5.0
FEW_IMAGES = 20_000
"""Of so many SQL finds in a moment, so it answers where the index does not have a version in time. Of more it takes
far longer than anybody waits, and takes the database from everybody else: there the answer is 503."""
SECONDS = Histogram(
    "pixplore_query_seconds",
    "Time to find, by the engine that found",
    ["engine"],
    buckets=(0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)


class Engines:
    """`make` makes what keeps the index; None: the index is turned off. `follower` is None until it is made."""

    def __init__(self, engine: Engine, make: Callable[[], Follower] | None) -> None:
        self.follower: Follower | None = None
        self._engine = engine
        self._slots = threading.BoundedSemaphore(SQL_AT_ONCE)
        self._starting = threading.Thread(target=self._start, args=(make,), name="index start") if make else None

    def start(self) -> None:
        """Begin to keep the index. Loading what it needs takes a second: SQL answers meanwhile."""
        if self._starting:
            self._starting.start()

    def close(self) -> None:
        self.started()
        if self.follower:
            self.follower.close()

    def started(self) -> None:
        """Wait until the index is loaded, or known to be off."""
        if self._starting:
            self._starting.join()

    def slow(self) -> bool:
        """Whether SQL answers."""
        return self.at_once() is None

    def at_once(self, min_version: int = 0) -> Finder | None:
        """The index, if it is known without waiting that it has `min_version`."""
        view = self.follower.view() if self.follower else None
        return view.index if view and min_version <= view.moment.complete else None

    def _start(self, make: Callable[[], Follower]) -> None:
        try:
            made = make()
        except Exception:  # whatever it is, SQL answers
            log.exception("the index cannot be loaded, SQL answers")
            return
        made.start()
        self.follower = made

    @contextmanager
    def finder(self, min_version: int = 0) -> Iterator[Finder]:
        """One moment of the catalogue that knows of `min_version`. Raises Unavailable."""
        found = self.at_once(min_version)  # an empty one is false, and right all the same
        if found is None:
            found = self._waited_for(min_version)
        if found is not None:
            with SECONDS.labels("index").time():
                yield found
            return
        if not self._slots.acquire(timeout=_PATIENCE_S):
            raise Unavailable("Too much is asked at once while the search index is being built. Try again in a moment.")
        try:
            wait_for(self._engine, min_version)
            with SECONDS.labels("sql").time(), snapshot(self._engine) as connection:
                yield SqlFinder(connection)
        finally:
            self._slots.release()

    def _waited_for(self, version: int) -> Finder | None:
        """The index once it has `version`; None where SQL is to answer. Raises Unavailable where it takes too long."""
        if version == 0 or self.follower is None or self.follower.view() is None:
            return None
        deadline = time.monotonic() + WAIT_S
        wait_for(self._engine, version)
        with snapshot(self._engine) as connection:
            writer = changes.transaction_of(connection, version)

        def has(view: View) -> bool:
            return version <= view.moment.complete or (writer is not None and view.moment.holds(writer))

        view = self.follower.wait(has, deadline - time.monotonic())
        if view is None:
            held = self.follower.view()
            if held is not None and len(held.index) > FEW_IMAGES:
                raise Unavailable(f"The index has not reached version {version} yet. Try again in a moment.")
            return None
        if version <= view.index.version:
            return view.index
        told = copy.copy(view.index)  # an older transaction is still open, but what was asked for is there
        object.__setattr__(told, "version", version)
        return told
