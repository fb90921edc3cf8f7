"""The session cookie from ticket to sign-out, and tokens that are renewed, on a real database and a user pool."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import boto3
import pytest
from cryptography.fernet import Fernet
from moto import mock_aws
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from dashboard import routes, session
from dashboard.security_headers import SecurityHeaders, policy
from pixplore.aws import clients, cognito
from pixplore.catalogue import sessions

HERE = "https://pixplore.example"
EMAIL, PASSWORD = "ada@pixplore.example", "Correct-horse 7"
CACHES = (session.settings, session.client_id, session.engine, session.standing, cognito._pool)


@pytest.fixture
def tokens(monkeypatch: pytest.MonkeyPatch, database_url: str) -> Iterator[cognito.Tokens]:
    """Ada's, fresh from the pool that the dashboard's settings name."""
    values = {
        "DATABASE_URL": database_url,
        "PIXPLORE_UPLOADS_API": HERE,
        "PIXPLORE_SEARCH_API": HERE,
        "PIXPLORE_SESSION_KEY": Fernet.generate_key().decode(),
        "PIXPLORE_TOKEN_ISSUER": HERE,
        "PIXPLORE_JWKS_URL": HERE,
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }
    with mock_aws():
        pool = boto3.client("cognito-idp", "eu-central-1")
        pool_id = pool.create_user_pool(PoolName="p", UsernameAttributes=["email"])["UserPool"]["Id"]
        flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
        made = pool.create_user_pool_client(UserPoolId=pool_id, ClientName="c", ExplicitAuthFlows=flows)  # type: ignore[arg-type]
        client = made["UserPoolClient"]["ClientId"]
        for name, value in {**values, "PIXPLORE_USER_POOL_ID": pool_id, "PIXPLORE_CLIENT_ID": client}.items():
            monkeypatch.setenv(name, value)
        for cached in CACHES:
            cached.cache_clear()
        clients.forget()
        cognito.sign_up(client, EMAIL, PASSWORD)
        cognito.confirm(client, EMAIL, "123456")
        fresh = cognito.sign_in(client, EMAIL, PASSWORD)
        assert isinstance(fresh, cognito.Tokens)
        yield fresh
        session.engine().dispose()
    for cached in CACHES:
        cached.cache_clear()
    clients.forget()


@pytest.fixture
def browser(tokens: cognito.Tokens) -> Callable[[], TestClient]:
    """Makes browsers of the dashboard's own routes."""
    headers = Middleware(SecurityHeaders, policy=policy(["https://b.example"]), tls=True)
    app = Starlette(routes=routes.ROUTES, middleware=[headers])
    return lambda: TestClient(app, base_url=HERE, headers={"Origin": HERE})


def test_from_ticket_to_sign_out(browser: Callable[[], TestClient], tokens: cognito.Tokens) -> None:
    ada, thief = browser(), browser()
    ticket = session.open_ticket(tokens)
    answer = ada.post("/auth/session", json={"ticket": ticket})
    assert answer.status_code == 204
    said = answer.headers["set-cookie"]
    assert said.startswith("__Host-px=")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(said.split("; "))
    assert thief.post("/auth/session", json={"ticket": ticket}).status_code == 401, "a ticket is good once"
    assert ada.get("/auth/session").json() == {"email": EMAIL, "role": "viewer"}
    stolen = dict(ada.cookies)
    assert ada.post("/auth/sign-out").status_code == 204
    assert "__Host-px" not in ada.cookies
    assert browser().get("/auth/session", cookies=stolen).status_code == 401


def test_tokens_lie_sealed_and_the_cookie_is_not_stored(tokens: cognito.Tokens) -> None:
    sid = session.redeem(session.open_ticket(tokens))
    assert sid
    row = sessions.find(session.engine(), session.hashed(sid))
    assert row
    assert tokens.access.encode() not in row.sealed
    assert sid not in row.sid_hash
    session.settings().__dict__["session_key"] = Fernet.generate_key().decode()
    assert session.of_cookie(sid) is None, "sealed with another key: sign in again"


def test_nobody_chooses_the_session_of_somebody_else(browser: Callable[[], TestClient], tokens: cognito.Tokens) -> None:
    """Fixation: a cookie that was put into a browser beforehand is worth nothing, also after the sign-in."""
    ada, planted = browser(), "of-the-attackers-own-choosing-0123456789012"
    ada.cookies.set("__Host-px", planted)
    answer = ada.post("/auth/session", json={"ticket": session.open_ticket(tokens)})
    assert answer.status_code == 204
    assert planted not in answer.headers["set-cookie"]
    assert browser().get("/auth/session", cookies={"__Host-px": planted}).status_code == 401


