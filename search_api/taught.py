"""Labels that people teach: a few examples, more that look like them, and new pictures get the label by themselves."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from pixplore import cursor
from pixplore.catalogue import taught
from pixplore.catalogue.snapshot import snapshot, transaction
from search_api import likeness_schemas as schemas
from search_api.access import FRESH, Actor, Analyst, Here, Parts, Viewer
from search_api.answers import Json
from search_api.schemas import ONE, READS, WRITES, Cursor, Written

router = APIRouter(prefix="/v1/taught-labels", tags=["taught labels"])


@router.get("", response_model=schemas.TaughtLabelList, responses=READS, dependencies=FRESH)
def list_taught_labels(
    who: Viewer, here: Here, limit: Annotated[int, Query(ge=1, le=200)] = 50, cursor_: Cursor = None
) -> Response:
    """By name."""
    after = cursor.decode(cursor_, "taught-labels", 1)[0] if cursor_ is not None else None
    with snapshot(here.engine) as connection:
        found = taught.listed(connection, limit + 1, after)
    more = cursor.encode("taught-labels", [found[limit - 1].label]) if len(found) > limit else None
    return Json({"items": [shown(one) for one in found[:limit]], "next_cursor": more})


@router.post("", status_code=201, response_model=schemas.TaughtLabelWritten, responses=WRITES)
def create_taught_label(body: schemas.NewTaughtLabel, who: Analyst, actor: Actor, here: Here) -> Response:
    """Teach a label by 5 to 20 examples; they carry it from now on, as decided by you."""
    with transaction(here.engine) as connection:
        new, version = taught.create(connection, body.label, body.examples, body.counter_examples, actor)
        made = shown(taught.one(connection, new)) | {"version": version}
    return Json(made, 201, headers={"Location": f"/v1/taught-labels/{new}"})


@router.get("/{taught_id}", response_model=schemas.TaughtLabel, responses=ONE, dependencies=FRESH)
def get_taught_label(taught_id: UUID, who: Viewer, here: Here) -> Response:
    """One taught label with its examples."""
    with snapshot(here.engine) as connection:
        return Json(shown(taught.one(connection, taught_id)))


@router.delete("/{taught_id}", response_model=Written, responses=WRITES)
def delete_taught_label(taught_id: UUID, who: Analyst, actor: Actor, here: Here) -> Response:
    """Forget what was taught. Images that have the label keep it."""
    with transaction(here.engine) as connection:
        version = taught.remove(connection, taught_id, actor)
    return Json({"id": taught_id, "version": version})


@router.patch("/{taught_id}", response_model=schemas.TaughtLabelWritten, responses=WRITES)
def patch_taught_label(
    taught_id: UUID, body: schemas.TaughtLabelPatch, who: Analyst, actor: Actor, here: Here
) -> Response:
    """Replace the examples or the counter-examples; images that go out have the verdict of before."""
    with transaction(here.engine) as connection:
        version = taught.revise(connection, taught_id, body.examples, body.counter_examples, actor)
        return Json(shown(taught.one(connection, taught_id)) | {"version": version})


@router.post("/{taught_id}/activate", response_model=schemas.TaughtLabelWritten, responses=WRITES)
def activate_taught_label(taught_id: UUID, who: Analyst, actor: Actor, here: Here) -> Response:
    """From now on new pictures get the label where it is likely, with its confidence."""
    return _switched(here, taught_id, True, actor)


@router.post("/{taught_id}/deactivate", response_model=schemas.TaughtLabelWritten, responses=WRITES)
def deactivate_taught_label(taught_id: UUID, who: Analyst, actor: Actor, here: Here) -> Response:
    """New pictures are not asked any more; images that have the label keep it."""
    return _switched(here, taught_id, False, actor)


def _switched(here: Parts, taught_id: UUID, active: bool, actor: str) -> Response:
    with transaction(here.engine) as connection:
        version = taught.activate(connection, taught_id, active, actor)
        return Json(shown(taught.one(connection, taught_id)) | {"version": version})


def shown(one: taught.TaughtLabel) -> dict[str, Any]:
    """As the API tells it; `version` there is the catalogue's."""
    names = [name for name in taught.TaughtLabel.__dataclass_fields__ if name not in ("model", "version")]
    return {name: getattr(one, name) for name in names} | {"model_version": one.version}
