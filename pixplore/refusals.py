"""A line of the log for each call that is refused for who asks (401, 403), so that somebody sees who tries doors.

Which door is told by the route's template: an address may have anything in it, a token too. A flood does not fill the
disk: after MOST lines a minute the rest is counted, and the number is told when the minute is over.
"""

import threading
import time
from collections.abc import Callable, MutableMapping
from typing import Any

REFUSED = (401, 403)
MOST = 60
"""Lines a minute, of one process."""
EACH_S = 60.0
_NAMES = {401: "unauthenticated", 403: "forbidden"}


def about(scope: MutableMapping[str, Any]) -> dict[str, str]:
    """What is learnt of an ASGI request on its way: `sub` once its token was verified, and the `reason` of a refusal.

    A copy of the scope has the same one.
    """
    known: dict[str, str] = scope.setdefault("refusal", {})
    return known


def route_of(scope: MutableMapping[str, Any]) -> str:
    """The template of the route that answered."""
    return str(getattr(scope.get("route"), "path", "an unknown address"))


class Refusals:
    """`write` is a logger's: called with a format and what goes into it. Any thread may use it."""

    def __init__(
        self,
        write: Callable[..., None],
        most: int = MOST,
        each_s: float = EACH_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._write, self._most, self._each_s, self._clock = write, most, each_s, clock
        self._lock = threading.Lock()
        self._until = float("-inf")
        self._told = self._more = 0

    def note(self, status: int, method: str, route: str, request_id: str, sub: str = "", reason: str = "") -> None:
        """`sub` only of a verified token; `reason` is a sentence of ours, nothing that came from outside."""
        with self._lock:
            now = self._clock()
            if now >= self._until:
                self._tell_of_more()
                self._until, self._told = now + self._each_s, 0
            if self._told >= self._most:
                self._more += 1
                if self._more == 1:
                    later = threading.Timer(self._until - now, self.over)
                    later.daemon = True
                    later.start()
                return
            self._told += 1
        kind = _NAMES.get(status, "refused")
        self._write(
            "refused: %d %s, %s %s, request %s, by %s. %s",
            status, kind, method[:10], route, request_id, sub or "nobody known", reason,
            extra={"status": status, "type": kind, "method": method[:10], "route": route, "request_id": request_id,
                   "sub": sub or None},
        )  # fmt: skip

    def over(self) -> None:
        """The minute is over: tell how many there were beyond those that have a line."""
        with self._lock:
            self._tell_of_more()

    def _tell_of_more(self) -> None:
        if self._more:
            self._write("refused: and %d more in a minute, without lines of their own", self._more)
            self._more = 0
