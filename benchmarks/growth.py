"""How the index grows: `python -m benchmarks.growth [IMAGES ...]` (100,000, 1 and 10 million), each in a process of
its own, straight from the generator, without a database."""

import json
import os
import subprocess
import sys

from benchmarks.database import memory
from benchmarks.figures import FULL, HEADER, IMAGES, row, short, times, told
from benchmarks.made import made
from benchmarks.report import table
from benchmarks.search import reading

SLACK = 1.25
"""No worse than linear: each step's figures by image may be so many times those of the step before."""


def one(images: int) -> None:
    """Measure one size; the figures as JSON to standard output."""
    with made(images) as start:
        seen = times([second for some in reading(start.index).values() for second in some])
        print(json.dumps({
            "p50": seen.p50, "p95": seen.p95, "p99": seen.p99, "mean": seen.mean, "built_s": start.built_s,
            "disk": start.bytes / images, "memory": memory([os.getpid()]), "peak": start.peak_mb,
        }))  # fmt: skip


def main(sizes: list[int]) -> None:
    seen = []
    for images in sizes:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.growth", "--one", str(images)], stdout=subprocess.PIPE, check=True
        )
        seen.append(json.loads(done.stdout))
    lines = [
        [f"{images:,}", *(short(found[name]) for name in ("p50", "p95", "p99", "mean")), short(found["disk"]),
         short(found["memory"]), short(found["built_s"]), short(found["peak"])]
        for images, found in zip(sizes, seen, strict=True)
    ]  # fmt: skip
    header = ["images", "p50", "p95", "p99", "mean ms", "bytes an image", "memory of the process MB", "build s",
              "peak memory of building MB"]  # fmt: skip
    verdicts = []
    for (less, before), (more, after) in zip(
        zip(sizes, seen, strict=True), list(zip(sizes, seen, strict=True))[1:], strict=False
    ):
        factor = more / less
        grown, by_image = after["p95"] / before["p95"], after["disk"] / before["disk"]
        verdicts.append(
            row(f"{less:,} -> {more:,}: p95, bytes an image", f"{grown:.1f}x, {by_image:.2f}x",
                f"<= {factor:.0f}x, <= {SLACK}x", grown <= factor, by_image <= SLACK)
        )  # fmt: skip
    told("Growth of the index", f"{table(header, lines)}\n\n{table(HEADER, verdicts)}")


if __name__ == "__main__":
    if "--one" in sys.argv:
        one(int(sys.argv[2]))
    else:
        main([int(size) for size in sys.argv[1:]] or [IMAGES // 10, IMAGES, min(10 * IMAGES, 10 * FULL)])
