"""The shapes of answers and bodies, for OpenAPI and for checking what comes in."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pixplore.given import Line, Name, Value, Word


class Out(BaseModel):
    """An answer; every field is always there."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class In(BaseModel):
    """A body; unknown fields are refused by name."""

    model_config = ConfigDict(extra="forbid")


class FieldFault(Out):
    field: str = Field(examples=["min_confidence"])
    message: str = Field(examples=["“abc” is not a number"])


class Problem(BaseModel):
    """RFC 9457. `errors` is there where fields are at fault; `request_id` is what the log knows the request by."""

    type: str = Field(examples=["urn:pixplore:invalid"])
    title: str = Field(examples=["Unprocessable Content"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["min_confidence: “abc” is not a number"])
    instance: str = Field(examples=["/v1/images"])
    request_id: str = Field("", examples=["3f9c2a81d04b"])
    errors: list[FieldFault] = []


class Label(Out):
    name: str = Field(examples=["Running Shoe"])
    confidence: float = Field(ge=0, le=100, examples=[93.1])
    source: Literal["ai", "person"]
    parents: list[str] = Field(examples=[["Shoe", "Footwear"]])
    categories: list[str] = Field(examples=[["Apparel and Accessories"]])
    boxes: list[dict[str, Any]] = Field(examples=[[{"left": 0.1, "top": 0.2, "width": 0.5, "height": 0.4}]])
    by: str | None = Field(examples=[None])
    model: str | None = Field(examples=["pixplore efficientnet, ImageNet-1k"])


class Reason(BaseModel):
    """Why an image is in the answer. `via` is the label asked for where a more special one was found."""

    field: str = Field(examples=["label"])
    value: str = Field(examples=["Running Shoe"])
    text: str = Field(examples=["Running Shoe 93.1 %, a kind of Footwear"])
    confidence: float | None = None
    via: str | None = None


class Image(Out):
    id: UUID
    name: str = Field(examples=["red_shoe-42.jpg"])
    title: str | None
    sku: str | None = Field(examples=["SH-0042"])
    category: str | None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    width: int | None
    height: int | None
    orientation: str | None = Field(examples=["landscape"])
    bytes: int | None
    content_type: str | None
    sha256: str | None
    status: str = Field(examples=["ready"])
    colours: list[str] = Field(examples=[["Red", "White"]])
    labels: list[Label]
    tags: list[str]
    attributes: dict[str, Any] = Field(examples=[{"brand": "Acme", "price": 89.9}])
    text: list[str]
    moderation: list[dict[str, Any]]
    uploader: str | None
    batch_id: UUID | None
    thumbnail_url: str | None
    preview_url: str | None
    matched: list[Reason]


class Event(Out):
    version: int
    at: datetime
    actor: str
    action: str
    detail: dict[str, Any]


class Named(Out):
    id: UUID
    name: str


class ImageDetail(Image):
    exif: dict[str, Any]
    quality: dict[str, Any]
    faces: list[dict[str, Any]]
    label_model: str | None
    rejected_labels: list[str]
    collections: list[Named]
    history: list[Event]
    version: int


class Count(Out):
    value: str = Field(examples=["Shoe"])
    count: int = Field(examples=[42])


class Facet(Out):
    values: list[Count]
    unset: int = Field(examples=[3])
    distinct: int = Field(examples=[17])


class ImageList(Out):
    items: list[Image]
    total: int = Field(examples=[1042])
    facets: dict[str, Facet]
    next_cursor: str | None
    spelling: dict[str, list[str]] = Field(
        description="Words of `q` that no image has, and the words they were taken for",
        examples=[{"sneeker": ["sneaker"]}],
    )
    version: int
    took_ms: float


class DescribedCount(Count):
    """`parents` and `title` only with `described=true`, where there are any."""

    parents: list[str] | None = None
    title: str | None = None


class FacetAnswer(Facet):
    values: list[DescribedCount]  # type: ignore[assignment]
    name: str = Field(examples=["label"])
    version: int


class ImagePatch(In):
    """What is left out stays as it is."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"tags": ["summer"], "title": "Red shoe"}]}
    )
    title: Line | None = None
    sku: Line | None = None
    category: Line | None = None
    tags: Annotated[list[Word], Field(max_length=200)] = []
    attributes: Annotated[dict[Name, Value | None], Field(max_length=200)] = {}


class LabelRow(Out):
    label: str = Field(examples=["Shoe"])
    count: int = Field(examples=[42])
    parents: list[str]
    categories: list[str]
    query: dict[str, Any] = Field(examples=[{"label": ["Shoe"]}])


class CategoryRow(LabelRow):
    """`category` null: the images have none."""

    category: str | None


class LabelInsight(Out):
    rows: list[CategoryRow | LabelRow]
    total: int
    unset: int
    distinct: int
    version: int
    took_ms: float


class ConfidenceRow(Out):
    from_: float = Field(alias="from", examples=[55])
    to: float = Field(examples=[60])
    count: int
    query: dict[str, Any] = Field(examples=[{"label": ["Shoe"], "min_confidence": 55, "max_confidence": 59.9}])


class ConfidenceInsight(Out):
    rows: list[ConfidenceRow]
    version: int
    took_ms: float


class Written(Out):
    id: UUID
    version: int


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    words = {
        401: "No token that holds",
        403: "The role does not allow it",
        404: "Not there",
        409: "In the way of another",
        413: "Larger than is taken",
        415: "Not a picture of a kind that is taken",
        422: "A parameter or field is wrong",
        503: "Away for now; see Retry-After",
    }
    answer = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {s: {"description": words[s], "content": {"application/problem+json": answer}} for s in statuses}


READS = _problems(401, 422, 503)
ONE = _problems(401, 404, 422, 503)
PICTURE = _problems(401, 413, 415, 422, 503)
ADMIN_READS = _problems(401, 403, 422, 503)
WRITES = _problems(401, 403, 404, 409, 422, 503)
ORIGINAL = _problems(401, 404, 422, 503) | {302: {"description": "The address of the original, for five minutes"}}
SHARED_ORIGINAL = ORIGINAL | _problems(403)
AWAY = _problems(503)
METRICS: dict[int | str, dict[str, Any]] = _problems(401) | {
    200: {"description": "Prometheus text", "content": {"text/plain": {}}}
}


class Health(Out):
    status: Literal["ok"]


class Ready(Out):
    """`engine` says what answers queries."""

    status: Literal["ready"]
    version: int
    engine: Literal["index", "sql"]


Cursor = Annotated[str | None, Query(alias="cursor", max_length=4000, description="`next_cursor` of the page before")]
Moment = Annotated[str | None, Query(max_length=100, json_schema_extra={"format": "date-time"})]


class Decision(In):
    image_id: UUID
    label: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")] = Field(
        examples=["Running Shoe"]
    )
    verdict: Literal["accept", "reject", "undo"]


class Decided(Out):
    image_id: UUID
    label: str
    verdict: Literal["accept", "reject", "undo"]
    version: int


class Change(Out):
    version: int
    at: datetime
    actor: str
    action: str = Field(examples=["edit"])
    image_id: UUID | None
    detail: dict[str, Any] = Field(examples=[{"tags": {"before": [], "after": ["summer"]}}])


class AuditList(Out):
    items: list[Change]
    next_cursor: str | None
