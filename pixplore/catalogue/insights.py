"""Counts behind the charts. Every row carries the query that finds exactly the images it counted."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import Connection, String, distinct, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Numeric

from pixplore.catalogue.conditions import Conditions, conditions, in_confidence
from pixplore.catalogue.facets import count
from pixplore.catalogue.schema import image, image_term, label
from pixplore.domain import UNSET
from pixplore.query import Condition, Query

TENTH = Decimal("0.1")
"""Confidence is stored in tenths: the greatest value below an edge is a tenth less."""


@dataclass(frozen=True, slots=True)
class LabelRow:
    """`category` is the images' own category where rows are split by it; None there means "has none"."""

    label: str
    count: int
    parents: list[str]
    categories: list[str]
    query: Query
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Labels:
    """`total` images fit the query, `unset` of them carry no label in its confidence, `distinct` labels there are."""

    rows: list[LabelRow]
    total: int
    unset: int
    distinct: int


@dataclass(frozen=True, slots=True)
class Bin:
    """Images with a label of `start` <= confidence < `end`; the last bin holds its end too."""

    start: float
    end: float
    count: int
    query: Query


def labels(connection: Connection, query: Query, limit: int, by_category: bool = False) -> Labels:
    """The most frequent labels among the images of `query`, most frequent first, split by category if asked."""
    asked = conditions(connection, query)
    narrow = Conditions((*asked.hard, *asked.choices.values()), {})
    total, facets = count(connection, query, narrow, ("label",), limit)
    facet = facets["label"]
    about = {
        row.name: row
        for row in connection.execute(select(label).where(label.c.name.in_([value for value, _ in facet.values])))
    }
    rows = [
        LabelRow(name, n, about[name].parents, about[name].categories, query.adding("label", all=name))
        for name, n in facet.values
    ]
    if by_category:
        rows = list(_split(connection, query, narrow, rows))
    return Labels(rows, total, facet.unset, facet.distinct)


def _split(connection: Connection, query: Query, asked: Conditions, rows: list[LabelRow]) -> Iterator[LabelRow]:
    number = func.count(distinct(image.c.id))
    found = connection.execute(
        select(label.c.name, image.c.category, number.label("number"))
        .join_from(image, image_term, image_term.c.image_id == image.c.id)
        .join(label, label.c.id == image_term.c.label_id)
        .where(asked.all, in_confidence(query), label.c.name.in_([row.label for row in rows]))
        .group_by(label.c.name, image.c.category)
        .order_by(number.desc(), image.c.category)
    ).all()
    excluded = query.condition("category").none
    for row in rows:
        for name, category, number_ in found:
            if name == row.label:
                only = Condition(any=(UNSET if category is None else category,), none=excluded)
                narrower = replace(row.query, conditions={**row.query.conditions, "category": only})
                yield replace(row, count=number_, query=narrower, category=category)


def confidence(connection: Connection, query: Query, width: Decimal, of: str | None = None) -> list[Bin]:
    """How many images carry a label (or the label `of`) in each bin of confidence.

    Bins go from `min_confidence` (0 when not given) to `max_confidence`, their edges at multiples of `width`. A bin's
    query puts its edges in place of both: all label conditions of the query are then judged within the bin.
    """
    low = query.min_confidence if query.min_confidence is not None else Decimal(0)
    starts = [low]
    while (edge := (starts[-1] // width + 1) * width) < query.high:
        starts.append(edge)
    asking = query.adding("label", all=of) if of is not None else query.adding("label", none=UNSET)
    ends = [*starts[1:], query.high]
    bins = [
        replace(asking, min_confidence=start, max_confidence=end if end == query.high else end - TENTH)
        for start, end in zip(starts, ends, strict=True)
    ]
    if query.condition("label") == Condition():
        numbers = _grouped(connection, replace(query, min_confidence=low), starts, of)
    else:
        numbers = [count(connection, one, conditions(connection, one), (), 0)[0] for one in bins]
    return [
        Bin(float(start), float(end), number, one)
        for start, end, number, one in zip(starts, ends, numbers, bins, strict=True)
    ]


def _grouped(connection: Connection, query: Query, starts: list[Decimal], of: str | None) -> list[int]:
    """All bins in one statement, where no other label condition depends on the bin."""
    place = func.width_bucket(image_term.c.confidence, literal(starts, ARRAY(Numeric))).label("place")
    statement = (
        select(place, func.count(distinct(image.c.id)))
        .join_from(image, image_term, image_term.c.image_id == image.c.id)
        .where(conditions(connection, query).all, in_confidence(query))
        .group_by(place)
    )
    if of is not None:
        named = select(label.c.id).where(label.c.name == literal(of, String)).scalar_subquery()
        statement = statement.where(image_term.c.label_id == named)
    found = {row[0]: row[1] for row in connection.execute(statement)}
    return [found.get(number + 1, 0) for number in range(len(starts))]
