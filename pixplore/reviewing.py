"""The review queue: which labels are worth a person's look first, and in which order.

A label of an image is worth a look where the recogniser was unsure, near the line from which it is shown (55 %, or
the taxonomy's threshold for it where that is higher), and where the label matters:

    uncertainty  1 in the five points on either side of the line, then 0.8, 0.6, 0.4, 0.2 for each five points above
    impact       log2(1 + images that carry the label at 50 % or more), under the filters
    priority     uncertainty x impact

The queue goes through cells, a label and five points of confidence, by falling priority (then name, then
confidence), and takes the newest images of each: ten before the next cell has its turn, so that no frequent label
fills the queue; all of them where one label is asked for. What was decided is found no more, what a person skipped is
left out, and so is a label that an image also has by a more special one (Footwear beside Running Shoe): judging the
special one decides both.

Nothing is scanned: one count by label gives all cells, and each cell is one page of a label's images. Work is bounded:
a page of the queue may be short, even empty, and goes on behind its cursor.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from decimal import Decimal
from heapq import merge
from math import isfinite, log2
from uuid import UUID

from pixplore import cursor
from pixplore.catalogue.read import Entry
from pixplore.domain import SHOWN_CONFIDENCE, UNSET
from pixplore.finding import Finder
from pixplore.query import Condition, Query, fingerprint, number

LINE = Decimal(int(SHOWN_CONFIDENCE))
WIDTH = 5
STEPS = {-1: 1.0, 0: 1.0, 1: 0.8, 2: 0.6, 3: 0.4, 4: 0.2}
"""Uncertainty by how many WIDTHs a cell lies above the line."""
LOW, HIGH = LINE - WIDTH, LINE + 5 * WIDTH
TENTH = Decimal("0.1")
MOST_LABELS = 100_000
EACH = 10
_MOST_PAGES = 40
_MOST_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Known:
    """`lines`: from which percent labels with a threshold are shown; `kinds`: labels whose ancestors include one."""

    lines: Mapping[str, Decimal] = field(default_factory=dict)
    kinds: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def line(self, label: str) -> Decimal:
        return max(LINE, self.lines.get(label, LINE))


@dataclass(frozen=True, slots=True)
class Cell:
    """A label between `low` and `high` percent, both included. `images` carry it at 50 % or more."""

    label: str
    low: Decimal
    high: Decimal
    line: Decimal
    uncertainty: float
    images: int

    @property
    def priority(self) -> float:
        return self.uncertainty * log2(1 + self.images)

    @property
    def key(self) -> tuple[float, str, Decimal]:
        return -self.priority, self.label, self.low


@dataclass(frozen=True, slots=True)
class Doubt:
    """A label of an image to judge."""

    image_id: UUID
    label: str
    confidence: float
    cell: Cell

    @property
    def why(self) -> str:
        apart = round(self.confidence - float(self.cell.line), 1)
        side = "below" if apart < 0 else "above"
        many = f"{self.cell.images:,} {'image carries' if self.cell.images == 1 else 'images carry'} {self.label}"
        return f"{self.confidence:g} %, {abs(apart):g} {side} the {self.cell.line:g} % from which it is shown; {many}"


@dataclass(frozen=True, slots=True)
class Queue:
    """`images`: how many carry any label between 50 and 80 %, own or by a kind."""

    doubts: list[Doubt]
    images: int
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page ended: within the cell of `key`, behind `inner` (None: behind the cell), `taken` of it so far."""

    key: tuple[float, str, Decimal]
    inner: str | None
    taken: int


