"""Verdicts by the hundred, taking them back, and what a person would rather judge another day."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Response

from pixplore.catalogue import review, verdicts
from pixplore.catalogue.snapshot import transaction
from search_api import curation_schemas as shapes
from search_api import schemas
from search_api.access import Actor, Analyst, Here
from search_api.answers import Json

router = APIRouter(prefix="/v1/review", tags=["review"])


@router.post("/decisions/batch", response_model=shapes.VerdictsWritten, responses=schemas.WRITES)
def decide_all(body: shapes.Verdicts, who: Analyst, actor: Actor, here: Here) -> Response:
    """Up to 500 verdicts in one write; those that cannot be are told, and do not keep the others from being written."""
    wanted = [verdicts.Verdict(one.image_id, one.label, one.verdict) for one in body.decisions]
    with transaction(here.engine) as connection:
        return Json(_written(*verdicts.decide_all(connection, wanted, actor)))


@router.post("/decisions/undo", response_model=shapes.VerdictsWritten, responses=schemas.WRITES)
def undo_decisions(body: shapes.UndoVerdicts, who: Analyst, actor: Actor, here: Here) -> Response:
    """Take back a write, of one verdict or of many, by the `version` that it answered with.

    Each label gets back what held before. One that was judged again since stays as it is, and is told.
    """
    with transaction(here.engine) as connection:
        return Json(_written(*verdicts.undo(connection, body.version, actor)))


@router.post("/skips", response_model=shapes.Skipped, responses=schemas.WRITES)
def skip(body: shapes.Skips, who: Analyst, actor: Actor, here: Here) -> Response:
    """Leave these out of your own queue for some days."""
    with transaction(here.engine) as connection:
        review.skip(connection, [(one.image_id, one.label) for one in body.labels], actor, body.days)
        return Json({"skipped": len(review.skipped(connection, actor))})


@router.post("/skips/undo", response_model=shapes.Skipped, responses=schemas.WRITES)
def unskip(body: shapes.Labels, who: Analyst, actor: Actor, here: Here) -> Response:
    """Bring these back into your queue; answers with how much is left out still."""
    with transaction(here.engine) as connection:
        review.unskip(connection, [(one.image_id, one.label) for one in body.labels], actor)
        return Json({"skipped": len(review.skipped(connection, actor))})


@router.delete("/skips", response_model=shapes.Skipped, responses=schemas.WRITES)
def forget_skips(who: Analyst, actor: Actor, here: Here) -> Response:
    """Bring everything that you skipped back into your queue; answers with how much it was."""
    with transaction(here.engine) as connection:
        return Json({"skipped": review.forget_skipped(connection, actor)})


def _written(outcomes: list[verdicts.Outcome], version: int) -> dict[str, Any]:
    failed = sum(one.error is not None for one in outcomes)
    return {"items": [asdict(one) for one in outcomes], "failed": failed, "version": version}
