"""Collections of images. Everyone sees them all and may make their own."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from pixplore.catalogue import collections, cursor
from pixplore.catalogue.snapshot import snapshot, transaction
from search_api import schemas
from search_api.access import FRESH, Actor, Here, Viewer
from search_api.answers import Json

router = APIRouter(prefix="/v1/collections", tags=["collections"])


@router.get("", response_model=schemas.CollectionList, responses=schemas.READS, dependencies=FRESH)
def list_collections(
    who: Viewer, here: Here, limit: Annotated[int, Query(ge=1, le=200)] = 50, cursor_: schemas.Cursor = None
) -> Response:
    """The newest first."""
    after = None
    if cursor_ is not None:
        at, last = cursor.decode_as(cursor_, "collections", datetime.fromisoformat, UUID)
        after = at, last
    with snapshot(here.engine) as connection:
        found = collections.collections(connection, limit + 1, after)
    more = None
    if len(found) > limit:
        more = cursor.encode("collections", [found[limit - 1].created_at.isoformat(), str(found[limit - 1].id)])
    return Json({"items": found[:limit], "next_cursor": more})


@router.post("", status_code=201, response_model=schemas.CollectionWritten, responses=schemas.WRITES)
def create_collection(body: schemas.NewCollection, who: Viewer, actor: Actor, here: Here) -> Response:
    """Make an empty collection."""
    with transaction(here.engine) as connection:
        new, version = collections.create(connection, body.name, body.note, actor)
        made = collections.collection(connection, new)
    return Json(_written(made, version), 201, headers={"Location": f"/v1/collections/{new}"})


@router.get("/{collection_id}", response_model=schemas.Collection, responses=schemas.ONE, dependencies=FRESH)
def get_collection(collection_id: UUID, who: Viewer, here: Here) -> Response:
    """One collection; its images are `/v1/images?collection={id}`."""
    with snapshot(here.engine) as connection:
        return Json(collections.collection(connection, collection_id))


@router.patch("/{collection_id}", response_model=schemas.CollectionWritten, responses=schemas.WRITES)
def patch_collection(
    collection_id: UUID, body: schemas.CollectionPatch, who: Viewer, actor: Actor, here: Here
) -> Response:
    """Change name or note."""
    with transaction(here.engine) as connection:
        version = collections.rename(connection, collection_id, body.name, body.note, replace(who, email=actor))
        return Json(_written(collections.collection(connection, collection_id), version))


@router.delete("/{collection_id}", response_model=schemas.Written, responses=schemas.WRITES)
def delete_collection(collection_id: UUID, who: Viewer, actor: Actor, here: Here) -> Response:
    """Delete a collection; its images stay in the catalogue."""
    with transaction(here.engine) as connection:
        version = collections.remove(connection, collection_id, replace(who, email=actor))
    return Json({"id": collection_id, "version": version})


@router.post("/{collection_id}/images", response_model=schemas.CollectionWritten, responses=schemas.WRITES)
def add_images(collection_id: UUID, body: schemas.ImageIds, who: Viewer, actor: Actor, here: Here) -> Response:
    """Put images in."""
    with transaction(here.engine) as connection:
        by = replace(who, email=actor)
        version = collections.add_images(connection, collection_id, body.image_ids, by)
        return Json(_written(collections.collection(connection, collection_id), version))


@router.delete("/{collection_id}/images/{image_id}", response_model=schemas.Written, responses=schemas.WRITES)
def take_image(collection_id: UUID, image_id: UUID, who: Viewer, actor: Actor, here: Here) -> Response:
    """Take an image out."""
    with transaction(here.engine) as connection:
        version = collections.take_image(connection, collection_id, image_id, replace(who, email=actor))
    return Json({"id": collection_id, "version": version})


def _written(one: collections.Collection, version: int) -> dict[str, Any]:
    return {name: getattr(one, name) for name in collections.Collection.__dataclass_fields__} | {"version": version}
