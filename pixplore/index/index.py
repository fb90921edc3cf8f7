"""The index as one value: an immutable moment of the catalogue that answers every Query (pixplore.finding.Finder).

Its segments are a base, mapped from disk and shared by processes, and small ones of what has changed since, the oldest
first (pixplore.index.changed).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from uuid import UUID

import numpy as np

from pixplore.finding import Facet, Hashed, Page
from pixplore.index import base, bits, counting, near, pages, streaming, wording
from pixplore.index.arrays import Bits
from pixplore.index.build import build_small
from pixplore.index.changed import Changed, Folded, changed, due, folded, staying
from pixplore.index.columns import Rows as CatalogueRows
from pixplore.index.facets import Rows, Typed, facet
from pixplore.index.filters import Found, Question, found, question
from pixplore.index.gather_terms import SHOWN
from pixplore.index.kept import Kept
from pixplore.index.live import Live, live
from pixplore.index.naming import Labels
from pixplore.index.numbers import Numbers
from pixplore.index.table import Lexicons, coded, joined
from pixplore.index.terms import MOST_TENTHS
from pixplore.query import Query, fingerprint
from pixplore.words import asked


@dataclass(frozen=True)
class Index:
    """Made by `open_index`, changed by `apply` and `with_folded`, which leave this one as it is."""

    version: int
    base: Live
    changed: tuple[Changed, ...]
    known: Lexicons
    numbers: Sequence[Numbers]
    labels: Labels
    _spellings: Kept[str, dict[str, list[str]]] = field(default_factory=lambda: Kept(64))

    engine = "index"

    @cached_property
    def parts(self) -> tuple[Live, ...]:
        return (self.base, *(one.live for one in self.changed))

    def __len__(self) -> int:
        """Images, those in the trash included."""
        return sum(bits.cardinality(part.kept) + bits.cardinality(part.binned) for part in self.parts)

    @property
    def changes(self) -> int:
        """Images that lie in small segments: past about 50,000 a new base is worth its while."""
        return sum(part.number() for part in self.changed)

    def sizes(self) -> dict[str, int]:
        """Bytes by part of the base, and of the changes since. What is mapped from disk counts in full."""
        found = base.sizes(self.base.segment, self.known)
        found["changes"] = sum(array.nbytes for part in self.parts[1:] for _, array in part.segment.arrays())
        return found

    def page(
        self, query: Query, sort: str = "newest", limit: int = 50, after: str | None = None,
        facets: Sequence[str] = (), facet_limit: int = 50,
    ) -> Page:  # fmt: skip
        """See pixplore.finding. Raises Invalid for a cursor that is not of this list."""
        ask = self._question(query)
        results = [found(part, ask, facets) for part in self.parts]
        parts = _counted(results, None)
        shown = pages.page(parts, sort, fingerprint(query, sort), limit, after, ask.wording)
        counted = {name: self._facet(results, parts, ask, name, facet_limit) for name in dict.fromkeys(facets)}
        total = sum(part.number for part in parts)
        spelling = ask.wording.spelling if ask.wording is not None else {}
        return Page(shown.ids, total, counted, shown.next_cursor, spelling)

    def count(self, query: Query, facets: Sequence[str] = (), limit: int = 50) -> tuple[int, dict[str, Facet]]:
        ask = self._question(query)
        parts = _counted([found(part, ask, ()) for part in self.parts], None)
        counted = {
            name: facet(name, parts, ask.tenths, self.known, self.labels, limit) for name in dict.fromkeys(facets)
        }
        return sum(part.number for part in parts), counted

    def facet(self, query: Query, name: str, limit: int, prefix: str = "", any_word: bool = False) -> Facet:
        ask = self._question(query)
        parts = _counted([found(part, ask, (name,)) for part in self.parts], name)
        return facet(name, parts, ask.tenths, self.known, self.labels, limit, Typed(prefix.lower(), any_word))

    def ids(self, query: Query) -> Iterator[UUID]:
        ask = self._question(query)
        return streaming.newest(_counted([found(part, ask, ()) for part in self.parts], None))

    def likest(self, query: Query, vector: bytes, limit: int) -> list[tuple[UUID, float]]:
        ask = self._question(query)
        wanted = np.frombuffer(vector, "<f2")
        best: list[tuple[float, bytes]] = []
        for part in self.parts:
            rows, alike = near.likest(part.segment.vectors, found(part, ask, ()).hard, wanted, limit)
            best += [(-value, part.segment.ids[row].tobytes()) for row, value in zip(rows, alike.tolist(), strict=True)]
        return [(pages.identity(raw), -value) for value, raw in sorted(best)[:limit]]

    def hashed(self, query: Query) -> Hashed:
        ask = self._question(query)
        ids, created, hashes = [], [], []
        for part in self.parts:
            rows, values = near.hashed(part.segment.vectors, found(part, ask, ()).hard)
            ids.append(part.segment.ids[rows])
            created.append(part.segment.created[rows])
            hashes.append(values)
        return Hashed(np.concatenate(ids), np.concatenate(created), np.concatenate(hashes))

    def apply(
        self, rows: CatalogueRows, gone: Sequence[UUID], version: int, labels: Mapping[int, str] | None = None
    ) -> "Index":
        """The index after these images changed or came (`rows`, each once), and those `gone` were deleted for good.

        `labels`: names of labels by id; those known before need not be there, unless they were renamed. Takes a few
        ms, and about 1 s for 100,000 images. Only one thread may do this at a time.
        """
        ids = np.concatenate([rows.ids, np.frombuffer(b"".join(one.bytes for one in gone), np.uint8).reshape(-1, 16)])
        if not len(ids) and self.labels.knowing([], labels or {}) is self.labels:
            return replace(self, version=version)
        parts = [left for part in self.changed if (left := part.without(ids)) is part or left.number()]
        known = self.labels.knowing([], labels or {})
        if len(rows):
            count = staying(parts, len(rows))
            table = joined([*(part.rest() for part in parts[count:]), coded(rows, self.known)])
            segment, table = build_small(table, self.known)
            known = self.labels.knowing(segment.labels.tolist(), labels or {})
            parts[count:] = [changed(segment, table, known)]
        here = self.base.segment.rows_of(ids)
        return replace(
            self, version=version, base=self.base.without(here[here >= 0]), changed=tuple(parts), labels=known,
            _spellings=Kept(64),
        )  # fmt: skip

    def folding(self, busy: bool = False) -> Callable[[], Folded] | None:
        """What is worth doing for the questions to come, in another thread: its result is for `with_folded`.

        `busy`: there is more to apply, so that only what cannot wait is worth it.
        """
        parts, known = due(self.changed, busy), self.known
        return (lambda: folded(parts, known)) if parts else None

    def with_folded(self, done: Folded) -> "Index":
        """The same with `done` instead of the segments that it was made of; itself where none of them is there."""
        old = {id(part.live.segment) for part in done.parts}
        parts = [part for part in self.changed if id(part.live.segment) not in old]
        if len(parts) == len(self.changed):
            return self
        one = done.since(self.changed, self.labels)
        if one.number():
            place = next(n for n, part in enumerate(self.changed) if id(part.live.segment) in old)
            parts.insert(place, one)
        return replace(self, changed=tuple(parts))

    def _question(self, query: Query) -> Question:
        return question(query, self.known, self.numbers, self.labels, self._understand)

    def _understand(self, query: Query) -> tuple[wording.Wording | None, bool]:
        """What `q` says; (None, True) if it has no word in it and so finds nothing."""
        if not query.q:
            return None, False
        if not (phrases := asked(query.q)):
            return None, True
        meant: dict[str, list[str]] = {}
        if query.within is None:  # what a link's visitor types is taken as it is, see Query.within
            meant = self._spellings.get(
                query.q, lambda: wording.spelling(self.parts, self.labels, self._shown_labels, phrases)
            )
        return wording.understand(phrases, meant, self.labels), False

    @cached_property
    def _shown_labels(self) -> Bits:
        """Labels that any image shows, the trash included."""
        counts = np.zeros(len(self.labels), np.int64)
        for part in self.parts:
            terms, alive = part.segment.terms, part.alive()
            own = np.zeros(len(terms), np.int64)
            counting.count_labels(terms, alive, bits.cardinality(alive), SHOWN, MOST_TENTHS, 1, own, exact=True)
            counts[part.labels if part.labels is not None else slice(len(terms))] += own
        return bits.from_flags(counts > 0)

    def _facet(self, results: list[Found], parts: list[Rows], ask: Question, name: str, most: int) -> Facet:
        if any(name in result.choices for result in results):
            parts = _counted(results, name)
        return facet(name, parts, ask.tenths, self.known, self.labels, most)


def open_index(folder: Path, check: bool = True) -> Index:
    """The index whose base lies in `folder` (pixplore.index.build). Raises Damaged, see pixplore.index.store."""
    read = base.load(folder, check)
    ids = read.segment.labels.tolist()
    labels = Labels(tuple(ids), tuple(read.labels[label] for label in ids))
    return Index(read.version, live(read.segment, None), (), read.known, read.numbers, labels)


def _counted(results: list[Found], but: str | None) -> list[Rows]:
    parts = []
    for result in results:
        rows = result.rows(but)
        parts.append(Rows(result.live, rows, bits.cardinality(rows)))
    return parts
