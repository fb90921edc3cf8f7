"""The filter panel of the catalogue and of the insights: what it shows for a state, what its events do to the state."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from dashboard.catalogue_state import State, confidence, mode_of, modes, use, used, with_confidence
from dashboard.chips import title
from pixplore.domain import KEPT_CONFIDENCE, UNSET

Group = dict[str, Any]
Facets = Mapping[str, Mapping[str, Any]]

FACETS = ("label", "category", "tag", "colour", "orientation", "status", "uploader")
FACET_LIMIT = 100
TITLES = {"label": "Labels", "tag": "Tags", "colour": "Colours"}
MANY_WORDS = 8
"""Different values of an attribute up to which it may always be chosen from."""
_OPEN = ("confidence", "label", "category")
_NO_UNSET = ("status", "orientation")
"""Facets of which every picture has a value: "none" would only be noise, unless there is one."""


def groups(state: State, facets: Facets, attributes: Sequence[str], today: date) -> list[Group]:
    """Every group of the panel, top to bottom. `facets` is the API's answer, `attributes` the CSV's column names."""
    made = [_confidence(state), *(_values(state, name, facets.get(name, {})) for name in ("label", "category", "tag"))]
    made.append(_dates(state, today))
    made += [_values(state, name, facets.get(name, {})) for name in ("colour", "orientation")]
    made += [_attribute(state, f"attr.{name}", facets.get(f"attr.{name}", {})) for name in attributes]
    made += [_values(state, name, facets.get(name, {})) for name in ("status", "uploader")]
    made.append(_size(state))
    return made


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


def apply_use(state: State, name: str, value: str, mode: str | None) -> State:
    return use(state, name, value, mode if mode in modes(name) else None)


def apply_range(state: State, name: str, low: str, high: str) -> State:
    """A range as the panel sends it: blank ends are open; the last day of dates counts in."""
    if name == "confidence":
        return with_confidence(state, float(low), float(high))
    if name == "created":
        return state.with_values("created_from", [low]).with_values("created_to", [_next_day(high)])
    if name == "size":
        return state.with_values("min_width", [low]).with_values("min_height", [high])
    return state.with_values(f"{name}.gte", [low]).with_values(f"{name}.lte", [high])


def _values(state: State, name: str, facet: Mapping[str, Any]) -> Group:
    rows = [row(state, name, str(each["value"]), each["count"]) for each in facet.get("values", [])]
    listed = {each["value"] for each in rows}
    in_use = used(state, name)
    # A value in use that no picture of this result has (an excluded one, mostly) must stay in reach.
    rows += [row(state, name, value, None) for value in in_use if value not in listed and value != UNSET]
    unset, empty = facet.get("unset", 0), None
    if UNSET in in_use or (unset and name not in _NO_UNSET):
        empty = row(state, name, UNSET, unset) | {"text": f"No {title(name).lower()}"}
    return {
        "kind": "values",
        "name": name,
        "title": TITLES.get(name) or title(name),
        "modes": list(modes(name)),
        "values": rows,
        "unset": empty,
        "distinct": max(facet.get("distinct", 0), len(rows)),
        "used": len(in_use),
        "open": name in _OPEN,
        "swatches": name == "colour",
    }


def row(state: State, name: str, value: str, count: int | None) -> Group:
    return {"value": value, "text": value, "count": count, "mode": mode_of(state, name, value)}


def _attribute(state: State, name: str, facet: Mapping[str, Any]) -> Group:
    rows = facet.get("values", [])
    low, high = state.value(f"{name}.gte"), state.value(f"{name}.lte")
    if not (low or high or numeric(rows)) or used(state, name):
        return _values(state, name, facet)
    known = sorted(number for row in rows if (number := _number(str(row["value"]))) is not None)
    cents = any(number % 1 for number in known) and all(round(number, 2) == number for number in known)
    shown = "{:.2f}" if cents else "{:g}"
    whole = known and facet.get("distinct", 0) <= len(rows)
    return {
        "kind": "range",
        "name": name,
        "title": title(name),
        "from": low,
        "to": high,
        "from_hint": shown.format(known[0]) if whole else "",
        "to_hint": shown.format(known[-1]) if whole else "",
        "used": bool(low) + bool(high),
    }


def _confidence(state: State) -> Group:
    low, high = confidence(state)
    used_ends = bool(state.value("min_confidence")) + bool(state.value("max_confidence"))
    return {
        "kind": "slider",
        "name": "confidence",
        "title": "Confidence",
        "hint": "For the labels you choose, and for what the labels count.",
        "low": KEPT_CONFIDENCE,
        "high": 100,
        "from": low,
        "to": high,
        "used": used_ends,
        "open": True,
    }


def _dates(state: State, today: date) -> Group:
    return {
        "kind": "dates",
        "name": "created",
        "title": "Date added",
        "from": state.value("created_from")[:10],
        "to": _last_day(state.value("created_to")),
        "to_label": "To (included)",
        "quick": [{"label": f"{n} days", "from": (today - timedelta(days=n)).isoformat()} for n in (7, 30, 90)],
        "used": bool(state.value("created_from")) + bool(state.value("created_to")),
    }


def _size(state: State) -> Group:
    return {
        "kind": "range",
        "name": "size",
        "title": "Size in pixels",
        "from": state.value("min_width"),
        "to": state.value("min_height"),
        "from_label": "Width from",
        "to_label": "Height from",
        "used": bool(state.value("min_width")) + bool(state.value("min_height")),
    }


def _next_day(text: str) -> str:
    try:
        return (date.fromisoformat(text) + timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return text


def _last_day(text: str) -> str:
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return ""
    return (day - timedelta(days=1)).isoformat() if len(text) <= 10 else day.isoformat()


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
