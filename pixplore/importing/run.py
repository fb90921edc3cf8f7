"""An import from the open file to the last count: one thread makes rows, two others give them to the database.

Every part is a transaction of its own, and an entry's id follows from its SKU and name: an import that was cut off is
started again, and what is there already counts as skipped.
"""

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pixplore.catalogue import imports
from pixplore.catalogue.snapshot import Engine
from pixplore.importing import columns, rows
from pixplore.importing.entries import Entries, as_csv, identified, made, turns
from pixplore.importing.packing import names_of
from pixplore.importing.readers import Fault, Part, Source
from pixplore.importing.rejects import Rejects

Pictures = Callable[[pa.Table], tuple[int, int, list[Fault]]]
"""Takes plain rows that name a picture; how many were sent on their way, how many were there, which were not taken."""
_WRITERS = 2
"""The database takes as long for a part as making one does; with two at a time neither waits for the disk."""
_AHEAD = 3
"""Parts that are being written or wait for it; each is some 40 MB."""


@dataclass(slots=True)
class Counts:
    imported: int = 0
    updated: int = 0
    skipped: int = 0
    rejected: int = 0
    place: float = 0.0
    began: float = field(default_factory=time.monotonic)

    @property
    def rows(self) -> int:
        return self.imported + self.updated + self.skipped + self.rejected

    @property
    def told(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in ("imported", "updated", "skipped", "rejected")}

    def __str__(self) -> str:
        return ", ".join(f"{name} {number}" for name, number in self.told.items())


class _Pending:
    """Parts on their way into the database; an entry is in one of them at a time, so that the order of rows counts."""

    def __init__(self, writers: ThreadPoolExecutor, counts: Counts) -> None:
        self._writers, self._counts = writers, counts
        self._parts: deque[tuple[set[str], Future[tuple[int, int, int]]]] = deque()

    def add(self, write: Callable[[Entries], tuple[int, int, int]], entries: Entries) -> None:
        """Raises what an earlier part failed with."""
        if any(not ids.isdisjoint(entries.ids) for ids, _ in self._parts):
            self.wait(0)
        self.wait(_AHEAD - 1)
        self._parts.append((set(entries.ids), self._writers.submit(write, entries)))

    def wait(self, most: int) -> None:
        """Until no more than `most` are left."""
        while len(self._parts) > most:
            imported, updated, skipped = self._parts.popleft()[1].result()
            self._counts.imported += imported
            self._counts.updated += updated
            self._counts.skipped += skipped


@dataclass(slots=True)
class Import:
    """What an import knows while it runs. `update`: entries that are there are changed; else they are skipped."""

    engine: Engine
    source: Source
    update: bool
    actor: str
    pictures: Pictures
    tell: Callable[[Counts], None]
    counts: Counts = field(default_factory=Counts)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    _hopeful: bool = True

    def run(self) -> Counts:
        """Raises Unreadable where the file breaks off, Unavailable; what was imported until then stays."""
        with ThreadPoolExecutor(_WRITERS, "copy") as writers, Rejects(self.source) as rejects:
            pending = _Pending(writers, self.counts)
            try:
                for part in self.source.parts:
                    plain, faults = self._plain(part)
                    faults += self._pictures(plain)
                    self.counts.rejected += len(faults)
                    rejects.write([*part.faults, *faults])
                    self.counts.rejected += len(part.faults)
                    entries = plain.filter(plain.column("image").is_null())
                    for turn in turns(entries, self.update):
                        pending.add(self._write, self._made(turn))
                    self.counts.skipped += len(entries) - sum(map(len, turns(entries, self.update)))
                    self.counts.place = part.place
                    self.tell(self.counts)
            finally:
                pending.wait(0)
        imports.settle(self.engine, *self._told, self.counts.told)
        return self.counts

    def _plain(self, part: Part) -> tuple[pa.Table, list[Fault]]:
        """The part's rows as rows.SCHEMA has them, with ids, in their order; and those that cannot be taken."""
        if isinstance(part.raw, list):
            fast, doubtful, places = None, part.raw, list(range(len(part.raw)))
        else:
            fast, doubt = columns.plain(part.raw)
            places = np.flatnonzero(doubt).tolist()
            doubtful = part.raw.take(pa.array(places, pa.int64())).to_pylist() if places else []
        cleaned, faults = [], []
        for place, row in zip(places, doubtful, strict=True):
            try:
                cleaned.append(rows.clean(row) | {"line": part.lines[place]})
            except rows.Unfit as fault:
                faults.append(Fault(part.lines[place], str(fault), row))
        slow = rows.table(cleaned)
        if fast is not None:
            fast = fast.set_column(0, "line", pa.array(part.lines, pa.int64())).filter(pa.array(~doubt))
            slow = pa.concat_tables([fast, slow]).sort_by("line") if cleaned else fast
        return identified(slow.combine_chunks()), faults

    def _pictures(self, plain: pa.Table) -> list[Fault]:
        named = plain.filter(plain.column("image").is_valid())
        if not len(named):
            return []
        sent, there, faults = self.pictures(named)
        self.counts.imported += sent
        self.counts.skipped += there
        return faults

    def _made(self, plain: pa.Table) -> Entries:
        found = names_of(plain.column("labels").combine_chunks())
        vocabulary, taxonomy = imports.known(self.engine, found.names)
        skus = plain.column("sku").drop_null().unique().to_pylist()
        return made(plain, found, vocabulary, taxonomy, imports.products(self.engine, skus), self.started)

    def _write(self, entries: Entries) -> tuple[int, int, int]:
        """All as new at first; where one is there already, those that are there apart. (imported, updated, skipped)."""
        while True:
            if self._hopeful:
                if imports.copy_new(self.engine, entries.csv, entries.ids, entries.taxonomy, *self._told):
                    return len(entries.ids), 0, 0
                self._hopeful = False
            old = imports.there(self.engine, entries.ids)
            here = np.array([one in old for one in entries.ids], bool)
            fresh = entries.only(~here)
            if fresh.ids and not imports.copy_new(self.engine, fresh.csv, fresh.ids, fresh.taxonomy, *self._told):
                continue  # another import has brought some of them this very moment
            self._hopeful = not old
            changed = self._overlay(entries, here) if old and self.update else 0
            return len(fresh.ids), changed, len(entries.ids) - len(fresh.ids) - changed

    def _overlay(self, entries: Entries, here: NDArray[np.bool_]) -> int:
        which = pa.array(here)
        silent = {name: one.filter(which) for name, one in entries.silent.items()}
        laid = as_csv(entries.table.filter(which), silent, imports.UPDATED)
        return imports.lay_over(self.engine, laid, *self._told)

    @property
    def _told(self) -> tuple[str, str]:
        return self.actor, Path(self.source.path).name
