"""Sign-ins and wrong passwords stand in the log, by a sign that names nobody."""

import logging
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit_authenticator.utilities import LoginError

from dashboard import session
from dashboard.account import authenticator
from pixplore.errors import Unauthenticated

NAME, PASSWORD = "Ada@Example.com", "Secret-1234"


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Any:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(session, "settings", lambda: SimpleNamespace(proxies=0, session_key="k" * 44))
    monkeypatch.setattr(session, "client_id", lambda: "client")
    monkeypatch.setattr(session, "attempt", lambda *_: 0)
    monkeypatch.setattr(session, "forgive", lambda *_, **__: None)
    monkeypatch.setattr(session, "open_ticket", lambda _: "ticket")
    monkeypatch.setattr(session.st, "context", SimpleNamespace(headers={}, ip_address="203.0.113.7"))
    return authenticator.CognitoModel.__new__(authenticator.CognitoModel)


def test_who_and_from_where(model: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def wrong(*_: str) -> None:
        raise Unauthenticated("No.")

    monkeypatch.setattr(authenticator.cognito, "sign_in", wrong)
    with pytest.raises(LoginError):
        model.login(NAME, PASSWORD)
    monkeypatch.setattr(authenticator.cognito, "sign_in", lambda *_: object())
    assert model.login(NAME.lower(), PASSWORD)
    monkeypatch.setattr(session, "attempt", lambda *_: 8)
    with pytest.raises(LoginError, match="Wait 8 seconds"):
        model.login(NAME, PASSWORD)
    sign = session.sign_of(NAME)
    assert [record.message for record in caplog.records if record.name == authenticator.__name__] == [
        f"{what}: account {sign}, from 203.0.113.7"
        for what in ("wrong password", "signed in", "too many wrong passwords")
    ]
    assert not {"ada", "secret", "ticket"} & set(caplog.text.lower().replace("@", " ").split())
    assert "example.com" not in caplog.text.lower()


def test_another_installation_has_other_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    signs = set()
    for key in ("a" * 44, "b" * 44):
        monkeypatch.setattr(session, "settings", lambda key=key: SimpleNamespace(session_key=key))
        signs.add(session.sign_of(NAME))
    assert len(signs) == 2
