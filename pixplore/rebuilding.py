"""The catalogue again from nothing but the bucket of originals: every file without a row goes through labelling anew.

What people did comes back from an export of the catalogue, as far as it says: titles, SKUs, categories, dates, tags,
attributes by the import, and labels that people stand for by `people`. What no export holds (refused labels,
collections, saved searches, the taxonomy, the trash, history) only a backup brings back.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import orjson

from pixplore import arrivals
from pixplore.arrivals import Arrival
from pixplore.aws import queue, storage
from pixplore.catalogue import repair, verdicts
from pixplore.catalogue.snapshot import Engine, transaction
from pixplore.catalogue.verdicts import Verdict
from pixplore.errors import Invalid
from pixplore.sweeping import Places

A = TypeVar("A")
_PART = 1_000
_ALL = 10**12


def send_unknown(places: Places) -> Iterator[tuple[int, int]]:
    """Queue every object of the bucket that neither manifest nor catalogue knows: (looked at, sent) as it goes on.

    A worker writes the rows from what the object's own metadata says. May be run any number of times.
    """
    looked = sent = 0
    for part in _parts(places.bucket):
        unknown = _unknown(places.engine, part)
        sent += queue.send(places.queue_url, (Arrival(places.bucket, part[one]).body() for one in unknown))
        looked += len(part)
        yield looked, sent


def unfinished(places: Places) -> int:
    """Files that are still to become pictures: without a row, or on their way."""
    with transaction(places.engine) as connection:
        count = repair.on_their_way(connection)
    return count + sum(len(_unknown(places.engine, part)) for part in _parts(places.bucket))


def people(engine: Engine, export: Path, actor: str) -> int:
    """Accept the labels that people stood for in an export (JSON Lines or Parquet); returns how many.

    They are put down to `actor`: an export does not say who. Raises Invalid for a file of another kind.
    """
    accepted = 0
    for part in _parted(_accepts(export)):
        with transaction(engine) as connection:
            done, _ = verdicts.decide_all(connection, part, actor)
        accepted += sum(1 for one in done if one.error is None and one.before != one.after)
    return accepted


def _accepts(export: Path) -> Iterator[Verdict]:
    for row in _rows(export):
        for label in row.get("labels") or ():
            if label.get("source") == "person":
                yield Verdict(UUID(row["id"]), label["name"], "accept")


def _rows(export: Path) -> Iterable[dict[str, Any]]:
    kind = export.suffix.lower()
    if kind in (".jsonl", ".ndjson"):
        return _lines(export)
    if kind == ".parquet":
        import pyarrow.parquet as pq

        parts = pq.ParquetFile(export).iter_batches(_PART, columns=["id", "labels"])
        return chain.from_iterable(part.to_pylist() for part in parts)
    raise Invalid({"file": "is neither .jsonl nor .parquet: a CSV does not say which labels people stand for"})


def _lines(export: Path) -> Iterator[dict[str, Any]]:
    with export.open("rb") as file:
        for line in file:
            if line.strip():
                yield orjson.loads(line)


def _parts(bucket: str) -> Iterator[dict[UUID, str]]:
    """Keys of our files by image id, some at a time."""
    ours = (found.key for found in storage.listing(bucket, "", _ALL) if arrivals.is_ours(found.key))
    for keys in _parted(ours):
        yield {Arrival(bucket, key).image_id: key for key in keys}


def _parted(values: Iterator[A]) -> Iterator[list[A]]:
    while part := list(islice(values, _PART)):
        yield part


def _unknown(engine: Engine, part: dict[UUID, str]) -> set[UUID]:
    with transaction(engine) as connection:
        return repair.without_row(connection, part)
