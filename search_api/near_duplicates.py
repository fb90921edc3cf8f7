"""Pictures that are in the catalogue more than once in nearly the same form."""

import time
from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
from fastapi import APIRouter, Request, Response

from pixplore import cursor
from pixplore.catalogue import read, vectors
from pixplore.catalogue.snapshot import snapshot
from pixplore.finding import Finder
from pixplore.likeness import likeness
from pixplore.query import Query, fingerprint, one_of, parse_query, short_text, whole
from search_api import likeness_schemas as schemas
from search_api import shown
from search_api.access import Here, Parts, Viewer
from search_api.answers import Json
from search_api.parameters import filtered, takes_filters
from search_api.schemas import READS
from search_api.similar import figure

if TYPE_CHECKING:
    from pixplore.duplicates import Group

router = APIRouter(prefix="/v1/near-duplicates", tags=["similar images"])
_ASKED = {"limit": whole(1, 200), "cursor": short_text(4_000), "min_version": whole(0, 2**63 - 1),
          "beside": one_of("catalogue")}  # fmt: skip
_SHOWN = 20
_KEPT = 2
_kept: "OrderedDict[tuple[str, int, str], list[Group]]" = OrderedDict()
_one_at_a_time = Lock()


@router.get("", response_model=schemas.DuplicateList, openapi_extra=takes_filters(*_ASKED), responses=READS)
@filtered
def list_near_duplicates(request: Request, who: Viewer, here: Here) -> Response:
    """Groups of images that are nearly the same: copies in another size or quality, slightly cut or marked.

    Two images are taken for nearly the same if their perceptual hashes differ in at most 8 of 64 bits and their
    embeddings are alike by 0.7 at least; a group is what such pairs join. Every pair is found.
    With `beside=catalogue` also those of an image that the filters find and any other, which stands behind it.
    Of a group 20 images at most are shown, one of those others among them where there is any; `count` is of all.
    """
    began = time.perf_counter()
    query, asked = parse_query(request.query_params.multi_items(), _ASKED)
    beside = Query(trashed=query.trashed) if "beside" in asked else None
    place = fingerprint(query, "near-duplicates", *(["beside"] if beside else []))
    with here.finder(asked.get("min_version", 0)) as finder:
        version = finder.version
        found = _groups(here, finder, query, beside, place)
    start = _after(found, asked.get("cursor"), place)
    limit = asked.get("limit", 50)
    page = found[start : start + limit]
    more = None
    if start + limit < len(found):
        more = cursor.encode(place, [str(len(page[-1].ids)), str(page[-1].ids[0])])
    return Json(
        {
            "items": _shown(here, query, page),
            "total": len(found),
            "images": sum(len(group.ids) for group in found),
            "next_cursor": more,
            "version": version,
            "took_ms": round((time.perf_counter() - began) * 1000, 1),
        }
    )


def _groups(here: Parts, finder: Finder, query: Query, beside: Query | None, place: str) -> "list[Group]":
    """Kept for the pages that follow while the catalogue does not change; one is worked on at a time."""
    from pixplore.duplicates import (
        groups,
        groups_beside,
    )  # compiled loops take time and memory: only where they are used

    key = str(here.engine.url), finder.version, place
    with _one_at_a_time:
        if key not in _kept:

            def embeddings(ids: Any) -> dict[UUID, bytes]:
                with snapshot(here.engine) as connection:
                    return vectors.embeddings(connection, ids)

            found = finder.hashed(query)
            whole = finder.hashed(beside) if beside else None
            _kept[key] = groups_beside(found, whole, embeddings) if whole else groups(found, embeddings)
            while len(_kept) > _KEPT:
                _kept.popitem(last=False)
        return _kept[key]


def _after(found: "list[Group]", after: str | None, place: str) -> int:
    if after is None:
        return 0
    size, first = cursor.decode_as(after, place, int, UUID)
    return sum((-len(group.ids), group.ids[0]) <= (-size, first) for group in found)


def _shown(here: Parts, query: Query, page: "list[Group]") -> list[dict[str, Any]]:
    with snapshot(here.engine) as connection:
        wanted = [image_id for group in page for image_id in group.first(_SHOWN)]
        entries = {one.id: one for one in read.entries_of(connection, wanted)}
        known = vectors.embeddings(connection, wanted)
    out = []
    for group in page:
        there = [image_id for image_id in group.first(_SHOWN) if image_id in entries and image_id in known]
        alike = likeness(known[there[0]], b"".join(known[i] for i in there)) if there else np.zeros(0)
        images = [
            shown.image(entries[image_id], here, query) | {"likeness": figure(float(value))}
            for image_id, value in zip(there, alike, strict=True)
        ]
        out.append({"count": len(group.ids), "images": images})
    return out
