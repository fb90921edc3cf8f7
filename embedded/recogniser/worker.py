"""One process of the recogniser, serving a socket that its parent listens on."""

import os
import socket
from pathlib import Path

import uvicorn

from embedded.leash import hold
from embedded.recogniser.app import make_app
from embedded.recogniser.operations import Operations


def serve(descriptor: int, models: Path, threads: int) -> None:
    """Serve until SIGTERM."""
    hold(os.getppid())
    app = make_app(Operations(models, threads=1), threads)
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=3, lifespan="off")
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor)])
