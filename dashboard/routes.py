"""Routes beside the pages: the calls by which a browser gets, asks about and gives up its session cookie (same
origin only), and the other name of the first page."""

import json

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard import forwarding, help, security_txt, session
from dashboard.forwarding import foreign, problem, small
from dashboard.picture import detail_route
from dashboard.report import report
from dashboard.upload import upload_route
from pixplore.errors import PixploreError, Unavailable


async def begin(request: Request) -> Response:
    """POST {"ticket"}: the cookie for a ticket, once."""
    if refusal := foreign(request):
        return refusal
    if request.headers.get("content-type", "").split(";")[0] != "application/json":
        return problem(
            415, "Unsupported Media Type", "The sign-in was not sent as JSON. Reload the page and sign in again."
        )
    try:
        ticket = str(json.loads(await small(request, 1000) or b"")["ticket"])
        sid = await run_in_threadpool(session.redeem, ticket, request.cookies.get(session.cookie_name(), ""))
    except (ValueError, KeyError, TypeError, RecursionError):
        return problem(400, "Bad Request", "The sign-in came without its ticket. Reload the page and sign in again.")
    except PixploreError as error:
        return problem(error.status, "Not available", error.detail)
    if sid is None:
        return problem(401, "Unauthorized", "This sign-in took too long. Sign in again.")
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
        return problem(503, "Not available", error.detail)
    if found is None:
        return problem(401, "Unauthorized", "Nobody is signed in here. Sign in.")
    said = {"email": found.person.email, "role": found.person.role}
    return JSONResponse(said, headers={"Cache-Control": "no-store"})


async def end(request: Request) -> Response:
    """POST: the cookie means nothing any more."""
    if refusal := foreign(request):
        return refusal
    name = session.cookie_name()
    try:
        await run_in_threadpool(session.end_cookie, request.cookies.get(name, ""))
    except PixploreError as error:
        return problem(error.status, "Not available", error.detail)
    answer = Response(status_code=204, headers={"Cache-Control": "no-store"})
    answer.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=session.settings().cookie_secure)
    return answer


def home(request: Request) -> Response:
    """The first page lives at / alone; its name leads there too."""
    return RedirectResponse(f"/?{request.url.query}" if request.url.query else "/", 307)


ROUTES = [
    forwarding.ROUTE,
    detail_route.ROUTE,
    help.PICTURES,
    report.ROUTE,
    upload_route.ROUTE,
    security_txt.ROUTE,
    Route("/home", home, methods=["GET"]),
    Route("/auth/session", begin, methods=["POST"]),
    Route("/auth/session", who, methods=["GET"]),
    Route("/auth/sign-out", end, methods=["POST"]),
]
