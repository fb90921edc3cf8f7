"""A follower on a real database, with or without a snapshot on disk."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine

from pixplore.catalogue.database import open_engine
from pixplore.catalogue.snapshot import transaction
from pixplore.query import Query
from pixplore.replica import follower as following
from pixplore.replica.follower import Follower
from pixplore.replica.view import View
from tests.contract import catalogues
from tests.contract.catalogues import picture


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = open_engine(database_url)
    with transaction(made) as connection:
        catalogues.empty(connection)
        catalogues.write(connection, [picture(n) for n in range(5)])
    yield made
    made.dispose()


Start = Callable[..., Follower]


@pytest.fixture
def start(database_url: str, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts a follower; `small` images and fewer are read without a snapshot."""
    made: list[Follower] = []

    def begin(small: int = following.SMALL, forget: following.Forget = lambda ids: None) -> Follower:
        monkeypatch.setattr(following, "SMALL", small)
        made.append(Follower(database_url, tmp_path / "index", forget))
        made[-1].start()
        return made[-1]

    yield begin
    for one in made:
        one.close()


def until(true: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it does not come"
        time.sleep(0.01)


def viewed(follower: Follower, version: int, seconds: float = 60) -> View:
    """The first view that knows `version`."""
    until(lambda: (view := follower.view()) and view.index.version >= version, seconds)
    view = follower.view()
    assert view is not None
    return view


def ids(view: View) -> set[UUID]:
    return set(view.index.ids(Query()))
