"""Why an image answers a query, for people: which of its words, labels and values were asked for."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from pixplore.catalogue.document import attribute_text
from pixplore.catalogue.read import Entry
from pixplore.catalogue.schema import product
from pixplore.domain import SHOWN_CONFIDENCE, UNSET
from pixplore.query import ATTRIBUTE, Query
from pixplore.spelling import respelt
from pixplore.words import asked, remembered

Why = Callable[[Entry, Sequence[str]], list[dict[str, Any]]]


def why(
    query: Query, entry: Entry, spelling: Mapping[str, list[str]], of_product: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """{"field", "value", "text"} for each reason; a label also has "confidence", and "via" when it is an ancestor's.

    `spelling` is the answer's: what misspelt words of `q` were taken for. `of_product`: see products_of.
    """
    told = reasons(query, spelling)
    return told(entry, of_product) if told else []


def reasons(query: Query, spelling: Mapping[str, list[str]]) -> Why | None:
    """The same for many images of one answer; None where nothing was asked that could be a reason."""
    pieces = [(*phrase.complete, *phrase.begun) for phrase in respelt(asked(query.q), spelling)]
    condition = query.condition("label")
    names = dict.fromkeys((*condition.all, *condition.any))
    wanted = {
        facet: chosen
        for facet, asked_of in query.conditions.items()
        if facet != "label" and (chosen := {*asked_of.all, *asked_of.any})
    }
    if not (pieces or names or wanted):
        return None
    low, high = (tenths / 10 for tenths in query.tenths)

    def told(entry: Entry, of_product: Sequence[str]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        if pieces:
            found += [_reason(field, value, value) for field, value in _words(pieces, entry, of_product)]
        for name in names:
            found += _label(low, high, entry, name)
        for facet, chosen in wanted.items():
            found += [_reason(facet, v, f"{facet}: {v}") for v in _values(entry, facet) if v in chosen]
        return found if len(found) < 2 else list({(r["field"], r["value"]): r for r in found}.values())

    return told


def products_of(connection: Connection, entries: Iterable[Entry]) -> dict[str, tuple[str, ...]]:
    """By SKU what is written of the products of these images, which `q` finds them by."""
    skus = {entry.sku for entry in entries if entry.sku is not None}
    if not skus:
        return {}
    rows = connection.execute(select(product.c.sku, product.c.title, product.c.category).where(product.c.sku.in_(skus)))
    return {row.sku: tuple(text for text in (row.title, row.category) if text) for row in rows}


def _reason(field: str, value: str, text: str) -> dict[str, Any]:
    return {"field": field, "value": value, "text": text}


def _words(pieces: Sequence[Sequence[str]], entry: Entry, of_product: Sequence[str]) -> Iterable[tuple[str, str]]:
    texts = [(*named, remembered(named[1])) for named in _texts(entry)]
    texts += [("product", text, remembered(text)) for text in of_product]
    for any_of in pieces:
        for field, value, have in texts:
            if any(piece in have for piece in any_of):
                yield field, value


def _texts(entry: Entry) -> Iterable[tuple[str, str]]:
    for field in ("name", "title", "sku", "category"):
        if value := getattr(entry, field):
            yield field, value
    yield from (("tag", tag) for tag in entry.tags)
    for label in entry.labels:
        if label.confidence >= SHOWN_CONFIDENCE:
            yield from (("label", name) for name in (label.name, *label.parents))
    yield from ((f"{ATTRIBUTE}{name}", attribute_text(value) or "") for name, value in entry.attributes.items())
    yield from (("text", line) for line in entry.text)


def _label(low: float, high: float, entry: Entry, name: str) -> list[dict[str, Any]]:
    """Confidences in percent, exact: all are tenths divided by ten."""
    found: list[dict[str, Any]] = []
    for label in entry.labels:
        own, confidence = label.name, label.confidence
        if own == name:
            if low <= confidence <= high:
                said = f"{own} {confidence:g} %"
                found.append({"field": "label", "value": own, "text": said, "confidence": confidence})
        elif name in label.parents and low <= confidence <= high:
            said = f"{own} {confidence:g} %, a kind of {name}"
            found.append({"field": "label", "value": own, "text": said, "confidence": confidence, "via": name})
    return found


def _values(entry: Entry, facet: str) -> list[str]:
    if facet.startswith(ATTRIBUTE):
        value = entry.attributes.get(facet.removeprefix(ATTRIBUTE))
        return [] if value is None else [attribute_text(value) or ""]
    if facet in ("tag", "colour"):
        return entry.tags if facet == "tag" else entry.colours
    value = getattr(entry, facet, None) if facet != "collection" else None
    return [UNSET if value is None else str(value)]
