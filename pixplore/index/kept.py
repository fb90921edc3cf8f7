"""A few results that are likely to be asked for again, the oldest forgotten first."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


@dataclass(slots=True)
class Kept(Generic[K, V]):
    """At most `most` of them. Threads may make one twice; they never see a half-made one."""

    most: int
    _values: dict[K, V] = field(default_factory=dict)

    def peek(self, key: K) -> V | None:
        return self._values.get(key)

    def get(self, key: K, make: Callable[[], V]) -> V:
        value = self._values.get(key)
        if value is None:
            value = make()
            while len(self._values) >= self.most:
                try:
                    self._values.pop(next(iter(self._values)), None)
                except (StopIteration, RuntimeError):  # another thread changed it meanwhile
                    break
            self._values[key] = value
        return value
