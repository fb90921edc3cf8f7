"""What must hold before anything starts; where it does not, a sentence says what to set."""

import fcntl
import os
import shutil
import sys
import time
from typing import IO

from embedded.home import Home, port_is_free

LEAST_DISK = 10**9  # bytes
RUNTIMES = ("python3.11", "python3.12", "python3.13", "python3.14")
"""Runtimes of AWS Lambda that the lock file has packages for."""
PATIENCE = 3.0  # seconds for what a killed run left behind to go away


class Refused(Exception):
    """Pixplore does not start; the text is for the person at the terminal."""


def python_matches(runtime: str | None) -> str:
    """The Lambda runtime to declare. Functions run in this very Python, so another declared one is refused."""
    ours = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if runtime and runtime != ours:
        raise Refused(
            f"PIXPLORE_LAMBDA_RUNTIME declares {runtime}, but this is {ours}: set PIXPLORE_LAMBDA_RUNTIME={ours}, "
            f"or remove .venv and run `make run PYTHON={runtime}`."
        )
    if ours not in RUNTIMES:
        raise Refused(
            f"This is {ours}, and the functions are declared for {RUNTIMES[0]} to {RUNTIMES[-1]}: remove .venv and "
            f"run `make run PYTHON={RUNTIMES[0]}`, or another of these."
        )
    return ours


def home_is_usable(home: Home) -> None:
    """Make the home's folders, and see that there is room."""
    try:
        home.make()
        (home.root / ".write-test").write_text("")
        (home.root / ".write-test").unlink()
    except OSError as error:
        raise Refused(
            f"The home {home.root} cannot be written ({error.strerror}): set PIXPLORE_HOME to a folder of yours."
        ) from error
    if (free := shutil.disk_usage(home.root).free) < LEAST_DISK:
        raise Refused(
            f"Only {free / 1e9:.1f} GB are free where {home.root} lies, and Pixplore wants at least 1 GB: make room, "
            "or set PIXPLORE_HOME to a folder on another disk."
        )


def take_lock(home: Home) -> IO[str]:
    """Hold the home for this process; the kernel lets go when it ends, however it ends."""
    lock = (home.root / "lock").open("a+")
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                lock.seek(0)
                raise Refused(
                    f"Pixplore already runs on {home.root} (pid {lock.read().strip() or 'unknown'}): end that one, or "
                    "set PIXPLORE_HOME to another folder."
                ) from None
            time.sleep(0.1)
        else:
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            return lock


def ports(wanted: dict[str, int]) -> dict[str, int]:
    """Read each port's variable (name -> default) and see that it is free."""
    chosen: dict[str, int] = {}
    for name, default in wanted.items():
        text = os.environ.get(name) or str(default)
        if not text.isdigit() or not 0 < int(text) < 65536:
            raise Refused(f"{name} is {text!r}: set it to a port number from 1 to 65535.")
        if int(text) in chosen.values():
            raise Refused(f"{name} is {text}, as another of our ports: set each to a port of its own.")
        chosen[name] = int(text)
        deadline = time.monotonic() + PATIENCE
        while not port_is_free(chosen[name]):
            if time.monotonic() > deadline:
                raise Refused(f"Port {text} is in use: end the program that listens there, or set {name} to another.")
            time.sleep(0.1)
    return chosen
