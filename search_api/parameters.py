"""The query parameters as OpenAPI tells them; pixplore.query parses them, and a test holds both together."""

from collections.abc import Callable
from typing import Any, TypeVar

from pixplore.domain import UNSET
from pixplore.query import ALL_OF, ANY_OF, FACETS

F = TypeVar("F", bound=Callable[..., Any])
_TEXT = {"type": "string", "maxLength": 1000}
_WHAT = {
    "label": "label name; a label also stands for every label whose ancestors include it",
    "tag": "tag",
    "category": "category",
    "colour": "colour name",
    "status": "status",
    "uploader": "e-mail of who uploaded it",
    "batch_id": "id of the upload batch",
    "orientation": "landscape, portrait or square",
    "collection": "id of a collection",
    "sku": "SKU",
    "attr.<name>": "value of the product attribute <name>, for instance `attr.brand=Acme`",
}


def _one(name: str, schema: dict[str, Any], description: str, example: object = None) -> dict[str, Any]:
    shown = {"example": example} if example is not None else {}
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description, **shown}


def _many(name: str, description: str, example: object = None) -> dict[str, Any]:
    item: dict[str, Any] = dict(_TEXT)
    if name.removeprefix("not_") in ("batch_id", "collection"):
        item = {"anyOf": [{"type": "string", "format": "uuid"}, {"const": UNSET}]}
    return _one(name, {"type": "array", "items": item, "maxItems": 500}, description, example)


def _choices() -> list[dict[str, Any]]:
    out = []
    for name in (*ALL_OF, *ANY_OF, "attr.<name>"):
        what = _WHAT[name]
        none = f"`{UNSET}` = has none."
        if name in ALL_OF:
            out.append(_many(name, f"All of these (repeat): {what}. {none}"))
            out.append(_many(f"any_{name}", f"At least one of these (repeat): {what}. {none}"))
        else:
            out.append(_many(name, f"Any of these (repeat): {what}. {none}"))
        out.append(_many(f"not_{name}", f"None of these (repeat): {what}. {none}"))
    return out


_PERCENT = {"type": "number", "minimum": 0, "maximum": 100}
_SIDE = {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}
_Q = (
    'Words that must all be found, each from its beginning; "quoted" as they stand. A word of five letters or more '
    "that nothing begins with is taken for the words most like it: see `spelling` in the answer."
)
FILTERS: list[dict[str, Any]] = [
    _one("q", _TEXT, _Q, "running sho"),
    *_choices(),
    _one("min_confidence", _PERCENT, "For label conditions and label facets; 55 when not given", 55),
    _one("max_confidence", _PERCENT, "For label conditions and label facets; 100 when not given", 100),
    _one("created_from", {"type": "string", "format": "date-time"}, "From this moment on", "2026-11-01T00:00:00Z"),
    _one("created_to", {"type": "string", "format": "date-time"}, "Before this moment", "2026-12-01T00:00:00Z"),
    _one("min_width", _SIDE, "In pixels"),
    _one("min_height", _SIDE, "In pixels"),
    _one("max_width", _SIDE, "In pixels"),
    _one("max_height", _SIDE, "In pixels"),
    _one("attr.<name>.gte", {"type": "number"}, "The attribute is a number of at least this"),
    _one("attr.<name>.lte", {"type": "number"}, "The attribute is a number of at most this"),
    _one("trashed", {"type": "boolean"}, "Only what is in the trash; without it, only what is not"),
]
_VERSION = {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}
_SELECTION = {"type": "string", "maxLength": 4000}
_UP_TO_1000 = {"type": "integer", "minimum": 1, "maximum": 1000}
_OTHERS = {
    "sort": _one("sort", {"type": "string", "enum": ["newest", "oldest", "name", "relevance"]}, "Order of the items"),
    "limit": _one("limit", {"type": "integer", "minimum": 1, "maximum": 200}, "Items a page; 50 when not given", 50),
    "cursor": _one("cursor", {"type": "string"}, "`next_cursor` of the page before"),
    "facets": _one(
        "facets", {"type": "string", "maxLength": 3000}, f"Comma-separated: {', '.join(FACETS)}, attr.<name>", "label"
    ),
    "facet_limit": _one("facet_limit", _UP_TO_1000, "Values a facet; 50 when not given", 50),
    "rows": _one("limit", _UP_TO_1000, "Rows; 50 when not given", 50),
    "prefix": _one("prefix", _TEXT, "Only values that begin with this; capitals make no difference", "sho"),
    "any_word": _one("any_word", {"type": "boolean"}, "With `prefix`: any word of the value may begin with it"),
    "described": _one("described", {"type": "boolean"}, "Also a label's parents, a collection's or an upload's title"),
    "of": _one("of", _TEXT, "Only this label's confidence", "Shoe"),
    "by": _one("by", {"type": "string", "enum": ["label", "category"]}, "category: split each label by category"),
    "trend.by": _one(
        "by", {"type": "string", "enum": ["month", "week", "day", "batch"]}, "The steps; month if not given"
    ),
    "split": _one("split", {"type": "string", "enum": ["label", "category"]}, "Each step by its most frequent ones"),
    "least": _one("least", {"type": "integer", "minimum": 1, "maximum": 1_000_000}, "Images a pair is in, at least", 2),
    "among": _one(
        "among", {"type": "integer", "minimum": 2, "maximum": 30}, "Only pairs of these many most frequent labels", 12
    ),
    "facet": _one(
        "facet",
        {"type": "string", "enum": ["label", "category", "colour", "tag", "orientation"]},
        "What is compared; label if not given",
    ),
    "a": _one("a", _SELECTION, "The first selection: {filters} as a query string", "batch_id=__unset__"),
    "b": _one("b", _SELECTION, "The second selection", "not_batch_id=__unset__"),
    "format": _one("format", {"type": "string", "enum": ["csv", "jsonl", "parquet"]}, "Of the file; csv if not given"),
    "width": _one("width", {"type": "number", "minimum": 1, "maximum": 100}, "Width of a bin; 5 when not given", 5),
    "simulated": _one("label", _TEXT, "The label, as people see it", "Shoe") | {"required": True},
    "threshold": _one("threshold", _PERCENT, "In percent, to a tenth", 70) | {"required": True},
    "step": _one(
        "step", {"type": "integer", "minimum": 1, "maximum": 50}, "Between points of the curve; 5 if not given"
    ),
    "beside": _one("beside", {"enum": ["catalogue"]}, "Also pairs of an image found and any other of the catalogue"),
    "min_version": _one("min_version", _VERSION, "Wait up to 2 s until the catalogue shows this version, else 503"),
}


def takes_filters(*others: str) -> dict[str, Any]:
    """`openapi_extra` of an endpoint that takes {filters} and `others`."""
    return {"parameters": FILTERS + [_OTHERS[name] for name in others]}


def filtered(endpoint: F) -> F:
    """Mark an endpoint that parses its query string with pixplore.query.parse_query."""
    endpoint.takes_filters = True  # type: ignore[attr-defined]
    return endpoint
