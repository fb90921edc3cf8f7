"""Images that a body names, one by one or as all but some of what a query finds: as JSON, or as a browser's form sends
it, which may then save the answer as a file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qs
from uuid import UUID

from fastapi import Depends, Request
from pydantic import Field, StringConstraints, ValidationError, model_validator

from pixplore.errors import Invalid
from pixplore.given import plain_place
from pixplore.query import MAX_FILTERS_CHARS, Query, from_filters
from search_api.schemas import In

MOST = 10_000


class Chosen(In):
    image_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST)] | None = None
    query: Annotated[str, StringConstraints(max_length=MAX_FILTERS_CHARS)] | None = None
    except_ids: Annotated[list[UUID], Field(max_length=MOST)] | None = None

    @model_validator(mode="after")
    def _one(self) -> "Chosen":
        if (self.query is None) == (self.image_ids is None):
            raise ValueError("give image_ids or query")
        if self.except_ids and self.query is None:
            raise ValueError("except_ids goes with a query")
        return self


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
    try:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM:
            given: Any = parse_qs(body.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=MOST + 1)
            if len(given.get("query", ())) == 1:
                given["query"] = given["query"][0]
            read = Chosen.model_validate(given)
        else:
            read = Chosen.model_validate_json(body)
    except ValidationError as fault:
        raise Invalid({_place(one): _said(one) for one in fault.errors()[:20]}) from fault
    except ValueError:
        raise Invalid({"image_ids": f"has more than {MOST:,} values"}) from None
    query = None if read.query is None else from_filters(read.query, "query")
    return Meant(list(dict.fromkeys(read.image_ids or ())), query, read.except_ids or [])


def _place(fault: Any) -> str:
    return plain_place(fault["loc"]) if fault["loc"] else "body"


def _said(fault: Any) -> str:
    return (
        "is not an id (a UUID)" if fault["type"].startswith("uuid") else str(fault["msg"]).removeprefix("Value error, ")
    )


Images = Annotated[Meant, Depends(_meant)]
