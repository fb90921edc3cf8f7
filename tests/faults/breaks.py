"""What can break, by name: each takes a running stack and a source of chance, and breaks it once.

Kills are kill -9; the supervisor starts a part again, as ECS, Lambda and Aurora would. A frozen part holds every
connection open and answers nothing, which is what a network that stalls looks like from both of its ends.
"""

import contextlib
import random
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from tests.faults.model import Model
from tests.faults.troubled import CLOCKS, CUT, FAKETIME, FOLDER, LINES, STALLED
from tests.stack import Stack

Break = Callable[[Stack, Model, random.Random], None]
PARTS = {
    "worker": "pixplore-label-image",
    "issuer": "pixplore-issue-uploads",
    "database": "bin/postgres",
    "aws endpoint": "embedded.aws_endpoint",
    "recogniser": "embedded.recogniser",
    "search api": "-m search_api",
    "dashboard": "streamlit run",
}
"""By a piece of their command line."""


def killed(part: str) -> Break:
    def strike(stack: Stack, _model: Model, _chance: random.Random) -> None:
        for process in stack.parts(PARTS[part]):
            with contextlib.suppress(psutil.Error):
                process.kill()

    return strike


def frozen(part: str) -> Break:
    def strike(stack: Stack, _model: Model, chance: random.Random) -> None:
        processes = stack.parts(PARTS[part])
        if part == "database":
            processes += [child for one in processes for child in one.children(recursive=True)]
        for process in processes:
            with contextlib.suppress(psutil.Error):
                process.send_signal(signal.SIGSTOP)
        time.sleep(chance.uniform(1, 6))
        for process in processes:
            with contextlib.suppress(psutil.Error):
                process.send_signal(signal.SIGCONT)

    return strike


def troubled(line: str, how: str) -> Break:
    """A line between two parts loses all that is said for a while, or is cut."""

    def strike(stack: Stack, _model: Model, chance: random.Random) -> None:
        said = Path(stack.extra[FOLDER]) / line
        said.write_text(how)
        time.sleep(chance.uniform(1, 10))
        said.unlink()

    return strike


def turned(clock: str) -> Break:
    """A part's clock is an hour wrong for a while."""

    def strike(stack: Stack, _model: Model, chance: random.Random) -> None:
        if clock == "database" and not FAKETIME:
            raise FileNotFoundError("libfaketime is not installed")
        said = Path(stack.extra[FOLDER]) / f"clock of {clock}"
        said.write_text(chance.choice(["+3600", "-3600"]))
        time.sleep(chance.uniform(3, 10))
        said.write_text("+0")

    return strike


def everything(stack: Stack, _model: Model, _chance: random.Random) -> None:
    stack.kill()
    stack.start()


def connections(stack: Stack, _model: Model, chance: random.Random) -> None:
    """Every connection that the database still has to give is taken for a while."""
    from sqlalchemy.exc import OperationalError

    from pixplore.catalogue.database import engine_of

    engine = engine_of(stack.ends["database_url"], pool_size=0, max_overflow=-1)
    held = []
    with contextlib.suppress(OperationalError):
        while len(held) < 500:
            held.append(engine.connect())
    time.sleep(chance.uniform(1, 4))
    for one in held:
        one.close()
    engine.dispose()


def repeated(stack: Stack, model: Model, chance: random.Random) -> None:
    """Ten times the same event of files that are there, in any order."""
    send(stack, [image for image in some(model, chance, 5) for _ in range(10)], chance)


def some(model: Model, chance: random.Random, most: int) -> list[str]:
    with model.lock:
        known = sorted(model.sent)
    return chance.sample(known, min(most, len(known)))


def send(stack: Stack, images: list[str], chance: random.Random) -> None:
    """Events of S3 as they stand in the queue, shuffled."""
    bucket, s3, sqs = stack.ends["originals_bucket"], stack.client("s3"), stack.client("sqs")
    keys = {}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        keys |= {one["Key"].split("/")[1].split(".")[0]: one["Key"] for one in page.get("Contents", ())}
    chance.shuffle(images)
    for image in images:
        if image in keys:
            sqs.send_message(QueueUrl=stack.ends["queue_url"], MessageBody=event(bucket, keys[image]))


def event(bucket: str, key: str) -> str:
    from pixplore.arrivals import Arrival

    return str(Arrival(bucket, key).body())


def lost(stack: Stack, _model: Model, _chance: random.Random) -> None:
    """What waits in the queue is gone: nobody will ever tell of these files."""
    stack.client("sqs").purge_queue(QueueUrl=stack.ends["queue_url"])


BREAKS: dict[str, Break] = {
    **{f"kill {part}": killed(part) for part in PARTS},
    **{f"freeze {part}": frozen(part) for part in PARTS},
    **{f"{how} {line}": troubled(line, how) for line in LINES for how in (STALLED, CUT)},
    **{f"clock of {part}": turned(part) for part in CLOCKS},
    "kill everything": everything,
    "take connections": connections,
    "repeat events": repeated,
    "lose events": lost,
}


class Breaking(threading.Thread):
    """Does the named breaks one after another, with pauses by chance; `failed` tells which could not be done."""

    def __init__(self, stack: Stack, model: Model, names: list[str], seed: int) -> None:
        super().__init__(daemon=True)
        self.stack, self.model, self.names, self.chance = stack, model, names, random.Random(seed)
        self.failed: list[Any] = []

    def run(self) -> None:
        for name in self.names:
            time.sleep(self.chance.uniform(0.2, 2.5))
            try:
                BREAKS[name](self.stack, self.model, self.chance)
            except Exception as error:  # the endpoint may be away just now; what was begun is broken all the same
                self.failed.append((name, error))
