"""One process of the recogniser, serving a socket that its parent listens on."""

import contextlib
import ctypes
import os
import socket
from pathlib import Path

import uvicorn

from embedded.leash import hold
from embedded.recogniser.app import make_app
from embedded.recogniser.operations import Operations


def serve(descriptor: int, models: Path, threads: int) -> None:
    """Serve until SIGTERM; `threads` pictures at once."""
    hold(os.getppid())
    operations = Operations(models)
    operations.warm_up()
    give_memory_back()
    config = uvicorn.Config(make_app(operations, threads), log_level="warning", access_log=False, lifespan="off",
                            timeout_graceful_shutdown=3)  # fmt: skip
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor)])


def give_memory_back() -> None:
    """Loading a model leaves about 40 MB of freed memory behind, which glibc keeps unless asked."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
