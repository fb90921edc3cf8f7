"""What wraps every request: its limits, its headers, its numbers."""

import time

from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from search_api.problems import problem

MAX_BODY_BYTES = 1_000_000
MAX_PRODUCTS_BYTES = 30_000_000
"""The product list is the one large body that is taken."""
_REQUESTS = Counter("pixplore_requests_total", "Requests answered", ["method", "route", "status"])
_SECONDS = Histogram(
    "pixplore_request_seconds",
    "Time to answer",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_API_POLICY = "default-src 'none'; frame-ancestors 'none'"
_DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


class Edge:
    """ASGI middleware: refuses bodies that are too large, adds safety headers, counts and times."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500
        path: str = scope["path"]
        most = MAX_PRODUCTS_BYTES if path.startswith("/v1/products") else MAX_BODY_BYTES
        taken = 0
        too_large = f"The body is larger than {most:,} bytes."

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
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", _DOCS_POLICY if path.startswith("/docs") else _API_POLICY)
                headers.setdefault("Cache-Control", "private, no-store")
            await send(message)

        try:
            length = Headers(scope=scope).get("content-length", "0")
            if length.isdigit() and int(length) > most:
                answer = problem(Request(scope), 413, too_large)
                await answer(scope, receive, dressed)
            else:
                await self.app(scope, counted, dressed)
        finally:
            route = getattr(scope.get("route"), "path", "unknown")
            _REQUESTS.labels(scope["method"] if status != 405 else "other", route, status).inc()
            _SECONDS.labels(route).observe(time.perf_counter() - began)
