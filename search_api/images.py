"""Images: the list with its facets, one image, its edits, the trash, and the way to the original."""

import time
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from pixplore.aws import storage
from pixplore.catalogue import changes, edit, read
from pixplore.catalogue.search import SORTS, search
from pixplore.catalogue.snapshot import snapshot, transaction, wait_for
from pixplore.errors import NotFound
from pixplore.query import facet_names, one_of, parse_query, short_text, whole
from search_api import schemas, shown
from search_api.access import FRESH, Actor, Admin, Analyst, Here, Viewer
from search_api.answers import Json
from search_api.parameters import filtered, takes_filters

router = APIRouter(prefix="/v1/images", tags=["images"])
_LIST = {
    "sort": one_of(*SORTS),
    "limit": whole(1, 200),
    "cursor": short_text(4_000),
    "facets": facet_names,
    "facet_limit": whole(1, 1000),
    "min_version": whole(0, 2**63 - 1),
}


@router.get("", response_model=schemas.ImageList, openapi_extra=takes_filters(*_LIST), responses=schemas.READS)
@filtered
def list_images(request: Request, who: Viewer, here: Here) -> Response:
    """A page of the catalogue, the exact total, and facets with exact counts."""
    began = time.perf_counter()
    query, asked = parse_query(request.query_params.multi_items(), _LIST)
    wait_for(here.engine, asked.get("min_version", 0))
    with snapshot(here.engine) as connection:
        found = search(
            connection,
            query,
            asked.get("sort", "newest"),
            asked.get("limit", 50),
            asked.get("cursor"),
            asked.get("facets", ()),
            asked.get("facet_limit", 50),
        )
    return Json(
        {
            "items": [shown.image(entry, here, query) for entry in found.entries],
            "total": found.total,
            "facets": {name: shown.facet(facet) for name, facet in found.facets.items()},
            "next_cursor": found.next_cursor,
            "version": found.version,
            "took_ms": round((time.perf_counter() - began) * 1000, 1),
        }
    )


def _detail(image_id: UUID, here: Here, version: int | None = None) -> dict[str, Any]:
    with snapshot(here.engine) as connection:
        now = changes.version(connection)
        return shown.detail(read.detail(connection, image_id), here, now if version is None else version)


@router.get("/{image_id}", response_model=schemas.ImageDetail, responses=schemas.ONE, dependencies=FRESH)
def get_image(image_id: UUID, who: Viewer, here: Here) -> Response:
    """Everything known of one image, also of one in the trash (`deleted_at` is then set)."""
    return Json(_detail(image_id, here))


@router.patch("/{image_id}", response_model=schemas.ImageDetail, responses=schemas.WRITES)
def patch_image(image_id: UUID, body: schemas.ImagePatch, who: Analyst, actor: Actor, here: Here) -> Response:
    """Change title, SKU, category, tags, attributes: what is left out stays; null clears.

    `tags` replaces all tags; `attributes` is merged, an attribute of null is removed.
    """
    with transaction(here.engine) as connection:
        version = edit.change(connection, image_id, body.model_dump(exclude_unset=True), actor)
    return Json(_detail(image_id, here, version))


@router.delete("/{image_id}", response_model=schemas.Written, responses=schemas.WRITES)
def delete_image(image_id: UUID, who: Admin, actor: Actor, here: Here) -> Response:
    """Move an image to the trash. It can be restored; deleting it twice changes nothing more."""
    with transaction(here.engine) as connection:
        version = edit.trash(connection, image_id, actor)
    return Json({"id": image_id, "version": version})


@router.post("/{image_id}/restore", response_model=schemas.Written, responses=schemas.WRITES)
def restore_image(image_id: UUID, who: Admin, actor: Actor, here: Here) -> Response:
    """Bring an image back from the trash; one that is not there stays as it is."""
    with transaction(here.engine) as connection:
        version = edit.restore(connection, image_id, actor)
    return Json({"id": image_id, "version": version})


@router.get(
    "/{image_id}/original", status_code=302, response_class=Response, responses=schemas.ORIGINAL, dependencies=FRESH
)
def get_original(image_id: UUID, who: Viewer, here: Here) -> Response:
    """Redirects to the file as it was uploaded; the address holds for five minutes."""
    with snapshot(here.engine) as connection:
        one = read.entry(connection, image_id)
    if one.object_key is None:
        raise NotFound("This catalogue entry has no picture.")
    kind = one.content_type or "application/octet-stream"
    bucket = here.storage.originals_bucket
    url = storage.download_url(bucket, one.object_key, one.name, kind, one.object_version)
    return RedirectResponse(url, 302, headers={"Cache-Control": "no-store"})
