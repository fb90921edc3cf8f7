"""A tag on 100,000 results and its undo, while queries go on."""

import time
from datetime import UTC, datetime
from typing import Any

from benchmarks.api import Api
from benchmarks.clients import Steady
from benchmarks.figures import IMAGES, SEED, row
from benchmarks.load import paths, tokens
from pixplore.synthesis import chunks

IMAGES_TAGGED = min(100_000, IMAGES // 2)
TAG = "bulk benchmark"
BAR_S = 10
RATE = 20
"""Queries a second meanwhile."""


def measure(api: Api) -> list[list[object]]:
    query = {"created_from": _since(IMAGES_TAGGED)}
    queries = _queries(api)
    tagged, tag_s = _done(api, *api.ask("POST", "/v1/bulk", {"query": query, "action": "tag", "value": TAG}))
    during_tag = queries.end()
    found = _found(api, tagged["version"])
    queries = _queries(api)
    undone, undo_s = _done(api, *api.ask("POST", f"/v1/jobs/{tagged['id']}/undo"))
    during_undo = queries.end()
    left = _found(api, undone["version"])
    right = tagged["changed"] == found == undone["changed"] and left == 0 and not tagged["failed"] + undone["failed"]
    meanwhile = f"… {RATE} queries a second meanwhile: p50 / p95 / p99 / mean ms, errors"
    return [
        row(f"bulk tag of {tagged['changed']:,} results", f"{tag_s:.1f} s", f"< {BAR_S} s", tag_s < BAR_S),
        row(meanwhile, f"{during_tag.times}, {during_tag.errors}",
            "answered", during_tag.errors == 0),
        row("its undo", f"{undo_s:.1f} s", f"< {BAR_S} s", undo_s < BAR_S),
        row(meanwhile, f"{during_undo.times}, {during_undo.errors}",
            "answered", during_undo.errors == 0),
        row("found with the tag after it / after its undo", f"{found:,} / {left:,}", "all / none", right),
    ]  # fmt: skip


def _queries(api: Api) -> Steady:
    return Steady(api.port, paths(), *tokens(api, 1), RATE)


def _since(count: int) -> str:
    """The moment from which on so many images were created."""
    for chunk in chunks(IMAGES, SEED):
        if count <= chunk.first + len(chunk):
            micros = int(chunk.created[count - 1 - chunk.first])
            return datetime.fromtimestamp(micros / 1e6, UTC).isoformat()
    raise ValueError("there are not so many images")


def _done(api: Api, status: int, job: Any) -> tuple[Any, float]:
    """The job once it has ended, and how long that took."""
    began = time.monotonic()
    assert status == 202, job
    while job["state"] in ("waiting", "running"):
        time.sleep(0.1)
        job = api.get(f"/v1/jobs/{job['id']}")
    assert job["state"] == "done", job
    return job, time.monotonic() - began


def _found(api: Api, version: int) -> int:
    """Images with the tag, by whoever has the version (a replica may still be reading a change of this size)."""
    deadline = time.monotonic() + 60
    while True:
        status, body = api.ask("GET", f"/v1/images?tag={TAG.replace(' ', '+')}&limit=1&min_version={version}")
        if status == 200:
            return int(body["total"])
        assert status == 503, body
        assert time.monotonic() < deadline, body
        time.sleep(0.2)
