"""The dashboard's sessions: tokens sealed in the database under the hash of a cookie, looked up on every run.

A sign-in gives a ticket; the browser changes it for an HttpOnly cookie at /auth/session (dashboard/routes.py).
"""

import hashlib
import json
import secrets
import time
from dataclasses import asdict, dataclass
from functools import cache

import streamlit as st
from cryptography.fernet import Fernet, InvalidToken

from dashboard import theme
from pixplore.aws import cognito
from pixplore.catalogue import sessions
from pixplore.catalogue.database import open_engine
from pixplore.domain import Person, Role
from pixplore.errors import Unauthenticated
from pixplore.settings import DashboardSettings, DatabaseSettings, IdentitySettings, load

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


@cache
def settings() -> DashboardSettings:
    return load(DashboardSettings)


@cache
def client_id() -> str:
    return load(IdentitySettings).client_id


@cache
def engine():
    return open_engine(load(DatabaseSettings).database_url)


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


def _seal(person: Person, tokens: cognito.Tokens) -> bytes:
    box = Fernet(settings().session_key)
    return box.encrypt(json.dumps({"person": asdict(person), "tokens": asdict(tokens)}).encode())


def _unseal(row: sessions.Row) -> Session | None:
    try:
        said = json.loads(Fernet(settings().session_key).decrypt(row.sealed))
    except InvalidToken:  # sealed with another key: the person signs in again
        return None
    who = said["person"]
    return Session(row.sid_hash, Person(who["sub"], who["email"], Role(who["role"])), cognito.Tokens(**said["tokens"]))


def open_ticket(tokens: cognito.Tokens) -> str:
    """Store a new session and return the word that a browser may change for its cookie, once, within 30 s."""
    person = cognito.person(tokens)
    ticket = secrets.token_urlsafe(32)
    sessions.open_ticket(engine(), hashed(ticket), person.sub, _seal(person, tokens))
    return ticket


def redeem(ticket: str) -> str | None:
    """The cookie for a ticket; None where it was used, is too old or never was."""
    sid = secrets.token_urlsafe(32)
    return sid if sessions.redeem(engine(), hashed(ticket), hashed(sid)) else None


def of_cookie(sid: str) -> Session | None:
    """The living session of a cookie, its access token renewed when it is near its end. Raises Unavailable."""
    row = sessions.find(engine(), hashed(sid)) if sid else None
    found = _unseal(row) if row else None
    if found is None or found.tokens.expires_at - time.time() > REFRESH_BEFORE:
        return found
    try:
        tokens = cognito.refresh(client_id(), found.tokens.refresh)
        person = cognito.person(tokens)
    except Unauthenticated:
        sessions.end(engine(), found.sid_hash)
        return None
    sessions.reseal(engine(), found.sid_hash, _seal(person, tokens))
    return Session(found.sid_hash, person, tokens)


def session() -> Session | None:
    """The session of the browser that this run belongs to. Raises Unavailable."""
    return of_cookie(st.context.cookies.to_dict().get(cookie_name(), ""))


def current() -> Person | None:
    """Who is signed in, or None."""
    found = session()
    return found.person if found else None


def access_token() -> str:
    """The signed-in person's access token. Raises Unauthenticated."""
    found = session()
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


def end_cookie(sid: str) -> None:
    """End the session of a cookie, if there is one. Raises Unavailable."""
    sessions.end(engine(), hashed(sid))


def sign_out_everywhere(found: Session) -> None:
    """Revoke the person's tokens everywhere and end every session of theirs, this one too."""
    try:
        cognito.sign_out_everywhere(found.tokens.access)
    finally:
        sessions.end_all(engine(), found.person.sub)


def devices(found: Session) -> int:
    """In how many browsers this person is signed in."""
    return sessions.count(engine(), found.person.sub)


def attempt(email: str, kind: str = "password") -> int:
    """Note an attempt; returns the seconds to wait before another is looked at, 0 for none. `kind`: password | code.

    Passwords are counted by name and by address, codes (which were sent to this name alone) by name.
    """
    return sessions.attempt(engine(), _subjects(email, kind))


def forgive(email: str, kind: str = "password", right: bool = True) -> None:
    """The attempt was no wrong one after all."""
    sessions.forgive(engine(), *_subjects(email, kind), signed_in=right)


def _subjects(email: str, kind: str) -> tuple[str, ...]:
    name = hashed(f"{kind}:{email.strip().lower()}")
    return (name, _address()) if kind == "password" else (name,)


def _address() -> str:
    return hashed(f"address:{st.context.ip_address or 'this machine'}")
