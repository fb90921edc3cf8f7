"""`python -m pixplore import` and `synthesise`: progress on the screen, the counts last, an exit status."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from pixplore import synthesis
from pixplore.catalogue import imports
from pixplore.catalogue.database import open_engine
from pixplore.catalogue.snapshot import Engine
from pixplore.errors import PixploreError
from pixplore.importing import readers
from pixplore.importing.pictures import Sender
from pixplore.importing.readers import Fault, Part, Source, Unreadable
from pixplore.importing.rejects import Rejects
from pixplore.importing.run import Counts, Import
from pixplore.settings import DatabaseSettings, StorageSettings, load

_EVERY_S = 2.0
DONE, NOTHING, BROKEN_OFF = 0, 1, 2
"""Exit statuses: read to the end; every row was rejected; the file, the database or the storage gave out half-way."""


def import_file(path: Path, on_conflict: str, actor: str, encoding: str | None) -> int:
    """Take a file in; prints progress and, last, the counts. The exit status."""
    engine = _engine()
    try:
        source = readers.open_source(path, encoding)
    except (Unreadable, OSError) as fault:
        print(f"{path}: {fault}", file=sys.stderr)
        print(Counts())
        return BROKEN_OFF
    if source.ignored:
        print(f"columns that are not taken: {', '.join(source.ignored)}")
    return _run(Import(engine, source, on_conflict == "update", actor, _Late(engine, path, actor), _Progress()))


def synthesise(images: int, seed: int, to: Path | None, actor: str) -> int:
    """A made-up catalogue into a file, or into the catalogue by the import's own way."""
    if to is not None:
        return _to_file(images, seed, to)
    engine = _engine()
    imports.nest(engine, synthesis.labels())
    source = Source(Path(f"synthetic-{images}-{seed}"), "parquet", [], _synthetic(images, seed))
    return _run(Import(engine, source, False, actor, _no_pictures, _Progress()))


def _run(work: Import) -> int:
    status = BROKEN_OFF
    try:
        work.run()
        status = NOTHING if work.counts.rejected and work.counts.rejected == work.counts.rows else DONE
    except (Unreadable, PixploreError) as fault:
        print(f"The import broke off: {fault} What was imported stays; run it again to go on.", file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped. What was imported stays; run it again to go on.", file=sys.stderr)
        status = 130
    finally:
        work.engine.dispose()
    if work.counts.rejected:
        print(f"rejected rows and reasons: {Rejects(work.source).path}")
    print(work.counts)
    return status


def _engine() -> Engine:
    return open_engine(load(DatabaseSettings).database_url, statement_timeout_ms=600_000)


class _Late:
    """Looks for the storage's settings only when a row names a picture: most imports need none."""

    def __init__(self, engine: Engine, path: Path, actor: str) -> None:
        self._engine, self._path, self._actor = engine, path, actor
        self._sender: Sender | None = None

    def __call__(self, rows: pa.Table) -> tuple[int, int, list[Fault]]:
        if self._sender is None:
            bucket, folder = load(StorageSettings).originals_bucket, self._path.resolve().parent
            self._sender = Sender(self._engine, bucket, folder, f"Import of {self._path.name}", self._actor)
        return self._sender(rows)


def _no_pictures(rows: pa.Table) -> tuple[int, int, list[Fault]]:
    raise AssertionError("a made-up row names no picture")


class _Progress:
    """A line every two seconds."""

    def __init__(self) -> None:
        self._next = time.monotonic() + _EVERY_S

    def __call__(self, counts: Counts) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _EVERY_S
            speed = counts.rows / max(now - counts.began, 0.001)
            print(f"{counts.rows:,} rows ({counts.place:.0%}), {speed:,.0f} rows/s", flush=True)


def _synthetic(images: int, seed: int) -> Iterator[Part]:
    made = 0
    for chunk in synthesis.chunks(images, seed):
        table = pa.Table.from_batches([synthesis.to_batch(chunk)])
        for start in range(0, len(table), readers.PART):
            part = table.slice(start, readers.PART).combine_chunks()
            made += len(part)
            yield Part(part, list(range(made - len(part) + 1, made + 1)), [], made / max(images, 1))


def _to_file(images: int, seed: int, to: Path) -> int:
    kind = to.suffix.lower()
    if kind not in (".parquet", ".csv", ".jsonl"):
        print("The file's name is to end in .parquet, .csv or .jsonl.", file=sys.stderr)
        return BROKEN_OFF
    made, progress = Counts(), _Progress()
    with to.open("wb") as out:
        writer: pq.ParquetWriter | None = None
        for number, chunk in enumerate(synthesis.chunks(images, seed)):
            if kind == ".parquet":
                batch = synthesis.to_batch(chunk)
                writer = writer or pq.ParquetWriter(out, batch.schema)
                writer.write_batch(batch)
            elif kind == ".csv":
                table = pa.Table.from_batches([synthesis.to_text(chunk)])
                pyarrow.csv.write_csv(table, out, pyarrow.csv.WriteOptions(include_header=number == 0))
            else:
                for start in range(0, len(chunk), readers.PART):
                    out.write(_json_lines(synthesis.to_batch(chunk).slice(start, readers.PART)))
            made.imported += len(chunk)
            made.place = made.imported / max(images, 1)
            progress(made)
        if writer is not None:
            writer.close()
    print(f"{made.imported} images in {to}")
    return DONE


def _json_lines(batch: pa.RecordBatch) -> bytes:
    rows = batch.to_pylist()
    for row in rows:
        row["attributes"] = orjson.loads(row["attributes"])
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z) for row in rows)
