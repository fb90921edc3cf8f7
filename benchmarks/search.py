"""The index in its own process, 200 mixed questions: `python -m benchmarks.search`.

Twice: only reading, and with one write for every four questions going on beside them (20 % writes).
"""

import threading
import time
from collections import defaultdict

from benchmarks.changed import changes
from benchmarks.figures import HEADER, IMAGES, SEED, Times, row, short, times, told
from benchmarks.made import Made, made
from benchmarks.queries import FACETS, LIMIT, QUESTIONS, questions
from benchmarks.report import table
from pixplore.index.index import Index
from pixplore.query import Query
from pixplore.synthesis import label_names

ROUNDS = 3
BAR = "< 0.5 / < 6 / < 20 ms"


def ask(index: Index, query: Query) -> float:
    began = time.perf_counter()
    index.page(query, limit=LIMIT, facets=FACETS, facet_limit=LIMIT)
    return time.perf_counter() - began


def reading(index: Index) -> dict[str, list[float]]:
    """Seconds by kind of question: one round to warm up, then ROUNDS."""
    asked, seconds = questions(SEED), defaultdict(list)
    for number in range(ROUNDS + 1):
        for question in asked:
            took = ask(index, question.query)
            if number:
                seconds[question.kind].append(took)
    return seconds


class Writer(threading.Thread):
    """Applies one changed image whenever a write is due; `index` is the newest."""

    def __init__(self, start: Made) -> None:
        super().__init__(daemon=True)
        self.index, self.seconds = start.index, list[float]()
        self._due, self._ended = threading.Semaphore(0), False
        self._changes, self._names = changes(start.index.base.segment.ids, SEED), label_names()

    def run(self) -> None:
        for rows in self._changes:
            self._due.acquire()
            if self._ended:
                return
            began = time.perf_counter()
            self.index = self.index.apply(rows, (), self.index.version + 1, self._names)
            self.seconds.append(time.perf_counter() - began)

    def want(self) -> None:
        self._due.release()

    def end(self) -> None:
        self._ended = True
        self._due.release()
        self.join()


def writing(start: Made) -> tuple[list[float], list[float]]:
    """Seconds of questions and of writes, which go on at the same time."""
    writer, seconds = Writer(start), []
    writer.start()
    asked = [question.query for question in questions(SEED)] * ROUNDS
    for number, query in enumerate(asked):
        if number % 4 == 0:
            writer.want()
        seconds.append(ask(writer.index, query))
    writer.end()
    return seconds, writer.seconds


def good(seen: Times) -> dict[str, bool]:
    return {"p50": seen.p50 < 0.5, "p95": seen.p95 < 6, "p99": seen.p99 < 20}


def main() -> None:
    with made(IMAGES) as start:
        by_kind = reading(start.index)
        read = times([second for some in by_kind.values() for second in some])
        seconds, writes = writing(start)
    beside = times(seconds)
    rows = [
        row("in the process: p50 / p95 / p99 / mean ms", str(read), BAR, **good(read)),
        row("stretch: p95", f"{short(read.p95)} ms", "< 2 ms", read.p95 < 2),
        row("the same with 20 % writes at the same time", str(beside), BAR, **good(beside)),
        row("… a write, becoming part of the index: p50 / p95 / p99 / mean ms", str(times(writes))),
        row(
            "made straight from the generator",
            f"{start.built_s:.0f} s, {start.bytes / 1e6:,.0f} MB on disk, {start.peak_mb:,.0f} MB of memory at most",
        ),
    ]
    kinds = [
        [kind, len(some) // ROUNDS, *(short(one) for one in _cells(times(some)))] for kind, some in by_kind.items()
    ]
    text = (
        f"{IMAGES:,} images, {QUESTIONS} questions (newest 50, exact total, 50 labels, 50 categories, multi-select) in "
        f"one thread, each {ROUNDS} times after one round to warm up.\n\n{table(HEADER, rows)}\n\n"
        f"{table(['kind of question', 'questions', 'p50', 'p95', 'p99', 'mean ms'], kinds)}"
    )
    told("Search in the process", text)


def _cells(seen: Times) -> tuple[float, ...]:
    return seen.p50, seen.p95, seen.p99, seen.mean


if __name__ == "__main__":
    main()
