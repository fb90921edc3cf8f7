"""The document that every page begins with: Streamlit's own, told beforehand what its program would find out by asking.

Streamlit's page asks under the page's own address and then above it where the server is, before it connects; and it
learns one after the other which programs its elements need. Both are known here, and said in the document. Its
programs are sent compressed, each packed once: Streamlit itself sends them as they are, two megabytes and a half for
a first visit.
"""

import gzip
import re
from functools import cache
from pathlib import Path

import streamlit
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

_STATIC = Path(streamlit.__file__).with_name("static")
_PAGES = Path(__file__).resolve().parents[1] / "pages"
_ELEMENTS = ("BidiComponent", "Html", "TextInput", "Selectbox", "Checkbox")
"""Streamlit's names of what nearly every page shows and its first program does not hold."""
_SERVER = """
      window.__streamlit = {
        BACKEND_BASE_URL: location.origin,
        HOST_CONFIG: { allowedOrigins: ["https://nobody.invalid"], useExternalAuthToken: false },
      }
    """
"""Where the server is. Nobody frames the dashboard: no origin that there is has anything to say to its program."""
_IMPORTED = re.compile(r"""(?:from|import)\s*["']\./([^"']+\.js)["']""")
_FONT = re.compile(r"<link\s[^>]*SourceSans[^>]*>\s*")
_FROM = "/static/js/"
_PACKED = {
    "Cache-Control": "public, immutable, max-age=31536000",
    "Vary": "Accept-Encoding",
    "Content-Encoding": "gzip",
}
"""Their names hold a hash of what is in them."""


@cache
def document() -> str:
    """The document. Streamlit's own lets its own font come first, 171 kB that show for a moment; ours lets ours."""
    page = (_STATIC / "index.html").read_text(encoding="utf-8")
    links = "".join(
        f'<link rel="modulepreload" crossorigin href="./static/js/{name}">\n    '
        for name in sorted(_needed(_ELEMENTS))
        if name not in page
    )
    (icons,) = (_STATIC / "static" / "media").glob("MaterialSymbols-Rounded.*.woff2")
    for font in (f"./static/media/{icons.name}", "./app/static/inter-latin.woff2"):
        links += f'<link rel="preload" crossorigin as="font" type="font/woff2" href="{font}">\n    '
    page = _FONT.sub("", page).replace("<title>Streamlit</title>", "<title>Pixplore</title>")
    return page.replace("</head>", f"  <script>{_SERVER}</script>\n    {links}</head>", 1)


@cache
def _programs() -> dict[str, Path]:
    return {path.name: path for path in (_STATIC / "static" / "js").glob("*.js")}


def _needed(elements: tuple[str, ...]) -> set[str]:
    """The files of these elements, and those that they import."""
    found: set[str] = set()
    open_ = [name for name in _programs() if name.split(".")[0] in elements]
    while open_:
        name = open_.pop()
        if name not in found:
            found.add(name)
            open_ += _IMPORTED.findall(_programs()[name].read_text(encoding="utf-8"))
    return found


@cache
def _packed(name: str) -> bytes:
    return gzip.compress(_programs()[name].read_bytes(), 6, mtime=0)


def _takes_gzip(headers: Headers) -> bool:
    offers = headers.get("accept-encoding", "").lower().replace(" ", "").split(",")
    return any(re.fullmatch(r"gzip(;q=(1|0\.0*[1-9]).*)?", offer) for offer in offers)


def page(request: Request) -> Response:
    return HTMLResponse(document(), headers={"Cache-Control": "no-cache"})


class Packed:
    """ASGI middleware: Streamlit's programs, compressed. (Routes under its own names are not ours to give.)"""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = scope.get("path", "").removeprefix(_FROM)
        asked = scope["type"] == "http" and scope["method"] == "GET" and scope["path"].startswith(_FROM)
        if asked and name in _programs() and _takes_gzip(Headers(scope=scope)):
            body = await run_in_threadpool(_packed, name)
            answer = Response(body, headers=_PACKED, media_type="text/javascript")
            await answer(scope, receive, send)
        else:
            await self.app(scope, receive, send)


ROUTES = [
    Route("/", page, methods=["GET"]),
    *(Route(f"/{path.stem}", page, methods=["GET"]) for path in sorted(_PAGES.glob("*.py")) if path.stem != "home"),
]
