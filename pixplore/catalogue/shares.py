"""Shares: a query that people without an account may look at, until it expires or is revoked."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Connection, case, func, insert, literal, select, text, tuple_, update

from pixplore.catalogue import changes
from pixplore.catalogue.schema import secret, share
from pixplore.domain import Person, Role
from pixplore.errors import Conflict, NotFound, Unauthenticated
from pixplore.query import Query, as_filters, from_filters
from pixplore.sharing import check, claimed

MOST = 500
"""That hold at the same time, of one person."""


@dataclass(frozen=True, slots=True)
class Share:
    """`filters` as the contract's {filters}; `state` is open, expired or revoked."""

    id: UUID
    name: str
    filters: dict[str, Any]
    sort: str
    originals: bool
    created_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class Visit:
    """What somebody with a token may see. `version`: the newest change then, which what is shown must know of."""

    id: UUID
    name: str
    query: Query
    sort: str
    originals: bool
    expires_at: datetime
    version: int


_STATE = case((share.c.revoked_at.is_not(None), "revoked"), (share.c.expires_at <= func.now(), "expired"), else_="open")
_COLUMNS: list[ColumnElement[Any]] = [
    *(share.c[name] for name in Share.__dataclass_fields__ if name != "state"),
    _STATE.label("state"),
]


def shares(
    connection: Connection, by: Person, limit: int, after: tuple[datetime, UUID] | None = None
) -> list[Share]:  # fmt: skip
    """A person's own, an administrator's all; the newest first, from the one behind `after` (created_at and id)."""
    found = select(*_COLUMNS).where(_may_see(by))
    if after is not None:
        found = found.where(tuple_(share.c.created_at, share.c.id) < tuple_(*after))
    ordered = found.order_by(share.c.created_at.desc(), share.c.id.desc()).limit(limit)
    return [Share(*row) for row in connection.execute(ordered)]


def one(connection: Connection, share_id: UUID, by: Person, lock: bool = False) -> Share:
    """Raises NotFound, also for another person's."""
    found = select(*_COLUMNS).where(share.c.id == share_id, _may_see(by))
    row = connection.execute(found.with_for_update() if lock else found).one_or_none()
    if row is None:
        raise NotFound("There is no such share of yours. Look for it in your list.")
    return Share(*row)


def create(
    connection: Connection, name: str, query: Query, sort: str, originals: bool, expires_at: datetime, actor: str
) -> tuple[Share, int]:
    """Open a share; it, and the version. Raises Conflict where a person has too many open ones."""
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"share {actor}", 0))))
    held = select(func.count()).where(
        share.c.created_by == actor, share.c.revoked_at.is_(None), share.c.expires_at > func.now()
    )
    if connection.execute(held).scalar_one() >= MOST:
        raise Conflict(f"You have {MOST} open shares, the most there can be. Revoke some first.")
    row = {"id": uuid4(), "name": name, "filters": as_filters(query), "sort": sort, "originals": originals,
           "created_by": actor, "expires_at": expires_at}  # fmt: skip
    made = Share(*connection.execute(insert(share).values(row).returning(*_COLUMNS)).one())
    detail = {"share": str(made.id), "before": None, "after": _told(made)}
    return made, changes.note(connection, actor, "share_create", detail)


def change(
    connection: Connection, share_id: UUID, by: Person, name: str | None, expires_at: datetime | None
) -> tuple[Share, int]:
    """Another name or expiry (None: as it was). Raises NotFound, also for another person's; Conflict if revoked."""
    old = one(connection, share_id, by, lock=True)
    if old.state == "revoked":
        raise Conflict("This share is revoked, and stays so. Make a new one.")
    new = {"name": old.name if name is None else name, "expires_at": expires_at or old.expires_at}
    written = update(share).where(share.c.id == share_id).values(new).returning(*_COLUMNS)
    now = Share(*connection.execute(written).one())
    detail = {"share": str(share_id), "before": _told(old), "after": _told(now)}
    return now, changes.note(connection, by.email, "share_edit", detail)


def revoke(connection: Connection, share_id: UUID, by: Person) -> int:
    """Its links hold no more, at once; revoking twice changes nothing. Raises NotFound."""
    old = one(connection, share_id, by, lock=True)
    if old.state == "revoked":
        return changes.version(connection)
    connection.execute(update(share).where(share.c.id == share_id).values(revoked_at=func.now()))
    detail = {"share": str(share_id), "before": _told(old), "after": None}
    return changes.note(connection, by.email, "share_revoke", detail)


def visit(connection: Connection, token: str) -> Visit:
    """What a token opens. Raises Unauthenticated where it is forged, has expired, or the share was revoked."""
    claim = claimed(token)
    row = connection.execute(
        select(secret.c.value, share, (share.c.expires_at > func.now()).label("holds"))
        .join_from(secret, share, share.c.id == claim)
        .where(secret.c.name == "share")
    ).one_or_none()
    check(row.value if row else secrets.token_bytes(32), token)
    if row is None or row.revoked_at is not None:
        raise Unauthenticated("This link was revoked. Ask whoever sent it for a new one.")
    if not row.holds:
        raise Unauthenticated("This link has expired. Ask whoever sent it for a new one.")
    version = changes.version(connection)
    return Visit(row.id, row.name, from_filters(row.filters), row.sort, row.originals, row.expires_at, version)


def signing_key(connection: Connection) -> bytes:
    """The key that signs share links, made when it is first asked for."""
    connection.execute(
        text("insert into secret (name, value) values ('share', :value) on conflict do nothing"),
        {"value": secrets.token_bytes(32)},
    )
    return bytes(connection.execute(select(secret.c.value).where(secret.c.name == "share")).scalar_one())


def _may_see(by: Person) -> Any:
    return literal(True) if by.role is Role.ADMIN else share.c.created_by == by.email


def _told(given: Share) -> dict[str, Any]:
    return {
        "name": given.name,
        "filters": given.filters,
        "originals": given.originals,
        "expires_at": given.expires_at.isoformat(),
    }
