"""Many calls of the storage, some at a time, each with patience."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from pixplore.errors import Unavailable

A = TypeVar("A")
B = TypeVar("B")
AT_ONCE = 8
_AHEAD = 4 * AT_ONCE
"""Objects on their way at a time, 15 MB each at most: what bounds memory."""
_PATIENCE_S = (1, 2, 4, 8, 16)


def in_order(pool: ThreadPoolExecutor, function: Callable[[A], B], values: Iterable[A]) -> Iterator[tuple[A, B]]:
    """Each value with what became of it, in their order, some at a time."""
    running: deque[tuple[A, Future[B]]] = deque()
    try:
        for value in values:
            running.append((value, pool.submit(function, value)))
            if len(running) >= _AHEAD:
                first, future = running.popleft()
                yield first, future.result()
        for first, future in running:
            yield first, future.result()
    finally:
        for _, future in running:
            future.cancel()


def patiently(call: Callable[[], B]) -> B:
    """A backup takes hours: a storage that is away for a moment does not end it."""
    for seconds in _PATIENCE_S:
        try:
            return call()
        except Unavailable:
            time.sleep(seconds)
    return call()
