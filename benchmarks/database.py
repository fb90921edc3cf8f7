"""A PostgreSQL for benchmarks: the one that `make run` starts, in a folder of its own, with more settings if wanted."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg2

from embedded import database
from embedded.home import Home
from pixplore.catalogue.database import migrate

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Postgres:
    """`admin_url` is that of the superuser."""

    admin_url: str
    process: subprocess.Popen[bytes]

    def new(self, name: str, migrated: bool = True) -> str:
        """A fresh database and its address."""
        with closing(psycopg2.connect(self.admin_url)) as link:
            link.autocommit = True
            link.cursor().execute(f"create database {name} template template0")
        url = f"{self.admin_url.rsplit('/', 1)[0]}/{name}"
        if migrated:
            migrate(url)
        return url

    def drop(self, name: str) -> None:
        with closing(psycopg2.connect(self.admin_url)) as link:
            link.autocommit = True
            link.cursor().execute(f"drop database {name} with (force)")

    def memory(self) -> float:
        """Proportional memory of the server and its sessions, MB."""
        return memory([self.process.pid])


@contextmanager
def postgres(folder: Path, *settings: str) -> Iterator[Postgres]:
    """`settings` as `name=value`; they win over those of `make run`."""
    home = Home(folder)
    home.make()
    server = database.prepare(home)
    user = ["--user", server.user] if server.user else []
    command = [sys.executable, "-m", "embedded.leash", str(os.getpid()), *user, *server.command]
    process = subprocess.Popen([*command, *(f"-c{one}" for one in settings)], cwd=ROOT, pass_fds=server.fds)
    try:
        deadline = time.monotonic() + 30
        while not database.answers(server.admin_url):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("PostgreSQL does not start")
            time.sleep(0.05)
        yield Postgres(server.admin_url, process)
    finally:
        process.send_signal(signal.SIGINT)  # "fast": does not wait for open connections
        process.wait(30)


def memory(pids: list[int]) -> float:
    """Proportional memory (PSS) of these processes and all below them, MB. What is shared counts once."""
    total = 0
    for pid in pids:
        top = psutil.Process(pid)
        for process in (top, *top.children(recursive=True)):
            try:
                total += process.memory_full_info().pss
            except psutil.Error:
                continue
    return total / 1e6
