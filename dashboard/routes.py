"""Routes beside the pages: the calls by which a browser gets, asks about and gives up its session cookie (same
origin only), and the other name of the first page."""

import json
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard import session
from pixplore.errors import PixploreError, Unavailable


def _problem(status: int, title: str, detail: str) -> Response:
    return JSONResponse(
        {"type": "about:blank", "title": title, "status": status, "detail": detail},
        status,
        media_type="application/problem+json",
        headers={"Cache-Control": "no-store"},
    )


def _foreign(request: Request) -> Response | None:
    """A refusal unless the browser says that a page of this very host calls."""
    if urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host"):
        return None
    return _problem(403, "Forbidden", "This call is for the dashboard's own pages.")


async def begin(request: Request) -> Response:
    """POST {"ticket"}: the cookie for a ticket, once."""
    if refusal := _foreign(request):
        return refusal
    if request.headers.get("content-type", "").split(";")[0] != "application/json":
        return _problem(415, "Unsupported Media Type", "Send JSON.")
    try:
        ticket = str(json.loads((await request.body())[:1000])["ticket"])
        sid = await run_in_threadpool(session.redeem, ticket)
    except (ValueError, KeyError, TypeError):
        return _problem(400, "Bad Request", "Send a ticket.")
    except PixploreError as error:
        return _problem(error.status, "Not available", error.detail)
    if sid is None:
        return _problem(401, "Unauthorized", "This sign-in took too long. Sign in again.")
    answer = Response(status_code=204, headers={"Cache-Control": "no-store"})
    answer.set_cookie(
        session.cookie_name(), sid, max_age=session.LASTS_SECONDS, path="/", httponly=True, samesite="lax",
        secure=session.settings().cookie_secure,
    )  # fmt: skip
    return answer


async def who(request: Request) -> Response:
    """GET: whom the cookie stands for, or 401."""
    try:
        found = await run_in_threadpool(session.of_cookie, request.cookies.get(session.cookie_name(), ""))
    except Unavailable as error:
        return _problem(503, "Not available", error.detail)
    if found is None:
        return _problem(401, "Unauthorized", "Sign in.")
    said = {"email": found.person.email, "role": found.person.role}
    return JSONResponse(said, headers={"Cache-Control": "no-store"})


async def end(request: Request) -> Response:
    """POST: the cookie means nothing any more."""
    if refusal := _foreign(request):
        return refusal
    name = session.cookie_name()
    try:
        await run_in_threadpool(session.end_cookie, request.cookies.get(name, ""))
    except PixploreError as error:
        return _problem(error.status, "Not available", error.detail)
    answer = Response(status_code=204, headers={"Cache-Control": "no-store"})
    answer.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=session.settings().cookie_secure)
    return answer


def home(request: Request) -> Response:
    """The first page lives at / alone; its name leads there too."""
    return RedirectResponse(f"/?{request.url.query}" if request.url.query else "/", 307)


ROUTES = [
    Route("/home", home, methods=["GET"]),
    Route("/auth/session", begin, methods=["POST"]),
    Route("/auth/session", who, methods=["GET"]),
    Route("/auth/sign-out", end, methods=["POST"]),
]
