"""Both APIs behind the dashboard, faked where HTTP leaves it: AppTest then runs the real pages, as whom one likes.

Answers have the shape of search_api/*_schemas.py; a test may put its own in place of any, or take a service away.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
import streamlit as st
from cryptography.fernet import Fernet
from streamlit.testing.v1 import AppTest

from dashboard import client, session
from dashboard.catalogue import catalogue_calls
from pixplore.aws.cognito import Tokens
from pixplore.domain import Person, Role

MAIN = Path(__file__).resolve().parents[2] / "dashboard" / "main.py"
Answer = Any
PICTURE = {"id": "7d0c6c1e-0000-4000-8000-000000000001", "name": "cup.jpg", "title": "A cup", "width": 800,
           "height": 600, "thumbnail_url": None, "preview_url": None, "labels": [], "matched": []}  # fmt: skip
QUEUE = {"waiting": 2, "in_flight": 1, "delayed": 0, "dead": 3, "oldest_seconds": 4.0}
PARTS = (("labelled", "Has a label", 25), ("sku", "Has a product", 25))


def rows(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"count": count, "share": 0.5, "query": {"label": ["Cup"]}} | more] if count else []


def usual(pictures: int) -> dict[str, Answer]:
    """What the services say of a catalogue of so many pictures: path -> answer, or a function of the parameters."""
    here = [PICTURE] if pictures else []

    def images(asked: dict[str, list[str]]) -> Answer:
        names = [name for many in asked.get("facets", []) for name in many.split(",")]
        one = {"values": [{"value": "Cup", "count": pictures}] if pictures else [], "unset": 0, "distinct": len(here)}
        return {"items": here, "total": pictures, "facets": dict.fromkeys(names, one), "next_cursor": None,
                "version": 1, "took_ms": 1.0, "spelling": {}}  # fmt: skip

    health = [part for name, text, weight in PARTS
              for part in rows(pictures, name=name, text=text, weight=weight, points=weight / 2)]  # fmt: skip
    gaps = rows(pictures, name="no_sku", text="No SKU")
    return {
        "/v1/images": images,
        "/v1/facets/attribute": {"name": "attribute", "values": [], "unset": 0, "distinct": 0, "version": 1},
        "/v1/insights/labels": {"rows": rows(pictures, label="Cup", parents=[]), "total": pictures, "distinct": 1},
        "/v1/insights/health": {"rows": health, "score": 85.0 if pictures else None, "total": pictures},
        "/v1/insights/coverage": {"rows": gaps, "total": pictures},
        "/v1/insights/compare": {"rows": [], "totals": {"a": 0, "b": 0}},
        "/v1/insights/trend": {"rows": rows(pictures, period="2026-11"), "total": pictures},
        "/v1/review": {"items": [], "version": 1},
        "/v1/collections": {"items": [], "next_cursor": None},
        "/v1/products": {"items": [], "next_cursor": None},
        "/v1/products/reconciliation": {
            "counts": {"products": pictures, "complete": pictures, "too_few": 0, "without_images": 0,
                       "images_without_sku": 0, "images_of_unknown_sku": 0, "unknown_skus": 0, "ambiguous": 0},
            "too_few": [], "unknown_skus": [], "without_sku": {"images": 0, "query": {}}, "ambiguous": [],
        },
        "/v1/products/coverage": {"rows": []},
        "/v1/operations": {"queue": QUEUE, "items": {"failed": 4, "expected": 0, "received": 0, "processing": 0},
                           "images": pictures, "trashed": 0, "throughput": [], "failures": []},
        "/v1/operations/budget": {"month": "2026-11", "spent": 1.5, "limit": None},
        "/v1/jobs": {"items": []},
        "/metrics": "",
        "/uploads": {"items": [], "next_cursor": None},
    }  # fmt: skip


class Services:
    """The fake: what it is asked (`paths`, in order), what it answers (`answers`), and whether it is there (`away`)."""

    def __init__(self) -> None:
        self.answers = usual(12)
        self.paths: list[str] = []
        self.away: set[str] | bool = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        self.paths.append(path)
        if self.away is True or (self.away and path in self.away):
            return httpx.Response(503, json={"title": "Unavailable", "detail": "The service is resting."})
        answer = self.answers.get(path)
        if answer is None:
            return httpx.Response(404, json={"title": "Not found", "detail": f"The fake has no {path}."})
        found = answer(parse_qs(request.url.query.decode())) if isinstance(answer, Callable) else answer
        return httpx.Response(200, text=found) if isinstance(found, str) else httpx.Response(200, json=found)


class Dashboard:
    """The dashboard in a session of somebody's own."""

    def __init__(self, services: Services, sign_in: Callable[[Role], None]) -> None:
        self.services, self.sign_in = services, sign_in

    def open(self, page: str, role: Role, **address: str) -> AppTest:
        """A page by its address, as a person of this role. Nothing may break on the way."""
        self.sign_in(role)
        app = AppTest.from_file(str(MAIN), default_timeout=30)
        for name, value in address.items():
            app.query_params[name] = value
        if page != "home":
            app.switch_page(f"../pages/{page}.py")
        app.run()
        assert not app.exception
        return app


def words(app: AppTest) -> str:
    """Everything that a page says, in one text, as people read it: Markdown's own signs are not escaped."""
    said = [one.proto.body for one in app.get("html")]
    for kind in ("title", "header", "subheader", "markdown", "caption"):
        said += [re.sub(r"\\([^\w\s])", r"\1", str(one.value)) for one in app.get(kind)]
    return "\n".join(said)


@pytest.fixture
def dashboard(monkeypatch: pytest.MonkeyPatch) -> Dashboard:
    services = Services()
    environment = {"SEARCH_API": "http://search.test", "UPLOADS_API": "http://uploads.test",
                   "SESSION_KEY": Fernet.generate_key().decode(), "COOKIE_SECURE": "0"}  # fmt: skip
    for name, value in environment.items():
        monkeypatch.setenv(f"PIXPLORE_{name}", value)
    session.settings.cache_clear()
    pool = httpx.Client(transport=httpx.MockTransport(services))
    monkeypatch.setattr(client, "_pool", lambda: pool)
    catalogue_calls._answers.clear()
    st.cache_data.clear()

    def sign_in(role: Role) -> None:
        person = Person("sub-1", f"{role.value}@example.com", role)
        found = session.Session("sid", person, Tokens("access", "refresh", 4e9))
        monkeypatch.setattr(session, "session", lambda: found)

    return Dashboard(services, sign_in)
