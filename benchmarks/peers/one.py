"""One engine in a process of its own: builds, answers, is measured. Writes what it found as a pickle."""

import gc
import importlib
import os
import pickle
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from benchmarks.database import memory
from benchmarks.figures import SEED
from benchmarks.peers.answers import Answer, Peer
from benchmarks.peers.plain import Dictionary, Plain, plain
from benchmarks.queries import questions


@dataclass
class Result:
    """`seconds` by setting: of each question that time allowed, in order. `memory` is without what Python itself
    takes."""

    note: str
    build: float = 0.0
    size: int = 0
    memory: float = 0.0
    answers: list[Answer] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=dict)


def measure(peer: Peer, count: int, budget: float) -> Result:
    """Each question once, to be compared and to warm up, then all again as far as `budget` seconds allow."""
    dictionary, before = Dictionary(), memory([os.getpid()]) if peer.inside else 0.0
    began = time.monotonic()
    peer.build(count, SEED, dictionary)
    result = Result(peer.note)
    result.build, result.size = time.monotonic() - began, peer.size()
    asked = [plain(question, dictionary) for question in questions(SEED)]
    for setting in peer.settings:
        peer.use(setting)
        deadline = time.monotonic() + budget
        first = not result.answers
        seconds: list[float] = []
        for _ in range(2):
            for place, one in enumerate(asked):
                if time.monotonic() > deadline:
                    break
                took, answer = _timed(peer, one)
                seconds[place : place + 1] = [took]
                if first and place == len(result.answers):
                    result.answers.append(answer)
        result.seconds[setting] = seconds
    gc.collect()
    pa.default_memory_pool().release_unused()
    result.memory = peer.memory() - before
    return result


def _timed(peer: Peer, asked: Plain) -> tuple[float, Answer]:
    began = time.perf_counter()
    answer = peer.answer(asked)
    return time.perf_counter() - began, answer


def main(name: str, count: str, budget: str, path: str) -> None:
    peer: Peer = importlib.import_module(f"benchmarks.peers.{name}").Peer()
    try:
        Path(path).write_bytes(pickle.dumps(measure(peer, int(count), float(budget))))
    finally:
        peer.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
