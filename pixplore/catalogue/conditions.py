"""A Query as SQL conditions on `image`, one per thing asked, so that a facet can leave its own choice out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Numeric,
    Text,
    and_,
    case,
    cast,
    distinct,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from pixplore.catalogue.schema import collection_image, image, label
from pixplore.catalogue.wording import FEW, PER_LABEL, Clause, Wording, carries, each_term, is_any, understand, within
from pixplore.domain import UNSET
from pixplore.query import ATTRIBUTE, SIDES, Condition, Query

COLUMNS: dict[str, ColumnElement[str | None]] = {
    "category": image.c.category,
    "status": image.c.status,
    "uploader": image.c.uploader,
    "batch_id": cast(image.c.batch_id, Text),
    "orientation": image.c.orientation,
    "sku": image.c.sku,
    "date": func.to_char(image.c.created_at, "YYYY-MM"),
    "day": func.to_char(image.c.created_at, "YYYY-MM-DD"),
}
"""Facets with one value an image, as text."""
ARRAYS = {"tag": image.c.tags, "colour": image.c.colours}
"""Facets with many values an image, held in the image's own row."""
_NUMERIC = r"^[+-]?([0-9]{1,100}(\.[0-9]{0,100})?|\.[0-9]{1,100})$"


@dataclass(frozen=True, slots=True)
class Conditions:
    """`hard` narrows everything; `choices` are the any-of selections by facet, which do not narrow their own facet."""

    hard: tuple[Clause, ...]
    choices: dict[str, Clause]
    wording: Wording

    @property
    def all(self) -> Clause:
        return and_(true(), *self.hard, *self.choices.values())

    @property
    def fixed(self) -> "Conditions":
        """The same, where a facet's own choice narrows it too."""
        return Conditions((*self.hard, *self.choices.values()), {}, self.wording)


def conditions(connection: Connection, query: Query) -> Conditions:
    """The query as clauses over `image`; asks the database which labels, and maybe words, there are."""
    wording = understand(connection, query)
    ids = _label_ids(connection, query.condition("label"))
    hard: list[Clause] = [image.c.deleted_at.is_not(None) if query.trashed else image.c.deleted_at.is_(None)]
    choices: dict[str, Clause] = {}
    if wording.found is not None:
        hard.append(wording.found)
    for name, condition in query.conditions.items():
        if condition.all:
            hard.append(_all_of(name, condition.all, query, ids))
        if condition.any:
            choices[name] = _any_of(name, condition.any, query, ids)
        if condition.none:
            hard.append(not_(func.coalesce(_any_of(name, condition.none, query, ids), false())))
    for name, bounds in query.ranges.items():
        value = attribute_number(name)
        hard += [value >= bounds.gte] if bounds.gte is not None else []
        hard += [value <= bounds.lte] if bounds.lte is not None else []
    hard += _plain(query)
    if query.within is not None:
        hard.append(conditions(connection, query.within).all)
    return Conditions(tuple(hard), choices, wording)


def attribute(name: str) -> ColumnElement[Any]:
    return image.c.attributes.op("->>", return_type=Text())(literal(name, Text))


def attribute_number(name: str) -> ColumnElement[object]:
    """The attribute as a number; null where it is none. The case keeps the cast away from other text."""
    return case((attribute(name).regexp_match(_NUMERIC), cast(attribute(name), Numeric)))


def carries_label(query: Query) -> Clause:
    """Any label at all within the query's confidence."""
    each = each_term("any_label")
    return select(literal(1)).select_from(each).where(within(each.c.term, query.tenths)).correlate(image).exists()


def _plain(query: Query) -> list[Clause]:
    clauses: list[Clause] = []
    if query.created_from is not None:
        clauses.append(image.c.created_at >= query.created_from)
    if query.created_to is not None:
        clauses.append(image.c.created_at < query.created_to)
    for name in SIDES:
        if (edge := getattr(query, name)) is not None:
            side = image.c[name[4:]]
            clauses.append(side >= edge if name.startswith("min_") else side <= edge)
    return clauses


def _any_of(name: str, values: Sequence[str], query: Query, label_ids: dict[str, int]) -> Clause:
    """At least one of `values`; UNSET among them means "has none"."""
    real = [value for value in values if value != UNSET]
    unset = UNSET in values
    if name == "label":
        clauses = [carries((label_ids[v] for v in real if v in label_ids), query.tenths)]
        return or_(*clauses, not_(carries_label(query))) if unset else or_(false(), *clauses)
    if name in ARRAYS:
        clauses = [ARRAYS[name].op("&&", is_comparison=True, return_type=Boolean())(_texts(real))] if real else []
        return or_(false(), *clauses, *([func.cardinality(ARRAYS[name]) == 0] if unset else []))
    if name == "collection":
        member = exists().where(collection_image.c.image_id == image.c.id).correlate(image)
        clauses = [member.where(collection_image.c.collection_id.in_(real))] if real else []
        return or_(false(), *clauses, *([not_(member)] if unset else []))
    column: ColumnElement[Any] = (
        attribute(name.removeprefix(ATTRIBUTE)) if name.startswith(ATTRIBUTE) else _column(name)
    )
    wanted: list[Clause] = []
    if real:
        wanted.append(column.in_([UUID(v) for v in real] if name == "batch_id" else real))
    return or_(false(), *wanted, *([column.is_(None)] if unset else []))


def _all_of(name: str, values: Sequence[str], query: Query, label_ids: dict[str, int]) -> Clause:
    """All of `values`, of label or tag; UNSET among them means "has none"."""
    real = [value for value in values if value != UNSET]
    unset = [_any_of(name, (UNSET,), query, label_ids)] if UNSET in values else []
    if name == "tag":
        contains = [image.c.tags.op("@>", is_comparison=True, return_type=Boolean())(_texts(real))] if real else []
        return and_(true(), *contains, *unset)
    if any(value not in label_ids for value in real):
        return false()
    if len(real) <= FEW:
        return and_(true(), *(carries([label_ids[value]], query.tenths) for value in real), *unset)
    each = each_term("all_of")
    held = select(func.count(distinct(each.c.term // PER_LABEL))).select_from(each)
    held = held.where(is_any(each.c.term, [label_ids[value] for value in real]), within(each.c.term, query.tenths))
    return and_(held.correlate(image).scalar_subquery() == len(real), *unset)


def _label_ids(connection: Connection, condition: Condition) -> dict[str, int]:
    names = {*condition.all, *condition.any, *condition.none} - {UNSET}
    if not names:
        return {}
    found = connection.execute(select(label.c.name, label.c.id).where(label.c.name.in_(names)))
    return {row.name: row.id for row in found}


def _column(name: str) -> ColumnElement[Any]:
    """The bare column where an index helps, else the facet's text."""
    return image.c.batch_id if name == "batch_id" else COLUMNS[name]


def _texts(values: Sequence[str]) -> ColumnElement[Any]:
    return cast(list(values), ARRAY(Text))
