"""Ours beside five other engines: `python -m benchmarks.peers`. Same images, questions, machine and run.

BENCH_IMAGES says how many images, BENCH_PEERS which engines (all), BENCH_PEER_SECONDS for how long each may answer in
each of its settings (40). What cannot run here is named and left out.
"""

import importlib.util
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.figures import IMAGES, short, times, told, verdict
from benchmarks.peers.answers import differences
from benchmarks.peers.one import Result
from benchmarks.queries import QUESTIONS
from benchmarks.report import table

NEEDS = {"postgresql": ("psycopg2",), "tantivy": ("tantivy",), "duckdb": ("duckdb",),
         "sphinx": ("indexer", "searchd", "pymysql"), "groonga": ("groonga",)}  # fmt: skip
"""Programs on the PATH, or packages (requirements-bench.txt)."""
BAR = 10
HEADER = ["engine", "p50", "p95", "p99", "mean ms", "questions", "ours is ahead at p95", "in the mean", ">= 10x",
          "answers that differ", "memory MB", "size MB", "build s"]  # fmt: skip


def missing(name: str) -> list[str]:
    return [need for need in NEEDS.get(name, ()) if not (shutil.which(need) or importlib.util.find_spec(need))]


def run(name: str, budget: float) -> Result | str:
    """What one engine did, or why it did not."""
    if lacks := missing(name):
        return f"not here: {', '.join(lacks)}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "result"
        command = [sys.executable, "-m", "benchmarks.peers.one", name, str(IMAGES), str(budget), str(path)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=600)
        except subprocess.TimeoutExpired:
            return "did not end within 10 minutes"
        if not path.exists():
            return f"failed: {(done.stderr.strip() or '?').splitlines()[-1]}"
        found: Result = pickle.loads(path.read_bytes())
        return found


def line(name: str, setting: str, result: Result, ours: Result) -> list[object]:
    own = next(iter(ours.seconds.values()))
    seconds = result.seconds[setting]
    mine, seen = times(own[: len(seconds)]), times(seconds)
    wrong = [parts for pair in zip(ours.answers, result.answers, strict=False) if (parts := differences(*pair))]
    kinds = ", ".join(sorted({part for parts in wrong for part in parts}))
    ahead = (seen.p95 / mine.p95, seen.mean / mine.mean)
    return [
        f"{name}, {setting}", *(short(one) for one in (seen.p50, seen.p95, seen.p99, seen.mean)),
        f"{len(seconds)} of {QUESTIONS}",
        *([f"{one:,.1f}x" for one in ahead] + [verdict(min(ahead) >= BAR)] if result is not ours else ["", "", ""]),
        f"{len(wrong)} of {len(result.answers)}{f' ({kinds})' if wrong else ''}",
        short(result.memory), short(result.size / 1e6), short(result.build),
    ]  # fmt: skip


def main() -> None:
    budget = float(os.environ.get("BENCH_PEER_SECONDS") or 40)
    ours = run("ours", budget)
    if isinstance(ours, str):
        sys.exit(f"ours {ours}")
    rows, notes, left_out = [line("**Pixplore**", "1 thread", ours, ours)], [f"Pixplore: {ours.note}."], []
    for name in (os.environ.get("BENCH_PEERS") or ",".join(NEEDS)).split(","):
        print(f"{name} ...", file=sys.stderr, flush=True)
        result = run(name, budget)
        if isinstance(result, str):
            left_out.append(f"{name} {result}")
            continue
        rows += [line(name, setting, result, ours) for setting in result.seconds]
        notes.append(f"{name}: {result.note}.")
    text = [
        f"{IMAGES:,} images, {QUESTIONS} questions: newest 50, exact total, 50 most frequent labels and categories, "
        "both multi-select; four of ten at a confidence of their own, to 0.1. Asked once to compare and warm up, then "
        f"again, {budget:.0f} s in each setting at most. Ratios are over the same questions. Memory: of the engine's "
        "processes, what Python takes by itself left out.",
        *notes,
        *([f"Left out: {'; '.join(left_out)}."] if left_out else []),
    ]
    told("Search beside other engines", "\n\n".join([text[0], table(HEADER, rows), *text[1:]]))


if __name__ == "__main__":
    main()
