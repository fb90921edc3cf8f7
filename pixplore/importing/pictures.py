"""Rows of an import that name a picture: the file goes into storage and through the pipeline, as an upload does.

What the row says is kept with the manifest's item and becomes the picture's when it is labelled. The recogniser labels
it; labels that the row gives with 100 count as accepted by whoever imports.
"""

import mimetypes
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pyarrow as pa

from pixplore.aws import storage
from pixplore.catalogue import imports
from pixplore.catalogue.snapshot import Engine
from pixplore.domain import MAX_FILE_BYTES
from pixplore.errors import NotFound, PixploreError, Refused, Unavailable
from pixplore.importing.readers import Fault
from pixplore.labels import CERTAIN
from pixplore.promises import promise
from pixplore.vision.kinds import kind_of

_AT_ONCE = 8
_UNKNOWN = "application/octet-stream"


@dataclass(slots=True)
class Sender:
    """`folder`: where paths begin. Rows whose picture is in the catalogue or on its way count as there."""

    engine: Engine
    bucket: str
    folder: Path
    batch_name: str
    actor: str
    _batch: UUID | None = None

    def __call__(self, rows: pa.Table) -> tuple[int, int, list[Fault]]:
        """(sent, there already, not taken). Raises Unavailable where a storage is away, PixploreError where our own
        does not take what is sent: then no row is at fault."""
        faults: list[Fault] = []
        sent = there = 0
        known = imports.there(self.engine, rows.column("id").to_pylist())
        todo = [row for row in rows.to_pylist() if row["id"] not in known]
        if todo and self._batch is None:
            self._batch = imports.begin_batch(self.engine, self.batch_name, self.actor)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for row, ended in zip(todo, pool.map(self._send, todo), strict=True):
                if isinstance(ended, str):
                    faults.append(Fault(row["line"], ended, {name: row[name] for name in ("sku", "name", "image")}))
                elif ended:
                    sent += 1
                else:
                    there += 1
        return sent, there + len(rows) - len(todo), faults

    def _send(self, row: dict[str, Any]) -> bool | str:
        """True: on its way; False: it was already; a sentence: why it cannot be taken."""
        try:
            content = self._read(row["image"])
            kind_of(content)  # somebody else may have written the list: what is no picture is not sent anywhere
        except (OSError, ValueError, NotFound):
            return f"image: there is no file {row['image'][:200]}"
        except Unavailable:
            raise
        except PixploreError as refusal:
            return f"image: {refusal.detail}"
        kind = mimetypes.guess_type(row["image"])[0] or _UNKNOWN
        made = promise(row["name"], len(content), kind, None)
        if made.refusal:
            return f"image: {made.refusal[1]}"
        wanted = {"id": row["id"], "name": made.name, "size": made.size, "content_type": kind, "given": given(row)}
        assert self._batch is not None  # noqa: S101 - made before anything is sent
        if (key := imports.expect(self.engine, self._batch, wanted)) is None:
            return False
        told = storage.told({"name": made.name, "by": self.actor})
        storage.put_original(self.bucket, key, content, kind, told)
        return True

    def _read(self, place: str) -> bytes:
        if place.lower().startswith("s3://"):
            bucket, _, key = place[5:].partition("/")
            if not bucket or not key:
                raise Refused("no_address", "This is no address in the storage. Write it as s3://BUCKET/KEY.")
            return storage.read(bucket, key)[0]
        path = self.folder / place
        if not path.is_file():  # a device or a pipe may have no end
            raise FileNotFoundError(place)
        if path.stat().st_size > MAX_FILE_BYTES:
            raise Refused("too_large", f"The file is larger than {MAX_FILE_BYTES // 1_000_000} MB. Save it smaller.")
        return path.read_bytes()


def given(row: dict[str, Any]) -> dict[str, Any]:
    """What the picture takes over from its row."""
    at = row["created_at"]
    told: dict[str, Any] = {name: row[name] for name in ("title", "sku", "category", "tags") if row[name]}
    if at is not None:
        told["created_at"] = at.isoformat()
    if row["attributes"]:
        told["attributes"] = orjson.loads(row["attributes"])
    if certain := [one["name"] for one in row["labels"] or () if one["tenths"] == CERTAIN]:
        told["accepted"] = certain
    return told
