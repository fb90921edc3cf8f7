"""Every page and every route of the dashboard against everybody who may come, on a running stack.

Pages are asked over Streamlit's own WebSocket, as a browser does. A page or route without a row here fails, so that a
new one is thought about.
"""

import json
import os
import subprocess
import sys
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest

from tests.integration.callers import ROLES, Callers, inside
from tests.integration.callers import callers as callers
from tests.integration.streamlit_page import Page
from tests.stack import ROOT, Stack

OUT = ("nobody", "forged", "sealed by another key", "signed out", "too old", "unused", "disabled", "moved out",
       "signed out everywhere", "deleted")  # fmt: skip
NAMES = (*OUT, *ROLES)
PAGES = {
    "home": "viewer", "catalogue": "viewer", "upload": "admin", "insights": "viewer", "review": "analyst",
    "products": "viewer", "collections": "viewer", "operations": "admin", "account": "viewer", "help": "viewer",
}  # fmt: skip
"""The least role that sees it."""
ID = UUID(int=7)
ROUTES: dict[str, tuple[str, dict[str, int]]] = {
    # what it is asked as, and the answer: of `out`, of a role, of everybody else `in`
    **{f"GET /{page if page != 'home' else ''}": (f"/{page if page != 'home' else ''}", {"out": 200, "in": 200})
       for page in PAGES},  # the same document for everybody; what it shows is asked above
    "GET /home": ("/home", {"out": 307, "in": 307}),
    "GET /guide-pictures": ("/guide-pictures/catalogue.jpg", {"out": 200, "in": 200}),
    "GET /.well-known/security.txt": ("/.well-known/security.txt", {"out": 404, "in": 404}),  # nobody is named here
    "GET /auth/session": ("/auth/session", {"out": 401, "in": 200}),
    "POST /auth/session": ("/auth/session", {"out": 401, "in": 401}),  # nothing but a ticket opens it
    "POST /auth/sign-out": ("/auth/sign-out", {"out": 204}),  # of who is in: test_dashboard_session
    "GET /detail/{image_id}": (f"/detail/{ID}", {"out": 401, "in": 404}),
    "GET /report": ("/report", {"out": 303, "in": 200}),
    "POST /upload/ask": ("/upload/ask", {"out": 200, "in": 200}),  # an error in words: below
    "GET /data/v1/{path:path}": ("/data/v1/audit", {"out": 401, "viewer": 403, "analyst": 403, "admin": 200}),
    "POST /data/v1/{path:path}": (f"/data/v1/images/{ID}/restore", {"out": 401, "viewer": 403, "analyst": 403, "in": 404}),  # noqa: E501
    "PUT /data/v1/{path:path}": ("/data/v1/taxonomy", {"out": 401, "viewer": 403, "analyst": 403, "in": 422}),
    "PATCH /data/v1/{path:path}": (f"/data/v1/images/{ID}", {"out": 401, "viewer": 403, "in": 404}),
    "DELETE /data/v1/{path:path}": (f"/data/v1/images/{ID}", {"out": 401, "viewer": 403, "analyst": 403, "in": 404}),
    "GET /shared": ("/shared", {"out": 200, "in": 200}),
    "GET /shared/page.js": ("/shared/page.js", {"out": 200, "in": 200}),
    "GET /shared/page.css": ("/shared/page.css", {"out": 200, "in": 200}),
    "GET /shared/mark.svg": ("/shared/mark.svg", {"out": 200, "in": 200}),
    # a cookie opens no share, whoever's
    "GET /shared/v1": ("/shared/v1", {"out": 401, "in": 401}),
    "GET /shared/v1/images": ("/shared/v1/images", {"out": 401, "in": 401}),
    "GET /shared/v1/images/{image_id}": (f"/shared/v1/images/{ID}", {"out": 401, "in": 401}),
    "GET /shared/v1/images/{image_id}/original": (f"/shared/v1/images/{ID}/original", {"out": 401, "in": 401}),
}  # fmt: skip
BODIES = {
    "POST /auth/session": {"ticket": "x"},
    "POST /upload/ask": {"queue": "none", "request": "1", "kind": "states"},
    "PATCH /data/v1/{path:path}": {"title": "Theirs"},
    "PUT /data/v1/{path:path}": {},
}
WRITES = [route for route in ROUTES if not route.startswith("GET ")]
LIST = """
import json
from starlette.routing import Mount
from dashboard.app import app
print(json.dumps([[sorted(getattr(r, "methods", None) or ["GET"]), r.path] for r in app._user_routes]))
"""


