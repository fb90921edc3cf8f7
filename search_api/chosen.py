"""Images that a body names, one by one or as all but some of what a query finds: as JSON, or as a browser's form sends
it, which may then save the answer as a file."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qs, unquote_plus
from uuid import UUID

from fastapi import Depends, Request
from pydantic import Field, StringConstraints, ValidationError

from pixplore.errors import Invalid
from pixplore.given import plain_place
from pixplore.query import MAX_FILTERS_CHARS, Query, from_filters
from search_api.schemas import In

MOST = 10_000


class Chosen(In):
    image_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST)] | None = None
    query: Annotated[str, StringConstraints(max_length=MAX_FILTERS_CHARS)] | None = None
    except_ids: Annotated[list[UUID], Field(max_length=MOST)] | None = None


@dataclass(frozen=True, slots=True)
class Meant:
    """`ids` in the order given, each once; or what `query` finds but for `left_out`."""

    ids: list[UUID]
    query: Query | None
    left_out: list[UUID]


def but(ids: Iterator[UUID], left_out: Iterable[UUID] | None) -> Iterator[UUID]:
    """`ids` without those left out."""
    without = frozenset(left_out or ())
    return (one for one in ids if one not in without) if without else ids


_IDS = {"type": "array", "items": {"type": "string", "format": "uuid"}, "maxItems": MOST}
_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "image_ids": {**_IDS, "minItems": 1, "description": "These images"},
        "query": {
            "type": "string",
            "maxLength": MAX_FILTERS_CHARS,
            "description": "Instead: {filters} as a query string; empty for the whole catalogue",
        },
        "except_ids": {**_IDS, "description": "With a query: images it finds that are left out"},
    },
}
_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 2 * MOST + 1
"""Of a form: both lists, and the query."""
BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": _SCHEMA}, _FORM: {"schema": _SCHEMA}},
    }
}
"""`openapi_extra` of an endpoint that takes them."""


async def _meant(request: Request) -> Meant:
    """Raises Invalid."""
    body = await request.body()
    is_form = request.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM
    try:
        read = Chosen.model_validate(_fields(body)) if is_form else Chosen.model_validate_json(body)
    except ValidationError as fault:
        raise Invalid({_place(one, is_form): _said(one) for one in fault.errors()[:20]}) from fault
    if read.except_ids and read.query is None:
        raise Invalid({"except_ids": "goes with a query"})
    if read.query is None and read.image_ids is None:
        raise Invalid({"image_ids": "is missing: give it, or a query"})
    if read.query is not None and read.image_ids is not None:
        raise Invalid({"query": "cannot go with image_ids: give one of the two"})
    query = None if read.query is None else from_filters(read.query, "query")
    return Meant(list(dict.fromkeys(read.image_ids or ())), query, read.except_ids or [])


def _fields(body: bytes) -> dict[str, Any]:
    """Of a form. Raises Invalid for a field that is there too often."""
    text = body.decode("ascii", "replace")
    if text.count("&") >= _MOST_FIELDS:
        named = Counter(unquote_plus(one.partition("=")[0])[:200] for one in text.split("&"))
        name = next((name for name in named if name not in Chosen.model_fields), named.most_common(1)[0][0])
        raise Invalid({name or "body": f"makes too many fields: a form has {_MOST_FIELDS:,} at most"})
    given: dict[str, Any] = parse_qs(text, keep_blank_values=True)
    if len(given.get("query", ())) > 1:
        raise Invalid({"query": "is there more than once"})
    if "query" in given:
        (given["query"],) = given["query"]
    return given


def _place(fault: Any, is_form: bool) -> str:
    """Which field is at fault; a form has no name for one value of several."""
    return plain_place(fault["loc"][:1] if is_form else fault["loc"])[:200] or "body"


def _said(fault: Any) -> str:
    return (
        "is not an id (a UUID)" if fault["type"].startswith("uuid") else str(fault["msg"]).removeprefix("Value error, ")
    )


Images = Annotated[Meant, Depends(_meant)]
