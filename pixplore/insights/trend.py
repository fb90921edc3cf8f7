"""How the catalogue grew: images by month, week, day or upload batch, and what they show."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from pixplore.domain import UNSET
from pixplore.finding import Finder
from pixplore.insights.labels import EVERY
from pixplore.query import Query

PERIODS = ("month", "week", "day", "batch")
SPLITS = ("label", "category")
MAX_PERIODS = 1_200
"""A hundred years of months, three of days."""


@dataclass(frozen=True, slots=True)
class Step:
    """Images of one period (`start` inclusive, `end` exclusive; None for a batch), or those of it with `value`."""

    period: str
    start: datetime | None
    end: datetime | None
    count: int
    query: Query
    value: str | None = None


def trend(finder: Finder, query: Query, by: str, split: str | None = None, series: int = 5) -> list[Step]:
    """Steps in the order of time, gaps as zeros, the latest MAX_PERIODS; batches by falling count.

    With `split` each period has one step for each of the `series` most frequent labels or categories.
    """
    steps = _batches(finder, query) if by == "batch" else list(_periods(finder, query, by))
    if split is None:
        return steps
    values = [value for value, _ in finder.count(query, (split,), series)[1][split].values]
    return [part for step in steps for part in _split(finder, step, split, values)]


def _split(finder: Finder, step: Step, split: str, values: list[str]) -> Iterator[Step]:
    counted = dict(finder.count(step.query, (split,), EVERY)[1][split].values) if step.count else {}
    for value in values:
        narrower = step.query.adding("label", all=value) if split == "label" else step.query.only(split, value)
        yield replace(step, count=counted.get(value, 0), value=value, query=narrower)


def _batches(finder: Finder, query: Query) -> list[Step]:
    facet = finder.count(query, ("batch_id",), MAX_PERIODS)[1]["batch_id"]
    steps = [Step(batch, None, None, n, query.only("batch_id", batch)) for batch, n in facet.values]
    if facet.unset:
        steps.append(Step(UNSET, None, None, facet.unset, query.only("batch_id", UNSET)))
    return steps


def _periods(finder: Finder, query: Query, by: str) -> Iterator[Step]:
    name = "date" if by == "month" else "day"
    counted: dict[date, int] = {}
    for text, n in finder.count(query, (name,), EVERY)[1][name].values:
        day = date.fromisoformat(text if by != "month" else f"{text}-01")
        start = day - timedelta(days=day.weekday()) if by == "week" else day
        counted[start] = counted.get(start, 0) + n
    if not counted:
        return
    starts = [min(counted)]
    while (after := _next(starts[-1], by)) <= max(counted):
        starts.append(after)
    for start in starts[-MAX_PERIODS:]:
        first = datetime.combine(start, time(), UTC)
        last = datetime.combine(_next(start, by), time(), UTC)
        narrower = query.between(first, last)
        text = f"{start:%Y-%m}" if by == "month" else start.isoformat()
        yield Step(text, first, last, counted.get(start, 0), narrower)


def _next(start: date, by: str) -> date:
    if by == "month":
        return (start.replace(day=1) + timedelta(days=32)).replace(day=1)
    return start + timedelta(days=7 if by == "week" else 1)
