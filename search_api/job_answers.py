"""Jobs as the search API tells them: how far they are, what could not be changed, what would happen."""

import csv
import io
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from fastapi import Response

from pixplore.catalogue import jobs
from pixplore.catalogue.snapshot import snapshot
from pixplore.catalogue.trials import Trial
from pixplore.cells import harmless
from pixplore.domain import Person
from search_api import bulk_schemas as shapes
from search_api.access import Here
from search_api.answers import Json

FIRST = 10
"""Failures told with the job itself."""
_LINES = 1_000


def look(job_id: UUID, by: Person, here: Here) -> dict[str, Any]:
    """Raises NotFound, also for another person's."""
    with snapshot(here.engine) as connection:
        return told(jobs.seen(connection, job_id, by), jobs.failures(connection, job_id, FIRST))


def started(job: jobs.Job, here: Here) -> Response:
    here.worker.wake()
    return Json(told(job, []), 202, headers={"Location": f"/v1/jobs/{job.id}"})


def told(one: jobs.Job, failures: list[jobs.Failure]) -> dict[str, Any]:
    out = {name: getattr(one, name) for name in shapes.Job.model_fields if hasattr(one, name)}
    return out | {"query": one.filters, "dry_run": False, "failures": [failure(f) for f in failures]}


def failure(one: jobs.Failure) -> dict[str, Any]:
    return {"image_id": one.image_id, "name": one.name, "error": one.error}


def trial(one: Trial, body: shapes.Bulk, filters: dict[str, Any] | None, version: int) -> dict[str, Any]:
    return {
        "id": None, "action": body.action, "value": body.value, "query": filters, "dry_run": True, "state": "done",
        "total": one.total, "done": one.total, "changed": one.changed, "unchanged": one.unchanged,
        "failed": one.failed, "failures": [failure(f) for f in one.failures],
        "reasons": [{"error": error, "count": count} for error, count in one.reasons],
        "sample": [{"id": image_id, "name": name} for image_id, name in one.sample], "version": version,
    }  # fmt: skip


def failure_lines(job_id: UUID, here: Here) -> Iterator[str]:
    """A page of failures at a time, each read by itself: whoever takes the file slowly keeps no moment open."""
    out, after = io.StringIO(), -1
    write = csv.writer(out, lineterminator="\r\n").writerow
    write(("id", "name", "error"))
    while True:
        with snapshot(here.engine) as connection:
            found = jobs.failures(connection, job_id, _LINES, after)
        for one in found:
            write((one.image_id, harmless(one.name or ""), harmless(one.error)))
        yield out.getvalue()
        if len(found) < _LINES:
            return
        after = found[-1].place
        out.seek(0)
        out.truncate()
