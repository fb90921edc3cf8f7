"""Exact counts by value, multi-select: a facet's own any-of choice does not narrow that facet."""

from collections.abc import Iterator, Sequence
from heapq import nsmallest
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
    select,
    true,
    union_all,
)
from sqlalchemy.types import BigInteger, Integer

from pixplore.catalogue.conditions import ARRAYS, COLUMNS, Conditions, attribute
from pixplore.catalogue.schema import collection_image, image, label
from pixplore.catalogue.wording import PER_LABEL, each_term, within
from pixplore.finding import Facet, begins
from pixplore.query import ATTRIBUTE, Query

Row = Select[int, str, int, int]
"""place of the facet (-1: the total), value (null: has none), number of images, number of distinct values"""


def count(
    connection: Connection, query: Query, asked: Conditions, names: Sequence[str], limit: int
) -> tuple[int, dict[str, Facet]]:
    """The exact total and the named facets, in one statement over the images found once."""
    if not names:
        return connection.execute(select(func.count()).select_from(image).where(asked.all)).scalar_one(), {}
    hits, chosen = _hits(asked, names)
    parts: list[Row] = [_total(hits, chosen)]
    parts += [_facet(place, _counted(hits, place, name, chosen, query), limit) for place, name in enumerate(names)]
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


def beginning(
    connection: Connection, query: Query, asked: Conditions, name: str, limit: int, prefix: str, any_word: bool
) -> Facet:
    """One facet, only values that begin so (pixplore.finding.begins), `distinct` of those.

    Every value comes here, a part at a time: what a capital is, PostgreSQL's locales and Python do not agree on.
    """
    hits, chosen = _hits(asked, (name,))
    counted = _counted(hits, 0, name, chosen, query)
    rows = connection.execution_options(yield_per=10_000).execute(select(counted.c.value, counted.c.number))
    unset, distinct_values, wanted = 0, 0, prefix.lower()

    def begun() -> Iterator[tuple[str, int]]:
        nonlocal unset, distinct_values
        for value, number in rows:
            if value is None:
                unset = number
            elif begins(value, wanted, any_word):
                distinct_values += 1
                yield value, number

    values = nsmallest(limit, begun(), key=lambda pair: (-pair[1], pair[0]))
    return Facet(values, unset, distinct_values)


def _hits(asked: Conditions, names: Sequence[str]) -> tuple[CTE, dict[str, ColumnElement[bool]]]:
    """Images that answer all but the named facets' own choices, and by facet whether an image answers its choice."""
    choices = {name: clause for name, clause in asked.choices.items() if name in names}
    narrowing = [clause for name, clause in asked.choices.items() if name not in names]
    hits = (
        select(
            image.c.id,
            *(clause.label(f"chosen_{place}") for place, clause in enumerate(choices.values())),
            *(held.label(f"value_{place}") for place, name in enumerate(names) if (held := _held(name)) is not None),
        )
        .where(true(), *asked.hard, *narrowing)
        .cte("hits")
    )
    return hits, {name: hits.c[f"chosen_{place}"] for place, name in enumerate(choices)}


def _held(name: str) -> ColumnElement[Any] | None:
    """The facet's value in the image's own row; None where it lies in another table."""
    if name in ("attribute", "label"):
        return image.c.attributes if name == "attribute" else image.c.terms
    if name.startswith(ATTRIBUTE):
        return attribute(name.removeprefix(ATTRIBUTE))
    return ARRAYS[name] if name in ARRAYS else COLUMNS.get(name)


def _total(hits: CTE, chosen: dict[str, ColumnElement[bool]]) -> Row:
    return _row(-1, null(), func.count(), literal(0)).select_from(hits).where(true(), *chosen.values())


def _row(place: int, value: Any, number: ColumnElement[Any], different: ColumnElement[Any]) -> Row:
    return select(
        literal(place, Integer).label("place"),
        cast(value, Text).label("value"),
        cast(number, BigInteger).label("number"),
        cast(different, BigInteger).label("different"),
    )


def _facet(place: int, counted: Subquery, limit: int) -> Row:
    """Those that have none first, then values up to the limit; each row says how many values there are in all."""
    value, number = counted.c.value, counted.c.number
    rows = _row(place, value, number, func.count(value).over())
    ordered = rows.order_by(value.is_not(None), number.desc(), value.collate("C")).limit(limit + 1)
    return select(ordered.subquery(f"facet_{place}"))


def _counted(hits: CTE, place: int, name: str, chosen: dict[str, ColumnElement[bool]], query: Query) -> Subquery:
    """`value` (null: has none) and `number` of images, of every value."""
    others = and_(true(), *(flag for owner, flag in chosen.items() if owner != name))
    number = func.count().label("number")
    if name == "label":
        held = hits.c[f"value_{place}"]
        each = each_term(f"each_{place}", held)
        # Of a label's several confidences only the last within bounds counts: the terms are sorted.
        following = held[each.c.place + 1]
        again = and_(following // PER_LABEL == each.c.term // PER_LABEL, following % PER_LABEL <= query.tenths[1])
        counts = and_(within(each.c.term, query.tenths), again.is_not(true()))
        label_id = each.c.term // PER_LABEL
        pairs = select(label_id.label("label_id"), number).join_from(hits, each, counts, isouter=True)
        by_id = pairs.where(others).group_by(label_id).subquery()
        named = select(label.c.name).where(label.c.id == by_id.c.label_id).scalar_subquery()
        return select(named.label("value"), by_id.c.number).subquery()
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