def queue(
    finder: Finder,
    query: Query,
    known: Known,
    load: Callable[[Sequence[UUID]], Sequence[Entry]],
    skipped: Set[tuple[UUID, str]] = frozenset(),
    of: str | None = None,
    limit: int = 50,
    after: str | None = None,
) -> Queue:
    """A page of the queue, of the label `of` only if given. `load` gives images with the labels that count now.

    Raises Invalid for a cursor that is not of this queue.
    """
    place = fingerprint(query, "review", of or "")
    start = _read(place, after) if after is not None else None
    every = Condition(none=(UNSET,))
    images = finder.count(_asked(query, every, LOW, HIGH - TENTH))[0]
    doubts: list[Doubt] = []
    pages, deadline = 0, time.monotonic() + _MOST_SECONDS
    for cell in _cells(finder, query, known, of):
        if start and (cell.key < start.key or (cell.key == start.key and start.inner is None)):
            continue
        resumed = start is not None and cell.key == start.key
        inner, taken = (start.inner, start.taken) if start and resumed else ("", 0)
        narrow = _asked(
            query, Condition((cell.label,), (), tuple(known.kinds.get(cell.label, ()))), cell.low, cell.high
        )
        while inner is not None and (of is not None or taken < EACH):
            if len(doubts) == limit or pages == _MOST_PAGES or (pages and time.monotonic() > deadline):
                return Queue(doubts, images, _written(place, _Place(cell.key, inner, taken)))
            room = min(limit - len(doubts), limit if of is not None else EACH - taken)
            page = finder.page(narrow, "newest", room, inner or None)
            pages, inner = pages + 1, page.next_cursor
            found = [doubt for entry in load(page.ids) if (doubt := _doubt(entry, cell)) is not None]
            found = [doubt for doubt in found if (doubt.image_id, doubt.label) not in skipped]
            doubts, taken = doubts + found, taken + len(found)
        if len(doubts) == limit:
            return Queue(doubts, images, _written(place, _Place(cell.key, None, 0)))
    return Queue(doubts, images, None)


def _cells(finder: Finder, query: Query, known: Known, of: str | None) -> Iterator[Cell]:
    """By falling priority, made as they are asked for: there are six times as many as labels."""
    if of is not None:
        carried = [(of, finder.count(_asked(query, Condition((of,)), LOW, Decimal(100)))[0])]
    else:
        every = _asked(query, Condition(), LOW, Decimal(100))
        carried = finder.count(every, ("label",), MOST_LABELS)[1]["label"].values
    # The facet falls by count, then rises by name: so do the cells of one step.
    return merge(*(_step(carried, known, step) for step in STEPS), key=lambda cell: cell.key)


def _step(carried: Sequence[tuple[str, int]], known: Known, step: int) -> Iterator[Cell]:
    for label, images in carried:
        line = known.line(label)
        low = line + step * WIDTH
        if images and low <= 100:
            yield Cell(label, low, min(low + WIDTH - TENTH, Decimal(100)), line, STEPS[step], images)


def _asked(query: Query, labels: Condition, low: Decimal, high: Decimal) -> Query:
    """Images of the query with these labels within this confidence; the query keeps its own."""
    if query.condition("label") != Condition():
        return Query(conditions={"label": labels}, min_confidence=low, max_confidence=high, within=query)
    conditions = {**query.conditions, "label": labels}
    return replace(query, conditions=conditions, min_confidence=low, max_confidence=high)


def _doubt(entry: Entry, cell: Cell) -> Doubt | None:
    """The image's own label in this cell, as it is now; None where it was decided or said otherwise meanwhile."""
    for label in entry.labels:
        if (
            label.name == cell.label
            and label.source == "ai"
            and cell.low <= Decimal(str(label.confidence)) <= cell.high
        ):
            return Doubt(entry.id, label.name, label.confidence, cell)
    return None


def _written(place: str, end: _Place) -> str:
    priority, label, low = end.key
    inner = "end" if end.inner is None else f"at {end.inner}"
    return cursor.encode(place, [repr(priority), label, str(low), inner, str(end.taken)])


def _read(place: str, after: str) -> _Place:
    priority, label, low, inner, taken = cursor.decode_as(after, place, _finite, str, number, str, int)
    return _Place((priority, label, low), inner.removeprefix("at ") if inner.startswith("at ") else None, taken)


def _finite(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise ValueError("is not a number")
    return value
