"""A synthetic catalogue in PostgreSQL, brought there by the import that people use."""

import io
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psycopg2
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from benchmarks.database import ROOT
from benchmarks.figures import IMAGES, SEED
from pixplore.catalogue.database import open_engine
from pixplore.catalogue.labels import label_ids
from pixplore.synthesis import chunks, labels, to_batch, to_text

SETTINGS = ("shared_buffers=512MB", "max_wal_size=4GB")
"""On top of what `make run` starts PostgreSQL with; nothing that would lose a commit."""


def parquet(path: Path) -> None:
    _written(path, to_batch, lambda schema: pq.ParquetWriter(path, schema))


def csv(path: Path) -> None:
    _written(path, to_text, lambda schema: pacsv.CSVWriter(path, schema))


def _written(path: Path, table: Callable[..., Any], opened: Callable[[Any], Any]) -> None:
    writer = None
    for chunk in chunks(IMAGES, SEED):
        batch = table(chunk)
        writer = writer or opened(batch.schema)
        writer.write_batch(batch)
    assert writer is not None
    writer.close()


@dataclass(frozen=True, slots=True)
class Imported:
    """`peak_mb`: of the importing process."""

    seconds: float
    peak_mb: float
    said: str

    @property
    def rows_s(self) -> float:
        return IMAGES / self.seconds


def import_file(url: str, path: Path) -> Imported:
    """`python -m pixplore import FILE`; every row must come in. The ancestors of labels are made known before."""
    engine = open_engine(url)
    label_ids(engine, labels())
    engine.dispose()
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "pixplore", "import", str(path)], cwd=ROOT, env=os.environ | {"DATABASE_URL": url},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    said = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    counted = re.findall(r"imported (\d+), updated \d+, skipped \d+, rejected \d+", said)
    if status or not counted or int(counted[-1]) != IMAGES:
        sys.exit(f"the import of {path.name} failed: {said[-2500:]}")
    return Imported(seconds, usage.ru_maxrss / 1e3, said.strip().splitlines()[-1])


def give_embeddings(url: str) -> None:
    """Embeddings for all images, which imported entries do not have: the table is written anew, indexes last."""
    with closing(psycopg2.connect(url)) as link:
        cursor = link.cursor()
        cursor.execute("create temporary table vectors (id uuid primary key, phash bigint, embedding bytea)")
        for chunk in chunks(IMAGES, SEED, embeddings=True):
            cursor.copy_expert("copy vectors from stdin with (format binary)", io.BytesIO(_binary(chunk)))
        cursor.execute(
            "select indexname, indexdef from pg_indexes where tablename = 'image' and indexname <> 'image_pkey'"
        )
        indexes = cursor.fetchall()
        cursor.execute("create temporary table kept as select * from image; truncate image cascade")
        for name, _ in indexes:
            cursor.execute(f"drop index {name}")
        cursor.execute(
            "select column_name from information_schema.columns where table_name = 'image' and table_schema = 'public'"
        )
        names = [name for (name,) in cursor.fetchall()]
        chosen = ", ".join(f"vectors.{n}" if n in ("phash", "embedding") else f"kept.{n}" for n in names)
        cursor.execute(f"insert into image ({', '.join(names)}) select {chosen} from kept join vectors using (id)")
        for _, definition in indexes:
            cursor.execute(definition)
        link.commit()
        link.autocommit = True
        cursor.execute("vacuum analyze image")


def _binary(chunk: Any) -> bytes:
    """id, phash, embedding as COPY's binary rows of fixed length."""
    n, width = len(chunk), chunk.embeddings.shape[1] * 2
    row = np.dtype([
        ("fields", ">i2"), ("l1", ">i4"), ("id", "u1", 16), ("l2", ">i4"), ("phash", ">i8"), ("l3", ">i4"),
        ("embedding", "u1", width),
    ])  # fmt: skip
    rows = np.zeros(n, row)
    rows["fields"], rows["l1"], rows["l2"], rows["l3"] = 3, 16, 8, width
    rows["id"], rows["phash"] = chunk.ids, chunk.phash
    rows["embedding"] = chunk.embeddings.astype("<f2").view(np.uint8).reshape(n, width)
    return b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff"


__all__ = ["SETTINGS", "Imported", "csv", "give_embeddings", "import_file", "pa", "parquet"]
