"""The numbers behind the charts: each row carries the `query` (filters) that finds exactly what it counted."""

import time
from decimal import Decimal

from fastapi import APIRouter, Request, Response

from pixplore.catalogue import changes, insights
from pixplore.catalogue.snapshot import snapshot, wait_for
from pixplore.query import MAX_VALUE_CHARS, as_filters, number, one_of, parse_query, short_text, whole
from search_api import schemas
from search_api.access import Here, Viewer
from search_api.answers import Json
from search_api.parameters import filtered, takes_filters

router = APIRouter(prefix="/v1/insights", tags=["insights"])
_VERSION = whole(0, 2**63 - 1)
_LABELS = {"limit": whole(1, 1000), "by": one_of("label", "category"), "min_version": _VERSION}


def _width(text: str) -> Decimal:
    value = number(text)
    if not 1 <= value <= 100 or value % insights.TENTH:
        raise ValueError("is not a width from 1 to 100, in tenths")
    return value


_CONFIDENCE = {"width": _width, "of": short_text(MAX_VALUE_CHARS), "min_version": _VERSION}


@router.get(
    "/labels",
    response_model=schemas.LabelInsight,
    openapi_extra=takes_filters("rows", "by", "min_version"),
    responses=schemas.READS,
)
@filtered
def get_labels(request: Request, who: Viewer, here: Here) -> Response:
    """The most frequent labels, most frequent first; `by=category` splits each by the images' category."""
    began = time.perf_counter()
    query, asked = parse_query(request.query_params.multi_items(), _LABELS)
    wait_for(here.engine, asked.get("min_version", 0))
    with snapshot(here.engine) as connection:
        found = insights.labels(connection, query, asked.get("limit", 50), asked.get("by") == "category")
        version = changes.version(connection)
    split = asked.get("by") == "category"
    rows = [
        {"label": row.label, "count": row.count, "parents": row.parents, "categories": row.categories}
        | ({"category": row.category} if split else {})
        | {"query": as_filters(row.query)}
        for row in found.rows
    ]
    took = round((time.perf_counter() - began) * 1000, 1)
    return Json({"rows": rows, "total": found.total, "unset": found.unset, "distinct": found.distinct,
                 "version": version, "took_ms": took})  # fmt: skip


@router.get(
    "/confidence",
    response_model=schemas.ConfidenceInsight,
    openapi_extra=takes_filters("of", "width", "min_version"),
    responses=schemas.READS,
)
@filtered
def get_confidence(request: Request, who: Viewer, here: Here) -> Response:
    """Images by the confidence of their labels, or of the one label `of`. The bins hold `from` but not `to`
    (the last holds both); they begin at `min_confidence`, or at 0 where it is not given.
    """
    began = time.perf_counter()
    query, asked = parse_query(request.query_params.multi_items(), _CONFIDENCE)
    wait_for(here.engine, asked.get("min_version", 0))
    with snapshot(here.engine) as connection:
        bins = insights.confidence(connection, query, asked.get("width", Decimal(5)), asked.get("of"))
        version = changes.version(connection)
    rows = [{"from": one.start, "to": one.end, "count": one.count, "query": as_filters(one.query)} for one in bins]
    took = round((time.perf_counter() - began) * 1000, 1)
    return Json({"rows": rows, "version": version, "took_ms": took})
