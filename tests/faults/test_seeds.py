"""Whatever breaks while people work: what was acknowledged is there, nothing is there twice, and it heals by itself.

Each seed draws three breaks out of tests/faults/breaks.py and their moments. `make test-faults` runs a hundred seeds;
the default suite one. A seed that fails is run again by PIXPLORE_FAULT_SEEDS=7:8.
"""

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from pixplore.catalogue.ingest import PATIENCE
from tests.faults.breaks import BREAKS, Breaking
from tests.faults.model import Model, differences, held, waiting
from tests.faults.troubled import FOLDER
from tests.faults.work import Curating, Looking, Sending, Work, until_answered
from tests.stack import Stack

FIRST, LAST = map(int, os.environ.get("PIXPLORE_FAULT_SEEDS", "2:3").split(":"))
HEALS_S = 60.0
ENDS_S = 900.0
"""Until every file that S3 took has ended: what a killed worker held comes back after its time, what was lost is sent
again by the sweep."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    place: Path = tmp_path_factory.mktemp("faults")
    (place / "trouble").mkdir()
    for folder in (place.parent, place, place / "trouble"):
        folder.chmod(0o755)  # the database's own user reads its clock there
    stack = Stack(place / "home", {FOLDER: str(place / "trouble")}, program="tests.faults.troubled").start()
    yield stack
    stack.kill()


def healthy(stack: Stack) -> float:
    """Seconds until a person can sign in, ask for a grant, search and open the dashboard again."""
    began = time.monotonic()

    def all_of_it() -> bool | None:
        token = stack.token("admin")
        stack.grant(token, [("probe.jpg", os.urandom(64), "image/jpeg")])
        stack.images(token, limit=1)
        return httpx.get(f"{stack.ends['dashboard']}/_stcore/health", timeout=5).is_success or None

    until_answered(all_of_it, 2 * HEALS_S)
    return time.monotonic() - began


def ended(stack: Stack, model: Model, limit: float) -> float:
    """Seconds until each batch has ended and nothing waits in either queue."""
    began = time.monotonic()
    token = stack.token("admin")
    for batch in sorted(model.batches):
        stack.wait(token, batch, limit)
    until_answered(lambda: not waiting(stack) or None, limit)
    return time.monotonic() - began


@pytest.mark.timeout(1500)
@pytest.mark.parametrize("seed", range(FIRST, LAST))
def test_what_was_acknowledged_is_there(seed: int, running: Stack) -> None:
    chance, model = random.Random(seed), Model()
    names = chance.sample(sorted(BREAKS), 3)
    sending = Sending(running, model, seed, batches=3, files=8)
    others: list[Work] = [Curating(running, model, seed + 1), Looking(running, model, seed + 2)]
    breaking = Breaking(running, model, names, seed)
    for one in (sending, *others, breaking):
        one.start()
    breaking.join(120)
    heals = healthy(running)
    sending.join(240)
    for one in others:
        one.over.set()
        one.join(200)
    assert not [one.problem for one in (sending, *others) if one.problem]
    took = ended(running, model, ENDS_S)
    print(f"| {seed} | {', '.join(names)} | {len(model.sent)} files, {len(model.tagged)} tagged, "
          f"{len(model.trashed)} trashed | {heals:.1f} s | {took:.1f} s | {breaking.failed or ''}")  # fmt: skip
    assert settled(running, model) == []
    assert heals < HEALS_S


@pytest.mark.timeout(900)
def test_in_the_end_the_queues_are_empty(running: Stack) -> None:
    until_answered(lambda: not held(running) or None, 480)


def settled(stack: Stack, model: Model) -> list[str]:
    """The differences that stay: the index follows the catalogue a moment later, and a sweep that ran meanwhile may
    have sent messages that nobody needs any more, put off by PATIENCE."""
    deadline = time.monotonic() + 2 * PATIENCE
    while (found := differences(stack, model)) and time.monotonic() < deadline:
        time.sleep(0.5)
    return found
