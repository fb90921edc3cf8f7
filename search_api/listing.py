"""GET /v1/images, as fast as it goes: no thread is changed and nothing is read from the catalogue where the index and
the kept items have it all.
"""

import time
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import parse_qsl

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from pixplore.errors import Unauthenticated
from pixplore.finding import SORTS, Finder, Page
from pixplore.query import Query, facet_names, one_of, parse_query, short_text, whole
from search_api import shown
from search_api.access import NO_TOKEN, Parts, identified
from search_api.engines import SECONDS
from search_api.fairness import TURNS
from search_api.items import Item

PARAMETERS = {
    "sort": one_of(*SORTS),
    "limit": whole(1, 200),
    "cursor": short_text(4_000),
    "facets": facet_names,
    "facet_limit": whole(1, 1000),
    "min_version": whole(0, 2**63 - 1),
}
_MOST_VALUES, _MOST_FACETS, _MOST_WORDS, _SHORT_WORD = 20, 8, 3, 3
"""A question of more, or one that ranks by words so short that half the catalogue has them, may take long: it goes to
a thread, and others go on meanwhile. Everything else takes less than changing the thread twice under load."""
_INDEX_SECONDS = SECONDS.labels("index")
Asked = dict[str, Any]


class Listing(APIRoute):
    """Takes the request as it is: what FastAPI would resolve for each costs more than the search."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return answer


async def answer(request: Request) -> Response:
    began = time.perf_counter()
    here: Parts = request.app.state.parts
    await _may_look(request, here)
    pairs = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    query, asked = parse_query(pairs, PARAMETERS)
    finder = here.engines.at_once(asked.get("min_version", 0))
    if finder is None or not _is_light(query, asked):
        async with TURNS.of(request.scope):
            return await run_in_threadpool(_found, here, query, asked, began)
    with _INDEX_SECONDS.time():
        page = _page(finder, query, asked)
    items = here.items.kept(page.ids)
    if items is None:
        items = await run_in_threadpool(here.items.read, page.ids)
    return _written(here, query, page, items, finder.version, began)


def _found(here: Parts, query: Query, asked: Asked, began: float) -> Response:
    with here.engines.finder(asked.get("min_version", 0)) as finder:
        page = _page(finder, query, asked)
        version, indexed = finder.version, finder.engine == "index"
    return _written(here, query, page, here.items.read(page.ids, keep=indexed), version, began)


async def _may_look(request: Request, here: Parts) -> None:
    """Whoever has a token may. Raises Unauthenticated, Unavailable."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated(NO_TOKEN)
    if here.tokens.known(token) is None:
        await run_in_threadpool(identified, request, here, token)


def _is_light(query: Query, asked: Asked) -> bool:
    words = query.q.split()
    short = asked.get("sort") == "relevance" and any(len(word) < _SHORT_WORD for word in words)
    values = sum(len(one.all) + len(one.any) + len(one.none) for one in query.conditions.values())
    return (
        len(words) <= _MOST_WORDS
        and not short
        and values + len(query.ranges) <= _MOST_VALUES
        and len(asked.get("facets", ())) <= _MOST_FACETS
    )


def _page(finder: Finder, query: Query, asked: Asked) -> Page:
    return finder.page(
        query,
        asked.get("sort", "newest"),
        asked.get("limit", 50),
        asked.get("cursor"),
        asked.get("facets", ()),
        asked.get("facet_limit", 50),
    )


def _written(here: Parts, query: Query, page: Page, items: list[Item], version: int, began: float) -> Response:
    rest = orjson.dumps(
        {
            "total": page.total,
            "facets": {name: shown.facet(facet) for name, facet in page.facets.items()},
            "next_cursor": page.next_cursor,
            "spelling": page.spelling,
            "version": version,
            "took_ms": round((time.perf_counter() - began) * 1000, 1),
        }
    )
    listed = here.items.written(items, query, page.spelling)
    return Response(b"".join((b'{"items":', listed, b",", rest[1:])), media_type="application/json")
