"""What administrators see and do: the queue, dead letters, recent failures, throughput; redrive and retry."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime

from pixplore import operations
from pixplore import query as find
from pixplore.catalogue import budget, changes
from pixplore.catalogue.overview import items_by_state
from pixplore.catalogue.search import SqlFinder
from pixplore.catalogue.snapshot import snapshot, transaction
from pixplore.domain import Item
from search_api import operation_schemas as schemas
from search_api.access import FRESH, Actor, Admin, Here, MinVersion
from search_api.answers import Json
from search_api.schemas import ADMIN_READS

router = APIRouter(prefix="/v1/operations", tags=["operations"])
_FAILURES = 50


@router.get("", response_model=schemas.Operations, responses=ADMIN_READS, dependencies=FRESH)
def get_operations(
    who: Admin, here: Here, minutes: Annotated[int, Query(ge=1, le=1440)] = 60, min_version: MinVersion = 0
) -> Response:
    """Queue depth and age, files by state, what ended in each of the last minutes, the latest failures."""
    with snapshot(here.engine) as connection:
        items = items_by_state(connection)
        # Not by `finder`, which may wait: this page is looked at while something is slow.
        finder = here.engines.at_once(min_version) or SqlFinder(connection)
        images, trashed = (finder.count(asked)[0] for asked in (find.Query(), find.Query(trashed=True)))
    return Json(
        {
            "queue": operations.queue_figures(here.places),
            "items": items, "images": images, "trashed": trashed,
            "throughput": operations.throughput(here.engine, minutes),
            "failures": [_item(item) for item in operations.recent_failures(here.engine, _FAILURES)],
        }
    )  # fmt: skip


@router.get("/ended", response_model=schemas.Ended, responses=ADMIN_READS, dependencies=FRESH)
def list_ended(
    who: Admin,
    here: Here,
    state: Literal["ready", "duplicate", "rejected", "failed"],
    at: Annotated[AwareDatetime, Query(description="The minute's beginning")],
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Response:
    """The files that the throughput counts for one minute and state, the newest first; `total` of all."""
    found, total = operations.ended(here.engine, state, at, limit)
    return Json({"items": [_item(item) for item in found], "total": total})


@router.get("/dead-letters", response_model=schemas.DeadLetters, responses=ADMIN_READS, dependencies=FRESH)
def list_dead_letters(who: Admin, here: Here, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """Messages that were tried as often as allowed, with the reason. Looking leaves them where they are."""
    letters = operations.dead_letters(here.places, limit)
    return Json({"items": [_letter(letter) for letter in letters], "next_cursor": None})


@router.post("/redrive", response_model=schemas.Redriven, responses=ADMIN_READS)
def redrive(who: Admin, actor: Actor, here: Here, body: schemas.Redrive | None = None) -> Response:
    """Put dead letters (those named, or all) back into the queue."""
    named = body.message_ids if body else None
    number = operations.redrive(here.places, named)
    return Json({"redriven": number, "version": _noted(here, actor, "redrive", number)})


@router.post("/retry-failed", response_model=schemas.Retried, responses=ADMIN_READS)
def retry_failed(who: Admin, actor: Actor, here: Here, body: schemas.Retry | None = None) -> Response:
    """Queue failed files (those named, or all) again. Files that never reached the storage must be sent again."""
    named = body.image_ids if body else None
    number = operations.retry_all(here.places) if named is None else operations.retry_items(here.places, named)
    return Json({"retried": number, "version": _noted(here, actor, "retry", number)})


@router.get("/budget", response_model=schemas.Budget, responses=ADMIN_READS, dependencies=FRESH)
def get_budget(who: Admin, here: Here) -> Response:
    """What looking at pictures costs this month, in US dollars at list prices, and the limit, if there is one."""
    with snapshot(here.engine) as connection:
        return Json(budget.budget(connection))


@router.put("/budget", response_model=schemas.Written, responses=ADMIN_READS)
def put_budget(who: Admin, actor: Actor, here: Here, body: schemas.Limit) -> Response:
    """Set this month's limit and those to come; null takes it away. Uploads that would pass it are refused."""
    with transaction(here.engine) as connection:
        return Json({"version": budget.set_limit(connection, actor, body.limit)})


@router.post("/account-changes", response_model=schemas.Written, responses=ADMIN_READS)
def note_account_change(who: Admin, actor: Actor, here: Here, body: schemas.AccountChange) -> Response:
    """Write into the audit trail what was changed about somebody's account in the user pool."""
    with transaction(here.engine) as connection:
        detail = {"account": body.account, body.what: {"before": body.before, "after": body.after}}
        return Json({"version": changes.note(connection, actor, "account", detail)})


def _noted(here: Here, actor: str, action: str, number: int) -> int:
    with transaction(here.engine) as connection:
        return changes.note(connection, actor, action, {"files": number})


def _letter(letter: operations.DeadLetter) -> dict[str, Any]:
    return {
        "message_id": letter.message_id,
        "sent_at": letter.sent_at,
        "receives": letter.receives,
        "reason": letter.reason,
        "item": _item(letter.item) if letter.item else None,
    }


def _item(item: Item) -> dict[str, Any]:
    names = ("image_id", "batch_id", "name", "size", "content_type", "status", "attempts", "updated_at", "duplicate_of")
    error = {"code": item.error_code, "message": item.error_message} if item.error_code else None
    return {name: getattr(item, name) for name in names} | {"error": error}
