"""The audit trail, for administrators."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from pixplore import cursor
from pixplore.catalogue import audit
from pixplore.catalogue.snapshot import snapshot
from pixplore.errors import Invalid
from pixplore.query import moment
from search_api import schemas
from search_api.access import FRESH, Admin, Here
from search_api.answers import Json

router = APIRouter(prefix="/v1/audit", tags=["audit"])
Text = Annotated[str | None, Query(max_length=1000, pattern=r"^[^\x00]*$")]


@router.get("", response_model=schemas.AuditList, responses=schemas.ADMIN_READS, dependencies=FRESH)
def list_changes(
    who: Admin,
    here: Here,
    actor: Text = None,
    action: Text = None,
    image_id: UUID | None = None,
    at_from: schemas.Moment = None,
    at_to: schemas.Moment = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor_: schemas.Cursor = None,
) -> Response:
    """Every change, newest first: who, when, what, before and after. `at_from` is inclusive, `at_to` is not."""
    times = {}
    for name, text in (("at_from", at_from), ("at_to", at_to)):
        try:
            times[name] = moment(text) if text is not None else None
        except ValueError as fault:
            raise Invalid({name: str(fault)}) from fault
    if times["at_from"] and times["at_to"] and times["at_from"] > times["at_to"]:
        raise Invalid({"at_from": "is after at_to"})
    asked = audit.Asked(actor, action, image_id, times["at_from"], times["at_to"])
    after = None
    if cursor_ is not None:
        at, version = cursor.decode_as(cursor_, "audit", cursor.moment, cursor.version)
        after = at, version
    with snapshot(here.engine) as connection:
        found = audit.trail(connection, asked, limit + 1, after)
    more = None
    if len(found) > limit:
        more = cursor.encode("audit", [found[limit - 1].at.isoformat(), str(found[limit - 1].version)])
    return Json({"items": found[:limit], "next_cursor": more})
