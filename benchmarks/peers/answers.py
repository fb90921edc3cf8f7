"""What an engine answers, and where two answers differ."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.plain import Dictionary, Plain
from benchmarks.queries import LIMIT

Counts = list[tuple[int, int]]
"""(code, images), the most frequent first."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`rows`: numbers of the newest images found; at least the 50 most frequent of each facet."""

    rows: list[int]
    total: int
    labels: Counts
    categories: Counts


class Peer(Protocol):
    """An engine. `settings` are the ways it is measured; `note` says how it keeps the images; `inside` this process
    or in one of its own."""

    note: str
    settings: tuple[str, ...]
    inside: bool

    def build(self, count: int, seed: int, dictionary: Dictionary) -> None: ...

    def use(self, setting: str) -> None: ...

    def answer(self, asked: Plain) -> Answer: ...

    def size(self) -> int:
        """Bytes of the index, on disk or as the engine says."""

    def memory(self) -> float:
        """MB, of all its processes."""

    def close(self) -> None: ...


def differences(ours: Answer, theirs: Answer) -> list[str]:
    """In which parts they differ: page, total, labels, categories. Which of equally frequent values come last is up
    to each engine."""
    found = [] if ours.rows == theirs.rows else ["page"]
    found += [] if ours.total == theirs.total else ["total"]
    for name, one, other in (
        ("labels", ours.labels, theirs.labels), ("categories", ours.categories, theirs.categories),
    ):  # fmt: skip
        if _comparable(one) != _comparable(other):
            found.append(name)
    return found


def _comparable(counts: Counts) -> tuple[list[int], dict[int, int]]:
    leading = sorted((count for _, count in counts if count), reverse=True)[:LIMIT]
    least = leading[-1] if len(leading) == LIMIT else 0
    return leading, {code: count for code, count in counts if count > least}


def most_frequent(counts: NDArray[np.int64]) -> Counts:
    """The 50 highest of counts by code."""
    leading = np.argsort(-counts, kind="stable")[:LIMIT]
    return [(code, count) for code, count in zip(leading.tolist(), counts[leading].tolist(), strict=True) if count]
