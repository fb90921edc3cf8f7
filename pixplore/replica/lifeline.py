"""Helper processes that do not outlive who started them, however that one ends."""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping


def start(module: str, settings: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """`python -m module` with `settings` in its environment; it must hold on."""
    return subprocess.Popen(
        [sys.executable, "-m", module], stdin=subprocess.PIPE, env=os.environ | dict(settings or {})
    )


def hold_on() -> None:
    """End this process at once when its standard input ends: nobody else has the other side of it."""
    threading.Thread(target=_end_with_input, daemon=True).start()


def end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()


def _end_with_input() -> None:
    while os.read(0, 1):
        pass
    os._exit(0)  # what is half done lies where the next one removes it
