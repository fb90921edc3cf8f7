"""The processes below the supervisor: start, see whether they answer, start again, end."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LARGEST_LOG = 5_000_000  # bytes; one older piece is kept beside it
STEADY = 60.0  # seconds a child must live for its earlier deaths to be forgotten
MOST_DEATHS = 6
LONGEST_PAUSE = 30.0


class PartFailed(Exception):
    """A part does not start or does not stay; the text is for the person at the terminal."""


@dataclass
class Child:
    """One part. `ready` says whether it does its work; `stop` is the signal that ends it in order."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    ready: Callable[[], bool]
    stop: signal.Signals = signal.SIGTERM
    user: str | None = None
    fds: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    again_at: float = field(default=0.0)

    def start(self) -> None:
        """Start it on a leash: it dies with this process. Call from the main thread only (see leash)."""
        leash = [sys.executable, "-m", "embedded.leash", str(os.getpid())]
        if self.user:
            leash += ["--user", self.user]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                leash + self.command, cwd=ROOT, env=os.environ | self.environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, pass_fds=self.fds, start_new_session=True,
            )  # fmt: skip
        self.started = time.monotonic()

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def last_words(self, lines: int = 8) -> str:
        """The end of its log."""
        with contextlib.suppress(OSError):
            text = self.log.read_bytes()[-4000:].decode("utf-8", "replace").strip()
            return "\n".join("    " + line for line in text.splitlines()[-lines:])
        return ""


def wait_ready(child: Child, limit: float) -> None:
    """Until it answers; PartFailed when it ends before, or after `limit` seconds."""
    deadline = time.monotonic() + limit
    while not child.ready():
        if not child.running:
            raise PartFailed(f"{child.name} ended while starting. {_see(child)}")
        if time.monotonic() > deadline:
            raise PartFailed(f"{child.name} did not answer within {limit:.0f} s. {_see(child)}")
        time.sleep(0.05)


def look_after(children: Iterable[Child], say: Callable[[str], None]) -> None:
    """Start again what died, after 1, 2, 4 ... s; PartFailed when it dies again and again."""
    now = time.monotonic()
    for child in children:
        if child.running:
            if child.deaths and now - child.started > STEADY:
                child.deaths = 0
        elif not child.again_at:
            child.deaths += 1
            if child.deaths >= MOST_DEATHS:
                raise PartFailed(f"{child.name} ended {child.deaths} times in a row. {_see(child)}")
            pause = min(2.0 ** (child.deaths - 1), LONGEST_PAUSE)
            child.again_at = now + pause
            say(f"{child.name}: ended ({_how(child)}), starting again in {pause:.0f} s; see {child.log}")
        elif now >= child.again_at:
            child.again_at = 0.0
            child.start()


def end(children: Iterable[Child], limit: float) -> None:
    """Ask all at once to end, and kill after `limit` seconds what did not."""
    asked = [child for child in children if child.running and child.process]
    for child in asked:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.process.pid, child.stop) if child.process else None
    deadline = time.monotonic() + limit
    for child in asked:
        if child.process:
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait(2)


def bound_logs(folder: Path) -> None:
    """Set aside the log of any child that grew too large; it goes on writing into the same, now empty file."""
    for log in folder.glob("*.log"):
        if log.stat().st_size > LARGEST_LOG and not log.name.startswith("lambda-"):  # those rotate by themselves
            shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)


def answers(url: str, headers: dict[str, str] | None = None) -> Callable[[], bool]:
    """A readiness check: GET `url` is answered 2xx."""
    request = urllib.request.Request(url, headers=headers or {})  # noqa: S310 - ours, http

    def check() -> bool:
        try:
            with urllib.request.urlopen(request, timeout=3) as answer:  # noqa: S310 - the same
                return 200 <= int(answer.status) < 300
        except (OSError, urllib.error.HTTPError):
            return False

    return check


def _how(child: Child) -> str:
    code = child.process.returncode if child.process else None
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"


def _see(child: Child) -> str:
    return f"Its log is {child.log}; it ends:\n{child.last_words()}"
