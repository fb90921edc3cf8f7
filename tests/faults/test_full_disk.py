"""A disk without room: what is refused is said, what was acknowledged stays, and room alone heals it."""

import os
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.model import Model
from tests.faults.test_seeds import ENDS_S, HEALS_S, ended, healthy, settled
from tests.faults.work import Curating, Looking, Sending
from tests.stack import Stack

SIZE_MB = 3_000


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own; only root may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m,mode=0755", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here: that needs root")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place: Path) -> None:
    """Until nothing more can be written."""
    with (place / "filler").open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            while True:
                try:
                    if file.write(b"\1" * size) < size:
                        break
                except OSError:
                    break


@pytest.mark.skipif("PIXPLORE_FAULT_SEEDS" not in os.environ, reason="a part of `make test-faults`")
@pytest.mark.timeout(1500)
def test_a_full_disk_loses_nothing(disk: Path) -> None:
    stack, model = Stack(disk / "home").start(), Model()
    try:
        sending = Sending(stack, model, seed=1, batches=6, files=8)
        others = [Curating(stack, model, 2), Looking(stack, model, 3)]
        for one in (sending, *others):
            one.start()
        time.sleep(random.Random(4).uniform(3, 5))
        for _ in range(2):
            fill(disk)
            time.sleep(8)
            (disk / "filler").unlink()
            assert healthy(stack) < HEALS_S
        sending.join(300)
        for one in others:
            one.over.set()
            one.join(200)
        assert not [one.problem for one in (sending, *others) if one.problem]
        ended(stack, model, ENDS_S)
        assert settled(stack, model) == []
    finally:
        stack.kill()
