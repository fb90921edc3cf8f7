"""The filter panel of every page of pictures: what there is to filter by. Its look is dashboard/components/facets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dashboard.catalogue.catalogue_state import State, modes, parameter, used
from dashboard.catalogue.chips import lower_title, title
from pixplore.domain import KEPT_CONFIDENCE, SHOWN_CONFIDENCE, UNSET

Group = dict[str, Any]

JUDGED = 100
"""Values, the most frequent ones, by which it is judged what an attribute is."""
TITLES = {"label": "Labels", "category": "Category", "tag": "Tags", "colour": "Colours", "collection": "Collections",
          "batch_id": "Uploads", "uploader": "Uploaded by"}  # fmt: skip
MANY = {"category": "categories", "orientation": "orientations", "status": "statuses", "uploader": "uploaders",
        "sku": "SKUs"}  # fmt: skip
"""What its values are called together, where the title does not say it."""
TITLED = ("batch_id", "collection")
"""Facets whose values are ids."""
WORDS = {
    "orientation": {"landscape": "Landscape", "portrait": "Portrait", "square": "Square"},
    "status": {"ready": "Ready"},
}
MANY_WORDS = 8
"""Different values of an attribute up to which it may always be chosen from."""
COMMONEST = "Drawn from the 1,000 commonest values. Type a number to go beyond."
_OPEN = ("label", "category")


@dataclass(frozen=True, slots=True)
class Attribute:
    """A product attribute that serves as a filter; `low` and `high` where all its values are numbers.

    `exact`: they are the least and the greatest of the whole catalogue, not only of the most frequent values.
    """

    name: str
    low: float | None = None
    high: float | None = None
    step: float = 1.0
    exact: bool = True


def attribute(name: str, facet: Mapping[str, Any]) -> Attribute:
    """What an attribute is, judged by its most frequent values over the whole catalogue."""
    numbers = [_number(str(row["value"])) for row in facet.get("values", [])]
    known = sorted(number for number in numbers if number is not None)
    if len(known) < 2 or len(known) < len(numbers) or known[0] == known[-1]:
        return Attribute(name)
    whole = all(number.is_integer() for number in known)
    step = (
        1.0 if whole else 0.01 if all(round(number, 2) == number for number in known) else (known[-1] - known[0]) / 500
    )
    return Attribute(name, known[0], known[-1], step, facet.get("distinct", 0) <= len(numbers))


def numeric(values: Sequence[Mapping[str, Any]]) -> bool:
    """Whether an attribute is a number: each of its values is, and there are two to make a range of."""
    return len(values) > 1 and all(_number(str(row["value"])) is not None for row in values)


def free_text(facet: Mapping[str, Any]) -> bool:
    """Whether an attribute is prose, such as a description: nearly each picture has words of its own, and no filter
    by one of them serves anybody. Judged by the values listed, the most frequent ones."""
    rows = facet.get("values", [])
    distinct = facet.get("distinct", 0)
    pictures = sum(row["count"] for row in rows) + max(0, distinct - len(rows))
    return distinct > MANY_WORDS and distinct > pictures / 2 and not numeric(rows)


def groups(
    state: State, attributes: Sequence[Attribute], today: date, titles: Mapping[tuple[str, str], str], others: int = 0
) -> list[Group]:
    """Every group of the panel, top to bottom. `titles` names ids in use: (facet, id) -> name. `others`: how many
    attributes there are besides."""
    known = {f"attr.{one.name}" for one in attributes}
    # An attribute in use that is not among the known ones can be seen and taken back all the same.
    asked = dict.fromkeys(_attribute_of(name) for name, _ in state.filters if "attr." in name)
    more = [Attribute(name.removeprefix("attr.")) for name in asked if name not in known]
    return [
        _values(state, "label", titles),
        _confidence(),
        *(_values(state, name, titles) for name in ("category", "tag")),
        _dates(today),
        *(_values(state, name, titles) for name in ("colour", "orientation")),
        *(_attribute(state, one) for one in (*attributes, *more)),
        *(_values(state, name, titles) for name in ("collection", "batch_id", "uploader", "sku", "status")),
        _sides(),
        *([_others([*attributes, *more])] if others > len(more) else []),
    ]


def _others(shown: Sequence[Attribute]) -> Group:
    known = [one.name for one in shown]
    return {"kind": "more", "name": "more", "title": "More filters", "known": known}


def _values(state: State, name: str, titles: Mapping[tuple[str, str], str]) -> Group:
    texts = {value: titles[name, value] for value in used(state, name) if (name, value) in titles}
    return {
        "kind": "values",
        "name": name,
        "title": TITLES.get(name) or title(name),
        "one": lower_title(name),
        "many": MANY.get(name) or TITLES.get(name, title(name)).lower(),
        "parameters": {mode: parameter(name, mode) for mode in modes(name)},
        "texts": WORDS.get(name, {}) | texts,
        "open": name in _OPEN,
        "tree": name == "label",
        "swatches": name == "colour",
        "titled": name in TITLED,
    }


def _attribute(state: State, one: Attribute) -> Group:
    name = f"attr.{one.name}"
    by_values = _values(state, name, {})
    if one.low is None or one.high is None or [value for value in used(state, name) if value != UNSET]:
        return by_values
    return {
        "kind": "number",
        "name": name,
        "title": by_values["title"],
        "one": by_values["one"],
        "parameters": by_values["parameters"],
        "from": f"{name}.gte",
        "to": f"{name}.lte",
        "low": one.low,
        "high": one.high,
        "step": one.step,
        "exact": one.exact,
        "hint": "" if one.exact else COMMONEST,
    }


def _confidence() -> Group:
    return {
        "kind": "confidence",
        "name": "confidence",
        "title": "Confidence",
        "hint": "How sure a label must be to count.",
        "from": "min_confidence",
        "to": "max_confidence",
        "low": KEPT_CONFIDENCE,
        "high": 100,
        "usual": SHOWN_CONFIDENCE,
        "step": 1,
        "unit": " %",
        "open": True,
    }


def _dates(today: date) -> Group:
    first = {
        "Today": today,
        "Last 7 days": today - timedelta(days=6),
        "Last 30 days": today - timedelta(days=29),
        "This year": today.replace(month=1, day=1),
    }
    return {
        "kind": "dates",
        "name": "created",
        "title": "Date added",
        "from": "created_from",
        "to": "created_to",
        "presets": [{"label": label, "from": day.isoformat()} for label, day in first.items()],
    }


def _sides() -> Group:
    sides = [{"title": side.title(), "from": f"min_{side}", "to": f"max_{side}"} for side in ("width", "height")]
    return {"kind": "sides", "name": "size", "title": "Size in pixels", "sides": sides}


def _attribute_of(parameter_name: str) -> str:
    return parameter_name.removeprefix("not_").removesuffix(".gte").removesuffix(".lte")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
