"""How soon a change is seen in search after its commit, and what 200 changes a second do to queries."""

import http.client
import json
import multiprocessing
import time
from uuid import UUID

import numpy as np

from benchmarks.api import Api
from benchmarks.clients import Load, Steady, ask
from benchmarks.figures import IMAGES, SEED, row, short, times
from benchmarks.load import paths, tokens
from benchmarks.place import Place
from pixplore.catalogue import edit
from pixplore.catalogue.database import open_engine
from pixplore.catalogue.snapshot import transaction
from pixplore.synthesis import chunks

CHANGES = 200
RATE, RATE_S = 200, 12
STEADY = 50
"""Queries a second."""
CONNECTIONS = 4
"""Each is held by one of the workers, and all of them must see a change."""


def measure(here: Place, api: Api) -> list[list[object]]:
    quiet = _asked(api)
    seen = times(_seen_after(here, api))
    done = multiprocessing.get_context("spawn").Queue()
    writer = multiprocessing.get_context("spawn").Process(target=_write, args=(here.url, RATE, 2 * RATE_S + 4, done))
    writer.start()
    time.sleep(2)
    busy = _asked(api)
    rate = done.get(timeout=60)
    writer.join()
    rows = [row("a change seen in search after its commit: p50 / p95 / p99 / mean ms", str(seen), "p99 < 250 ms",
                seen.p99 < 250)]  # fmt: skip
    for before, after in zip(quiet, busy, strict=True):
        factor = after.times.p95 / before.times.p95
        rows += [
            row(f"one client ({before.client}), nothing changes: p50 / p95 / p99 / mean ms", str(before.times)),
            row(f"… while {rate:.0f} changes/s arrive, each a transaction", f"{after.times}; p95 {short(factor)}x",
                f"{RATE} changes/s, p95 <= 2x", rate=rate >= 0.95 * RATE, p95=factor <= 2),
        ]  # fmt: skip
    return rows


def _asked(api: Api) -> list[Load]:
    """By a client that leaves the machine some room, and by one that leaves none."""
    client = Steady(api.port, paths(), *tokens(api, 1), STEADY)
    time.sleep(RATE_S)
    return [client.end(), ask(api.port, paths(), tokens(api, 1), 1, RATE_S)]


def _ids(count: int) -> list[UUID]:
    some = next(chunks(IMAGES, SEED)).ids[:count]
    return [UUID(bytes=raw.tobytes()) for raw in some]


def _seen_after(here: Place, api: Api) -> list[float]:
    """Seconds from each commit until all connections find the image by its new tag."""
    engine, took = open_engine(here.url), []
    links = [http.client.HTTPConnection("127.0.0.1", api.port) for _ in range(CONNECTIONS)]
    headers = api.issuer.bearer("viewer")
    for number, image_id in enumerate(_ids(CHANGES)):
        tag = f"fresh {number}"
        with transaction(engine) as connection:
            edit.change(connection, image_id, {"tags": [tag]}, "benchmark@example.com")
        began, waiting = time.perf_counter(), list(links)
        while waiting:
            link = waiting[0]
            link.request("GET", f"/v1/images?tag={tag.replace(' ', '+')}&limit=1", headers=headers)
            if json.loads(link.getresponse().read())["total"] == 1:
                waiting.pop(0)
        took.append(time.perf_counter() - began)
    engine.dispose()
    return took


def _write(url: str, rate: int, seconds: float, done: "multiprocessing.Queue[float]") -> None:
    """Change `rate` images a second, each in a transaction of its own; tell how many a second it came to."""
    engine, drawn = open_engine(url), np.random.default_rng(SEED)
    ids = _ids(20_000)
    began, count = time.perf_counter(), 0
    while (now := time.perf_counter() - began) < seconds:
        if count > now * rate:
            time.sleep(0.001)
            continue
        with transaction(engine) as connection:
            tags = [f"busy {drawn.integers(50)}", f"busy {drawn.integers(50)}"]
            edit.change(connection, ids[drawn.integers(len(ids))], {"tags": sorted(set(tags))}, "benchmark@example.com")
        count += 1
    engine.dispose()
    done.put(count / (time.perf_counter() - began))
