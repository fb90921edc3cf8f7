"""Exact counts by value, multi-select: a facet's own any-of choice does not narrow that facet."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    cast,
    distinct,
    exists,
    func,
    literal,
    not_,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import BigInteger, Integer

from pixplore.catalogue.conditions import ARRAYS, COLUMNS, Conditions, attribute, conditions, in_confidence
from pixplore.catalogue.schema import collection_image, image, image_term, label
from pixplore.query import ATTRIBUTE, Query

Row = Select[int, str, int, int]
"""place of the facet (-1: the total), value (null: unset), number of images, number of distinct values"""


@dataclass(frozen=True, slots=True)
class Facet:
    """`values` by falling count, then value; `unset` images have none; `distinct` values there are in all."""

    values: list[tuple[str, int]] = field(default_factory=list)
    unset: int = 0
    distinct: int = 0


def facet(connection: Connection, query: Query, name: str, limit: int, prefix: str = "") -> Facet:
    """One facet; with `prefix` only values that begin with it (capitals make no difference), `distinct` of those."""
    return count(connection, query, conditions(connection, query), (name,), limit, prefix)[1][name]


def count(
    connection: Connection, query: Query, asked: Conditions, names: Sequence[str], limit: int, prefix: str = ""
) -> tuple[int, dict[str, Facet]]:
    """The exact total and the named facets, in one statement over the images found once."""
    if not names:
        return connection.execute(select(func.count()).select_from(image).where(asked.all)).scalar_one(), {}
    choices = {name: clause for name, clause in asked.choices.items() if name in names}
    narrowing = [clause for name, clause in asked.choices.items() if name not in names]
    flags = {name: f"chosen_{place}" for place, name in enumerate(choices)}
    hits = (
        select(
            image.c.id,
            *(clause.label(flags[name]) for name, clause in choices.items()),
            *(held.label(f"value_{place}") for place, name in enumerate(names) if (held := _held(name)) is not None),
        )
        .where(true(), *asked.hard, *narrowing)
        .cte("hits")
    )
    parts: list[Row] = [_total(hits, [hits.c[flag] for flag in flags.values()])]
    for place, name in enumerate(names):
        others = and_(true(), *(hits.c[flag] for owner, flag in flags.items() if owner != name))
        parts += _parts(hits, place, name, others, query, limit, prefix)
    total, facets = 0, {name: Facet() for name in names}
    found: dict[str, list[tuple[str, int]]] = {name: [] for name in names}
    for place, value, number, different in connection.execute(union_all(*parts)):
        if place < 0:
            total = number
        elif value is None:
            facets[names[place]] = Facet(unset=number, distinct=different)
        else:
            found[names[place]].append((value, number))
    return total, {
        name: Facet(sorted(found[name], key=lambda pair: (-pair[1], pair[0])), one.unset, one.distinct)
        for name, one in facets.items()
    }


def _held(name: str) -> ColumnElement[Any] | None:
    """The facet's value in the image's own row; None where it lies in another table."""
    if name == "attribute":
        return image.c.attributes
    if name.startswith(ATTRIBUTE):
        return attribute(name.removeprefix(ATTRIBUTE))
    return ARRAYS[name] if name in ARRAYS else COLUMNS.get(name)


def _total(hits: CTE, chosen: list[ColumnElement[bool]]) -> Row:
    return _row(-1, null(), func.count(), literal(0)).select_from(hits).where(and_(true(), *chosen))


def _row(place: int, value: Any, number: ColumnElement[Any], different: ColumnElement[Any]) -> Row:
    return select(
        literal(place, Integer).label("place"),
        cast(value, Text).label("value"),
        cast(number, BigInteger).label("number"),
        cast(different, BigInteger).label("different"),
    )


def _parts(
    hits: CTE, place: int, name: str, others: ColumnElement[bool], query: Query, limit: int, prefix: str
) -> list[Row]:
    """Two statements for one facet: its values up to the limit; how many have none, and how many values there are."""
    counted, without = _counted(hits, place, name, others, query)
    begins = func.starts_with(func.lower(counted.c.value), func.lower(prefix)) if prefix else true()
    matching = select(counted.c.value, counted.c.number).where(begins).cte(f"matching_{place}")
    top = (
        _row(place, matching.c.value, matching.c.number, literal(0))
        .order_by(matching.c.number.desc(), matching.c.value.collate("C"))
        .limit(limit)
        .subquery()
    )
    different = select(func.count()).select_from(matching).scalar_subquery()
    return [select(top), _row(place, null(), without, different)]


def _counted(
    hits: CTE, place: int, name: str, others: ColumnElement[bool], query: Query
) -> tuple[CTE, ColumnElement[Any]]:
    """Value and number of images of every value, and the number of images without any."""
    if name == "label":
        return _labels(hits, place, others, query)
    if name == "collection":
        member = collection_image.c
        counted = (
            select(cast(member.collection_id, Text).label("value"), func.count().label("number"))
            .join_from(hits, collection_image, member.image_id == hits.c.id)
            .where(others)
            .group_by(member.collection_id)
        )
        none = not_(exists().where(member.image_id == hits.c.id))
    elif name == "attribute":
        keys = func.jsonb_object_keys(hits.c[f"value_{place}"])
        each = select(hits.c.id, keys.label("value")).where(others).subquery()
        counted = select(each.c.value, func.count().label("number")).group_by(each.c.value)
        none = hits.c[f"value_{place}"] == literal({}, JSONB)
    elif name in ARRAYS:
        each = select(hits.c.id, func.unnest(hits.c[f"value_{place}"]).label("value")).where(others).subquery()
        counted = select(each.c.value, func.count(distinct(each.c.id)).label("number")).group_by(each.c.value)
        none = func.cardinality(hits.c[f"value_{place}"]) == 0
    else:
        value = hits.c[f"value_{place}"]
        counted = (
            select(value.label("value"), func.count().label("number")).where(others, value.is_not(None)).group_by(value)
        )
        none = value.is_(None)
    return counted.cte(f"counted_{place}"), _number(hits, others, none)


def _labels(hits: CTE, place: int, others: ColumnElement[bool], query: Query) -> tuple[CTE, ColumnElement[Any]]:
    # Distinct first, then count: a hash does both, where count(distinct) would sort every term.
    terms = (
        select(image_term.c.image_id, image_term.c.label_id)
        .join_from(hits, image_term, image_term.c.image_id == hits.c.id)
        .where(others, in_confidence(query))
        .distinct()
        .cte(f"terms_{place}")
    )
    numbers = select(terms.c.label_id, func.count().label("number")).group_by(terms.c.label_id).subquery()
    counted = select(label.c.name.label("value"), numbers.c.number).join_from(
        numbers, label, label.c.id == numbers.c.label_id
    )
    carrying = select(func.count(distinct(terms.c.image_id))).scalar_subquery()
    return counted.cte(f"counted_{place}"), _number(hits, others, true()) - carrying


def _number(hits: CTE, others: ColumnElement[bool], none: ColumnElement[bool]) -> ColumnElement[Any]:
    return select(func.count()).select_from(hits).where(others, none).scalar_subquery()
