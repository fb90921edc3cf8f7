"""The search API as people run it, in processes of its own, on a catalogue of ours, with tokens of our own issuer."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil

from benchmarks.database import ROOT, memory
from benchmarks.queries import FACETS, LIMIT
from embedded.home import free_port
from pixplore.query import Query, as_filters
from tests.contract.issuer import Issuer

WORKERS = 2


@dataclass
class Api:
    """`get` opens a connection of its own each time: either worker may answer."""

    port: int
    issuer: Issuer
    process: subprocess.Popen[bytes]
    log: Path

    def ask(self, method: str, path: str, body: object = None, role: str = "admin") -> tuple[int, Any]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            content = None if body is None else json.dumps(body)
            headers = self.issuer.bearer(role) | {"Content-Type": "application/json"}
            link.request(method, path, content, headers)
            answer = link.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            link.close()

    def get(self, path: str, role: str = "admin") -> Any:
        status, body = self.ask("GET", path, role=role)
        if status != 200:
            sys.exit(f"GET {path}: {status} {str(body)[:300]}")
        return body

    def memory(self) -> float:
        """PSS of the program and its workers, MB."""
        return memory([self.process.pid])

    def processes(self) -> str:
        """The same by process: the parent's, then the workers'."""
        parent = psutil.Process(self.process.pid)
        every = (parent, *parent.children(recursive=True))
        return " + ".join(f"{one.memory_full_info().pss / 1e6:,.0f}" for one in every)

    def wait_for_index(self, seconds: float = 300) -> None:
        deadline = time.monotonic() + seconds
        while self.get("/readyz")["engine"] != "index":
            if time.monotonic() > deadline:
                sys.exit(f"the index is not ready after {seconds:.0f} s: {self.log.read_text()[-1000:]}")
            time.sleep(0.05)


def listed(query: Query, limit: int = LIMIT) -> str:
    """The path of a page with everything the questions ask for."""
    more = {"limit": limit, "facets": ",".join(FACETS), "facet_limit": LIMIT}
    return f"/v1/images?{urlencode(as_filters(query) | more, doseq=True)}"


@contextmanager
def serving(url: str, folder: Path, issuer: Issuer, workers: int = WORKERS) -> Iterator[Api]:
    """Yields once it answers, by whatever engine; the index's snapshot lies in `folder`/index."""
    port, log = free_port(), folder / "search-api.log"
    settings = issuer.environment(url) | {"PIXPLORE_INDEX": "1", "PIXPLORE_INDEX_DIR": str(folder / "index")}
    # What the supervisor of `make run` sets for every program.
    settings |= {"OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "1048576",
                 "MALLOC_TRIM_THRESHOLD_": "1048576"}  # fmt: skip
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "search_api", "--port", str(port), "--workers", str(workers)], cwd=ROOT,
            env=os.environ | settings, stdout=out, stderr=out,
        )  # fmt: skip
    api = Api(port, issuer, process, log)
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                if api.ask("GET", "/readyz")[0] == 200:
                    break
            except (OSError, http.client.HTTPException):
                pass
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"the search API does not start: {log.read_text()[-1000:]}")
            time.sleep(0.02)
        yield api
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
