"""A whole stack with a catalogue of a million made-up images, those that a browser will show with real pictures."""

import io
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import text

from demo.load import HERE
from pixplore.catalogue.database import open_engine
from pixplore.vision import renditions
from tests.stack import ROOT, Stack

IMAGES = int(os.environ.get("BENCH_IMAGES", "1000000"))
_SHARE = """
    with given as (update image set has_renditions = true where id = any(cast(:ids as uuid[])) returning id)
    insert into change (actor, action, image_id) select 'benchmark', 'edit', id from given
"""


@contextmanager
def stack(folder: Path, images: int = IMAGES, demo: bool = False) -> Iterator[Stack]:
    """Running, its index at the newest image. The same program as `make run`, with a larger catalogue."""
    running = Stack(folder / "home", {"PIXPLORE_DEMO": str(int(demo))}).start(240)
    try:
        env = running.environment | {"DATABASE_URL": running.ends["database_url"]}
        command = [sys.executable, "-m", "pixplore", "synthesise", "--images", str(images)]
        subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
        _until_indexed(running, images)
        _vacuumed(running)
        yield running
    finally:
        running.stop()


def _vacuumed(running: Stack) -> None:
    """What PostgreSQL does by itself minutes after a large import, and would do in the middle of what is measured."""
    engine = open_engine(running.ends["database_url"], statement_timeout_ms=300_000)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum (analyze)"))
    engine.dispose()


def with_pictures(running: Stack, queries: list[dict[str, Any]], first: int) -> int:
    """Give the first images of each query a picture in the storage; of how many images in all."""
    token = running.token("analyst")
    ids: dict[str, None] = {}
    for query in queries:
        cursor: dict[str, Any] = {}
        for _ in range(0, first, 200):
            page = running.images(token, limit=min(200, first), **query, **cursor)
            ids.update(dict.fromkeys(item["id"] for item in page["items"]))
            if not page["next_cursor"]:
                break
            cursor = {"cursor": page["next_cursor"]}
    s3, bucket = running.client("s3"), running.ends["renditions_bucket"]
    jobs = zip(ids, itertools.cycle(list(_renditions())), strict=False)

    def put(job: tuple[str, tuple[bytes, bytes]]) -> None:
        for name, body in zip(("thumb", "preview"), job[1], strict=True):
            s3.put_object(Bucket=bucket, Key=f"{job[0]}/{name}.webp", Body=body, ContentType="image/webp")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(put, jobs))
    engine = open_engine(running.ends["database_url"], statement_timeout_ms=300_000)
    with engine.begin() as connection:
        connection.execute(text(_SHARE), {"ids": list(ids)})
    engine.dispose()
    return len(ids)


def _renditions() -> Iterator[tuple[bytes, bytes]]:
    """Thumbnail and preview of the demo photographs."""
    for path in sorted((HERE / "photos").glob("*.jpg")):
        picture = Image.open(io.BytesIO(path.read_bytes())).convert("RGB")
        yield renditions.thumbnail(renditions.small(picture).image), renditions.preview(picture)


def _until_indexed(running: Stack, images: int) -> None:
    deadline = time.monotonic() + 300
    while True:
        said = running.call("GET", f"{running.ends['search_api']}/readyz").json()
        if said["engine"] == "index" and running.images(running.token("viewer"), limit=1)["total"] >= images:
            return
        assert time.monotonic() < deadline, said
        time.sleep(1)
