"""Images: the list with its facets, one image, its edits, the trash, and the way to the original."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from pixplore.aws import storage
from pixplore.catalogue import changes, edit, read
from pixplore.catalogue.snapshot import snapshot, transaction
from pixplore.errors import NotFound
from search_api import listing, schemas, shown
from search_api.access import FRESH, Actor, Admin, Analyst, Here, Viewer
from search_api.answers import Json
from search_api.parameters import filtered, takes_filters

router = APIRouter(prefix="/v1/images", tags=["images"])


@filtered
async def list_images(request: Request, who: Viewer, here: Here) -> Response:
    """A page of the catalogue, the exact total, and facets with exact counts."""
    return await listing.answer(request)


router.add_api_route(
    "", list_images, response_model=schemas.ImageList, openapi_extra=takes_filters(*listing.PARAMETERS),
    responses=schemas.READS, route_class_override=listing.Listing,
)  # fmt: skip


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
        raise NotFound("This catalogue entry has no picture: there is no file to download. Ask whoever imported it.")
    kind = one.content_type or "application/octet-stream"
    bucket = here.storage.originals_bucket
    url = storage.download_url(bucket, one.object_key, one.name, kind, one.object_version)
    return RedirectResponse(url, 302, headers={"Cache-Control": "no-store"})
