"""Requests into figures: by kind, by stretch of time, and where it broke. Pure; times in seconds, answers in ms."""

import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

KINDS = ("sign in", "grant", "upload", "search")
BAR_MS = 800.0


@dataclass(frozen=True, slots=True)
class Request:
    """`at`: when it began."""

    at: float
    kind: str
    ms: float
    error: str | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Of some requests over some seconds. Percentiles count failed requests too: somebody waited for them."""

    requests: int
    failed: int
    per_second: float
    p50: float
    p95: float
    worst: float

    @property
    def failed_share(self) -> float:
        return self.failed / self.requests if self.requests else 0.0


@dataclass(frozen=True, slots=True)
class Window:
    """`second`: its beginning, from the beginning of the load."""

    second: float
    users: int
    figures: Figures


def read(path: Path) -> list[Request]:
    made = [Request(*json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    return sorted(made, key=lambda request: request.at)


def figures(requests: Sequence[Request], seconds: float) -> Figures:
    if not requests:
        return Figures(0, 0, 0, 0, 0, 0)
    p50, p95 = np.percentile([request.ms for request in requests], [50, 95]).tolist()
    failed = sum(request.error is not None for request in requests)
    return Figures(len(requests), failed, len(requests) / seconds, p50, p95, max(r.ms for r in requests))


def by_kind(requests: Sequence[Request], seconds: float) -> dict[str, Figures]:
    """In the order of a round, and "all" at the end."""
    found = {kind: [request for request in requests if request.kind == kind] for kind in KINDS}
    return {kind: figures(some, seconds) for kind, some in found.items() if some} | {"all": figures(requests, seconds)}


def errors(requests: Iterable[Request], most: int = 8) -> list[tuple[str, str, int]]:
    """(kind, what it said, how often), the most frequent first. Numbers in a sentence do not make it another one."""
    counts: dict[tuple[str, str], int] = {}
    for request in requests:
        if request.error:
            said = "".join("#" if letter.isdigit() else letter for letter in request.error)
            counts[request.kind, said] = counts.get((request.kind, said), 0) + 1
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(kind, said, count) for (kind, said), count in ordered[:most]]


def windows(
    requests: Sequence[Request], began: float, edges: Sequence[float], users_at: Callable[[float], int | None]
) -> list[Window]:
    """Between each two edges (seconds since `began`), by when a request began. `users` is what the shape wanted in
    the middle."""
    starts = [request.at - began for request in requests]
    made = []
    for first, last in pairwise(edges):
        inside = requests[bisect_right(starts, first - 1e-9) : bisect_right(starts, last - 1e-9)]
        made.append(Window(first, users_at((first + last) / 2) or 0, figures(inside, last - first)))
    return made


@dataclass(frozen=True, slots=True)
class Breaking:
    """The first step of each kind, None where it never came. `most`: the one with the most requests a second."""

    slow: Window | None
    failed: Window | None
    most: Window


def breaking(steps: Sequence[Window], bar_ms: float = BAR_MS) -> Breaking:
    slow = next((step for step in steps if step.figures.p95 > bar_ms), None)
    failed = next((step for step in steps if step.figures.failed), None)
    return Breaking(slow, failed, max(steps, key=lambda step: step.figures.per_second))


def recovered(parts: Sequence[Window], after: float, bar_ms: float = BAR_MS) -> float | None:
    """Seconds from `after` until the windows stay below the bar; None where the last one is still above it."""
    late = [part for part in parts if part.second >= after]
    slow = [at for at, part in enumerate(late) if part.figures.p95 > bar_ms]
    if not slow:
        return 0.0
    return late[slow[-1] + 1].second - after if slow[-1] + 1 < len(late) else None


def narrowest(cores: dict[str, float], machine: int, workers: dict[str, int]) -> str:
    """Which part ran out, by the cores it used: the machine before a part, for none can have more than there is."""
    if not cores:
        return "The step is too short for a look at the processors."
    used = sum(cores.values())
    full = [name for name, own in cores.items() if own >= 0.85 * workers.get(name, 1)]
    if used >= 0.93 * machine:
        most = sorted(cores.items(), key=lambda pair: -pair[1])[:4]
        told = ", ".join(f"{name} {own:.2f}" for name, own in most)
        return f"The machine's {machine} cores are used up ({used:.2f} of them: {told})."
    if full:
        return f"{full[0][0].upper()}{full[0][1:]} is used up ({cores[full[0]]:.2f} cores), the machine is not."
    return f"No processor is used up ({used:.2f} of {machine} cores): something waits for something else."
