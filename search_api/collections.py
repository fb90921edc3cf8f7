"""Collections of images. Everyone sees them all and may make their own."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Response

from pixplore import cursor
from pixplore.aws import storage
from pixplore.catalogue import board_order, collections
from pixplore.catalogue.snapshot import snapshot, transaction
from pixplore.query import Query as Asked
from search_api import board_schemas as shapes
from search_api import boards, schemas
from search_api.access import FRESH, Actor, Here, Owner, Viewer
from search_api.answers import Json

router = APIRouter(prefix="/v1/collections", tags=["collections"])


@router.get("", response_model=shapes.CollectionList, responses=schemas.READS, dependencies=FRESH)
def list_collections(
    who: Viewer, here: Here, limit: Annotated[int, Query(ge=1, le=200)] = 50, cursor_: schemas.Cursor = None
) -> Response:
    """The newest first."""
    after = None
    if cursor_ is not None:
        at, last = cursor.decode_as(cursor_, "collections", cursor.moment, UUID)
        after = at, last
    with snapshot(here.engine) as connection:
        found = collections.collections(connection, limit + 1, after)
    more = None
    if len(found) > limit:
        more = cursor.encode("collections", [found[limit - 1].created_at.isoformat(), str(found[limit - 1].id)])
    return Json({"items": [_shown(one, here) for one in found[:limit]], "next_cursor": more})


@router.post("", status_code=201, response_model=shapes.CollectionWritten, responses=schemas.WRITES)
def create_collection(body: shapes.NewCollection, who: Viewer, actor: Actor, here: Here) -> Response:
    """Make an empty collection."""
    with transaction(here.engine) as connection:
        new, version = collections.create(connection, body.name, body.note, actor)
        made = collections.collection(connection, new)
    return Json(_written(made, version, here), 201, headers={"Location": f"/v1/collections/{new}"})


@router.get("/{collection_id}", response_model=shapes.Collection, responses=schemas.ONE, dependencies=FRESH)
def get_collection(collection_id: UUID, who: Viewer, here: Here) -> Response:
    """One collection; its images are `/v1/images?collection={id}`, or `/images` below it in its own order."""
    with snapshot(here.engine) as connection:
        return Json(_shown(collections.collection(connection, collection_id), here))


@router.patch("/{collection_id}", response_model=shapes.CollectionWritten, responses=schemas.WRITES)
def patch_collection(collection_id: UUID, body: shapes.CollectionPatch, by: Owner, here: Here) -> Response:
    """Change name or note."""
    with transaction(here.engine) as connection:
        version = collections.rename(connection, collection_id, body.name, body.note, by)
        return Json(_written(collections.collection(connection, collection_id), version, here))


@router.delete("/{collection_id}", response_model=schemas.Written, responses=schemas.WRITES)
def delete_collection(collection_id: UUID, by: Owner, here: Here) -> Response:
    """Delete a collection; its images stay in the catalogue."""
    with transaction(here.engine) as connection:
        version = collections.remove(connection, collection_id, by)
    return Json({"id": collection_id, "version": version})


@router.post("/{collection_id}/images", response_model=shapes.CollectionWritten, responses=schemas.WRITES)
def add_images(collection_id: UUID, body: shapes.ImageIds, by: Owner, here: Here) -> Response:
    """Put images in."""
    with transaction(here.engine) as connection:
        version = collections.add_images(connection, collection_id, body.image_ids, by)
        return Json(_written(collections.collection(connection, collection_id), version, here))


@router.delete("/{collection_id}/images/{image_id}", response_model=schemas.Written, responses=schemas.WRITES)
def take_image(collection_id: UUID, image_id: UUID, by: Owner, here: Here) -> Response:
    """Take an image out."""
    with transaction(here.engine) as connection:
        version = collections.take_image(connection, collection_id, image_id, by)
    return Json({"id": collection_id, "version": version})


@router.get("/{collection_id}/images", response_model=shapes.Members, responses=schemas.ONE, dependencies=FRESH)
def list_members(
    collection_id: UUID, who: Viewer, here: Here, limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor_: schemas.Cursor = None,
) -> Response:  # fmt: skip
    """The images in the collection's own order; those in the trash are left out."""
    ids, total, more = boards.page(here, collection_id, limit, cursor_)
    items = here.items.read(ids, keep=False)
    told = {"items": orjson.Fragment(here.items.written(items, Asked(), {})), "total": total, "next_cursor": more}
    return Response(orjson.dumps(told), media_type="application/json")


@router.put("/{collection_id}/order", response_model=schemas.Written, responses=schemas.WRITES)
def move_images(collection_id: UUID, body: shapes.Move, by: Owner, here: Here) -> Response:
    """Move images within the collection's own order."""
    with transaction(here.engine) as connection:
        version = board_order.move(connection, collection_id, body.image_ids, body.before, by)
    return Json({"id": collection_id, "version": version})


def _shown(one: collections.Collection, here: Here) -> dict[str, Any]:
    out = {name: getattr(one, name) for name in shapes.Collection.model_fields}
    bucket = here.storage.renditions_bucket
    address = storage.stable_get_url
    return out | {"cover": [{"id": i, "thumbnail_url": address(bucket, f"{i}/thumb.webp")} for i in one.cover]}


def _written(one: collections.Collection, version: int, here: Here) -> dict[str, Any]:
    return _shown(one, here) | {"version": version}
