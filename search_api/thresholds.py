"""What a threshold for a label would take away or bring, before it is applied as a rule of the taxonomy."""

import time
from decimal import Decimal
from typing import Any

from fastapi import APIRouter, Request, Response

from pixplore import thresholds
from pixplore.catalogue import changes, simulate
from pixplore.catalogue.snapshot import snapshot
from pixplore.errors import Invalid
from pixplore.query import MAX_VALUE_CHARS, as_filters, number, parse_query, short_text, whole
from search_api import curation_schemas as shapes
from search_api import schemas
from search_api.access import Analyst, Here
from search_api.answers import Json
from search_api.parameters import filtered, takes_filters

router = APIRouter(prefix="/v1/review", tags=["review"])


def _threshold(text: str) -> Decimal:
    value = number(text)
    if not 0 <= value <= 100 or value % thresholds.TENTH:
        raise ValueError("is not from 0 to 100, to a tenth")
    return value


_ASKED = {
    "label": short_text(MAX_VALUE_CHARS),
    "threshold": _threshold,
    "step": whole(1, 50),
    "min_version": whole(0, 2**63 - 1),
}
_TAKES = takes_filters("simulated", "threshold", "step", "min_version")
_NOT_TAKEN = ("label", "any_label", "not_label")
_TAKES["parameters"] = [
    one for one in _TAKES["parameters"] if one["name"] not in _NOT_TAKEN or one.get("required")
]  # fmt: skip


@router.get("/thresholds", response_model=shapes.Simulation, openapi_extra=_TAKES, responses=schemas.ADMIN_READS)
@filtered
def simulate_threshold(request: Request, who: Analyst, here: Here) -> Response:
    """Which images would lose or gain the label, the label at every threshold, and how right it is by what people
    judged. To apply it, give the label this `threshold` in `PUT /v1/taxonomy`.
    """
    began = time.perf_counter()
    query, asked = parse_query(request.query_params.multi_items(), _ASKED)
    if missing := {name: "is missing" for name in ("label", "threshold") if name not in asked}:
        raise Invalid(missing)
    thresholds.without_labels(query)
    label, threshold = asked["label"], asked["threshold"]
    with snapshot(here.engine) as connection:
        about = simulate.known(connection, label, float(threshold))
        gained = simulate.gained(connection, query, about)
        judged = simulate.judged(connection, query, about)
        newest = changes.version(connection)
    with here.finder(max(asked.get("min_version", 0), newest)) as finder:
        now = thresholds.now(finder, query, label)
        lost = thresholds.Moved()
        if threshold > about.rule:
            lost = thresholds.lost(finder, query, label, threshold, about.kinds)
        curve = thresholds.curve(finder, query, label, judged, asked.get("step", 5))
        version = finder.version
    return Json(
        {
            "label": label, "threshold": float(threshold), "rule": about.rule,
            "now": now, "then": now - lost.images + gained.images,
            "lost": _moved(lost), "gained": _moved(gained),
            "curve": [_step(one) for one in curve], "judged": len(judged),
            "version": version, "took_ms": round((time.perf_counter() - began) * 1000, 1),
        }
    )  # fmt: skip


def _moved(one: thresholds.Moved) -> dict[str, Any]:
    query = one.query and as_filters(one.query)
    return {"images": one.images, "listed": one.listed if query else 0, "query": query, "image_ids": one.image_ids}


def _step(one: thresholds.Step) -> dict[str, Any]:
    own = {name: getattr(one, name) for name in thresholds.Step.__dataclass_fields__}
    return own | {"threshold": float(one.threshold), "query": as_filters(one.query)}
