"""What wraps every request: its id, its limits, its headers, its numbers."""

import ipaddress
import logging
import time

from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pixplore import request_ids, safe_headers
from pixplore.domain import MAX_FILE_BYTES
from pixplore.refusals import REFUSED, Refusals, about, route_of
from search_api.minute_log import answered
from search_api.problems import problem

MAX_BODY_BYTES = 1_000_000
LARGER_BODIES = {"/v1/products": 30_000_000, "/v1/images/similar": MAX_FILE_BYTES}
"""A product list, a picture to compare with: what may be larger, by the beginning of its address."""
_REQUESTS = Counter("pixplore_requests_total", "Requests answered", ["method", "route", "status"])
_SECONDS = Histogram(
    "pixplore_request_seconds",
    "Time to answer",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_refused = Refusals(logging.getLogger("pixplore.search_api").warning)
_RAW = [(name.lower().encode(), value.encode()) for name, value in safe_headers.SAFE.items()]
_UNKEPT = (b"cache-control", b"private, no-store")
SAFE = (*_RAW, (b"content-security-policy", safe_headers.API_POLICY.encode()), _UNKEPT)
"""The headers of every answer that says nothing else."""
_DOCS_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    b"connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
_OF_DOCS = (*_RAW, (b"content-security-policy", _DOCS_POLICY), _UNKEPT)


_BY_TLS = (b"x-forwarded-proto", b"https")
_HSTS = [(name.lower().encode(), value.encode()) for name, value in safe_headers.HSTS.items()]


class Edge:
    """ASGI middleware: names the request, refuses bodies that are too large, adds safety headers, counts and times."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500
        path: str = scope["path"]
        about(scope)
        scope["request_id"] = asked = request_ids.taken(Headers(scope=scope).get(request_ids.HEADER))
        most = next((size for place, size in LARGER_BODIES.items() if path.startswith(place)), MAX_BODY_BYTES)
        taken = 0
        too_large = f"The body is larger than {most:,} bytes: nothing of it was taken. Send less at once."

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise HTTPException(413, too_large)  # FastAPI lets it pass where it makes a 400 of other errors
            return message

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                timed(status >= 500)
                if status in REFUSED:
                    _refused.note(status, scope["method"], route_of(scope), asked, **about(scope))
                have = {name.lower() for name, _ in message.get("headers", ())}
                all_of = _OF_DOCS if path.startswith("/docs") else SAFE
                named = (request_ids.HEADER.encode(), asked.encode())
                more = [(name, value) for name, value in (*all_of, named) if name not in have]
                if _BY_TLS in scope["headers"]:
                    more += _HSTS
                message["headers"] = [*message.get("headers", ()), *more]
            await send(message)

        def timed(failed: bool) -> None:
            if path.startswith("/v1/"):
                answered(time.perf_counter() - began, failed)

        try:
            length = Headers(scope=scope).get("content-length", "0")
            if length.isdigit() and int(length) > most:
                answer = problem(Request(scope), 413, too_large)
                await answer(scope, receive, dressed)
            else:
                await self.app(scope, counted, dressed)
        except Exception:  # Starlette answers it further out
            timed(True)
            raise
        finally:
            route = getattr(scope.get("route"), "path", "unknown")
            _REQUESTS.labels(scope["method"] if status != 405 else "other", route, status).inc()
            _SECONDS.labels(route).observe(time.perf_counter() - began)


class Packed:
    """ASGI middleware: gzip for who asks for it from afar. On one machine it costs more time than it saves."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._packing = GZipMiddleware(app, minimum_size=1_000, compresslevel=1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        near = scope["type"] != "http" or is_loopback((scope.get("client") or ("",))[0])
        await (self.app if near else self._packing)(scope, receive, send)


def is_loopback(address: str) -> bool:
    try:
        return address == "127.0.0.1" or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
