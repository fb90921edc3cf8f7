"""`python -m search_api`: the search API in one process or several that share what they have loaded.

With several the program is loaded once and forked: what is not written to stays common memory. Each worker has a
socket of its own on the same port, among which the system spreads connections (where it cannot, all share one). A
worker that dies is started anew; SIGTERM or SIGINT ends all of them.
"""

import argparse
import contextlib
import ctypes
import gc
import logging
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from pixplore import log_lines
from pixplore.replica.compiled_cache import missing, prepare
from pixplore.settings import IndexSettings, load

log = logging.getLogger("pixplore.search_api")
GRACE_S = 2
"""For requests under way; after as long again, workers that have not ended are killed."""
KEPT_OPEN_S = 130
"""For a connection between two requests: longer than the balancer keeps it (IDLE_SECONDS in infra/cdk/stacks/edge.py),
or it would send a request into a connection that closes, and answer 502."""
_STEADY_S = 10.0
_BACKLOG = 2048


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m search_api", description="The search API over HTTP.")
    asked.add_argument("--host", default="127.0.0.1")
    asked.add_argument("--port", type=int, default=8502)
    asked.add_argument("--workers", type=int, default=int(os.environ.get("PIXPLORE_API_WORKERS") or 1))
    given = asked.parse_args()
    if not 1 <= given.workers <= 64:
        sys.exit("--workers, or PIXPLORE_API_WORKERS: a number from 1 to 64.")
    try:
        sockets = _listen(given.host, given.port, given.workers)
    except OSError as error:
        sys.exit(f"Nothing can listen on {given.host}:{given.port}: {error.strerror}. Choose another --port.")
    settings = load(IndexSettings)
    log_lines.as_asked()
    prepare(settings.index_dir)
    _give_memory_back()
    if given.workers == 1:
        _serve(sockets[0])
        return 0
    with tempfile.TemporaryDirectory(prefix="pixplore-counts-") as counts:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = counts
        _load(settings.index)
        return _Workers(sockets, Path(counts)).run()


def _give_memory_back() -> None:
    """Threads share two heaps, and what large answers took goes back to the system (glibc; others see to it)."""
    arena_max, mmap_threshold, trim_threshold = -8, -3, -1
    with contextlib.suppress(AttributeError, OSError):
        heap = ctypes.CDLL(None)
        heap.mallopt(arena_max, 2)
        heap.mallopt(mmap_threshold, 1 << 20)
        heap.mallopt(trim_threshold, 1 << 20)


def _listen(host: str, port: int, workers: int) -> list[socket.socket]:
    """One listening socket a worker. Raises OSError, also where somebody else listens already."""
    first = _bound(host, port, False)
    if workers == 1 or sys.platform != "linux":
        first.listen(_BACKLOG)
        return [first] * workers
    port = first.getsockname()[1]
    first.close()
    sockets = [_bound(host, port, True) for _ in range(workers)]
    for one in sockets:
        one.listen(_BACKLOG)
    return sockets


def _bound(host: str, port: int, shared: bool) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    made.bind((host, port))
    return made


def _load(index: bool) -> None:
    """Everything that workers need, before they are forked."""
    if index and missing() is None:
        from pixplore.index.warm import warm

        warm()  # the compiled loops are common memory too
    import search_api.app  # noqa: F401

    gc.collect()
    gc.freeze()


def _serve(listening: socket.socket) -> None:
    import uvicorn

    from search_api.wire import Wire

    config = uvicorn.Config(
        "search_api.app:app", access_log=False, server_header=False, timeout_graceful_shutdown=GRACE_S,
        backlog=_BACKLOG, http=Wire, timeout_keep_alive=KEPT_OPEN_S,
        log_config=None if log_lines.as_asked() else uvicorn.config.LOGGING_CONFIG,
    )  # fmt: skip
    uvicorn.Server(config).run([listening])


class _Workers:
    """The parent: forks one worker a socket, and looks after them. It does nothing else, and holds no thread."""

    def __init__(self, sockets: list[socket.socket], counts: Path) -> None:
        self._sockets, self._counts = sockets, counts
        self._running: dict[int, tuple[int, float]] = {}  # pid -> number, since when
        self._lifeline = os.pipe()  # workers hold its reading end: it closes when the parent ends, however it ends
        self._ending = False

    def run(self) -> int:
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._end)
        for number in range(len(self._sockets)):
            self._start(number)
        while not self._ending:
            self._look()
        self._finish()
        return 0

    def _start(self, number: int) -> None:
        pid = os.fork()
        if pid == 0:
            os._exit(_as_worker(self._sockets[number], *self._lifeline))
        self._running[pid] = number, time.monotonic()

    def _look(self) -> None:
        """Wait for a worker to end, and put another in its place."""
        ended = _reaped(os.WNOHANG if self._ending else 0)
        if ended is None:
            return
        pid, code = ended
        number, since = self._running.pop(pid)
        self._forget(pid)
        if self._ending:
            return
        log.warning("search api: worker %d ended (%d), starting another", pid, code)
        if time.monotonic() - since < _STEADY_S:
            time.sleep(1)
        if not self._ending:
            self._start(number)

    def _end(self, *_: object) -> None:
        self._ending = True
        for pid in self._running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    def _finish(self) -> None:
        self._end()  # those that were started while the signal came
        deadline = time.monotonic() + 2 * GRACE_S
        while self._running and time.monotonic() < deadline:
            self._look()
            time.sleep(0.02)
        for pid in list(self._running):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _forget(self, pid: int) -> None:
        from prometheus_client.multiprocess import mark_process_dead

        with contextlib.suppress(OSError):
            mark_process_dead(pid, str(self._counts))  # type: ignore[no-untyped-call]


def _reaped(options: int) -> tuple[int, int] | None:
    try:
        pid, status = os.waitpid(-1, options)
    except (InterruptedError, ChildProcessError):
        return None
    return (pid, os.waitstatus_to_exitcode(status)) if pid else None


def _as_worker(listening: socket.socket, reading: int, writing: int) -> int:
    os.close(writing)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with, args=(reading, lambda: os._exit(1)), daemon=True).start()
    try:
        _serve(listening)
    except BaseException as error:  # nothing of the parent's may run on in a worker
        log.error("search api: %r", error)
        return 1
    return 0


def _end_with(reading: int, end: Callable[[], None]) -> None:
    os.read(reading, 1)
    end()


if __name__ == "__main__":
    sys.exit(main())
