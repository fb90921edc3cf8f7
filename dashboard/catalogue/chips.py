"""Filters in words: what stands on a chip above the gallery and in the hints of an empty result."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from dashboard.catalogue.catalogue_state import State, is_unset

WORDS = {
    "q": "Text",
    "label": "Label",
    "any_label": "Any label of",
    "not_label": "Without label",
    "tag": "Tag",
    "any_tag": "Any tag of",
    "not_tag": "Without tag",
    "min_confidence": "Confidence from",
    "max_confidence": "Confidence up to",
    "created_from": "Added from",
    "created_to": "Added up to",
    "min_width": "Width from",
    "max_width": "Width up to",
    "min_height": "Height from",
    "max_height": "Height up to",
    "trashed": "In the",
    "batch_id": "Upload",
    "sku": "SKU",
}
_UNITS = {"min_confidence": " %", "max_confidence": " %"} | dict.fromkeys(
    ("min_width", "max_width", "min_height", "max_height"), " px"
)
Titles = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Chip:
    """`name` and `value` are the pair in the state, `what` and `text` its words."""

    name: str
    value: str
    what: str
    text: str
    negative: bool


def chips(state: State, titles: Titles | None = None) -> list[Chip]:
    """`titles` names what the state knows by ids: (facet, id) -> name."""
    return [chip(name, value, titles) for name, value in state.filters]


def chip(name: str, value: str, titles: Titles | None = None) -> Chip:
    negative = name.startswith("not_")
    field = name.removeprefix("not_").removeprefix("any_")
    if is_unset(value):
        return Chip(name, value, "With" if negative else "Without", f"any {lower_title(field)}", negative)
    what = WORDS.get(name) or f"{'Not ' if negative else ''}{lower_title(field) if negative else title(field)}"
    return Chip(name, value, what, (titles or {}).get((field, value)) or _text(name, value), negative)


def lower_title(field: str) -> str:
    """The same within a sentence."""
    return title(field) if field == "sku" else title(field).lower()


def title(field: str) -> str:
    """What people call a facet or an attribute: attr.sub_brand is Sub brand."""
    if field in ("sku", "batch_id"):
        return WORDS[field]
    plain = field.removeprefix("attr.").removesuffix(".gte").removesuffix(".lte").replace("_", " ").strip() or field
    ending = " from" if field.endswith(".gte") else " up to" if field.endswith(".lte") else ""
    return plain[:1].upper() + plain[1:] + ending


def _text(name: str, value: str) -> str:
    field = name.removeprefix("not_")
    if name == "trashed":
        return "trash" if value.lower() == "true" else "catalogue"
    if name == "q":
        return f"“{value}”"
    if name in ("created_from", "created_to"):
        return _day(value, last=name == "created_to")
    if field in ("batch_id", "collection"):
        return value[:8]
    if field == "orientation":
        return value.lower()
    if name in _UNITS or name.endswith((".gte", ".lte")):
        return _number(value) + _UNITS.get(name, "")
    return value


def _number(value: str) -> str:
    """With separators, where it is a plain number."""
    try:
        number = float(value)
    except ValueError:
        return value
    return f"{number:,.0f}" if number.is_integer() and abs(number) < 1e15 else value


def _day(value: str, last: bool) -> str:
    """An exclusive end at midnight reads better as the last day within."""
    try:
        day = date.fromisoformat(value[:10])
        if last and len(value) <= 10:
            day -= timedelta(days=1)
    except (ValueError, OverflowError):
        return value
    return f"{day.day} {day:%b %Y}"
