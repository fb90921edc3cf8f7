"""`python -m tests.broken_decoder`: the decoder's process, but with files that do to it what none may do to others.

What a file does stands in its first bytes; every other file is decoded as ever.
"""

import os
import sys
import time
from contextlib import suppress
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from pixplore.vision import apart, decode

COMMAND = [sys.executable, "-m", "tests.broken_decoder"]
CRASHES, FILLS, SPINS, SLEEPS, LIES, PRINTS = b"crashes", b"fills memory", b"spins", b"sleeps", b"lies", b"prints"
_decode = decode.decode


def broken(content: bytes) -> Any:
    if content.startswith(CRASHES):
        os.abort()
    if content.startswith(FILLS):
        return bytearray(3 * apart.MEMORY)
    if content.startswith(SLEEPS):
        time.sleep(600)
    if content.startswith(LIES):
        huge = SimpleNamespace(size=(60_000, 60_000), tobytes=bytes)
        return replace(_decode(content[len(LIES) :]), image=cast(Any, huge))
    if content.startswith(PRINTS):
        with suppress(OSError):  # where its errors go into a file, it may not write there either
            os.write(1, b"libtiff: warning")
        return _decode(content[len(PRINTS) :])
    while content.startswith(SPINS):
        time.process_time()
    return _decode(content)


if __name__ == "__main__":
    apart.CPU_S = 1
    decode.decode = broken
    apart.serve()
