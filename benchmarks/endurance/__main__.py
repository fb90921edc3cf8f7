"""`python -m benchmarks.endurance` (`make endurance`): half an hour of mixed load on a whole stack; `--batch 10000`: so
many files in one batch, to the end of each.

Thirty minutes or more, or ten thousand files or more, go into docs/endurance.md; a shorter trial is printed only.
"""

import argparse
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

from sqlalchemy import Engine, text

from benchmarks import report
from benchmarks.endurance import batch, paper, ticket
from benchmarks.endurance.watch import Watch, rows
from benchmarks.endurance.work import Work
from benchmarks.million import stack
from tests.stack import ENDED, ROOT, Stack

PAPER = ROOT / "docs" / "endurance.md"
MINUTES, WARM_MINUTES, FILES = 30.0, 3.0, 10_000
IMAGES = int(os.environ.get("BENCH_IMAGES") or 50_000)
LATE_S = 180.0
"""For what was sent last to end."""


def states(engine: Engine, ids: list[str]) -> dict[str, int]:
    """Of the items with these ids: state -> how many; waited for."""
    found = text("select status, count(*) from item where image_id = any(cast(:ids as uuid[])) group by status")
    deadline = time.monotonic() + LATE_S
    while True:
        with engine.connect() as link:
            seen = dict(link.execute(found, {"ids": ids}).all())
        if seen.keys() <= ENDED or time.monotonic() > deadline:
            return seen
        time.sleep(1)


def mixed(running: Stack, minutes: float) -> paper.Ran:
    seconds, warm_s = minutes * 60, min(WARM_MINUTES, minutes / 4) * 60
    cookies = [ticket.cookie(running, role) for role in ("admin", "analyst")]
    work, watch, before = Work(running, cookies), Watch(running), dict[str, int]()
    count = threading.Timer(warm_s, lambda: before.update(rows(watch.engine)))
    count.start()
    began = work.run(seconds)
    after = rows(watch.engine)
    ended = states(watch.engine, [file.image_id for file in work.sent])
    return paper.Ran(IMAGES, began, seconds, warm_s, work.requests, work.sent, ended, watch.end(), (before, after))


def told(title: str, section: str, full: bool) -> None:
    if full:
        report.publish(title, section, PAPER)
    else:
        print(f"## {title} (a trial)\n\n{section}\n", flush=True)


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m benchmarks.endurance", description=__doc__.splitlines()[0])
    asked.add_argument("--minutes", type=float, default=MINUTES)
    asked.add_argument("--batch", type=int, metavar="FILES", help="so many files in one batch, in place of mixed load")
    given = asked.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="pixplore-endurance-") as top,
        stack(Path(top), IMAGES, demo=True) as running,
    ):
        if given.batch:
            told(f"{given.batch:,} files in one batch", batch.section(running, given.batch), given.batch >= FILES)
        else:
            told("Half an hour of everything", paper.section(mixed(running, given.minutes)), given.minutes >= MINUTES)
    print("ended", file=sys.stderr)


if __name__ == "__main__":
    main()
