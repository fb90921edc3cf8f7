"""What a share link opens: its images and their facets, read only, by a token that opens nothing else."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from pixplore.aws import storage
from pixplore.catalogue import read, shares
from pixplore.catalogue.snapshot import snapshot
from pixplore.domain import UNSET
from pixplore.errors import Forbidden, NotFound
from pixplore.finding import SORTS
from pixplore.query import Query, as_filters, facet_names, one_of, parse_query, short_text, whole
from pixplore.sharing import REFUSED, holds, visitors
from search_api import boards, schemas, shown
from search_api import curation_schemas as shapes
from search_api.access import Here
from search_api.answers import Json
from search_api.parameters import filtered, takes_filters
from search_api.visits import Visitor, image

router = APIRouter(prefix="/v1/shared", tags=["shared"])
_LIST = {
    "sort": one_of(*SORTS),
    "limit": whole(1, 200),
    "cursor": short_text(4_000),
    "facets": facet_names,
    "facet_limit": whole(1, 1000),
}
_TAKES = takes_filters(*_LIST)
_TAKES["parameters"] = [one for one in _TAKES["parameters"] if one["name"] not in REFUSED]


@router.get("", response_model=shapes.Shared, responses=schemas.READS)
def get_shared(visitor: Visitor) -> Response:
    """What was shared, and until when."""
    return Json({name: getattr(visitor, name) for name in shapes.Shared.model_fields})


@router.get("/images", response_model=shapes.SharedList, openapi_extra=_TAKES, responses=schemas.READS)
@filtered
def list_shared_images(request: Request, visitor: Visitor, here: Here) -> Response:
    """A page of what was shared. Filters narrow it further; words are taken as typed.

    A share of one collection and nothing else shows that in its own order, as long as no filter, sort or facet is
    asked for.
    """
    pairs = request.query_params.multi_items()
    query, asked = parse_query(pairs, _LIST)
    board = _board(visitor)
    if board is not None and not {name for name, _ in pairs} - {"limit", "cursor"}:
        return _in_order(board, here, asked.get("limit", 50), asked.get("cursor"))
    facets = asked.get("facets", ())
    query = visitors(query, pairs, facets, visitor.query)
    with here.finder(visitor.version) as finder:
        page = finder.page(query, asked.get("sort", visitor.sort), asked.get("limit", 50), asked.get("cursor"), facets,
                           asked.get("facet_limit", 50))  # fmt: skip
    with snapshot(here.engine) as connection:
        entries = read.entries_of(connection, page.ids)
    return Json(
        {
            "items": [image(entry, here, query) for entry in entries if entry.deleted_at is None],
            "total": page.total,
            "facets": {name: shown.facet(facet) for name, facet in page.facets.items()},
            "next_cursor": page.next_cursor,
        }
    )


@router.get("/images/{image_id}", response_model=shapes.SharedImage, responses=schemas.ONE)
def get_shared_image(image_id: UUID, visitor: Visitor, here: Here) -> Response:
    """One image of what was shared; any other is not there."""
    return Json(image(_within(visitor, image_id, here), here, Query()))


@router.get("/images/{image_id}/original", status_code=302, response_class=Response, responses=schemas.SHARED_ORIGINAL)
def get_shared_original(image_id: UUID, visitor: Visitor, here: Here) -> Response:
    """Redirects to the file as it was uploaded, where the share allows it; the address holds for five minutes."""
    if not visitor.originals:
        raise Forbidden("This link shows pictures, but does not give the original files away. Ask whoever sent it.")
    one = _within(visitor, image_id, here)
    if one.object_key is None:
        raise NotFound("This catalogue entry has no picture: there is no file to download. Ask whoever sent the link.")
    url = storage.download_url(here.storage.originals_bucket, one.object_key, one.name,
                               one.content_type or "application/octet-stream", one.object_version)  # fmt: skip
    return RedirectResponse(url, 302, headers={"Cache-Control": "no-store"})


def _board(visitor: shares.Visit) -> UUID | None:
    """The collection that is all of the share, in no other order."""
    filters = as_filters(visitor.query)
    named = filters.get("collection", [])
    if visitor.sort != "newest" or set(filters) != {"collection"} or len(named) != 1 or named == [UNSET]:
        return None
    return UUID(named[0])


def _in_order(board: UUID, here: Here, limit: int, after: str | None) -> Response:
    try:
        ids, total, more = boards.page(here, board, limit, after)
    except NotFound:  # deleted since
        ids, total, more = [], 0, None
    with snapshot(here.engine) as connection:
        entries = read.entries_of(connection, ids)
    items = [image(entry, here, Query()) for entry in entries if entry.deleted_at is None]
    return Json({"items": items, "total": total, "facets": {}, "next_cursor": more})


def _within(visitor: shares.Visit, image_id: UUID, here: Here) -> read.Entry:
    with snapshot(here.engine) as connection:
        found = read.entries_of(connection, [image_id])
    if found and found[0].deleted_at is None:
        with here.finder(visitor.version) as finder:
            if holds(finder, visitor.query, image_id, found[0].created_at):
                return found[0]
    raise NotFound("This link does not show such an image, or no longer. Ask whoever sent it.")
