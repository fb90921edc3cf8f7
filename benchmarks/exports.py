"""The whole catalogue as CSV: how soon the first byte comes, and what it costs in memory."""

import http.client
import threading
import time

from benchmarks.api import Api
from benchmarks.figures import IMAGES, row

_PART = 1 << 20


def measure(api: Api) -> list[list[object]]:
    before = api.memory()
    watch = _Watch(api)
    link = http.client.HTTPConnection("127.0.0.1", api.port, timeout=120)
    began = time.monotonic()
    link.request("GET", "/v1/export?format=csv", headers=api.issuer.bearer("admin"))
    answer = link.getresponse()
    lines = answer.read(1).count(b"\n")
    first, size = time.monotonic() - began, 1
    while part := answer.read(_PART):
        size += len(part)
        lines += part.count(b"\n")
    took = time.monotonic() - began
    link.close()
    grown = watch.most() - before
    if answer.status != 200:
        return [row("export as CSV", f"answered {answer.status}", "every row", False)]
    return [
        row(f"export of {IMAGES:,} as CSV: first byte", f"{first * 1e3:.0f} ms", "< 300 ms", first < 0.3),
        row("… memory growth of the program (PSS)", f"{grown:.0f} MB", "< 50 MB", grown < 50),
        row("… all of it", f"{took:.1f} s, {size / 1e6:,.0f} MB, {lines - 1:,} rows", "every row", lines == IMAGES + 1),
    ]


class _Watch(threading.Thread):
    """Looks at the program's memory twice a second."""

    def __init__(self, api: Api) -> None:
        super().__init__(daemon=True)
        self._api, self._most, self._ended = api, 0.0, threading.Event()
        self.start()

    def run(self) -> None:
        while not self._ended.wait(0.5):
            self._most = max(self._most, self._api.memory())

    def most(self) -> float:
        self._ended.set()
        self.join()
        return max(self._most, self._api.memory())
