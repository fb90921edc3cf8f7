"""The page that a share link opens, for people without an account: pictures, and nothing else of the dashboard.

The link carries its token behind a #, which no browser sends: the page's script reads it there and asks for the
pictures on this origin, with the token in the header where the search API wants it (docs/adr/0014).
"""

from functools import cache
from pathlib import Path
from urllib.parse import quote

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dashboard import failures, forwarding, session
from dashboard.look import tokens
from pixplore import request_ids

_HERE = Path(__file__).with_name("shared")
_PRIVATE = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "no-store",
}
_TOKEN = "Bearer pxs_"  # noqa: S105 - how every share's token begins
_BACK = ("content-type", "retry-after", "x-request-id")


async def page(request: Request) -> Response:
    return Response(_read("page.html"), media_type="text/html", headers=_PRIVATE)


async def script(request: Request) -> Response:
    return Response(_read("page.js"), media_type="text/javascript", headers={"Cache-Control": "no-cache"})


async def style(request: Request) -> Response:
    css = f"{tokens.css()}\n{_read('page.css')}"
    return Response(css, media_type="text/css", headers={"Cache-Control": "no-cache"})


async def mark(request: Request) -> Response:
    content = (Path(__file__).resolve().parents[1] / "static" / "mark.svg").read_bytes()
    return Response(content, media_type="image/svg+xml", headers={"Cache-Control": "max-age=86400"})


async def share(request: Request) -> Response:
    """What the share is called and until when it holds."""
    return await _forwarded(request, "")


async def images(request: Request) -> Response:
    return await _forwarded(request, "/images")


async def image(request: Request) -> Response:
    """One picture anew: its signed addresses end after a while."""
    return await _forwarded(request, f"/images/{quote(request.path_params['image_id'], safe='')}")


async def original(request: Request) -> Response:
    """{"url"}: where the file may be fetched for some minutes. A redirect would be followed unseen by the script."""
    return await _forwarded(request, f"/images/{quote(request.path_params['image_id'], safe='')}/original")


async def _forwarded(request: Request, path: str) -> Response:
    """The search API's answer to the visitor. No cookie and no other token than a share's goes along."""
    token = request.headers.get("authorization", "")
    if not token.startswith(_TOKEN):
        said = "This link is not complete. Ask whoever sent it for a new one."
        return _private(forwarding.problem(401, "Unauthorized", said))
    address = f"{session.settings().search_api.rstrip('/')}/v1/shared{path}?{request.url.query}"
    asked = request_ids.new()
    try:
        head = {"authorization": token, request_ids.HEADER: asked}
        answer = await forwarding._client().get(address, headers=head)
    except httpx.HTTPError as error:
        return _private(forwarding.away(asked, failures.unanswered(error, "GET", request.url.path, asked)))
    if answer.status_code >= 500:
        return _private(await forwarding.unexpected(asked, request, answer))
    if answer.is_redirect:
        return JSONResponse({"url": answer.headers["location"]}, headers=_PRIVATE)
    back = {name: answer.headers[name] for name in _BACK if name in answer.headers}
    return Response(answer.content, answer.status_code, back | _PRIVATE)


def _private(answer: Response) -> Response:
    answer.headers.update(_PRIVATE)
    return answer


@cache
def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


ROUTES = [
    Route("/shared", page, methods=["GET"]),
    Route("/shared/page.js", script, methods=["GET"]),
    Route("/shared/page.css", style, methods=["GET"]),
    Route("/shared/mark.svg", mark, methods=["GET"]),
    Route("/shared/v1", share, methods=["GET"]),
    Route("/shared/v1/images", images, methods=["GET"]),
    Route("/shared/v1/images/{image_id}", image, methods=["GET"]),
    Route("/shared/v1/images/{image_id}/original", original, methods=["GET"]),
]
