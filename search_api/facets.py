"""One facet by itself: more of its values than a page of images brings, or those that begin with what is typed."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from pixplore.catalogue.labels import vocabulary
from pixplore.catalogue.snapshot import snapshot
from pixplore.catalogue.titles import TITLED, titles
from pixplore.errors import NotFound
from pixplore.query import FACETS, MAX_VALUE_CHARS, is_facet, one_of, parse_query, short_text, whole
from search_api import schemas, shown
from search_api.access import Here, Parts, Viewer
from search_api.answers import Json
from search_api.parameters import filtered, takes_filters

router = APIRouter(prefix="/v1/facets", tags=["facets"])
_ASKED = {
    "prefix": short_text(MAX_VALUE_CHARS),
    "any_word": one_of("true", "false"),
    "facet_limit": whole(1, 1000),
    "described": one_of("true", "false"),
    "min_version": whole(0, 2**63 - 1),
}


@router.get(
    "/{name:path}", response_model=schemas.FacetAnswer, openapi_extra=takes_filters(*_ASKED), responses=schemas.ONE
)
@filtered
def get_facet(name: str, request: Request, who: Viewer, here: Here) -> Response:
    """Exact counts of one facet under the filters; its own any-of choice does not narrow it.

    `described=true` tells more of each value: a label's `parents` (every ancestor, nearest first), the `title` of a
    collection or an upload batch, which are values by their ids.
    """
    if not is_facet(name) or "\0" in name or len(name) > MAX_VALUE_CHARS:
        raise NotFound(f"There is no such facet. Known are {', '.join(FACETS)} and attr.<name>.")
    query, asked = parse_query(request.query_params.multi_items(), _ASKED)
    with here.finder(asked.get("min_version", 0)) as finder:
        limit, prefix = asked.get("facet_limit", 50), asked.get("prefix", "")
        one = finder.facet(query, name, limit, prefix, asked.get("any_word") == "true")
        version = finder.version
    told = shown.facet(one)
    if asked.get("described") == "true":
        _describe(name, told["values"], here)
    return Json({"name": name, **told, "version": version})


def _describe(name: str, values: list[dict[str, Any]], here: Parts) -> None:
    """Put what is known of each value beside it."""
    if name == "label":
        with snapshot(here.engine) as connection:
            above = vocabulary(connection).all_parents()
        for row in values:
            row["parents"] = above.get(row["value"], [])
    elif name in TITLED:
        with snapshot(here.engine) as connection:
            known = titles(connection, name, [UUID(row["value"]) for row in values])
        for row in values:
            row["title"] = known.get(row["value"])
