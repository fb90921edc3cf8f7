"""The dashboard's sessions: tokens sealed in the database under the hash of a cookie, looked up on every run.

A sign-in gives a ticket; the browser changes it for an HttpOnly cookie at /auth/session (dashboard/routes.py). A
session has one role for its life: whoever gets another one, or is out by Cognito's word (pixplore/standing.py), signs
in again, and so has another cookie.
"""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache, partial

import streamlit as st
from cryptography.fernet import Fernet, InvalidToken

from dashboard.look import theme
from pixplore.aws import cognito, people
from pixplore.catalogue import sessions
from pixplore.catalogue.database import open_engine
from pixplore.domain import Person, Role
from pixplore.errors import Unauthenticated
from pixplore.settings import DashboardSettings, DatabaseSettings, IdentitySettings, load
from pixplore.standing import AWAY_S, Standing

LASTS_SECONDS = int(sessions.LASTS_FOR.total_seconds())
"""How long a session lasts at most."""
REFRESH_BEFORE = 300
"""Seconds before its end at which an access token is renewed."""


@dataclass(frozen=True, slots=True)
class Session:
    """What one cookie stands for, in clear."""

    sid_hash: str
    person: Person
    tokens: cognito.Tokens
    browser: str = ""
    """What the browser called itself when it signed in."""


@cache
def settings() -> DashboardSettings:
    return load(DashboardSettings)


@cache
def client_id() -> str:
    return load(IdentitySettings).client_id


@cache
def engine():
    return open_engine(load(DatabaseSettings).database_url)


@cache
def standing() -> Standing:
    return Standing(partial(people.person_of, pool_id=load(IdentitySettings).user_pool_id))


def check_settings() -> DashboardSettings:
    """Read every setting of the dashboard now, so that a missing one ends the program with a sentence."""
    client_id()
    engine()
    return settings()


def cookie_name() -> str:
    """__Host- binds the cookie to this host and to TLS; without TLS the browser would drop it."""
    return "__Host-px" if settings().cookie_secure else "px"