def test_every_route_has_a_row(stack: Stack) -> None:
    with inside(stack):
        said = subprocess.run(
            [sys.executable, "-c", LIST], cwd=ROOT, env=dict(os.environ), capture_output=True, check=True
        )
    there = {
        f"{m} {path}" for methods, path in json.loads(said.stdout.splitlines()[-1]) for m in methods if m != "HEAD"
    }
    assert there == set(ROUTES)


def ask(stack: Stack, callers: Callers, name: str, route: str, **headers: str) -> httpx.Response:
    base, cookie = stack.ends["dashboard"], callers.cookies[name]
    return httpx.request(
        route.split()[0], base + ROUTES[route][0], json=BODIES.get(route), timeout=30,
        cookies={"px": cookie} if cookie else {}, headers={"Origin": base} | headers,
    )  # fmt: skip


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.replace(" ", "_"))
def test_who_gets_what(stack: Stack, callers: Callers, route: str) -> None:
    expected = ROUTES[route][1]
    for name in NAMES:
        wanted = expected.get(name, expected["out"] if name in OUT else expected.get("in"))
        if wanted is None:
            continue
        answer = ask(stack, callers, name, route)
        assert answer.status_code == wanted, (name, answer.text[:300])
        if route == "POST /upload/ask":
            assert ("session is over" in answer.json()["error"]) == (name in OUT)
        if answer.status_code in (401, 403):
            assert answer.headers["x-request-id"], "by which the log knows it"
        if name in OUT:
            assert b"@pixplore.example" not in answer.content, "nobody's address"


@pytest.mark.parametrize("route", WRITES, ids=lambda route: route.replace(" ", "_"))
def test_no_other_site_writes_with_a_cookie(stack: Stack, callers: Callers, route: str) -> None:
    base = stack.ends["dashboard"]
    port = urlsplit(base).port
    for origin in ("", "null", "https://evil.example", f"{base}.evil.example", f"http://localhost:{port}", f"{base}0"):
        answer = ask(stack, callers, "admin", route, Origin=origin)
        assert answer.status_code == 403, (origin, answer.text)
    cookies = {"px": str(callers.cookies["admin"])}
    assert httpx.request(route.split()[0], base + ROUTES[route][0], json={}, cookies=cookies).status_code == 403, "none"
    assert ask(stack, callers, "admin", "GET /auth/session").status_code == 200, "and nobody was signed out"


def test_every_page_has_a_row(stack: Stack, callers: Callers) -> None:
    for name in ("nobody", "viewer", "admin"):
        with Page(stack.ends["dashboard"], callers.cookies[name]) as page:
            assert page.pages == set(PAGES), name


@pytest.mark.parametrize("page", PAGES)
def test_who_sees_what(stack: Stack, callers: Callers, page: str) -> None:
    for name in NAMES:
        with Page(stack.ends["dashboard"], callers.cookies[name], page) as opened:
            seen = opened.seen
        signs = {
            "the sign-in": b"px-login" in seen,
            "not for your role": b"This page is for" in seen,
            "the page": b"px-keys-list" in seen and b"This page is for" not in seen,
        }
        held = [sign for sign, there in signs.items() if there]
        if name in OUT:
            assert held == ["the sign-in"], name
            assert b"@pixplore.example" not in seen, "nobody's address"
        else:
            enough = ROLES.index(name) >= ROLES.index(PAGES[page])
            assert held == ["the page" if enough else "not for your role"], name
