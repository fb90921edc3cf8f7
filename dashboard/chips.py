"""Filters in words: what stands on a chip above the gallery and in the hints of an empty result."""

from dataclasses import dataclass
from datetime import date, timedelta

from dashboard.catalogue_state import State, is_unset

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
    "min_height": "Height from",
    "trashed": "In the",
    "batch_id": "Upload",
    "sku": "SKU",
}
_UNITS = {"min_confidence": " %", "max_confidence": " %", "min_width": " px", "min_height": " px"}


@dataclass(frozen=True, slots=True)
class Chip:
    """`name` and `value` are the pair in the state, `what` and `text` its words."""

    name: str
    value: str
    what: str
    text: str
    negative: bool


def chips(state: State) -> list[Chip]:
    return [chip(name, value) for name, value in state.filters]


def chip(name: str, value: str) -> Chip:
    negative = name.startswith("not_")
    field = name.removeprefix("not_").removeprefix("any_")
    if is_unset(value):
        return Chip(name, value, "With" if negative else "Without", f"any {title(field).lower()}", negative)
    what = WORDS.get(name) or f"{'Not ' if negative else ''}{title(field)}"
    return Chip(name, value, what, _text(name, value), negative)


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
    return value + _UNITS.get(name, "")


def _day(value: str, last: bool) -> str:
    """An exclusive end at midnight reads better as the last day within."""
    try:
        day = date.fromisoformat(value[:10])
    except ValueError:
        return value
    if last and len(value) <= 10:
        day -= timedelta(days=1)
    return f"{day.day} {day:%b %Y}"
