"""Grants for files and another try for those that went wrong: manifest, storage and queue together."""

from uuid import UUID

from pixplore.arrivals import Arrival
from pixplore.aws import queue, storage
from pixplore.catalogue import manifest, repair
from pixplore.catalogue.snapshot import Engine, transaction
from pixplore.domain import Item

GRANT_SECONDS = storage.GRANT_SECONDS
MOST_AT_ONCE = 500
"""Grants in one answer: an answer of API Gateway has a size."""
MOST_OPEN = 50_000


def grant(bucket: str, item: Item, by: str) -> storage.Grant:
    """A form to send this file with. Its name and sender travel with it: they could rebuild a lost manifest."""
    kind = item.content_type or "application/octet-stream"
    return storage.post_grant(bucket, item.object_key, kind, {"name": item.name, "by": by})


def retry(engine: Engine, bucket: str, queue_url: str, batch_id: UUID) -> list[Item]:
    """Another try for a batch's failed files and for those that never came.

    All that is in storage is queued again (`received`); of what is not, the longest waiting are `expected` anew, for
    the caller to grant. Returns 500 items at most, those to grant first. Raises NotFound, Unavailable.
    """
    with transaction(engine) as connection:
        manifest.batch_of(connection, batch_id)
        items = repair.to_retry(connection, batch_id, MOST_OPEN)
    if not items:
        return []
    there = {found.key for found in storage.listing(bucket, f"{batch_id}/", most=100_000)}
    stored = [item for item in items if item.object_key in there]
    missing = [item.image_id for item in items if item.object_key not in there][:MOST_AT_ONCE]
    requeue(engine, bucket, queue_url, stored)
    with transaction(engine) as connection:
        repair.expect_again(connection, missing, GRANT_SECONDS)
        return manifest.items_of(connection, [*missing, *(item.image_id for item in stored)][:MOST_AT_ONCE])


def requeue(engine: Engine, bucket: str, queue_url: str, items: list[Item]) -> int:
    """Let workers look at these stored files again; returns how many. A message that gets lost, the sweep sends."""
    with transaction(engine) as connection:
        again = set(repair.begin_again(connection, [item.image_id for item in items]))
    return queue.send(queue_url, (Arrival(bucket, i.object_key).body() for i in items if i.image_id in again))
