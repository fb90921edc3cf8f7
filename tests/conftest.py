"""What every test may ask for: a real, empty, migrated PostgreSQL of its own."""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from embedded import database
from embedded.home import Home
from pixplore.catalogue.database import migrate
from tests.newer_schema import step_ahead

ROOT = Path(__file__).resolve().parents[1]
_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[database.Server]:
    """One PostgreSQL server for the whole session, the one that `make run` would start."""
    home = Home(tmp_path_factory.mktemp("postgres-home"))
    home.make()
    server = database.prepare(home)
    user = ["--user", server.user] if server.user else []
    process = subprocess.Popen(
        [sys.executable, "-m", "embedded.leash", str(os.getpid()), *user, *server.command, "-cfsync=off"],
        cwd=ROOT,
        pass_fds=server.fds,
    )
    deadline = time.monotonic() + 30
    while not database.answers(server.admin_url):
        assert process.poll() is None, "PostgreSQL ended at once"
        assert time.monotonic() < deadline, "PostgreSQL does not answer"
        time.sleep(0.05)
    with closing(psycopg2.connect(server.admin_url)) as link:
        link.autocommit = True
        link.cursor().execute("create database migrated")
    migrate(_beside(server.admin_url, "migrated"))
    step_ahead(_beside(server.admin_url, "migrated"))
    yield server
    process.send_signal(signal.SIGINT)  # "fast": does not wait for open connections
    process.wait(20)


def _beside(admin_url: str, name: str) -> str:
    return f"{admin_url.rsplit('/', 1)[0]}/{name}"


@pytest.fixture(scope="session")
def new_database(postgres: database.Server) -> Callable[..., str]:
    """Makes a fresh database and returns its address (a copy of a template: about 50 ms).

    Its schema is a step ahead of the code's, as programs meet it during a deployment (or `empty`: none).
    """

    def make(empty: bool = False) -> str:
        name = f"test_{next(_numbers)}"
        with closing(psycopg2.connect(postgres.admin_url)) as link:
            link.autocommit = True
            link.cursor().execute(f"create database {name} template {'template0' if empty else 'migrated'}")
        return _beside(postgres.admin_url, name)

    return make


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """A fresh, migrated database for this test alone."""
    return new_database()


@pytest.fixture(scope="session")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The models, built once a session as the first `make run` builds them."""
    from pixplore.vision.model import build_models

    folder = tmp_path_factory.mktemp("models")
    build_models(folder)
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: the quick ones tell first, and Playwright keeps an event loop running in this thread."""
    items.sort(key=lambda item: "browser" in item.path.parts)
