"""A standby that follows by PostgreSQL's own replication: it answers, it is told to be one, and it takes over."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import psycopg2
import pytest
from sqlalchemy import Engine, text

from embedded import database
from embedded.home import Home, free_port
from pixplore.catalogue import changes
from pixplore.catalogue.database import migrate, open_engine
from pixplore.catalogue.search import SqlFinder
from pixplore.catalogue.snapshot import snapshot, transaction
from pixplore.doctor import inside
from pixplore.errors import Unavailable
from pixplore.query import Query
from pixplore.replica.follower import Follower
from tests.contract import catalogues
from tests.contract.catalogues import picture
from tests.replica.conftest import ids, until, viewed

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Pair:
    """A primary and its standby, each a process of its own."""

    home: Home
    server: database.Server
    folder: Path
    standby_port: int = field(default_factory=free_port)
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start(self, command: list[str], fds: tuple[int, ...] = ()) -> "subprocess.Popen[bytes]":
        user = ["--user", self.server.user] if self.server.user else []
        process = subprocess.Popen(
            [sys.executable, "-m", "embedded.leash", str(os.getpid()), *user, *command], cwd=ROOT, pass_fds=fds
        )
        self.processes.append(process)
        return process

    @property
    def primary_url(self) -> str:
        return self.server.admin_url.rsplit("/", 1)[0] + "/pixplore"

    @property
    def standby_url(self) -> str:
        port = urlsplit(self.server.admin_url).port
        return self.primary_url.replace(f":{port}/", f":{self.standby_port}/")

    def copy(self) -> None:
        """The standby begins as a copy of the running primary, and follows it from there."""
        told = urlsplit(self.server.admin_url)
        # As root PostgreSQL's programs run as another user: see embedded/database.py.
        program = Path(self.server.command[0]).with_name("pg_basebackup")
        if not program.exists():
            shutil.copy2(database._package() / "pginstall" / "bin" / "pg_basebackup", program)
        data = self.folder / "data"
        subprocess.run(
            [program, "-h", "127.0.0.1", "-p", str(told.port), "-U", "postgres", "-D", data, "-R", "-X", "stream",
             "-c", "fast"],
            check=True, cwd="/", env={"PGPASSWORD": told.password or "", "PATH": os.environ.get("PATH", "")},
            **database._as(self.server.user),
        )  # fmt: skip
        self.start([self.server.command[0], "-D", str(data), "-p", str(self.standby_port),
                    *self.server.command[5:]])  # fmt: skip


@pytest.fixture
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    home = Home(tmp_path_factory.mktemp("primary"))
    home.make()
    folder = Path(tempfile.mkdtemp(prefix="pixplore-standby-"))  # where another user may enter too
    made = Pair(home, database.prepare(home), folder)
    if made.server.user:
        shutil.chown(folder, made.server.user)
    made.start(made.server.command, made.server.fds)
    until(lambda: database.answers(made.server.admin_url))
    database.finish(made.server, home)
    migrate(made.primary_url)
    engine = open_engine(made.primary_url)
    with transaction(engine) as connection:
        catalogues.write(connection, [picture(n) for n in range(5)])
    engine.dispose()
    made.copy()
    until(lambda: database.answers(made.standby_url))
    yield made
    for process in reversed(made.processes):
        process.send_signal(signal.SIGINT)
        process.wait(20)
    shutil.rmtree(folder, ignore_errors=True)


def found(engine: Engine) -> set[UUID]:
    with snapshot(engine) as connection:
        return set(SqlFinder(connection).ids(Query()))


def test_a_standby_answers_and_takes_over(pair: Pair, tmp_path: Path) -> None:
    primary, standby = open_engine(pair.primary_url), open_engine(pair.standby_url)
    follower = Follower(pair.standby_url, tmp_path / "index", lambda some: None)
    follower.start()
    try:
        with transaction(primary) as connection:
            catalogues.write(connection, [picture(10)])
            version = changes.version(connection)
        assert picture(10).id in ids(viewed(follower, version))  # the index beside the standby follows the primary
        assert found(standby) == found(primary)
        assert [one.says for one in inside.database(standby) if one.well is False] == [
            "It only reads (a standby, perhaps): DATABASE_URL must name the writer."
        ]
        with pytest.raises(Unavailable), transaction(standby) as connection:
            catalogues.write(connection, [picture(11)])

        kept = found(primary)
        pair.processes[0].kill()  # and everything of it: the leash sees to that
        began = time.monotonic()
        with contextlib.closing(psycopg2.connect(pair.standby_url)) as link:
            link.cursor().execute("select pg_promote()")
        with transaction(standby) as connection:
            catalogues.write(connection, [picture(12)])
            version = changes.version(connection)
        taken_over = time.monotonic() - began
        assert found(standby) == kept | {picture(12).id}
        assert picture(12).id in ids(viewed(follower, version))
        assert [one for one in inside.database(standby) if one.well is False] == []
        print(f"took over in {taken_over:.2f} s")
    finally:
        follower.close()
        primary.dispose()
        standby.dispose()


def test_a_write_to_a_standby_is_refused_for_now(pair: Pair) -> None:
    """Not an error of ours: the caller is told to try again."""
    standby = open_engine(pair.standby_url)
    with pytest.raises(Unavailable, match="only reads"), transaction(standby) as connection:
        connection.execute(text("insert into label (name) values ('x')"))
    standby.dispose()
