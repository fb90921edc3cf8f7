"""What a label that people teach would say of the catalogue, what they say to that, and how well it holds."""

import time
from dataclasses import asdict
from uuid import UUID

from fastapi import APIRouter, Request, Response

from pixplore.catalogue import read, taught
from pixplore.catalogue.labels import vocabulary
from pixplore.catalogue.snapshot import snapshot, transaction
from pixplore.errors import Invalid
from pixplore.query import parse_query, whole
from search_api import likeness_schemas as schemas
from search_api import shown
from search_api import taught as taught_labels
from search_api.access import FRESH, Actor, Analyst, Here, Viewer
from search_api.answers import Json
from search_api.parameters import filtered, takes_filters
from search_api.schemas import ONE, WRITES

router = APIRouter(prefix="/v1/taught-labels/{taught_id}", tags=["taught labels"])
_SUGGESTED = {"limit": whole(1, 200), "min_version": whole(0, 2**63 - 1)}


@router.get(
    "/suggestions",
    response_model=schemas.SuggestionList,
    openapi_extra=takes_filters(*_SUGGESTED),
    responses=ONE,
)
@filtered
def suggest_images(taught_id: UUID, request: Request, who: Viewer, here: Here) -> Response:
    """The images most likely to show the label that do not carry it yet and that nobody judged."""
    began = time.perf_counter()
    query, asked = parse_query(request.query_params.multi_items(), _SUGGESTED)
    with snapshot(here.engine) as connection:
        one = taught.one(connection, taught_id)
        model = one.model or taught.learned(connection, one).model
        name = vocabulary(connection).shown_as(one.label) or one.label
    judged, limit = {*one.examples, *one.counter_examples}, asked.get("limit", 50)
    with here.finder(asked.get("min_version", 0)) as finder:
        wanted = query.adding("label", none=name)
        found = finder.likest(wanted, model.direction, limit + len(judged))
        version = finder.version
    likely = {image_id: alike for image_id, alike in found if image_id not in judged}
    with snapshot(here.engine) as connection:
        entries = read.entries_of(connection, list(likely)[:limit])
    items = [shown.image(entry, here, query) | {"confidence": model.percent(likely[entry.id])} for entry in entries]
    return Json({"items": items, "version": version, "took_ms": round((time.perf_counter() - began) * 1000, 1)})


@router.post("/judgements", response_model=schemas.TaughtLabelWritten, responses=WRITES)
def judge_images(taught_id: UUID, body: schemas.Judgements, who: Analyst, actor: Actor, here: Here) -> Response:
    """Confirm and reject images: each gets your verdict, becomes an example or a counter-example, and is learned.

    `forget` takes that back: the image is neither any more, and has the verdict again that it had before, if any.
    """
    if not (body.confirm or body.reject or body.forget):
        raise Invalid({"confirm": "and reject name no image"})
    with transaction(here.engine) as connection:
        version = taught.judge(connection, taught_id, body.confirm, body.reject, actor, body.forget)
        return Json(taught_labels.shown(taught.one(connection, taught_id)) | {"version": version})


@router.get("/report", response_model=schemas.TaughtReport, responses=ONE, dependencies=FRESH)
def report_on_taught_label(taught_id: UUID, who: Viewer, here: Here) -> Response:
    """Precision and recall by leave-one-out, computed now, against the examples and other labelled pictures."""
    with snapshot(here.engine) as connection:
        one = taught.one(connection, taught_id)
        return Json({"label": one.label} | asdict(taught.learned(connection, one).report))