def test_a_sign_in_ends_what_the_browser_had_before(browser: Callable[[], TestClient], tokens: cognito.Tokens) -> None:
    ada = browser()
    ada.post("/auth/session", json={"ticket": session.open_ticket(tokens)})
    before = dict(ada.cookies)
    assert ada.post("/auth/session", json={"ticket": "never was one"}).status_code == 401
    assert browser().get("/auth/session", cookies=before).status_code == 200, "a failed one ends nothing"
    assert ada.post("/auth/session", json={"ticket": session.open_ticket(tokens)}).status_code == 204
    assert dict(ada.cookies) != before
    assert browser().get("/auth/session", cookies=before).status_code == 401
    assert ada.get("/auth/session").status_code == 200


@pytest.mark.parametrize("near_its_end", [False, True])
def test_another_role_ends_the_session(
    tokens: cognito.Tokens, monkeypatch: pytest.MonkeyPatch, near_its_end: bool
) -> None:
    """Higher or lower: with a new role comes a new cookie. Also where the token is renewed at this moment."""
    monkeypatch.setattr("pixplore.standing.FRESH_S", 0.0)
    ends = time.time() + 60 if near_its_end else tokens.expires_at
    sid = session.redeem(session.open_ticket(replace(tokens, expires_at=ends)))
    assert sid
    pool, pool_id = boto3.client("cognito-idp", "eu-central-1"), session.load(session.IdentitySettings).user_pool_id
    pool.create_group(UserPoolId=pool_id, GroupName="analyst")
    if not near_its_end:
        assert session.of_cookie(sid)
    pool.admin_add_user_to_group(UserPoolId=pool_id, Username=EMAIL, GroupName="analyst")
    assert session.of_cookie(sid) is None
    assert sessions.find(session.engine(), session.hashed(sid)) is None


def test_without_tls_the_cookie_is_as_private_as_it_can_be(
    browser: Callable[[], TestClient], tokens: cognito.Tokens
) -> None:
    session.settings().__dict__["cookie_secure"] = False
    said = browser().post("/auth/session", json={"ticket": session.open_ticket(tokens)}).headers["set-cookie"]
    assert said.startswith("px=")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(said.split("; "))
    assert "Secure" not in said, "a browser would drop it"


@pytest.mark.parametrize("origin", ["https://evil.example", "http://pixplore.example:80", "null", ""])
def test_other_origins_are_refused(browser: Callable[[], TestClient], origin: str) -> None:
    for path in ("/auth/session", "/auth/sign-out"):
        assert browser().post(path, json={"ticket": "x"}, headers={"Origin": origin}).status_code == 403


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b'{"ticket": ', b"{}", b'{"other": 1}'])
def test_nonsense_is_refused(browser: Callable[[], TestClient], body: bytes) -> None:
    answer = browser().post("/auth/session", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert browser().post("/auth/session", content=b"ticket=x").status_code == 415


def test_an_access_token_near_its_end_is_renewed(tokens: cognito.Tokens) -> None:
    sid = session.redeem(session.open_ticket(replace(tokens, expires_at=time.time() + 60)))
    assert sid
    renewed = session.of_cookie(sid)
    assert renewed
    assert renewed.tokens.expires_at > time.time() + session.REFRESH_BEFORE
    assert session.of_cookie(sid) == renewed, "stored, not asked for again"


def test_a_revoked_refresh_token_ends_the_session(tokens: cognito.Tokens) -> None:
    sid = session.redeem(session.open_ticket(replace(tokens, refresh="revoked", expires_at=time.time() + 60)))
    assert sid
    assert session.of_cookie(sid) is None
    assert sessions.find(session.engine(), session.hashed(sid)) is None


def test_headers_of_every_answer(browser: Callable[[], TestClient]) -> None:
    headers = browser().get("/auth/session").headers
    rules = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))
    assert rules["frame-ancestors"] == "'none'"
    assert "'unsafe-inline'" not in rules["script-src"]
    assert "'unsafe-eval'" not in rules["script-src"]
    assert "https://b.example" in rules["connect-src"]
    assert headers["strict-transport-security"]
    assert headers["referrer-policy"]


def test_the_first_page_has_two_names(browser: Callable[[], TestClient]) -> None:
    answer = browser().get("/home?x=1", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/?x=1")
