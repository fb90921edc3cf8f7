"""`decode` in a process of its own, `python -m pixplore.vision.apart`: what a picture does to its decoder, it does to
nobody else. That process knows no secret, writes no file, and is bounded in memory and, for each picture, in time.

A decoder that broke off may have been broken by others (a full memory), so the file is not refused for it: it is tried
again, and set aside by the queue in the end.
"""

import json
import os
import resource
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from PIL import Image

from pixplore.errors import Refused, Unavailable
from pixplore.vision import decode as inside
from pixplore.vision.decode import Decoded

MEMORY = 2_000_000_000
"""Bytes of address space; the largest picture that is taken needs a tenth of it."""
CPU_S = 20
"""Seconds of a processor for one picture; the largest need about five."""
WALL_S = 45.0
"""Seconds until one that uses no processor, and does not answer, is ended."""
IDLE_S = 60.0
"""After so long without a picture it ends: 25 MB that others may have."""
COMMAND = [sys.executable, "-m", "pixplore.vision.apart"]
_ROOT = Path(__file__).resolve().parents[2]
_NEEDED = ("LD_LIBRARY_PATH", "PATH")
_MOST_HEAD = 1_000_000
_LENGTH = struct.Struct(">I")
_BROKE_OFF = "The program that opens pictures broke off at this one. Try again; if it does so again, save it anew."


class Decoder:
    """One process, started when it is needed. Any thread may use it; each waits for its turn."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._rest: threading.Timer | None = None

    def __call__(self, content: bytes) -> Decoded:
        """As pixplore.vision.decode.decode(); raises Unavailable, too, where the decoder broke off."""
        with self._turn:
            process = self._running()
            patience = threading.Timer(WALL_S, process.kill)
            patience.start()
            try:
                return _asked(process, content)
            except Refused:
                raise
            except Exception as error:  # it ended, or what it says is no answer: it may have been taken over
                self._end(process.kill)
                raise Unavailable(_BROKE_OFF, retry_after=5) from error
            finally:
                patience.cancel()

    def ready(self) -> None:
        """Have it started before the first picture comes."""
        with self._turn:
            self._running()

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            path = os.pathsep.join([str(_ROOT), *filter(None, sys.path)])
            known = {name: os.environ[name] for name in _NEEDED if name in os.environ}
            self._process = subprocess.Popen(
                COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=known | {"PYTHONPATH": path}
            )
        if self._rest:
            self._rest.cancel()
        self._rest = threading.Timer(IDLE_S, self._idle)
        self._rest.daemon = True
        self._rest.start()
        return self._process

    def _idle(self) -> None:
        with self._turn:
            self._end()

    def _end(self, first: Callable[[], None] = lambda: None) -> None:
        """It ends by itself where nobody can ask it any more."""
        if self._process:
            first()
            self._process.communicate()
            self._process = None


decode = Decoder()
"""The one of this process."""


def _asked(process: "subprocess.Popen[bytes]", content: bytes) -> Decoded:
    assert process.stdin  # noqa: S101
    assert process.stdout  # noqa: S101
    process.stdin.write(_LENGTH.pack(len(content)))
    process.stdin.write(content)
    process.stdin.flush()
    head = json.loads(_read(process.stdout, _length(process.stdout, _MOST_HEAD)))
    if "refused" in head:
        raise Refused(str(head["refused"][0]), str(head["refused"][1]))
    wide, high = (int(side) for side in head["size"])
    if not 0 < min(wide, high) <= max(wide, high) <= inside.LONGEST:
        raise ValueError("no size that we make")
    image = Image.frombytes("RGB", (wide, high), _read(process.stdout, wide * high * 3))
    return Decoded(str(head["kind"]), int(head["width"]), int(head["height"]), image, dict(head["exif"]))


def _length(stream: IO[bytes], most: int) -> int:
    length: int = _LENGTH.unpack(_read(stream, _LENGTH.size))[0]
    if length > most:
        raise ValueError("longer than anything that is said here")
    return length


def _read(stream: IO[bytes], length: int) -> bytes:
    content = stream.read(length)
    if len(content) < length:
        raise EOFError("the decoder ended")
    return content


def serve() -> None:
    """Decode what comes in until nothing comes any more."""
    _bound()
    asked, told = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not speak in our place
    with suppress(EOFError, BrokenPipeError):
        while True:
            content = _read(asked, _length(asked, 1 << 31))
            _bound_time()
            for part in _answer(content):
                told.write(part)
            told.flush()


def _answer(content: bytes) -> tuple[bytes, ...]:
    try:
        found = inside.decode(content)
    except Refused as refusal:
        head, pixels = json.dumps({"refused": [refusal.code, refusal.detail]}).encode(), b""
    else:
        said = {"kind": found.kind, "width": found.width, "height": found.height, "size": found.image.size}
        head, pixels = json.dumps(said | {"exif": found.exif}).encode(), found.image.tobytes()
    return _LENGTH.pack(len(head)), head, pixels


def _bound() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for those who ask us
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        with suppress(OSError, ValueError):  # macOS has no limit of address space
            resource.setrlimit(what, (most, most))


def _bound_time() -> None:
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + 1 + CPU_S, hard))


if __name__ == "__main__":
    serve()
