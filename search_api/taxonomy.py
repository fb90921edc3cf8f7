"""The taxonomy: the company's own words in place of the recogniser's, in versions, previewed, applied, rolled back."""

import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from pixplore import cursor
from pixplore.catalogue import changes, jobs, labels, taxonomy
from pixplore.catalogue.snapshot import Connection, snapshot
from pixplore.errors import Invalid
from pixplore.query import Query as Asked
from pixplore.reviewing import MOST_LABELS
from pixplore.taxonomy import Effects
from search_api import schemas
from search_api import taxonomy_schemas as shapes
from search_api.access import FRESH, Actor, Admin, Analyst, Here, MinVersion, Viewer
from search_api.answers import Json

router = APIRouter(prefix="/v1/taxonomy", tags=["taxonomy"])


@router.get("", response_model=shapes.Taxonomy, responses=schemas.READS)
def get_taxonomy(who: Viewer, here: Here, min_version: MinVersion = 0) -> Response:
    """The rules that hold, how far pictures are in line with them, and every label with how often it is shown."""
    counts = _counts(here, min_version)
    with snapshot(here.engine) as connection:
        now = _versions(connection, [taxonomy.current(connection)])[0]
        rows, known = taxonomy.label_rows(connection), labels.vocabulary(connection)
    told = []
    for number, name, parents, categories in sorted(rows, key=lambda row: row[1]):
        meaning = known.meaning(number) if number in known.names else None
        own = {"threshold": now["rules"].get(name, {}).get("threshold", 0), "count": counts.get(name, 0)}
        shown = known.names[meaning.id] if meaning else None
        told.append({"name": name, "shown": shown, "parents": parents, "categories": categories, **own})
    return Json(now | {"labels": told})


@router.put("", response_model=shapes.TaxonomyVersion, responses=schemas.WRITES)
def put_taxonomy(body: shapes.NewTaxonomy, who: Admin, actor: Actor, here: Here) -> Response:
    """All rules, as a new version. New pictures obey at once; `job` brings those that are there in line."""
    made = taxonomy.apply(here.engine, body.plain(), body.note, actor, body.base)
    return _applied(here, made)


@router.post("/rollback", response_model=shapes.TaxonomyVersion, responses=schemas.WRITES)
def roll_back(body: shapes.Rollback, who: Admin, actor: Actor, here: Here) -> Response:
    """The rules of an earlier version (0: none at all) as the newest version."""
    with snapshot(here.engine) as connection:
        old = taxonomy.version(connection, body.version).rules if body.version else {}
    note = body.note or f"Back to version {body.version}"
    return _applied(here, taxonomy.apply(here.engine, old, note, actor))


@router.post("/preview", response_model=shapes.Preview, responses=schemas.WRITES)
def preview(body: shapes.NewRules, who: Analyst, here: Here) -> Response:
    """What these rules would change, counted over the whole catalogue; at a million images that takes seconds."""
    began = time.perf_counter()
    faults: dict[str, str] = {}
    effects = Effects()
    with snapshot(here.engine) as connection:
        try:
            effects = taxonomy.preview(connection, body.plain())
        except Invalid as fault:
            faults = fault.fields
        version, newest = taxonomy.current(connection).version, changes.version(connection)
    counts = _counts(here, newest) if effects.images else {}
    told = []
    for name in sorted({*effects.gained, *effects.lost}):
        before, gained, lost = counts.get(name, 0), effects.gained[name], effects.lost[name]
        told.append({"label": name, "before": before, "after": before + gained - lost, "gained": gained, "lost": lost})
    return Json(
        {
            "conflicts": [{"field": name, "message": said} for name, said in faults.items()],
            "labels": told,
            "appearing": [one["label"] for one in told if one["after"] and not one["before"]],
            "vanishing": [one["label"] for one in told if one["before"] and not one["after"]],
            "images": effects.images,
            "looked_at": effects.looked_at,
            "version": version,
            "took_ms": round((time.perf_counter() - began) * 1000, 1),
        }
    )


@router.get("/versions", response_model=shapes.TaxonomyVersionList, responses=schemas.READS, dependencies=FRESH)
def list_versions(
    who: Viewer, here: Here, limit: Annotated[int, Query(ge=1, le=200)] = 50, cursor_: schemas.Cursor = None
) -> Response:
    """Every version, the newest first."""
    below = cursor.decode_as(cursor_, "taxonomy", int)[0] if cursor_ is not None else None
    with snapshot(here.engine) as connection:
        found = taxonomy.versions(connection, limit + 1, None if below is None else min(max(below, 0), 2**31 - 1))
        items = _versions(connection, found[:limit])
    more = cursor.encode("taxonomy", [str(found[limit - 1].version)]) if len(found) > limit else None
    return Json({"items": items, "next_cursor": more})


def _applied(here: Here, made: taxonomy.Version) -> Response:
    here.worker.wake()
    with snapshot(here.engine) as connection:
        return Json(_versions(connection, [made])[0])


def _versions(connection: Connection, found: Sequence[taxonomy.Version]) -> list[dict[str, Any]]:
    work = [jobs.job(connection, one.job_id) if one.job_id else None for one in found]
    shape = shapes.TaxonomyJob.model_fields
    told = [None if job is None else {name: getattr(job, name) for name in shape} for job in work]
    return [asdict(one) | {"job": job} for one, job in zip(found, told, strict=True)]


def _counts(here: Here, min_version: int) -> dict[str, int]:
    with here.finder(min_version) as finder:
        return dict(finder.count(Asked(), ("label",), MOST_LABELS)[1]["label"].values)
