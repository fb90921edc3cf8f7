"""Why an image answers a query, for people: which of its words, labels and values were asked for."""

from collections.abc import Iterable
from typing import Any

from pixplore.catalogue.read import Entry
from pixplore.catalogue.words import asked, found_in
from pixplore.domain import SHOWN_CONFIDENCE, UNSET
from pixplore.query import ATTRIBUTE, Query


def why(query: Query, entry: Entry) -> list[dict[str, Any]]:
    """{"field", "value", "text"} for each reason; a label also has "confidence", and "via" when it is an ancestor's."""
    reasons = [_reason(field, value, f"{value}") for field, value in _words(query, entry)]
    condition = query.condition("label")
    for name in (*condition.all, *condition.any):
        reasons += _label(query, entry, name)
    for facet, chosen in query.conditions.items():
        if facet != "label":
            wanted = {*chosen.all, *chosen.any}
            reasons += [_reason(facet, v, f"{facet}: {v}") for v in _values(entry, facet) if v in wanted]
    return list({(r["field"], r["value"]): r for r in reasons}.values())


def _reason(field: str, value: str, text: str) -> dict[str, Any]:
    return {"field": field, "value": value, "text": text}


def _words(query: Query, entry: Entry) -> Iterable[tuple[str, str]]:
    for phrase in asked(query.q):
        for field, value in _texts(entry):
            if found_in(phrase, value):
                yield field, value


def _texts(entry: Entry) -> Iterable[tuple[str, str]]:
    for field in ("name", "title", "sku", "category"):
        if value := getattr(entry, field):
            yield field, value
    yield from (("tag", tag) for tag in entry.tags)
    for label in entry.labels:
        if label.confidence >= SHOWN_CONFIDENCE:
            yield from (("label", name) for name in (label.name, *label.parents))
    yield from ((f"{ATTRIBUTE}{name}", str(value)) for name, value in entry.attributes.items())
    yield from (("text", line) for line in entry.text)


def _label(query: Query, entry: Entry, name: str) -> list[dict[str, Any]]:
    reasons = []
    for label in entry.labels:
        if query.low <= label.confidence <= query.high and name in (label.name, *label.parents):
            said = f"{label.name} {label.confidence:g} %" + ("" if label.name == name else f", a kind of {name}")
            reasons.append(_reason("label", label.name, said) | {"confidence": label.confidence})
            if label.name != name:
                reasons[-1]["via"] = name
    return reasons


def _values(entry: Entry, facet: str) -> list[str]:
    if facet.startswith(ATTRIBUTE):
        value = entry.attributes.get(facet.removeprefix(ATTRIBUTE))
        return [] if value is None else [str(value)]
    if facet in ("tag", "colour"):
        return entry.tags if facet == "tag" else entry.colours
    value = getattr(entry, facet, None) if facet != "collection" else None
    return [UNSET if value is None else str(value)]
