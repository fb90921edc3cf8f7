"""Uploads API, the writing half: grants to send files straight to storage, and another try for what went wrong."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from aws_lambda_powertools.event_handler import Response

from backend_lambdas.api import admin, answer, application, log, resolve
from backend_lambdas.items import batch_id, item_json, moment
from backend_lambdas.upload_forms import Files, Upload, body, read
from pixplore import uploads
from pixplore.catalogue import budget, manifest
from pixplore.catalogue.database import open_engine
from pixplore.catalogue.snapshot import Engine, transaction
from pixplore.domain import Item, ItemStatus
from pixplore.promises import promise
from pixplore.settings import DatabaseSettings, QueueSettings, StorageSettings, load

app = application()


@cache
def engine() -> Engine:
    return open_engine(load(DatabaseSettings).database_url, pool_size=1)


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return resolve(app, event, context)


@app.post("/uploads")
def begin() -> Response[str]:
    who = admin(app.current_event)
    form = read(Upload, body(app.current_event))
    name = form.name or f"Upload of {datetime.now(UTC):%Y-%m-%d %H:%M}"
    with transaction(engine()) as connection:
        budget.check(connection, len(form.files))
        new = manifest.create_batch(connection, name, who.email, form.defaults.plain())
        items = manifest.add_files(connection, new, promises(form), uploads.GRANT_SECONDS)
    return granted(201, new, items, who.email)


@app.post("/uploads/<batch>/files")
def add(batch: str) -> Response[str]:
    who = admin(app.current_event)
    form = read(Files, body(app.current_event))
    with transaction(engine()) as connection:
        budget.check(connection, len(form.files))
        items = manifest.add_files(connection, batch_id(batch), promises(form), uploads.GRANT_SECONDS)
    return granted(201, batch_id(batch), items, who.email)


@app.post("/uploads/<batch>/retry")
def retry(batch: str) -> Response[str]:
    who = admin(app.current_event)
    stored, queues = load(StorageSettings), load(QueueSettings)
    items = uploads.retry(engine(), stored.originals_bucket, queues.queue_url, batch_id(batch))
    return granted(200, batch_id(batch), items, who.email)


def promises(form: Files) -> list[manifest.Promise]:
    return [promise(f.name, f.size, f.content_type, f.sha256) for f in form.files]


def granted(status: int, batch: UUID, items: list[Item], by: str) -> Response[str]:
    """The items in the order asked, each that is expected with its form."""
    shown = []
    for item in items:
        shown.append(item_json(item))
        if item.status is ItemStatus.EXPECTED:
            grant = uploads.grant(load(StorageSettings).originals_bucket, item, by)
            shown[-1]["upload"] = {"url": grant.url, "fields": grant.fields}
    expires = datetime.now(UTC) + timedelta(seconds=uploads.GRANT_SECONDS)
    return answer(status, {"batch_id": str(batch), "expires_at": moment(expires), "items": shown})
