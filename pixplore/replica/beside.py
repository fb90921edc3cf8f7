"""Work beside a thread that must not wait: one piece at a time, its result looked for and never waited for."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Beside(Generic[T]):
    """For one thread that starts pieces of work and takes their results."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._thread: threading.Thread | None = None
        self._result: T | None = None
        self._error: BaseException | None = None

    @property
    def idle(self) -> bool:
        """Nothing is being done, and no result waits to be taken."""
        return self._thread is None

    def start(self, work: Callable[[], T]) -> None:
        """Only while idle."""
        self._thread = threading.Thread(target=self._run, args=(work,), name=self._name, daemon=True)
        self._thread.start()

    def take(self, wait_s: float = 0.0) -> T | None:
        """The result, once; None while there is none. Raises what the work raised."""
        if self._thread is None:
            return None
        self._thread.join(wait_s)
        if self._thread.is_alive():
            return None
        result, error = self._result, self._error
        self._thread = self._result = self._error = None
        if error is not None:
            raise error
        return result

    def _run(self, work: Callable[[], T]) -> None:
        try:
            self._result = work()
        except BaseException as error:  # for who takes the result
            self._error = error
