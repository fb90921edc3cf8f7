"""People's verdicts on labels."""

from fastapi import APIRouter, Response

from pixplore.catalogue import edit
from pixplore.catalogue.snapshot import transaction
from search_api import schemas
from search_api.access import Actor, Analyst, Here
from search_api.answers import Json

router = APIRouter(prefix="/v1/review", tags=["review"])


@router.post("/decisions", response_model=schemas.Decided, responses=schemas.WRITES)
def decide(body: schemas.Decision, who: Analyst, actor: Actor, here: Here) -> Response:
    """Accept a label of an image (it becomes certain, and the person's), reject it, or undo either.

    A verdict outlives every relabelling. Accepting a label that the image does not carry adds it.
    """
    with transaction(here.engine) as connection:
        version = edit.decide(connection, body.image_id, body.label, body.verdict, actor)
    return Json({"image_id": body.image_id, "label": body.label, "verdict": body.verdict, "version": version})
