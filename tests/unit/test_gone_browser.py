"""A browser that left while its page was drawn: its run ends, its session stays."""

from types import SimpleNamespace

import pytest

from dashboard import session


class Ended(BaseException):
    """The run."""


def end() -> None:
    raise Ended


class Told(dict[str, str]):
    def to_dict(self) -> dict[str, str]:
        return self


def browser(monkeypatch: pytest.MonkeyPatch, **headers: str) -> None:
    monkeypatch.setattr(session.st, "context", SimpleNamespace(cookies=Told(), headers=Told(headers)))
    monkeypatch.setattr(session.st, "stop", end)  # outside a run Streamlit's does nothing
    monkeypatch.setattr(session, "cookie_name", lambda: "px")


def test_a_run_without_its_browser_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    browser(monkeypatch)
    with pytest.raises(Ended):
        session.access_token()


def test_a_browser_without_a_cookie_is_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    browser(monkeypatch, Host="pixplore.example")
    assert session.session() is None
