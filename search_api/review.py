"""The review queue, and people's verdicts on labels."""

import time
from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from pixplore import cursor, reviewing
from pixplore.catalogue import labels, read, review, verdicts
from pixplore.catalogue.snapshot import snapshot, transaction
from pixplore.query import MAX_VALUE_CHARS, parse_query, short_text, whole
from search_api import curation_schemas as shapes
from search_api import schemas, shown
from search_api.access import FRESH, Actor, Analyst, Here
from search_api.answers import Json
from search_api.parameters import filtered, takes_filters

router = APIRouter(prefix="/v1/review", tags=["review"])
_QUEUE = {
    "of": short_text(MAX_VALUE_CHARS),
    "limit": whole(1, 200),
    "cursor": short_text(4_000),
    "min_version": whole(0, 2**63 - 1),
}
Text = Annotated[str | None, Query(max_length=1000, pattern=r"^[^\x00]*$")]


@router.get("", response_model=shapes.ReviewQueue, openapi_extra=takes_filters(*_QUEUE), responses=schemas.ADMIN_READS)
@filtered
def list_doubts(request: Request, who: Analyst, actor: Actor, here: Here) -> Response:
    """Labels that want a person's eyes, by uncertainty x impact: near the line from which a label is shown, and
    carried by many. `of`: one label only. What was decided is gone, what you skipped comes back after some days.
    """
    began = time.perf_counter()
    query, asked = parse_query(request.query_params.multi_items(), _QUEUE)
    entries: dict[UUID, read.Entry] = {}

    def load(ids: Sequence[UUID]) -> list[read.Entry]:
        with snapshot(here.engine) as connection:
            found = read.entries_of(connection, ids)
        entries.update((entry.id, entry) for entry in found)
        return found

    with snapshot(here.engine) as connection:
        known, skipped = review.known(connection), review.skipped(connection, actor)
    with here.finder(asked.get("min_version", 0)) as finder:
        found = reviewing.queue(finder, query, known, load, skipped, asked.get("of"), asked.get("limit", 50),
                                asked.get("cursor"))  # fmt: skip
        version = finder.version
    items = []
    for doubt in found.doubts:
        entry = entries[doubt.image_id]
        label = next(one for one in entry.labels if one.name == doubt.label)
        told = {name: getattr(label, name) for name in ("confidence", "source", "model", "parents", "boxes")}
        items.append({"image": shown.image(entry, here), "label": label.name, **told, "why": doubt.why,
                      "line": float(doubt.cell.line),
                      "uncertainty": doubt.cell.uncertainty, "images": doubt.cell.images,
                      "priority": round(doubt.cell.priority, 3)})  # fmt: skip
    took = round((time.perf_counter() - began) * 1000, 1)
    rest = {"images": found.images, "next_cursor": found.next_cursor, "version": version, "took_ms": took}
    return Json({"items": items, **rest})


@router.get("/decisions", response_model=shapes.VerdictList, responses=schemas.ADMIN_READS, dependencies=FRESH)
def list_decisions(
    who: Analyst,
    here: Here,
    label: Text = None,
    by: Text = None,
    verdict: Literal["accept", "reject"] | None = None,
    image_id: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor_: schemas.Cursor = None,
) -> Response:
    """The verdicts that hold, newest first. `label`: a name as people see it, or the recogniser's own."""
    after = None
    if cursor_ is not None:
        at, image, last = cursor.decode_as(cursor_, "decisions", cursor.moment, UUID, str)
        after = at, image, last
    with snapshot(here.engine) as connection:
        known = labels.vocabulary(connection)
        names = None if label is None else verdicts.names_behind(known, label)
        found = verdicts.decisions(connection, limit + 1, names, by, verdict, image_id, after)
    more = None
    if len(found) > limit:
        end = found[limit - 1]
        more = cursor.encode("decisions", [end.at.isoformat(), str(end.image_id), end.label])
    fields = verdicts.Decided.__dataclass_fields__
    items = [{n: getattr(one, n) for n in fields} | {"shown": known.shown_as(one.label)} for one in found[:limit]]
    return Json({"items": items, "next_cursor": more})


@router.post("/decisions", response_model=schemas.Decided, responses=schemas.WRITES)
def decide(body: schemas.Decision, who: Analyst, actor: Actor, here: Here) -> Response:
    """Accept a label of an image (it becomes certain, and the person's), reject it, or undo either.

    A verdict outlives every relabelling. Accepting a label that the image does not carry adds it.
    """
    with transaction(here.engine) as connection:
        version = verdicts.decide(connection, body.image_id, body.label, body.verdict, actor)
    return Json({"image_id": body.image_id, "label": body.label, "verdict": body.verdict, "version": version})
