"""One facet by itself: more of its values than a page of images brings, or those that begin with what is typed."""

from fastapi import APIRouter, Request, Response

from pixplore.catalogue import changes
from pixplore.catalogue.facets import facet
from pixplore.catalogue.snapshot import snapshot, wait_for
from pixplore.errors import NotFound
from pixplore.query import FACETS, MAX_VALUE_CHARS, is_facet, parse_query, short_text, whole
from search_api import schemas, shown
from search_api.access import Here, Viewer
from search_api.answers import Json
from search_api.parameters import filtered, takes_filters

router = APIRouter(prefix="/v1/facets", tags=["facets"])
_ASKED = {
    "prefix": short_text(MAX_VALUE_CHARS),
    "facet_limit": whole(1, 1000),
    "min_version": whole(0, 2**63 - 1),
}


@router.get("/{name}", response_model=schemas.FacetAnswer, openapi_extra=takes_filters(*_ASKED), responses=schemas.ONE)
@filtered
def get_facet(name: str, request: Request, who: Viewer, here: Here) -> Response:
    """Exact counts of one facet under the filters; its own any-of choice does not narrow it."""
    if not is_facet(name) or "\0" in name or len(name) > MAX_VALUE_CHARS:
        raise NotFound(f"There is no such facet. Known are {', '.join(FACETS)} and attr.<name>.")
    query, asked = parse_query(request.query_params.multi_items(), _ASKED)
    wait_for(here.engine, asked.get("min_version", 0))
    with snapshot(here.engine) as connection:
        one = facet(connection, query, name, asked.get("facet_limit", 50), asked.get("prefix", ""))
        version = changes.version(connection)
    return Json({"name": name, **shown.facet(one), "version": version})
