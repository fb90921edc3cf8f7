"""Images that look like another one, in the catalogue or not."""

import time
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from pixplore.catalogue import read, vectors
from pixplore.catalogue.snapshot import snapshot
from pixplore.domain import TAKEN_KINDS
from pixplore.query import Query, parse_query, whole
from search_api import likeness_schemas as schemas
from search_api import shown
from search_api.access import Here, Parts, Viewer
from search_api.answers import Json
from search_api.eyes import seen
from search_api.parameters import filtered, takes_filters
from search_api.schemas import ONE, PICTURE

router = APIRouter(prefix="/v1/images", tags=["similar images"])
_ASKED = {"limit": whole(1, 200), "min_version": whole(0, 2**63 - 1)}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in TAKEN_KINDS},
    }
}
_NOTHING = "This entry has no picture that was looked at, so there is nothing to compare with."


async def _body(request: Request, who: Viewer) -> bytes:
    """The picture's bytes; search_api.edge refuses more than a picture may have."""
    return await request.body()


@router.get(
    "/{image_id}/similar", response_model=schemas.SimilarList, openapi_extra=takes_filters(*_ASKED), responses=ONE
)
@filtered
def similar_to_image(image_id: UUID, request: Request, who: Viewer, here: Here) -> Response:
    """Images that look most like this one, itself left out. The filters say among which."""
    began = time.perf_counter()
    query, asked = parse_query(request.query_params.multi_items(), _ASKED)
    with snapshot(here.engine) as connection:
        vector = vectors.embedding(connection, image_id)
    return _answer(here, query, asked, vector, began, image_id)


@router.post(
    "/similar",
    response_model=schemas.SimilarList,
    openapi_extra=takes_filters(*_ASKED) | _BODY,
    responses=PICTURE,
)
@filtered
def similar_to_picture(
    request: Request, content: Annotated[bytes, Depends(_body)], who: Viewer, here: Here
) -> Response:
    """Images that look most like the picture in the body (JPEG, PNG, WebP, TIFF or AVIF by its bytes, up to 15 MB)."""
    began = time.perf_counter()
    query, asked = parse_query(request.query_params.multi_items(), _ASKED)
    return _answer(here, query, asked, seen(content), began)


def _answer(
    here: Parts, query: Query, asked: dict[str, Any], vector: bytes | None, began: float, but: UUID | None = None
) -> Response:
    limit = asked.get("limit", 50)
    with here.finder(asked.get("min_version", 0)) as finder:
        found = finder.likest(query, vector, limit + 1) if vector else []
        version = finder.version
    alike = {image_id: value for image_id, value in found if image_id != but}
    with snapshot(here.engine) as connection:
        entries = read.entries_of(connection, list(alike)[:limit])
    return Json(
        {
            "items": [shown.image(one, here, query) | {"likeness": figure(alike[one.id])} for one in entries],
            "reason": None if vector else _NOTHING,
            "version": version,
            "took_ms": round((time.perf_counter() - began) * 1000, 1),
        }
    )


def figure(likeness: float) -> float:
    """For people: float16 makes a picture like itself by a hair more or less than 1."""
    return round(min(1.0, max(-1.0, likeness)), 4)
