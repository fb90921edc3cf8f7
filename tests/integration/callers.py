"""Everybody who may come to a running stack, each with a cookie of the dashboard and an access token of their own.

Who is out (disabled, in another group, signed out everywhere) was in before: everything was asked with what they hold,
so that every program had them in mind when the pool changed its.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import httpx
import psycopg2
import pytest
from cryptography.fernet import Fernet

from dashboard import session
from embedded.home import Home
from pixplore.aws import cognito
from tests.stack import Stack

PASSWORD = "Correct-horse 7"
ROLES = ("viewer", "analyst", "admin")
A_MINUTE = 60.0
Ask = Callable[[Stack, str, str], httpx.Response]
"""One thing that is asked with somebody's cookie and token."""


def _api(method: str, path: str) -> Ask:
    return lambda stack, _, token: stack.call(method, f"{stack.ends['search_api']}{path}", token)


def _uploads(method: str, path: str) -> Ask:
    return lambda stack, _, token: stack.call(method, f"{stack.ends['uploads_api']}{path}", token, json={"files": []})


def _dashboard(path: str) -> Ask:
    return lambda stack, cookie, _: stack.call("GET", f"{stack.ends['dashboard']}{path}", cookies={"px": cookie})


SURFACES: dict[str, Ask] = {
    "search API, reading": _api("GET", "/v1/images"),
    "search API, counting": _api("GET", "/v1/insights/labels"),
    "search API, reading of administrators": _api("GET", "/v1/audit"),
    "search API, writing": _api("POST", f"/v1/images/{UUID(int=7)}/restore"),
    "uploads API, reading": _uploads("GET", "/uploads"),
    "uploads API, writing": _uploads("POST", "/uploads"),
    "dashboard, who it is": _dashboard("/auth/session"),
    "dashboard, forwarded": _dashboard("/data/v1/images"),
}
OPEN_TO_VIEWERS = {"search API, reading", "search API, counting"}


@dataclass
class Callers:
    """By name: the value of the cookie (None: none) and the access token. `took`: seconds until somebody was refused,
    by (name, surface)."""

    stack: Stack
    cookies: dict[str, str | None] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    took: dict[tuple[str, str], float] = field(default_factory=dict)

    def sign_in(self, name: str, email: str, password: str = PASSWORD) -> None:
        tokens = cognito.sign_in(session.client_id(), email, password)
        assert isinstance(tokens, cognito.Tokens)
        self.cookies[name], self.tokens[name] = cookie_for(self.stack, tokens), tokens.access


def cookie_for(stack: Stack, tokens: cognito.Tokens) -> str:
    """The cookie that the dashboard gives to whoever brings a ticket of its own form."""
    base, ticket = stack.ends["dashboard"], session.open_ticket(tokens)
    answer = httpx.post(f"{base}/auth/session", json={"ticket": ticket}, headers={"Origin": base})
    assert answer.status_code == 204, answer.text
    return str(answer.cookies["px"])


