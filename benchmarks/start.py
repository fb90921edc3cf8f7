"""How long a newcomer waits: `python -m benchmarks.start`.

A fresh clone of what is committed, without a virtual environment: `make run` until `ready:` with the demo catalogue
loaded (packages are downloaded), the memory of everything at rest, then a second start.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.report import publish, table
from embedded.home import free_port
from tests.stack import ROOT

PORTS = ("PIXPLORE_PORT", "PIXPLORE_API_PORT", "PIXPLORE_AWS_PORT")
PATIENCE = 420


def until_ready(clone: Path, environment: dict[str, str], log: Path) -> tuple[subprocess.Popen[bytes], float]:
    """`make run` in `clone`; the process and the seconds until it printed `ready:`."""
    began = time.monotonic()
    with log.open("wb") as out:
        process = subprocess.Popen(["make", "run"], cwd=clone, env=environment, stdout=out, stderr=out)
    while b"ready:" not in log.read_bytes():
        if process.poll() is not None or time.monotonic() - began > PATIENCE:
            process.kill()
            sys.exit(f"not ready: {log.read_text()[-2000:]}")
        time.sleep(0.1)
    return process, time.monotonic() - began


def end(process: subprocess.Popen[bytes]) -> float:
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.wait(20)
    return time.monotonic() - began


def memory(process: subprocess.Popen[bytes]) -> float:
    """Proportional memory of everything below `make run`, MB."""
    top = psutil.Process(process.pid)
    return sum(p.memory_full_info().pss for p in (top, *top.children(recursive=True))) / 1e6


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="pixplore-start-") as folder:
        clone, log = Path(folder) / "clone", Path(folder) / "log"
        inherited = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "VIRTUAL_ENV", "MAKEFLAGS")}
        ports = {name: str(free_port()) for name in PORTS}
        environment = inherited | ports | {"PIXPLORE_HOME": f"{folder}/home", "PIXPLORE_DEMO": "1"}
        began = time.monotonic()
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        cloned = time.monotonic() - began
        process, first = until_ready(clone, environment, log)
        time.sleep(10)
        idle = memory(process)
        stopped = end(process)
        process, second = until_ready(clone, environment, log)
        time.sleep(5)
        again = memory(process)
        end(process)
    rows: list[list[object]] = [
        ["clone → `ready:` with the demo catalogue, packages downloaded", f"{cloned + first:.0f} s", "< 180 s"],
        ["second start → `ready:`", f"{second:.1f} s", "< 15 s"],
        ["SIGTERM → everything ended", f"{stopped:.1f} s", "< 10 s"],
        ["memory of everything, idle after the demo was loaded", f"{idle:.0f} MB", "< 1,200 MB"],
        ["memory of everything, idle after the second start", f"{again:.0f} MB", "< 1,200 MB"],
    ]
    publish("Start", table(["what", "seen", "to reach"], rows))


if __name__ == "__main__":
    main()
