"""A database that vanishes without a word: no packet comes back, not even a refusal."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy.engine import make_url

from tests.stack import ROOT

NOTICED_S = 30.0
ASKS = """
import sys
from sqlalchemy import text
from pixplore.catalogue.database import open_engine
from pixplore.catalogue.snapshot import transaction
from pixplore.errors import Unavailable

try:
    with transaction(open_engine(sys.argv[1], statement_timeout_ms=600_000)) as connection:
        print("asking", flush=True)
        connection.execute(text("select pg_sleep(600)"))
except Unavailable as away:
    print(away.detail)
"""


@dataclass(frozen=True)
class Room:
    """A network of its own and the one cable that leads out of it; `outside` is our end's address."""

    name: str
    cable: str
    outside: str

    def run(self, *command: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(["ip", "netns", "exec", self.name, *command], cwd=ROOT, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@pytest.fixture
def room() -> Iterator[Room]:
    """Only root may build one."""
    mark = uuid.uuid4().hex[:6]
    one = Room(f"pix-{mark}", f"pix{mark}", f"10.213.{int(mark[:2], 16)}.1")
    try:
        ip("netns", "add", one.name)
        ip("link", "add", one.cable, "type", "veth", "peer", "name", f"{one.cable}i", "netns", one.name)
        ip("addr", "add", f"{one.outside}/30", "dev", one.cable)
        ip("link", "set", one.cable, "up")
        inside = one.outside.removesuffix("1") + "2"
        ip("-n", one.name, "addr", "add", f"{inside}/30", "dev", f"{one.cable}i")
        ip("-n", one.name, "link", "set", f"{one.cable}i", "up")
    except (subprocess.CalledProcessError, FileNotFoundError):
        pytest.skip("a network of its own cannot be made here: that needs root and iproute2")
    yield one
    subprocess.run(["ip", "netns", "del", one.name], check=False)


def _forwarded(address: str, port: int) -> int:
    """A port at `address` that leads to ours."""
    server = socket.create_server((address, 0))

    def carry(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                target.sendall(data)

    def serve() -> None:
        while True:
            came, _ = server.accept()
            there = socket.create_connection(("127.0.0.1", port))
            for way in ((came, there), (there, came)):
                threading.Thread(target=carry, args=way, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    return int(server.getsockname()[1])


@pytest.mark.skipif("PIXPLORE_FAULT_SEEDS" not in os.environ, reason="a part of `make test-faults`")
def test_a_database_that_vanishes_is_noticed(room: Room, database_url: str) -> None:
    port = _forwarded(room.outside, make_url(database_url).port or 5432)
    address = make_url(database_url).set(drivername="postgresql", host=room.outside, port=port, query={})
    asking = room.run(sys.executable, "-c", ASKS, address.render_as_string(hide_password=False))
    assert asking.stdout
    assert asking.stdout.readline() == "asking\n"
    ip("link", "set", room.cable, "down")
    began = time.monotonic()
    watch = threading.Timer(2 * NOTICED_S, asking.kill)
    watch.start()
    said = asking.stdout.read()
    watch.cancel()
    print(f"noticed after {time.monotonic() - began:.1f} s")
    assert "Try again in a moment" in said
    assert time.monotonic() - began < NOTICED_S
