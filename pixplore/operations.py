"""What operators see and do: the queue, dead letters, failures, throughput. For the search API and `redrive`.

Every function may raise Unavailable. `Places` names database, bucket and queues.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pixplore.arrivals import Arrival
from pixplore.aws import queue
from pixplore.catalogue import manifest, repair
from pixplore.catalogue.repair import Minute
from pixplore.catalogue.snapshot import Engine, transaction
from pixplore.domain import Item
from pixplore.sweeping import Places, image_of
from pixplore.uploads import requeue

__all__ = ["DeadLetter", "Minute", "Places", "QueueFigures", "dead_letters", "ended", "label_again",
           "queue_figures", "recent_failures", "redrive", "retry_all", "retry_items", "throughput"]  # fmt: skip
MOST_LETTERS = 1_000
_HIDDEN = 20


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """Messages; `oldest_seconds` since the file waiting longest arrived, None where none waits."""

    waiting: int
    in_flight: int
    delayed: int
    dead: int
    oldest_seconds: float | None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was tried as often as allowed. `item` is None where it is about none of our files."""

    message_id: str
    sent_at: datetime
    receives: int
    reason: str
    item: Item | None


def queue_figures(places: Places) -> QueueFigures:
    main, dead = queue.depth(places.queue_url), queue.depth(places.dlq_url)
    with transaction(places.engine) as connection:
        oldest = repair.oldest_waiting(connection)
    return QueueFigures(main.waiting, main.in_flight, main.delayed, dead.waiting + dead.in_flight, oldest)


def dead_letters(places: Places, most: int = 100) -> list[DeadLetter]:
    """Up to `most` of them, with the reason; they stay where they are (hidden from others for a moment)."""
    letters = _take_letters(places.dlq_url, most)
    queue.hide(places.dlq_url, [letter.receipt for letter in letters], 0)
    ids = {letter.id: image_of(letter.body) for letter in letters}
    with transaction(places.engine) as connection:
        items = {item.image_id: item for item in manifest.items_of(connection, filter(None, ids.values()))}
    return [_letter(letter, items.get(image_id) if (image_id := ids[letter.id]) else None) for letter in letters]


def redrive(places: Places, message_ids: Iterable[str] | None = None) -> int:
    """Put dead letters (all, or those with these ids) back into the queue; returns how many.

    The queue has the message before the dead-letter queue loses it: cut in between, it is there twice and taken once.
    """
    wanted = set(message_ids) if message_ids is not None else None
    letters = _take_letters(places.dlq_url, MOST_LETTERS)
    chosen = [letter for letter in letters if wanted is None or letter.id in wanted]
    queue.hide(places.dlq_url, [m.receipt for m in letters if wanted is not None and m.id not in wanted], 0)
    with transaction(places.engine) as connection:
        repair.begin_again(connection, filter(None, (image_of(letter.body) for letter in chosen)))
    queue.send(places.queue_url, (letter.body for letter in chosen))
    queue.delete(places.dlq_url, [letter.receipt for letter in chosen])
    return len(chosen)


def recent_failures(engine: Engine, most: int = 100) -> list[Item]:
    """The latest items that failed or were rejected, newest first."""
    with transaction(engine) as connection:
        return repair.failures(connection, most)


def ended(engine: Engine, status: str, minute: datetime, most: int) -> tuple[list[Item], int]:
    """The newest items that `throughput` counts for this state and minute, and how many it counts."""
    with transaction(engine) as connection:
        return repair.ended(connection, status, minute, most)


def retry_items(places: Places, image_ids: Iterable[UUID]) -> int:
    """Queue these failed files again; returns how many. Files that are not in storage must be sent again instead."""
    with transaction(places.engine) as connection:
        items = [item for item in manifest.items_of(connection, image_ids) if _can_retry(item)]
    return requeue(places.engine, places.bucket, places.queue_url, items)


def retry_all(places: Places, most: int = 1_000) -> int:
    """Queue every failed file that is in storage again, `most` at once; returns how many."""
    with transaction(places.engine) as connection:
        items = [item for item in repair.to_retry(connection, None, most) if _can_retry(item)]
    return requeue(places.engine, places.bucket, places.queue_url, items)


def label_again(places: Places, image_ids: Iterable[UUID]) -> int:
    """Have the recogniser look at these pictures again; what people said of them stays. Returns how many."""
    with transaction(places.engine) as connection:
        keys = repair.keys_of(connection, image_ids)
    return queue.send(places.queue_url, (Arrival(places.bucket, key, relabel=True).body() for key in keys))


def throughput(engine: Engine, minutes: int = 60) -> list[Minute]:
    """What ended in each of the last minutes, oldest first."""
    with transaction(engine) as connection:
        return repair.throughput(connection, minutes)


def _can_retry(item: Item) -> bool:
    return item.status == "failed" and item.error_code not in ("never_received", "not_in_storage")


def _take_letters(dlq_url: str, most: int) -> list[queue.Message]:
    letters: dict[str, queue.Message] = {}
    while len(letters) < most:
        found = queue.receive(dlq_url, min(10, most - len(letters)), _HIDDEN)
        if not [letter for letter in found if letter.id not in letters]:
            break
        letters |= {letter.id: letter for letter in found}
    return list(letters.values())


def _letter(letter: queue.Message, item: Item | None) -> DeadLetter:
    if item is None:
        reason = "The message is about no file that Pixplore knows."
    else:
        reason = item.error_message or {"ready": "Taken since."}.get(item.status, "Every try ended without an answer.")
    return DeadLetter(letter.id, letter.sent_at, letter.receives, reason, item)
