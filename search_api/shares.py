"""Share links, for those who make them. What a visitor sees is in search_api.shared."""

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from pixplore import cursor
from pixplore.catalogue import shares
from pixplore.catalogue.snapshot import snapshot, transaction
from pixplore.errors import Invalid
from pixplore.query import Query as Asked
from pixplore.sharing import DAYS, sign
from search_api import curation_schemas as shapes
from search_api import schemas
from search_api.access import FRESH, Actor, Analyst, Here
from search_api.answers import Json

router = APIRouter(prefix="/v1/shares", tags=["shares"])


@router.get("", response_model=shapes.ShareList, responses=schemas.ADMIN_READS, dependencies=FRESH)
def list_shares(
    who: Analyst,
    actor: Actor,
    here: Here,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor_: schemas.Cursor = None,
) -> Response:
    """Your own, the newest first; an administrator sees everybody's."""
    after = None
    if cursor_ is not None:
        at, last = cursor.decode_as(cursor_, "shares", cursor.moment, UUID)
        after = at, last
    with snapshot(here.engine) as connection:
        found = shares.shares(connection, replace(who, email=actor), limit + 1, after)
    more = None
    if len(found) > limit:
        more = cursor.encode("shares", [found[limit - 1].created_at.isoformat(), str(found[limit - 1].id)])
    return Json({"items": found[:limit], "next_cursor": more})


@router.post("", status_code=201, response_model=shapes.ShareWritten, responses=schemas.WRITES)
def create_share(body: shapes.NewShare, who: Analyst, actor: Actor, here: Here) -> Response:
    """Let whoever has the link look at what these filters find. Its token is shown in this answer only."""
    asked = body.asked() or Asked()
    if asked.trashed:
        raise Invalid({"filters.trashed": "what is in the trash cannot be shared"})
    until = body.until() or datetime.now(UTC) + timedelta(days=DAYS)
    with transaction(here.engine) as connection:
        made, version = shares.create(connection, body.name, asked, body.sort, body.originals, until, actor)
        key = shares.signing_key(connection)
    return Json(_written(made, key, version), 201, headers={"Location": f"/v1/shares/{made.id}"})


@router.get("/{share_id}", response_model=shapes.Share, responses=schemas.WRITES, dependencies=FRESH)
def get_share(share_id: UUID, who: Analyst, actor: Actor, here: Here) -> Response:
    """One share; its token is not shown again."""
    with snapshot(here.engine) as connection:
        return Json(shares.one(connection, share_id, replace(who, email=actor)))


@router.patch("/{share_id}", response_model=shapes.ShareWritten, responses=schemas.WRITES)
def patch_share(share_id: UUID, body: shapes.SharePatch, who: Analyst, actor: Actor, here: Here) -> Response:
    """Another name or expiry. An earlier expiry holds for every token at once; a later one needs the new token."""
    with transaction(here.engine) as connection:
        by = replace(who, email=actor)
        now, version = shares.change(connection, share_id, by, body.name, body.until())
        key = shares.signing_key(connection)
    return Json(_written(now, key, version))


@router.delete("/{share_id}", response_model=schemas.Written, responses=schemas.WRITES)
def revoke_share(share_id: UUID, who: Analyst, actor: Actor, here: Here) -> Response:
    """Revoke: no link of this share opens anything any more, from now on and for ever."""
    with transaction(here.engine) as connection:
        version = shares.revoke(connection, share_id, replace(who, email=actor))
    return Json({"id": share_id, "version": version})


def _written(one: shares.Share, key: bytes, version: int) -> dict[str, Any]:
    token = sign(key, one.id, one.expires_at)
    return asdict(one) | {"token": token, "path": f"/shared#{token}", "version": version}
