"""The bodies that the uploads API takes, checked field by field."""

import json
from typing import Annotated, Any, TypeVar

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator
from pydantic_core import ErrorDetails

from pixplore.errors import Invalid
from pixplore.given import Line, Name, Value, Word, plain_place

MOST_FILES = 500


class File(BaseModel):
    """`name` is whatever the person's system calls the file; `sha256` spares the upload of a known picture."""

    model_config = ConfigDict(extra="ignore")
    name: Annotated[str, StringConstraints(max_length=5000)]
    size: Annotated[int, Field(ge=0, le=10**15, strict=True)]
    content_type: Annotated[str, StringConstraints(max_length=500)] = ""
    sha256: Annotated[str, StringConstraints(pattern="^[0-9a-fA-F]{64}$")] | None = None


class Defaults(BaseModel):
    """Given to every picture of the batch."""

    model_config = ConfigDict(extra="forbid")
    category: Line | None = None
    tags: Annotated[list[Word], Field(max_length=50)] = []
    attributes: Annotated[dict[Name, Value], Field(max_length=100)] = {}

    @field_validator("tags")
    @classmethod
    def _once(cls, tags: list[str]) -> list[str]:
        return list(dict.fromkeys(tags))

    def plain(self) -> dict[str, Any]:
        return {key: value for key, value in self.model_dump().items() if value}


class Files(BaseModel):
    model_config = ConfigDict(extra="ignore")
    files: Annotated[list[File], Field(min_length=1, max_length=MOST_FILES)]


class Upload(Files):
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] | None = None
    defaults: Defaults = Defaults()


F = TypeVar("F", bound=BaseModel)
_NO_JSON = "The request's body is not JSON: nothing was taken. Send it as JSON."


def body(event: APIGatewayProxyEvent) -> str:
    """The request's body as text. Raises Invalid where it is none."""
    try:
        return event.decoded_body or ""
    except ValueError:
        raise Invalid({"body": "is not JSON"}, _NO_JSON) from None


def read(kind: type[F], body: str) -> F:
    """Raises Invalid that names each field: `files.3.size`."""
    try:
        content = _clean(json.loads(body))
    except (ValueError, RecursionError):
        raise Invalid({"body": "is not JSON"}, _NO_JSON) from None
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        fields = {plain_place(e["loc"]) or "body": _plainly(e) for e in error.errors(include_url=False)[:20]}
        raise Invalid(fields) from None


def _plainly(fault: ErrorDetails) -> str:
    """pydantic's word on the commonest faults, in ours."""
    context = fault.get("ctx", {})
    match fault["type"]:
        case "missing":
            return "is missing"
        case "too_short":
            return f"must hold at least {context['min_length']}"
        case "too_long" | "string_too_long":
            return f"is too long: at most {context['max_length']}"
        case "string_too_short":
            return "is empty"
        case "string_pattern_mismatch":
            return "is not in the form it must have"
        case _:
            return fault["msg"].removeprefix("Value error, ")


def _clean(value: Any) -> Any:
    """PostgreSQL keeps neither NUL nor half a surrogate pair in a text."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_clean(part) for part in value]
    if isinstance(value, dict):
        return {_clean(key): _clean(part) for key, part in value.items()}
    return value
