"""Tells CloudWatch each minute, by a line of the log (embedded metric format), how far the index is behind."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from search_api.engines import Engines

EACH_S = 60.0
_ABOUT = {"Namespace": "Pixplore", "Dimensions": [[]], "Metrics": [{"Name": "IndexLag", "Unit": "Seconds"}]}


@contextmanager
def told(engines: Engines, wanted: bool, each_s: float = EACH_S) -> Iterator[None]:
    """While inside, if `wanted`."""
    over, began = threading.Event(), time.monotonic()

    def tell() -> None:
        while not over.wait(each_s):
            follower = engines.follower
            if follower is not None:  # while there is no index, it is behind by all that there is
                print(line(follower.lag_s if follower.view() is not None else time.monotonic() - began), flush=True)

    if wanted:
        threading.Thread(target=tell, name="index lag", daemon=True).start()
    try:
        yield
    finally:
        over.set()


def line(lag_s: float) -> str:
    return json.dumps(
        {"_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [_ABOUT]}, "IndexLag": round(lag_s, 3)}
    )
