"""`python -m search_api` as a process: workers, their deaths and their end, and snapshots under kill -9."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy import text

from embedded.home import free_port
from pixplore.catalogue.database import open_engine
from pixplore.catalogue.snapshot import transaction
from tests.contract.issuer import Issuer
from tests.replica.conftest import until

ROOT = Path(__file__).resolve().parents[2]


class Program:
    def __init__(self, environment: dict[str, str], workers: int) -> None:
        self.address = f"http://127.0.0.1:{free_port()}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "search_api", "--port", self.address.rsplit(":", 1)[1], "--workers", str(workers)],
            cwd=ROOT, env=os.environ | environment,
        )  # fmt: skip
        until(self.ready)

    def ready(self) -> bool:
        assert self.process.poll() is None
        return self.engine() is not None

    def engine(self) -> str | None:
        try:
            answer = httpx.get(self.address + "/readyz")
        except httpx.HTTPError:
            return None
        return answer.json()["engine"] if answer.status_code == 200 else None

    def children(self, words: str = "") -> list[psutil.Process]:
        found = []
        for one in psutil.Process(self.process.pid).children(True):
            with contextlib.suppress(psutil.Error):
                if words in " ".join(one.cmdline()):
                    found.append(one)
        return found


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    made = Issuer()
    yield made
    made.close()


@pytest.fixture
def run(database_url: str, issuer: Issuer, tmp_path: Path) -> Iterator[Callable[..., Program]]:
    made: list[Program] = []

    def begin(workers: int) -> Program:
        own = {"PIXPLORE_INDEX": "1", "PIXPLORE_INDEX_DIR": str(tmp_path / "index"), "NUMBA_CACHE_DIR": ""}
        made.append(Program(issuer.environment(database_url) | own, workers))
        return made[-1]

    yield begin
    for one in made:
        one.process.kill()
        one.process.wait()


def gone(processes: list[psutil.Process]) -> bool:
    return not [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def test_workers_are_replaced_counted_together_and_end_together(run: Callable[..., Program], issuer: Issuer) -> None:
    program = run(2)
    until(lambda: program.engine() == "index")
    workers = program.children()
    assert len(workers) == 2
    for _ in range(30):  # each on a connection of its own: both workers answer
        answer = httpx.get(program.address + "/v1/images", headers=issuer.bearer("viewer"))
        assert answer.status_code == 200
    counted = 'pixplore_requests_total{method="GET",route="/v1/images",status="200"} 30.0'
    assert all(counted in httpx.get(program.address + "/metrics").text for _ in range(4))

    workers[0].kill()
    until(lambda: len(program.children()) == 2 and workers[0].pid not in {one.pid for one in program.children()})
    until(program.ready)

    began, workers = time.monotonic(), program.children()
    program.process.send_signal(signal.SIGTERM)
    assert program.process.wait(5) == 0
    assert time.monotonic() - began < 5
    assert gone(workers)


def test_no_worker_outlives_a_killed_parent(run: Callable[..., Program]) -> None:
    program = run(2)
    workers = program.children()
    program.process.kill()
    program.process.wait()
    until(lambda: gone(workers), 5)


def test_a_port_that_is_taken_is_said(run: Callable[..., Program], issuer: Issuer, database_url: str) -> None:
    program = run(2)
    port = program.address.rsplit(":", 1)[1]
    other = subprocess.run(
        [sys.executable, "-m", "search_api", "--port", port, "--workers", "2"], capture_output=True, text=True,
        cwd=ROOT, env=os.environ | issuer.environment(database_url), timeout=60,
    )  # fmt: skip
    assert other.returncode == 1
    assert f"127.0.0.1:{port}" in other.stderr


def test_kill_9_while_a_snapshot_is_built(run: Callable[..., Program], issuer: Issuer, database_url: str) -> None:
    """SQL answers exactly meanwhile; the builder dies with the API; the next start has its index all the same."""
    engine = open_engine(database_url)
    with transaction(engine) as connection:
        connection.execute(
            text("""
                insert into image (id, name, name_key, category)
                select gen_random_uuid(), 'n' || n, 'n' || n, 'c' || n % 7 from generate_series(1, 21000) n
            """)
        )
    engine.dispose()
    program = run(1)
    until(lambda: program.children("pixplore.replica.compaction"))
    builder = program.children("pixplore.replica.compaction")
    asked = {"headers": issuer.bearer("viewer"), "params": {"category": "c3"}}
    assert httpx.get(program.address + "/v1/images", **asked).json()["total"] == 3000
    assert program.engine() == "sql"
    program.process.kill()
    program.process.wait()
    until(lambda: gone(builder), 5)

    again = run(1)
    until(lambda: again.engine() == "index")
    assert httpx.get(again.address + "/v1/images", **asked).json()["total"] == 3000
