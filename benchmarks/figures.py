"""Figures beside what they were to reach."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.report import publish

FULL = 1_000_000
IMAGES = int(os.environ.get("BENCH_IMAGES") or FULL)
SEED = 1
"""Of every synthetic catalogue in benchmarks."""


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds."""

    p50: float
    p95: float
    p99: float
    mean: float

    def __str__(self) -> str:
        return " / ".join(short(one) for one in (self.p50, self.p95, self.p99, self.mean))


def times(seconds: Sequence[float]) -> Times:
    p50, p95, p99 = np.percentile(np.array(seconds) * 1e3, [50, 95, 99]).tolist()
    return Times(p50, p95, p99, float(np.mean(seconds)) * 1e3)


def short(value: float) -> str:
    """Three figures that count."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def verdict(*met: bool, **parts: bool) -> str:
    """`parts` by name: those that are not met are told."""
    missed = [name for name, good in parts.items() if not good]
    if all(met) and not missed:
        return "met"
    return f"unmet: {', '.join(missed)}" if missed else "unmet"


HEADER = ["figure", "seen", "to reach", ""]


def row(figure: str, seen: str, bar: str = "", *met: bool, **parts: bool) -> list[object]:
    """A line of a table with HEADER; without a bar there is nothing to meet."""
    return [figure, seen, bar, verdict(*met, **parts) if met or parts else ""]


def told(title: str, text: str) -> None:
    """Print; into docs/benchmarks.md as well, unless this is a trial with another number of images."""
    if IMAGES == FULL:
        publish(title, text)
    else:
        print(f"## {title} (a trial with {IMAGES:,} images)\n\n{text}\n", flush=True)
