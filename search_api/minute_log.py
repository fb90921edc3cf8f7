"""Tells CloudWatch each minute, by lines of the log (embedded metric format), how quickly this process answers, how
often it failed, and how far its index is behind."""

import json
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from search_api.engines import Engines

EACH_S = 60.0
MOST = 100
"""Values of one metric that one line may hold."""
UNITS = {"IndexLag": "Seconds", "SearchSeconds": "Seconds", "SearchFailed": "Count"}
_answers: deque[tuple[float, bool]] = deque(maxlen=20_000)
_wanted = threading.Event()


def answered(seconds: float, failed: bool) -> None:
    """One call was: after so long its answer began; `failed` is an error of ours (5xx)."""
    if _wanted.is_set():
        _answers.append((round(seconds, 4), failed))


@contextmanager
def told(engines: Engines, wanted: bool, each_s: float = EACH_S) -> Iterator[None]:
    """While inside, if `wanted`."""
    over, began = threading.Event(), time.monotonic()

    def tell() -> None:
        while not over.wait(each_s):
            follower, gone = engines.follower, [_answers.popleft() for _ in range(len(_answers))]
            if follower is not None:  # while there is no index, it is behind by all that there is
                there = follower.view() is not None
                print(line(IndexLag=round(follower.lag_s if there else time.monotonic() - began, 3)))
            for at in range(0, len(gone), MOST):
                some = gone[at : at + MOST]
                print(line(SearchSeconds=[seconds for seconds, _ in some], SearchFailed=sum(bad for _, bad in some)))
            print(end="", flush=True)

    if wanted:
        _answers.clear()
        _wanted.set()
        threading.Thread(target=tell, name="minute log", daemon=True).start()
    try:
        yield
    finally:
        over.set()
        _wanted.clear()


def line(**values: float | Sequence[float]) -> str:
    """One line of these metrics."""
    metrics = [{"Name": name, "Unit": UNITS[name]} for name in values]
    about = {"Namespace": "Pixplore", "Dimensions": [[]], "Metrics": metrics}
    return json.dumps({"_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [about]}, **values})
