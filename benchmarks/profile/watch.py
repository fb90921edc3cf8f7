"""What the machine and the queue do during a load: looked at every few seconds, from outside."""

import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import psutil

from benchmarks.ingest import megabytes
from tests.stack import Stack

EVERY_S = 5.0
LOAD = "the load generator"
OTHERS = "other programs"
"""Whatever else runs on the machine: a figure with much of it is not worth keeping."""
PARTS = (
    ("pixplore.vision.apart", "decoders of label_image"),
    ("pixplore-issue-uploads", "function issue_uploads"),
    ("pixplore-label-image", "functions label_image"),
    ("pixplore-", "other functions"),
    ("embedded.aws_endpoint", "AWS endpoint"),
    ("embedded.recogniser", "recogniser"),
    ("search_api", "search API"),
    ("streamlit", "dashboard"),
    ("postgres", "PostgreSQL"),
    ("locust", LOAD),
    ("embedded", "supervisor"),
)
"""Words of a command line -> the part it is, the first that fits."""
WORKERS = {"functions label_image": 2, "recogniser": 2}
"""Processes a part may keep busy at once, where it is more than one. PostgreSQL and the dashboard have their own."""


@dataclass(frozen=True, slots=True)
class Moment:
    """`waiting`: messages in the ingest queue, those under work too. `found`: pictures of the load that search finds.
    `cores`: part -> cores it used since the moment before. `megabytes`: memory of the stack, 0 where not looked at."""

    at: float
    waiting: int
    found: int
    cores: dict[str, float] = field(default_factory=dict)
    megabytes: float = 0


def part_of(command: str) -> str:
    return next((part for words, part in PARTS if words in command), "other")


def waiting(stack: Stack) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    told = stack.client("sqs").get_queue_attributes(QueueUrl=stack.ends["queue_url"], AttributeNames=names)
    return sum(int(told["Attributes"][name]) for name in names)


class Watch(threading.Thread):
    """From its making until `end`, which returns the moments. `found` asks search how many of the load are there."""

    def __init__(self, stack: Stack, found: Callable[[], int], load: Callable[[], int | None]) -> None:
        super().__init__(daemon=True)
        self.stack, self.found, self.load = stack, found, load
        self.moments: list[Moment] = []
        self._names: dict[int, str] = {}
        self._used: dict[int, float] = {}
        self._since, self._busy, self._ended = time.time(), _busy(), threading.Event()
        self._cores()
        self.start()

    def run(self) -> None:
        while not self._ended.wait(EVERY_S):
            self.look()

    def look(self) -> None:
        memory = megabytes(self.stack) if len(self.moments) % 12 == 0 else 0  # looking costs time
        self.moments.append(Moment(time.time(), waiting(self.stack), self.found(), self._cores(), memory))

    def end(self) -> list[Moment]:
        self._ended.set()
        self.join()
        return self.moments

    def _cores(self) -> dict[str, float]:
        processes = self.stack.tree()
        if (own := self.load()) is not None and psutil.pid_exists(own):
            processes.append(psutil.Process(own))
        used: defaultdict[str, float] = defaultdict(float)
        for process in processes:
            try:
                name = self._names.get(process.pid) or part_of(" ".join(process.cmdline()))
                user, system, *_ = process.cpu_times()
            except psutil.Error:
                continue
            self._names[process.pid] = name
            # who was not there the last time began since then
            used[name] += user + system - self._used.get(process.pid, 0.0)
            self._used[process.pid] = user + system
        now = time.time()
        seconds, self._since = now - self._since, now
        busy, self._busy = _busy() - self._busy, _busy()
        used[OTHERS] = max(0.0, busy - sum(used.values()))
        return {name: cpu / seconds for name, cpu in used.items()} if seconds > 0.1 else {}


def _busy() -> float:
    """Seconds that all cores together have worked since the machine began."""
    now = psutil.cpu_times()
    return float(sum(now) - now.idle - getattr(now, "iowait", 0) - getattr(now, "guest", 0))


def cores() -> int:
    return os.cpu_count() or 1
