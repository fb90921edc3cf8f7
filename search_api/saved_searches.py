"""Saved searches, each its owner's alone: another person's is not there."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from pixplore import cursor
from pixplore.catalogue import saved
from pixplore.catalogue.snapshot import snapshot, transaction
from pixplore.query import Query as Asked
from search_api import curation_schemas as shapes
from search_api import schemas
from search_api.access import FRESH, Actor, Here
from search_api.answers import Json

router = APIRouter(prefix="/v1/saved-searches", tags=["saved searches"])


@router.get("", response_model=shapes.SavedSearchList, responses=schemas.READS, dependencies=FRESH)
def list_saved_searches(
    whose: Actor, here: Here, limit: Annotated[int, Query(ge=1, le=200)] = 50, cursor_: schemas.Cursor = None
) -> Response:
    """Your own, the newest first."""
    after = None
    if cursor_ is not None:
        at, last = cursor.decode_as(cursor_, "saved searches", cursor.moment, UUID)
        after = at, last
    with snapshot(here.engine) as connection:
        found = saved.searches(connection, whose, limit + 1, after)
    more = None
    if len(found) > limit:
        more = cursor.encode("saved searches", [found[limit - 1].created_at.isoformat(), str(found[limit - 1].id)])
    return Json({"items": found[:limit], "next_cursor": more})


@router.post("", status_code=201, response_model=shapes.SavedSearchWritten, responses=schemas.WRITES)
def create_saved_search(body: shapes.NewSavedSearch, whose: Actor, here: Here) -> Response:
    """Keep a search: {filters} as an object, or as a query string."""
    asked = body.asked() or Asked()
    with transaction(here.engine) as connection:
        made, version = saved.create(connection, body.name, asked, body.sort, whose)
    place = {"Location": f"/v1/saved-searches/{made.id}"}
    return Json(asdict(made) | {"version": version}, 201, headers=place)


@router.get("/{search_id}", response_model=shapes.SavedSearch, responses=schemas.ONE, dependencies=FRESH)
def get_saved_search(search_id: UUID, whose: Actor, here: Here) -> Response:
    """One of your own; its images are `/v1/images?{filters}&sort={sort}`."""
    with snapshot(here.engine) as connection:
        return Json(saved.search(connection, search_id, whose))


@router.patch("/{search_id}", response_model=shapes.SavedSearchWritten, responses=schemas.WRITES)
def patch_saved_search(search_id: UUID, body: shapes.SavedSearchPatch, whose: Actor, here: Here) -> Response:
    """Change name, filters or sort."""
    with transaction(here.engine) as connection:
        now, version = saved.change(connection, search_id, whose, body.name, body.asked(), body.sort)
    return Json(asdict(now) | {"version": version})


@router.delete("/{search_id}", response_model=schemas.Written, responses=schemas.WRITES)
def delete_saved_search(search_id: UUID, whose: Actor, here: Here) -> Response:
    """Forget it."""
    with transaction(here.engine) as connection:
        version = saved.remove(connection, search_id, whose)
    return Json({"id": search_id, "version": version})
