"""Calls of a function whose processes are all busy wait in turn."""

import threading
import time
from types import SimpleNamespace
from typing import Any

from embedded import aws_lambda


def test_a_later_call_does_not_take_the_process_from_under_a_waiting_one() -> None:
    busy: list[bool] = [False]
    tried = threading.Semaphore(0)

    def acquire(name: str, **options: Any) -> tuple[object | None, str]:
        tried.release()
        if busy[0]:
            return None, "func_cap"
        busy[0] = True
        return busy, "reused"

    def release(worker: Any) -> None:
        busy[0] = False

    runtime = SimpleNamespace(acquire_worker=acquire, release_worker=release)
    aws_lambda._bound_workers(runtime, SimpleNamespace(_functions={}))
    served = []

    def waiting() -> None:
        worker, _ = runtime.acquire_worker("grants")
        served.append("the one that waited")
        time.sleep(0.02)
        runtime.release_worker(worker)

    worker, _ = runtime.acquire_worker("grants")
    tried.acquire()
    other = threading.Thread(target=waiting)
    other.start()
    tried.acquire()  # it has looked, found none free, and waits
    runtime.release_worker(worker)
    worker, _ = runtime.acquire_worker("grants")
    served.append("the later one")
    runtime.release_worker(worker)
    other.join()
    assert served == ["the one that waited", "the later one"]
