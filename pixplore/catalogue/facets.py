"""Exact counts by value, multi-select: a facet's own any-of choice does not narrow that facet."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Select,
    Subquery,
    Text,
    and_,
    cast,
    distinct,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.types import BigInteger, Integer

from pixplore.catalogue.conditions import ARRAYS, COLUMNS, Conditions, attribute, conditions, in_confidence
from pixplore.catalogue.schema import collection_image, image, image_term, label
from pixplore.query import ATTRIBUTE, Query

Row = Select[int, str, int, int]
"""place of the facet (-1: the total), value (null: has none), number of images, number of distinct values"""


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
        parts.append(_facet(hits, place, _counted(hits, place, name, others, query), limit, prefix))
    total = 0
    found: dict[str, list[tuple[str, int]]] = {name: [] for name in names}
    unset, different = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    for place, value, number, values in connection.execute(union_all(*parts)):
        if place < 0:
            total = number
            continue
        different[names[place]] = values
        if value is None:
            unset[names[place]] = number
        else:
            found[names[place]].append((value, number))
    return total, {
        name: Facet(sorted(found[name], key=lambda pair: (-pair[1], pair[0]))[:limit], unset[name], different[name])
        for name in names
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


def _facet(hits: CTE, place: int, counted: Subquery, limit: int, prefix: str) -> Row:
    """Those that have none first, then values up to the limit; each row says how many values there are in all."""
    value, number = counted.c.value, counted.c.number
    rows = _row(place, value, number, func.count(value).over())
    if prefix:
        rows = rows.where(or_(value.is_(None), func.starts_with(func.lower(value), func.lower(prefix))))
    ordered = rows.order_by(value.is_not(None), number.desc(), value.collate("C")).limit(limit + 1)
    return select(ordered.subquery(f"facet_{place}"))


def _counted(hits: CTE, place: int, name: str, others: ColumnElement[bool], query: Query) -> Subquery:
    """`value` (null: has none) and `number` of images, of every value."""
    number = func.count().label("number")
    if name == "label":
        # Distinct first, then count: a hash does both, where count(distinct) would sort every term.
        terms = (
            select(hits.c.id, image_term.c.label_id)
            .join_from(hits, image_term, and_(image_term.c.image_id == hits.c.id, in_confidence(query)), isouter=True)
            .where(others)
            .distinct()
            .subquery()
        )
        by_id = select(terms.c.label_id, number).group_by(terms.c.label_id).subquery()
        named = select(label.c.name.label("value"), by_id.c.number)
        return named.join_from(by_id, label, label.c.id == by_id.c.label_id, isouter=True).subquery()
    if name == "collection":
        member = collection_image.c
        value: ColumnElement[Any] = cast(member.collection_id, Text)
        pairs = select(value.label("value"), number).join_from(
            hits, collection_image, member.image_id == hits.c.id, isouter=True
        )
    elif name in ARRAYS or name == "attribute":
        held = hits.c[f"value_{place}"]
        spread = func.jsonb_object_keys(held) if name == "attribute" else func.unnest(held)
        each = spread.table_valued("value").render_derived(f"each_{place}")
        value, number = each.c.value, func.count(distinct(hits.c.id)).label("number")
        pairs = select(value.label("value"), number).join_from(hits, each, true(), isouter=True)
    else:
        value = hits.c[f"value_{place}"]
        pairs = select(value.label("value"), number).select_from(hits)
    return pairs.where(others).group_by(value).subquery()
