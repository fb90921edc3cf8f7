"""`python -m embedded`, where a test can hold up what its parts say to one another, and turn their clocks.

Between each two parts lies a line of its own: one that is *stalled* passes nothing on and ends nothing, as a network
that loses everything; one that is *cut* ends what it carries and refuses more. A file named after the line, in the
folder that PIXPLORE_TEST_TROUBLE names, says which; another there says by how many seconds a part's clock is wrong. The
database's clock is libfaketime's (Debian's `faketime`) and stays right where that is not installed.
"""

import asyncio
import contextlib
import json
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from embedded import aws_endpoint, aws_guard, aws_lambda, children, parts, plan, supervisor
from embedded.home import free_port

FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
FOLDER = "PIXPLORE_TEST_TROUBLE"
ENDPOINT = "embedded.aws_endpoint"
STALLED, CUT = "stalled", "cut"
LINES = (
    "functions to database", "functions to aws endpoint", "functions to recogniser",
    "search api to database", "search api to aws endpoint",
    "dashboard to database", "dashboard to aws endpoint", "dashboard to search api",
)  # fmt: skip
"""Browsers of the tests send their files by the second of them too."""
CLOCKS = ("aws endpoint", "database", "recogniser", "search api", "dashboard")
"""The functions follow the clock of the endpoint that starts them."""
CLOCK_PROGRAM = Path(__file__).with_name("clock")


@dataclass
class Lines:
    """All lines of an installation. Their ports stay the same over its starts, so that kept addresses stay good."""

    folder: Path
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def __post_init__(self) -> None:
        kept = self.folder / "ports.json"
        if not kept.exists():
            kept.write_text(json.dumps({name: free_port() for name in LINES}))
        self.ports: dict[str, int] = json.loads(kept.read_text())
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def through(self, speaker: str, settings: dict[str, str], places: dict[str, str]) -> dict[str, str]:
        """Settings in which the addresses of `places` (name -> url) lead over the lines of `speaker`."""
        for place, url in places.items():
            port, name = urlsplit(url).port, f"{speaker} to {place}"
            if name in LINES and any(f"127.0.0.1:{port}" in value for value in settings.values()):
                assert port
                asyncio.run_coroutine_threadsafe(self._open(name, port), self.loop).result(10)
                there, line = f"127.0.0.1:{port}", f"127.0.0.1:{self.ports[name]}"
                settings = {key: value.replace(there, line) for key, value in settings.items()}
        return settings

    async def _open(self, name: str, target: int) -> None:
        async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError, asyncio.CancelledError):
                if self._said(name) != CUT:
                    there, back = await asyncio.open_connection("127.0.0.1", target)
                    await self._carry(name, (reader, back), (there, writer))
            writer.transport.abort()

        await asyncio.start_server(meet, "127.0.0.1", self.ports[name])

    async def _carry(self, name: str, *ways: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
        """Both ways until one of them ends or the line is cut."""

        async def one_way(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while data := await reader.read(1 << 16):
                while self._said(name) == STALLED:
                    await asyncio.sleep(0.05)
                writer.write(data)
                await writer.drain()

        async def until_cut() -> None:
            while self._said(name) != CUT:
                await asyncio.sleep(0.1)

        tasks = [asyncio.create_task(one_way(*way)) for way in ways] + [asyncio.create_task(until_cut())]
        _, left = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in left:
            task.cancel()
        for _, writer in ways:
            writer.close()

    def _said(self, name: str) -> str:
        try:
            return (self.folder / name).read_text()
        except FileNotFoundError:
            return ""


def main() -> int:
    folder = Path(os.environ[FOLDER])
    lines = Lines(folder)
    provision, dashboard, search_api, start = (
        supervisor._provision, parts.dashboard, parts.search_api, children.Child.start,
    )  # fmt: skip
    places: dict[str, str] = {}

    def provisioned(planned: plan.Plan) -> plan.Made:
        places.update({
            "database": planned.database_url, "aws endpoint": planned.aws,
            "recogniser": planned.recogniser, "search api": planned.search_api,
        })  # fmt: skip
        led = lines.through("functions", {name: getattr(planned, name) for name in _LED}, places)
        made = provision(replace(planned, **led))
        ours, theirs = (f"127.0.0.1:{urlsplit(address).port}" for address in (led["aws"], planned.aws))
        return replace(made, uploads_api=made.uploads_api.replace(ours, theirs))

    def led(speaker: str, part: Callable[..., children.Child]) -> Callable[..., children.Child]:
        def made(home: Any, port: int, settings: dict[str, str]) -> children.Child:
            return part(home, port, lines.through(speaker, settings, places))

        return made

    def started(child: children.Child) -> None:
        if child.name == "aws endpoint":
            child.command = [sys.executable, "-m", "tests.faults.troubled", ENDPOINT]
        if child.name in CLOCKS:
            trouble(child, folder / f"clock of {child.name}")
        start(child)

    supervisor._provision = provisioned
    parts.search_api, parts.dashboard = led("search api", search_api), led("dashboard", dashboard)
    children.Child.start = started  # type: ignore[method-assign]
    return supervisor.main()


_LED = ("aws", "recogniser", "database_url")


class _Loopback(frozenset[bytes]):
    def __contains__(self, host: object) -> bool:
        return isinstance(host, bytes) and host.startswith(b"127.0.0.1:")


def endpoint() -> None:
    """The AWS endpoint, asked over any line (its gate knows one port only), its functions with its clock."""
    gate_made, installed = aws_guard.Gate.__init__, aws_lambda.install

    def with_lines(gate: aws_guard.Gate, *arguments: Any) -> None:
        gate_made(gate, *arguments)
        gate._hosts = _Loopback()

    def with_clock(*arguments: Any) -> None:
        installed(*arguments)
        from ministack.core import lambda_runtime

        clock = (CLOCK_PROGRAM / "sitecustomize.py").read_text()
        lambda_runtime._PYTHON_WORKER_SCRIPT = clock + lambda_runtime._PYTHON_WORKER_SCRIPT

    aws_guard.Gate.__init__ = with_lines  # type: ignore[method-assign]
    aws_lambda.install = with_clock
    aws_endpoint.main()


def trouble(child: children.Child, clock: Path) -> None:
    """Have a part read its clock by way of a file; intervals stay true."""
    if not clock.exists():
        clock.write_text("+0")
    if child.name != "database":
        child.environment |= {"PYTHONPATH": str(CLOCK_PROGRAM), "PIXPLORE_TEST_CLOCK": str(clock)}
    elif FAKETIME and child.command[0] != "env":  # behind the leash, which still is root and another program
        settings = {
            "LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1",
        }  # fmt: skip
        child.command = ["env", *(f"{key}={value}" for key, value in settings.items()), *child.command]


if __name__ == "__main__":
    sys.exit(endpoint() if sys.argv[1:] == [ENDPOINT] else main())
