"""Clients over HTTP on this machine: wrk where it is installed (Debian: wrk), else a lean one of our own; both ask as
fast as they are answered. And `Steady`, which asks so many times a second, whatever the answers take.

All share the machine's cores with the program they ask. Answers are not compressed.
"""

import asyncio
import http.client
import itertools
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Times, times

_SCRIPT = """
local requests, at = {}, 0
function init(args)
  for line in io.lines(args[1]) do
    local path, token = line:match("^(%S+) (%S+)$")
    requests[#requests + 1] = wrk.format("GET", path, {["Authorization"] = "Bearer " .. token, ["Host"] = "bench"})
  end
  at = math.random(#requests)
end
function request()
  at = at % #requests + 1
  return requests[at]
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("FIGURES %f %f %f %f %d %d %d\\n", latency:percentile(50), latency:percentile(95),
    latency:percentile(99), latency.mean, summary.requests, summary.duration,
    e.connect + e.read + e.write + e.timeout + e.status))
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """`errors`: answers that were none, or of another status than 200."""

    times: Times
    per_second: float
    requests: int
    errors: int
    client: str


def ask(port: int, paths: Sequence[str], tokens: Sequence[str], clients: int, seconds: float) -> Load:
    """Ask for these paths over and over, each with the next of the tokens, over `clients` connections."""
    asked = [(path, tokens[number % len(tokens)]) for number, path in enumerate(paths)]
    if shutil.which("wrk"):
        return _wrk(port, asked, clients, seconds)
    return asyncio.run(_own(port, asked, clients, seconds))


def _wrk(port: int, asked: list[tuple[str, str]], clients: int, seconds: float) -> Load:
    with tempfile.TemporaryDirectory() as folder:
        script, requests = Path(folder) / "ask.lua", Path(folder) / "requests"
        script.write_text(_SCRIPT)
        requests.write_text("".join(f"{path} {token}\n" for path, token in asked))
        command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds:.0f}s", "--timeout", "10s", "-s", str(script)]
        command += [f"http://127.0.0.1:{port}", "--", str(requests)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    (figures,) = re.findall(r"FIGURES (.*)", said)
    p50, p95, p99, mean, count, micros, errors = map(float, figures.split())
    seen = Times(p50 / 1e3, p95 / 1e3, p99 / 1e3, mean / 1e3)
    return Load(seen, count / micros * 1e6, int(count), int(errors), "wrk")


async def _own(port: int, asked: list[tuple[str, str]], clients: int, seconds: float) -> Load:
    """HTTP/1.1 over kept connections, written out once before it begins."""
    raw = [
        f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n".encode() for path, token in asked
    ]
    took, errors, began = list[float](), 0, time.perf_counter()

    async def one(number: int) -> None:
        nonlocal errors
        reading, writing = await asyncio.open_connection("127.0.0.1", port)
        at = number * len(raw) // clients
        while time.perf_counter() - began < seconds:
            at = (at + 1) % len(raw)
            start = time.perf_counter()
            writing.write(raw[at])
            head = await reading.readuntil(b"\r\n\r\n")
            (length,) = re.findall(rb"content-length: (\d+)", head.lower())
            await reading.readexactly(int(length))
            took.append(time.perf_counter() - start)
            errors += not head.startswith(b"HTTP/1.1 200")
        writing.close()

    await asyncio.gather(*(one(number) for number in range(clients)))
    return Load(times(took), len(took) / (time.perf_counter() - began), len(took), errors, "our own client")


class Steady(threading.Thread):
    """One client that asks `rate` times a second until `end`. A late answer delays the next question, and the delay
    counts as waiting for it."""

    def __init__(self, port: int, paths: Sequence[str], token: str, rate: float) -> None:
        super().__init__(daemon=True)
        self._link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._paths, self._rate = itertools.cycle(paths), rate
        self._headers = {"Authorization": f"Bearer {token}"}
        self._took, self._errors, self._ended = list[float](), 0, False
        self.start()

    def run(self) -> None:
        due = self._began = time.perf_counter()
        while not self._ended:
            time.sleep(max(0.0, due - time.perf_counter()))
            try:
                self._link.request("GET", next(self._paths), headers=self._headers)
                answer = self._link.getresponse()
                answer.read()
                self._errors += answer.status != 200
            except (OSError, http.client.HTTPException):
                self._link.close()
                self._errors += 1
            self._took.append(time.perf_counter() - due)
            due += 1 / self._rate

    def end(self) -> Load:
        self._ended = True
        self.join()
        seconds = time.perf_counter() - self._began
        kind = f"steadily {self._rate:.0f} a second"
        return Load(times(self._took), len(self._took) / seconds, len(self._took), self._errors, kind)
