"""Whom to tell of a weakness, as RFC 9116 has it."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard import routes, session
from pixplore.settings import DashboardSettings, trouble

PATH = "/.well-known/security.txt"


def asked(monkeypatch: pytest.MonkeyPatch, contact: str):
    monkeypatch.setattr(session, "settings", lambda: SimpleNamespace(security_contact=contact))
    return TestClient(Starlette(routes=routes.ROUTES)).get(PATH)


def test_it_names_the_contact_and_ends_within_a_year(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = asked(monkeypatch, "mailto:security@shop.example")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    told = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert told["Contact"] == "mailto:security@shop.example"
    left = datetime.fromisoformat(told["Expires"]) - datetime.now(UTC)
    assert timedelta(days=30) < left < timedelta(days=365)


def test_where_nobody_is_named_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = asked(monkeypatch, "")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(("contact", "taken"), [
    ("mailto:security@shop.example", True), ("https://shop.example/security", True), ("", True),
    ("security@shop.example", False), ("http://shop.example", False), ("mailto:a@b.example\nContact: x", False),
    ("javascript:alert(1)", False),
])  # fmt: skip
def test_the_setting_takes_two_kinds(monkeypatch: pytest.MonkeyPatch, contact: str, taken: bool) -> None:
    for name, value in {"UPLOADS_API": "http://x", "SEARCH_API": "http://x", "SESSION_KEY": "k" * 43}.items():
        monkeypatch.setenv(f"PIXPLORE_{name}", value)
    monkeypatch.setenv("PIXPLORE_SECURITY_CONTACT", contact)
    said = trouble(DashboardSettings)
    assert (said is None) == taken
    assert taken or "PIXPLORE_SECURITY_CONTACT" in str(said)
