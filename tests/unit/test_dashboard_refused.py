"""The dashboard's log of who was refused: by the route's template, under the answer's id."""

import logging
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from dashboard import refused, routes, session
from dashboard.refused import Refused
from dashboard.sharing import shared_page
from pixplore.refusals import Refusals

SECRET = "not-for-any-log-7"


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> TestClient:
    monkeypatch.setattr(refused, "_noted", Refusals(logging.getLogger("pixplore.dashboard").warning))
    person = SimpleNamespace(sub="sub-of-anna", email="anna@shop.example")
    known = {"hers": SimpleNamespace(person=person, tokens=None)}
    monkeypatch.setattr(session, "settings", lambda: SimpleNamespace(cookie_secure=False))
    monkeypatch.setattr(session, "of_cookie", known.get)
    caplog.set_level(logging.WARNING)
    app = Starlette(routes=[*routes.ROUTES, *shared_page.ROUTES], middleware=[Middleware(Refused)])
    return TestClient(app, base_url="http://dashboard")


@pytest.mark.parametrize(("method", "path", "headers", "line"), [
    ("GET", f"/data/v1/images/{SECRET}?token={SECRET}", {}, "401 unauthenticated, GET /data/v1/{path:path}"),
    ("GET", f"/detail/{SECRET}", {}, "401 unauthenticated, GET /detail/{image_id}"),
    ("GET", "/auth/session", {"cookie": f"px={SECRET}"}, "401 unauthenticated, GET /auth/session"),
    ("GET", "/shared/v1/images", {"authorization": f"Bearer {SECRET}"}, "401 unauthenticated, GET /shared/v1/images"),
    ("POST", "/auth/sign-out", {"cookie": "px=hers", "origin": "https://evil.example"},
     "403 forbidden, POST /auth/sign-out"),
    ("GET", "/detail/7", {"cookie": "px=hers", "x-person": "another"}, "401 unauthenticated, GET /detail/{image_id}"),
])  # fmt: skip
def test_each_refusal_has_its_line(
    browser: TestClient, caplog: pytest.LogCaptureFixture, method: str, path: str, headers: dict[str, str], line: str
) -> None:
    answer = browser.request(method, path, headers=headers)
    (told,) = [one.getMessage() for one in caplog.records if one.name == "pixplore.dashboard"]
    assert told.startswith(f"refused: {line}, request {answer.headers['x-request-id']}, by ")
    assert ("by sub-of-anna" in told) == ("x-person" in headers)
    assert ("no page of ours" in told) == ("origin" in headers)
    assert SECRET not in told
    assert "anna@" not in told


def test_what_is_no_refusal_has_no_line(browser: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    assert browser.get("/shared/mark.svg").status_code == 200
    assert browser.get("/nothing").status_code == 404
    assert not [one for one in caplog.records if one.name == "pixplore.dashboard"]