def hashed(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()


def _seal(person: Person, tokens: cognito.Tokens, browser: str) -> bytes:
    box = Fernet(settings().session_key)
    said = {"person": asdict(person), "tokens": asdict(tokens), "browser": browser}
    return box.encrypt(json.dumps(said).encode())


def _unseal(row: sessions.Row) -> Session | None:
    try:
        said = json.loads(Fernet(settings().session_key).decrypt(row.sealed))
    except InvalidToken:  # sealed with another key: the person signs in again
        return None
    who = said["person"]
    person = Person(who["sub"], who["email"], Role(who["role"]))
    return Session(row.sid_hash, person, cognito.Tokens(**said["tokens"]), said.get("browser", ""))


def open_ticket(tokens: cognito.Tokens) -> str:
    """Store a new session and return the word that a browser may change for its cookie, once, within 30 s."""
    person = cognito.person(tokens)
    ticket = secrets.token_urlsafe(32)
    browser = (st.context.headers.get("User-Agent") or "")[:300]
    sessions.open_ticket(engine(), hashed(ticket), person.sub, _seal(person, tokens, browser))
    return ticket


def redeem(ticket: str, before: str = "") -> str | None:
    """The cookie for a ticket; None where it was used, is too old or never was. The session of the cookie that the
    browser had `before` is over: nobody goes on with it beside the new one.
    """
    sid = secrets.token_urlsafe(32)
    if not sessions.redeem(engine(), hashed(ticket), hashed(sid)):
        return None
    if before:
        sessions.end(engine(), hashed(before))
    return sid


def of_cookie(sid: str) -> Session | None:
    """The living session of a cookie, its access token renewed when it is near its end. Raises Unavailable."""
    row = sessions.find(engine(), hashed(sid)) if sid else None
    found = _unseal(row) if row else None
    if found is None:
        return None
    try:
        return _renewed(found) if found.tokens.expires_at - time.time() <= REFRESH_BEFORE else _standing(found)
    except Unauthenticated:
        sessions.end(engine(), found.sid_hash)
        return None


def _renewed(found: Session) -> Session:
    tokens = cognito.refresh(client_id(), found.tokens.refresh)
    person = _same_role(found, cognito.person(tokens))
    sessions.reseal(engine(), found.sid_hash, _seal(person, tokens, found.browser))
    return Session(found.sid_hash, person, tokens, found.browser)


def _standing(found: Session) -> Session:
    lately = time.time() - float(cognito.claims(found.tokens.access)["iat"]) < AWAY_S
    _same_role(found, standing().of(found.tokens.access, found.person if lately else None))
    return found


def _same_role(found: Session, now: Person) -> Person:
    if now.role is not found.person.role:
        raise Unauthenticated("Your role has changed. Sign in again.")
    return now


def session() -> Session | None:
    """The session of the browser that this run belongs to. Raises Unavailable.

    A browser that has gone, by a reload or another address, has no cookies any more: its run ends here. Nobody sees the
    rest of it, and the missing cookie must not be taken for a session that is over.
    """
    sid = st.context.cookies.to_dict().get(cookie_name(), "")
    if not sid and not st.context.headers.to_dict():
        st.stop()
    return of_cookie(sid)


_acting: ContextVar["Session | None"] = ContextVar("acting", default=None)


@contextmanager
def acting(found: Session) -> Iterator[None]:
    """What is called inside is called for this session: in a route, where no run of a page tells whose it is; in a
    run, which then looks it up once."""
    before = _acting.set(found)
    try:
        yield
    finally:
        _acting.reset(before)


def current() -> Person | None:
    """Who is signed in, or None."""
    found = _acting.get() or session()
    return found.person if found else None


def access_token() -> str:
    """The signed-in person's access token. Raises Unauthenticated."""
    found = _acting.get() or session()
    if found is None:
        raise Unauthenticated("Your session is over. Sign in again.")
    return found.tokens.access


def require(role: Role) -> Person:
    """The signed-in person where they have this role; else a page that says so, and the run ends."""
    person = current()
    if person is None:
        raise Unauthenticated("Your session is over. Sign in again.")
    if role not in person.role.includes:
        theme.forbidden(role)
        st.stop()
    return person


def sign_out(found: Session) -> None:
    sessions.end(engine(), found.sid_hash)


def end_others(found: Session) -> int:
    """Sign the person out everywhere but here; returns in how many browsers that was."""
    return sessions.end_all(engine(), found.person.sub, but=found.sid_hash)


def end_of(sub: str) -> None:
    """End every session of somebody: the next thing they see is the sign-in."""
    sessions.end_all(engine(), sub)


def end_cookie(sid: str) -> None:
    """End the session of a cookie, if there is one. Raises Unavailable."""
    sessions.end(engine(), hashed(sid))


def sign_out_everywhere(found: Session) -> None:
    """Revoke the person's tokens everywhere and end every session of theirs, this one too."""
    try:
        cognito.sign_out_everywhere(found.tokens.access)
    finally:
        sessions.end_all(engine(), found.person.sub)


@dataclass(frozen=True, slots=True)
class Device:
    """One browser in which somebody is signed in."""

    sid_hash: str
    browser: str
    seen_at: datetime
    here: bool


def devices(found: Session) -> list[Device]:
    """Where this person is signed in: this browser first, then by when each was used last."""
    rows = ((row, _unseal(row)) for row in sessions.of(engine(), found.person.sub))
    known = [Device(row.sid_hash, one.browser, row.seen_at, row.sid_hash == found.sid_hash) for row, one in rows if one]
    return sorted(known, key=lambda device: not device.here)


def end_one(found: Session, device: Device) -> None:
    """Sign the person out of one of their own browsers."""
    if any(device.sid_hash == own.sid_hash for own in devices(found)):
        sessions.end(engine(), device.sid_hash)


def attempt(email: str, kind: str = "password") -> int:
    """Note an attempt; returns the seconds to wait before another is looked at, 0 for none. `kind`: password | code |
    mail.

    Passwords, and mails asked for, are counted by name and by address, codes (sent to this name alone) by name.
    """
    return sessions.attempt(engine(), _subjects(email, kind))


def forgive(email: str, kind: str = "password", right: bool = True) -> None:
    """The attempt was no wrong one after all."""
    sessions.forgive(engine(), *_subjects(email, kind), signed_in=right)


def _subjects(email: str, kind: str) -> tuple[str, ...]:
    name = hashed(f"{kind}:{email.strip().lower()}")
    return (name,) if kind == "code" else (name, _address("address" if kind == "password" else kind))


def sign_of(email: str) -> str:
    """Stands for an account in logs: always the same for it, and nobody without the key can tell whose it is."""
    return hmac.new(settings().session_key.encode(), email.strip().lower().encode(), "sha256").hexdigest()[:12]


def _address(kind: str) -> str:
    return hashed(f"{kind}:{asking_address() or 'this machine'}")


def asking_address() -> str | None:
    """Whose browser asks, as far as our own proxies tell."""
    proxies = settings().proxies
    told = [one.strip() for one in st.context.headers.get("X-Forwarded-For", "").split(",") if one.strip()]
    return told[-proxies] if 0 < proxies <= len(told) else st.context.ip_address
