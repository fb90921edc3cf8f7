"""Sessions of the dashboard and attempts to sign in. Only hashes of names are stored, tokens only sealed.

A session begins as a ticket: a random word that a browser exchanges once, within seconds, for its cookie.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import Engine, bindparam, case, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from pixplore.catalogue.database import reachable
from pixplore.catalogue.schema import session, sign_in_attempt

TICKET_FOR = timedelta(seconds=30)
IDLE_FOR = timedelta(hours=12)
"""A session nobody used for this long is over."""
LASTS_FOR = timedelta(days=7)
"""A session is over after this long even when used."""
FREE_FAILURES = 5
"""So many wrong passwords are free of waiting; each one more doubles the wait from FIRST_WAIT on."""
FIRST_WAIT = 5.0
LONGEST_WAIT = 900.0
FORGOTTEN_AFTER = timedelta(minutes=30)
"""Failures older than this no longer count."""


@dataclass(frozen=True, slots=True)
class Row:
    """One living session; `sealed` is what the dashboard encrypted."""

    sid_hash: str
    sub: str
    sealed: bytes
    seen_at: datetime


def open_ticket(engine: Engine, ticket_hash: str, sub: str, sealed: bytes) -> None:
    """Store a new session that has no cookie yet; clears away what is long over. Raises Unavailable."""
    with reachable(), engine.begin() as link:
        link.execute(delete(session).where(_over()))
        link.execute(
            insert(session).values(
                sid_hash=f"ticket:{ticket_hash}",
                sub=sub,
                sealed=sealed,
                ticket_hash=ticket_hash,
                ticket_until=func.now() + TICKET_FOR,
                expires_at=func.now() + LASTS_FOR,
            )
        )


def redeem(engine: Engine, ticket_hash: str, sid_hash: str) -> bool:
    """Give the session behind a ticket its cookie's hash: true once, and only in time. Raises Unavailable."""
    with reachable(), engine.begin() as link:
        done = link.execute(
            update(session)
            .where(session.c.ticket_hash == ticket_hash, session.c.ticket_until > func.now())
            .values(sid_hash=sid_hash, ticket_hash=None, ticket_until=None, seen_at=func.now())
        )
        return done.rowcount == 1


def find(engine: Engine, sid_hash: str) -> Row | None:
    """The living session of a cookie, noting (to the minute) that it was used. Raises Unavailable.

    Every run of a page and every call of its components asks: without a transaction it is one question.
    """
    with reachable(), engine.connect() as link:
        link = link.execution_options(isolation_level="AUTOCOMMIT")
        row = link.execute(_LIVING, {"sid": sid_hash}).one_or_none()
        if row is None:
            return None
        if row.late:
            link.execute(update(session).where(session.c.sid_hash == sid_hash).values(seen_at=func.now()))
        return Row(row.sid_hash, row.sub, bytes(row.sealed), row.seen_at)


def reseal(engine: Engine, sid_hash: str, sealed: bytes) -> None:
    """Store fresh tokens of a living session. Raises Unavailable."""
    with reachable(), engine.begin() as link:
        link.execute(update(session).where(session.c.sid_hash == sid_hash).values(sealed=sealed))


def end(engine: Engine, sid_hash: str) -> None:
    """Sign out: from now on the cookie means nothing. Raises Unavailable."""
    with reachable(), engine.begin() as link:
        link.execute(delete(session).where(session.c.sid_hash == sid_hash))


def end_all(engine: Engine, sub: str, but: str = "") -> int:
    """End every session of a person, save the one whose hash is `but`; returns how many. Raises Unavailable."""
    with reachable(), engine.begin() as link:
        return link.execute(delete(session).where(session.c.sub == sub, session.c.sid_hash != but)).rowcount


def of(engine: Engine, sub: str) -> list[Row]:
    """A person's living sessions, the one used last first. Raises Unavailable."""
    columns = session.c.sid_hash, session.c.sub, session.c.sealed, session.c.seen_at
    with reachable(), engine.connect() as link:
        rows = link.execute(
            select(*columns)
            .where(session.c.sub == sub, session.c.ticket_hash.is_(None), ~_over())
            .order_by(session.c.seen_at.desc(), session.c.sid_hash)
        )
        return [Row(row.sid_hash, row.sub, bytes(row.sealed), row.seen_at) for row in rows]


def _over() -> Any:
    return or_(
        session.c.expires_at <= func.now(),
        session.c.seen_at <= func.now() - IDLE_FOR,
        func.coalesce(session.c.ticket_until <= func.now(), False),  # a session with its cookie has none
    )


_LIVING = select(
    session.c.sid_hash, session.c.sub, session.c.sealed, session.c.seen_at,
    (session.c.seen_at < func.now() - timedelta(minutes=1)).label("late"),
).where(session.c.sid_hash == bindparam("sid"), session.c.ticket_hash.is_(None), ~_over())  # fmt: skip


def attempt(engine: Engine, subjects: Sequence[str]) -> int:
    """Note an attempt to sign in, as a failure until `forgive` says otherwise, and return 0;
    or, while a wait from earlier failures lasts, note nothing and return its seconds.

    `subjects` are the hashed name and the hashed address. Counting before the password is looked at
    keeps many attempts at once from all being free. Raises Unavailable.
    """
    table = sign_in_attempt.c
    with reachable(), engine.begin() as link:
        link.execute(delete(sign_in_attempt).where(table.updated_at < func.now() - FORGOTTEN_AFTER))
        for subject in sorted(subjects):
            link.execute(upsert(sign_in_attempt).values(subject=subject, failures=0).on_conflict_do_nothing())
        waits = link.execute(
            select(func.extract("epoch", table.blocked_until - func.clock_timestamp()))
            .where(table.subject.in_(subjects))
            .order_by(table.subject)
            .with_for_update()
        ).scalars()
        wait = max((float(w) for w in waits if w is not None), default=0.0)
        if wait > 0:
            return ceil(wait)
        delay = func.least(LONGEST_WAIT, FIRST_WAIT * func.power(2, table.failures + 1 - FREE_FAILURES))
        link.execute(
            update(sign_in_attempt)
            .where(table.subject.in_(subjects))
            .values(
                failures=table.failures + 1,
                updated_at=func.now(),
                blocked_until=case(
                    (
                        table.failures + 1 >= FREE_FAILURES,
                        func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, delay),
                    ),
                    else_=None,
                ),
            )
        )
        return 0


def forgive(engine: Engine, name: str, *address: str, signed_in: bool = True) -> None:
    """Take back what `attempt` noted: the password was right, or nobody could tell (`signed_in` false).

    A right password starts its name afresh and halves the other failures of its address: an office behind one
    address is not shut out by its own typing errors, yet knowing one password does not free all guesses.
    Raises Unavailable.
    """
    table = sign_in_attempt.c
    before = func.greatest(table.failures - 1, 0)
    with reachable(), engine.begin() as link:
        for subject in sorted((name, *address)):
            left: Any = (0 if subject == name else before / 2) if signed_in else before
            link.execute(
                update(sign_in_attempt).where(table.subject == subject).values(failures=left, blocked_until=None)
            )
