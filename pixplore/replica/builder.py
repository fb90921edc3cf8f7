"""The one subprocess that may build a snapshot for this process, started when wanted and looked after."""

import logging
import subprocess
import time
from pathlib import Path

from pixplore.replica.compaction import BUSY
from pixplore.replica.lifeline import end, start

log = logging.getLogger("pixplore.replica")
_PAUSE_S = 30.0
"""After a builder that failed, or found another at work, the next one waits so long."""


class Builder:
    """`want` may be called at any time; `close` ends what runs."""

    def __init__(self, url: str, root: Path) -> None:
        self._settings = {"DATABASE_URL": url, "PIXPLORE_INDEX_DIR": str(root)}
        self._process: subprocess.Popen[bytes] | None = None
        self._next = 0.0
        self.built = 0

    @property
    def running(self) -> bool:
        return self._process is not None

    def want(self) -> None:
        """Begin to build a snapshot, if none is being built and none has just failed."""
        if self._process is None and time.monotonic() >= self._next:
            self._process = start("pixplore.replica.compaction", self._settings)

    def look(self) -> None:
        """Take note of a builder that has ended."""
        if self._process is None or (code := self._process.poll()) is None:
            return
        self._process.communicate()
        self._process = None
        if code == 0:
            self.built += 1
            return
        self._next = time.monotonic() + _PAUSE_S
        if code != BUSY:
            log.error("building a snapshot of the index failed (exit code %s); trying again in %.0f s", code, _PAUSE_S)

    def close(self) -> None:
        if self._process is not None:
            end(self._process)
            self._process = None
