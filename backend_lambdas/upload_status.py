"""Uploads API, the reading half: batches, their files' states, and the list of what went wrong as CSV."""

import csv
import io
from functools import cache
from typing import Any

from aws_lambda_powertools.event_handler import Response

from backend_lambdas.api import admin, answer, application, log, resolve
from backend_lambdas.items import batch_id, item_json, moment
from pixplore.catalogue import manifest
from pixplore.catalogue.database import open_engine
from pixplore.catalogue.snapshot import Engine, transaction
from pixplore.cells import harmless
from pixplore.domain import Batch, ItemStatus
from pixplore.errors import Invalid
from pixplore.safe_headers import EVERY
from pixplore.settings import DatabaseSettings, load

app = application()


@cache
def engine() -> Engine:
    return open_engine(load(DatabaseSettings).database_url, pool_size=1)


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return resolve(app, event, context)


@app.get("/uploads")
def batches() -> Response[str]:
    admin(app.current_event)
    with transaction(engine()) as connection:
        found, more = manifest.batches(connection, parameter("cursor"))
    items = [shown(batch) | {"counts": counts} for batch, counts in found]
    return answer(200, {"items": items, "next_cursor": more})


@app.get("/uploads/<batch>")
def one(batch: str) -> Response[str]:
    admin(app.current_event)
    status = parameter("status")
    if status and status not in set(ItemStatus):
        raise Invalid({"status": f"is one of {', '.join(ItemStatus)}"})
    with transaction(engine()) as connection:
        page = manifest.batch_page(connection, batch_id(batch), status, parameter("cursor"))
    body = shown(page.batch) | {"counts": page.counts, "items": [item_json(i) for i in page.items]}
    return answer(200, body | {"next_cursor": page.next_cursor})


@app.get("/uploads/<batch>/errors.csv")
def errors(batch: str) -> Response[str]:
    admin(app.current_event)
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["name", "status", "code", "message", "duplicate_of", "image_id"])
    with transaction(engine()) as connection:
        for i in manifest.troubled(connection, batch_id(batch)):
            row = [i.name, i.status, i.error_code, i.error_message, i.duplicate_of, i.image_id]
            table.writerow([harmless(str(cell or "")) for cell in row])
    headers: dict[str, str | list[str]] = {"Content-Disposition": 'attachment; filename="upload-errors.csv"', **EVERY}
    return Response(200, "text/csv; charset=utf-8", "\ufeff" + out.getvalue(), headers)  # spreadsheets want the mark


def parameter(name: str) -> str | None:
    return (app.current_event.query_string_parameters or {}).get(name) or None


def shown(batch: Batch) -> dict[str, Any]:
    return {
        "batch_id": str(batch.id), "name": batch.name, "created_at": moment(batch.created_at),
        "created_by": batch.created_by,
    }  # fmt: skip