@contextmanager
def inside(stack: Stack) -> Iterator[None]:
    """This process has the settings of the stack's dashboard."""
    ends = stack.ends
    values = {
        "DATABASE_URL": ends["database_url"],
        "PIXPLORE_UPLOADS_API": ends["uploads_api"],
        "PIXPLORE_SEARCH_API": ends["search_api"],
        "PIXPLORE_SESSION_KEY": Home(stack.home).secret("session-key"),
        "PIXPLORE_COOKIE_SECURE": "0",
        "PIXPLORE_USER_POOL_ID": ends["user_pool_id"],
        "PIXPLORE_CLIENT_ID": ends["client_id"],
        "PIXPLORE_TOKEN_ISSUER": "https://issuer.invalid",
        "PIXPLORE_JWKS_URL": "https://issuer.invalid",
        "PIXPLORE_ORIGINALS_BUCKET": ends["originals_bucket"],
        "PIXPLORE_RENDITIONS_BUCKET": ends["renditions_bucket"],
        "AWS_ENDPOINT_URL": ends["aws_endpoint"],
        "AWS_DEFAULT_REGION": ends["region"],
        "AWS_ACCESS_KEY_ID": ends["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": ends["aws_secret_access_key"],
    }
    kept = (session.settings, session.client_id, session.engine, cognito._pool)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in values.items():
            patch.setenv(name, value)
        for one in kept:
            one.cache_clear()
        yield
        session.engine().dispose()
    for one in kept:
        one.cache_clear()


def account(stack: Stack, *groups: str) -> str:
    """A confirmed account of its own; its email."""
    pool, email = stack.client("cognito-idp"), f"{secrets.token_hex(4)}@pixplore.example"
    who = {"UserPoolId": stack.ends["user_pool_id"], "Username": email}
    proved = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
    pool.admin_create_user(**who, MessageAction="SUPPRESS", UserAttributes=proved)
    pool.admin_set_user_password(**who, Password=PASSWORD, Permanent=True)
    for group in groups:
        pool.admin_add_user_to_group(**who, GroupName=group)
    return email


@pytest.fixture(scope="session")
def callers(stack: Stack) -> Iterator[Callers]:
    with inside(stack):
        made = Callers(stack, {"nobody": None, "forged": secrets.token_urlsafe(32)})
        for role in ROLES:
            made.sign_in(role, *stack.ends["demo_users"][role].values())
        for name in ("signed out", "too old", "unused"):
            made.sign_in(name, account(stack, "admin"))
        made.cookies["sealed by another key"] = _sealed_by_another_key(stack)
        base = stack.ends["dashboard"]
        out = httpx.post(f"{base}/auth/sign-out", cookies={"px": made.cookies["signed out"]}, headers={"Origin": base})
        assert out.status_code == 204
        for name, column, by in (("too old", "expires_at", "7 days"), ("unused", "seen_at", "12 hours")):
            with psycopg2.connect(stack.ends["database_url"]) as link:
                link.cursor().execute(
                    f"update session set {column} = {column} - %s::interval where sid_hash = %s",
                    (by, session.hashed(str(made.cookies[name]))),
                )
        _put_out(made)
        yield made


def _sealed_by_another_key(stack: Stack) -> str:
    """A row that somebody wrote into the database without knowing the dashboard's key."""
    sid = secrets.token_urlsafe(32)
    sealed = Fernet(Fernet.generate_key()).encrypt(b"{}")
    with psycopg2.connect(stack.ends["database_url"]) as link:
        link.cursor().execute(
            "insert into session (sid_hash, sub, sealed, expires_at) values (%s, 'x', %s, now() + interval '1 day')",
            (session.hashed(sid), sealed),
        )
    return sid


def _put_out(made: Callers) -> None:
    """Whom the pool turns out behind the dashboard's back, as its console would; waits until every door knows."""
    pool, pool_id = made.stack.client("cognito-idp"), made.stack.ends["user_pool_id"]
    names = ("disabled", "moved out", "signed out everywhere", "deleted")
    emails = {name: account(made.stack, "admin") for name in names}
    for name, email in emails.items():
        made.sign_in(name, email)
        for surface, ask in SURFACES.items():
            answer = ask(made.stack, str(made.cookies[name]), made.tokens[name])
            assert answer.status_code in (200, 404, 422), (name, surface, answer.text)
    who = {name: {"UserPoolId": pool_id, "Username": email} for name, email in emails.items()}
    pool.admin_disable_user(**who["disabled"])
    pool.admin_remove_user_from_group(**who["moved out"], GroupName="admin")
    pool.global_sign_out(AccessToken=made.tokens["signed out everywhere"])
    pool.admin_delete_user(**who["deleted"])
    began = time.monotonic()
    waiting = {(name, surface) for name in names for surface in SURFACES}
    waiting -= {("moved out", surface) for surface in OPEN_TO_VIEWERS}
    while waiting and time.monotonic() < began + A_MINUTE:
        for name, surface in sorted(waiting):
            if refused(SURFACES[surface](made.stack, str(made.cookies[name]), made.tokens[name])):
                made.took[name, surface] = time.monotonic() - began
        waiting -= made.took.keys()
        time.sleep(1)


def refused(answer: httpx.Response) -> bool:
    return answer.status_code in (401, 403)
