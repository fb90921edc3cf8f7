"""Bulk work over all results of a query: tried, started, watched, stopped, undone."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from pixplore import bulk, cursor
from pixplore.aws.storage import content_disposition
from pixplore.catalogue import jobs
from pixplore.catalogue.snapshot import snapshot
from pixplore.domain import Role
from pixplore.query import as_filters
from search_api import bulk_schemas as shapes
from search_api import schemas
from search_api.access import FRESH, Actor, Here, MinVersion, Owner, Viewer
from search_api.answers import Json
from search_api.chosen import but
from search_api.job_answers import FIRST, failure, failure_lines, look, started, told, trial

router = APIRouter(prefix="/v1", tags=["bulk"])
_SOUND = r"^[^\x00]*$"
_PATH = {"description": "Where the job is watched", "headers": {"Location": {"schema": {"type": "string"}}}}
_CSV: dict[int | str, dict[str, Any]] = schemas.ONE | {
    200: {"description": "A CSV", "content": {"text/csv": {"schema": {"type": "string"}}}}
}
_STARTS: dict[int | str, dict[str, Any]] = schemas.WRITES | {202: _PATH}


@router.post("/bulk", status_code=202, response_model=shapes.Job | shapes.Trial, responses=_STARTS)
def start(body: shapes.Bulk, by: Owner, here: Here, min_version: MinVersion = 0) -> Response:
    """Change all images that a query finds now, but for `except_ids`, in the background.

    With `dry_run` only tell what would happen.

    Needs the role analyst; to delete and to restore, admin; collections are changed by who made them, or an admin.
    """
    query = body.asked()
    filters = None if query is None else as_filters(query)
    with here.finder(min_version) as finder:
        found_ids = finder.ids(query) if query is not None else iter(dict.fromkeys(body.image_ids or ()))
        ids = but(found_ids, body.except_ids)
        if body.dry_run:
            found = bulk.tried(here.engine, body.action, body.value, ids, by)
            return Json(trial(found, body, filters, finder.version), 202)
        job = bulk.start(here.engine, body.action, body.value, filters, ids, by)
    return started(job, here)


@router.get("/jobs", response_model=shapes.JobList, responses=schemas.READS, dependencies=FRESH)
def list_jobs(
    who: Viewer,
    actor: Actor,
    here: Here,
    created_by: Annotated[str | None, Query(max_length=320, pattern=_SOUND, description="An e-mail")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor_: schemas.Cursor = None,
) -> Response:
    """The newest first: one's own; an administrator's list has everybody's, or with `created_by` one person's."""
    if who.role is not Role.ADMIN:
        if created_by not in (None, actor):
            return Json({"items": [], "next_cursor": None})
        created_by = actor
    kinds = (cursor.moment, UUID)
    after = tuple(cursor.decode_as(cursor_, "jobs", *kinds)) if cursor_ is not None else None
    with snapshot(here.engine) as connection:
        found = jobs.jobs(connection, limit + 1, after, created_by)
        items = [told(one, jobs.failures(connection, one.id, FIRST) if one.failed else []) for one in found[:limit]]
    more = None
    if len(found) > limit:
        more = cursor.encode("jobs", [found[limit - 1].created_at.isoformat(), str(found[limit - 1].id)])
    return Json({"items": items, "next_cursor": more})


@router.get("/jobs/{job_id}", response_model=shapes.Job, responses=schemas.ONE, dependencies=FRESH)
def get_job(job_id: UUID, by: Owner, here: Here) -> Response:
    """How far a job is; the first images that could not be changed. Another person's is an administrator's to see."""
    return Json(look(job_id, by, here))


@router.get("/jobs/{job_id}/failures", response_model=shapes.FailureList, responses=schemas.ONE, dependencies=FRESH)
def list_failures(
    job_id: UUID, by: Owner, here: Here, limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor_: schemas.Cursor = None,
) -> Response:  # fmt: skip
    """Every image that could not be changed, and why."""
    place = f"failures {job_id}"
    after = cursor.decode_as(cursor_, place, int)[0] if cursor_ is not None else -1
    with snapshot(here.engine) as connection:
        jobs.seen(connection, job_id, by)
        found = jobs.failures(connection, job_id, limit + 1, max(-1, min(after, 2**31 - 1)))
    more = cursor.encode(place, [str(found[limit - 1].place)]) if len(found) > limit else None
    return Json({"items": [failure(one) for one in found[:limit]], "next_cursor": more})


@router.get("/jobs/{job_id}/failures.csv", response_class=Response, responses=_CSV, dependencies=FRESH)
def failures_csv(job_id: UUID, by: Owner, here: Here) -> Response:
    """The same as a file: id, name and reason of every image that could not be changed."""
    with snapshot(here.engine) as connection:
        jobs.seen(connection, job_id, by)
    name = content_disposition(f"not-changed-{str(job_id)[:8]}.csv")
    return StreamingResponse(
        failure_lines(job_id, here), media_type="text/csv; charset=utf-8", headers={"Content-Disposition": name}
    )


@router.post("/jobs/{job_id}/undo", status_code=202, response_model=shapes.Job, responses=_STARTS)
def undo(job_id: UUID, by: Owner, here: Here) -> Response:
    """Put back what a job changed, by a job of its own; what was changed again since is left and reported."""
    return started(bulk.undo(here.engine, job_id, by), here)


@router.post("/jobs/{job_id}/cancel", response_model=shapes.Job, responses=schemas.WRITES)
def cancel(job_id: UUID, by: Owner, here: Here) -> Response:
    """Stop a job. What it has changed so far stays, and can be undone."""
    bulk.cancel(here.engine, job_id, by)
    return Json(look(job_id, by, here))
