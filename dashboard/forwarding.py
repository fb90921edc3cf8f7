"""The search API on the dashboard's own origin: /data/v1/... with the session's cookie in place of a token.

What a page's components ask for while nobody waits for a rerun (the next pictures of a gallery, a verdict), and what a
browser downloads as a file, goes this way. Tokens never reach the browser; writes come from the dashboard's own pages
only. Each call gets an id, which the search API's log has too; an answer that nobody expects names it.
"""

import json
from collections.abc import AsyncIterator, Mapping
from functools import cache
from urllib.parse import urlsplit

import httpx
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from dashboard import failures, session
from pixplore import request_ids
from pixplore.errors import PixploreError
from pixplore.refusals import about

READS, WRITES = ("GET", "HEAD"), ("POST", "PUT", "PATCH", "DELETE")
_THERE = ("accept", "content-type", "content-length", "if-none-match")
_BACK = ("content-type", "content-disposition", "content-length", "content-encoding", "etag", "location", "retry-after",
         "x-request-id")  # fmt: skip


@cache
def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(
        timeout=httpx.Timeout(60, connect=3, pool=3),
        limits=httpx.Limits(max_connections=80, max_keepalive_connections=40),
        headers={"User-Agent": "pixplore-dashboard"},
    )


def problem(status: int, title: str, detail: str, more: Mapping[str, str] | None = None) -> Response:
    return JSONResponse(
        {"type": "about:blank", "title": title, "status": status, "detail": detail},
        status,
        media_type="application/problem+json",
        headers={"Cache-Control": "no-store", **(more or {})},
    )


def away(asked: str, detail: str, status: int = 503, retry_after: str = "2") -> Response:
    """An answer that nobody expects."""
    return problem(status, "Not available", detail, {request_ids.HEADER: asked, "Retry-After": retry_after})


async def unexpected(asked: str, request: Request, answer: httpx.Response) -> Response:
    """The search API's answer of status 5xx, which may be a balancer's page as well."""
    content, status = await answer.aread(), answer.status_code
    await answer.aclose()
    try:
        detail = str(json.loads(content)["detail"])
    except (ValueError, KeyError, TypeError):
        detail = ""
    said = failures.unexpected(detail, request.method, request.url.path, status, content, asked)
    return away(asked, said, status, answer.headers.get("retry-after", "2"))


def foreign(request: Request) -> Response | None:
    """A refusal unless the browser says that a page of this very host calls."""
    if urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host"):
        return None
    about(request.scope)["reason"] = "It came from no page of ours."
    return problem(403, "Forbidden", "This call is for the dashboard's own pages: nothing was changed. Do it there.")


async def small(request: Request, most: int) -> bytes | None:
    """The body, None where it has more bytes than `most`: nobody is to fill this process's memory."""
    read = bytearray()
    async for part in request.stream():
        read += part
        if len(read) > most:
            return None
    return bytes(read)


async def forward(request: Request) -> Response:
    """The search API's answer, as it is and as it comes."""
    if request.method in WRITES and (refusal := foreign(request)):
        return refusal
    asked = request_ids.new()
    try:
        found = await run_in_threadpool(session.of_cookie, request.cookies.get(session.cookie_name(), ""))
    except PixploreError as error:
        return away(asked, failures.without_session(error, request.url.path, asked))
    if found is None:
        return problem(401, "Unauthorized", "Your session is over. Sign in again.")
    about(request.scope)["sub"] = found.person.sub
    if request.headers.get("x-person", found.person.sub) != found.person.sub:  # what waited in a browser for its owner
        return problem(
            401, "Unauthorized", "Somebody else is signed in here: nothing was changed. Sign in again yourself."
        )
    path = request.scope["raw_path"].removeprefix(b"/data").decode("ascii")  # a slash inside a name stays encoded
    address = f"{session.settings().search_api.rstrip('/')}{path}?{request.url.query}"
    headers = {name: request.headers[name] for name in _THERE if name in request.headers}
    headers |= {"authorization": f"Bearer {found.tokens.access}", "accept-encoding": "identity"}
    headers[request_ids.HEADER] = asked
    content = _sent(request) if request.method in WRITES else None
    call = _client().build_request(request.method, address, headers=headers, content=content)
    try:
        answer = await _client().send(call, stream=True)
    except ClientDisconnect:
        return Response(status_code=499)
    except httpx.HTTPError as error:
        return away(asked, failures.unanswered(error, request.method, request.url.path, asked))
    if answer.status_code >= 500:
        return await unexpected(asked, request, answer)
    back = {name: answer.headers[name] for name in _BACK if name in answer.headers}
    back["cache-control"] = "no-store"
    return StreamingResponse(answer.aiter_raw(), answer.status_code, back, background=BackgroundTask(answer.aclose))


async def _sent(request: Request) -> AsyncIterator[bytes]:
    async for part in request.stream():
        yield part


ROUTE = Route("/data/v1/{path:path}", forward, methods=[*READS, *WRITES])
