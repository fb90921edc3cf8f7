"""What the sweep does each minute, so that nothing that was sent is ever lost: manifest, storage and queue compared.

First the items that are open: a batch's objects are listed with one request a thousand files. What lies in storage
without progress gets its message again; what never came fails once its grant has ended. Then one slice of the whole
bucket: keys are random, so the minute picks a prefix, and every key is looked at once in some three days of sweeping,
at a cost that does not grow with the minute. No lock is needed: whatever is sent twice is taken once.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from pixplore import arrivals
from pixplore.arrivals import Arrival
from pixplore.aws import queue, storage
from pixplore.catalogue import repair
from pixplore.catalogue.ingest import PATIENCE
from pixplore.catalogue.snapshot import Engine, transaction

MOST_ITEMS, MOST_BATCHES, MOST_KEYS, MOST_LETTERS = 5_000, 100, 10_000, 50
SLICES = 4096
AFTER_SENDING, WHILE_QUEUED, WHILE_EXPECTED = 60, 30, 45
"""Seconds until the sweep looks at an item again: it has sent a message; messages wait; the file has not come yet."""
HELD, STARVED = 30, 600
"""Seconds without progress after which a message is sent although the queue counts one: where none waits, it is held by
a worker, and one that lives would have made progress; where others wait, perhaps they always do."""
NEVER = ("never_received", "The file never arrived. Send it again.")
GAVE_UP = ("not_processed", "Pixplore tried several times and could not finish this file. Retry it.")


@dataclass(frozen=True)
class Places:
    engine: Engine
    bucket: str
    queue_url: str
    dlq_url: str


@dataclass(frozen=True)
class Swept:
    """How many items were looked at, queued again, given up; objects without a row; dead letters of ended items."""

    looked: int
    sent: int
    failed: int
    orphans: int
    cleared: int


def sweep(places: Places, now: datetime, prefix: str | None = None) -> Swept:
    """`prefix` in place of the slice that the minute picks ("" looks at the whole bucket). Raises Unavailable."""
    dead, cleared = _dead_letters(places)  # first: what they end must not be sent again below
    looked, sent, failed = _open_items(places, now)
    orphans = _orphans(places, now, f"{int(now.timestamp()) // 60 % SLICES:03x}" if prefix is None else prefix)
    return Swept(looked, sent, failed + dead, orphans, cleared)


def _open_items(places: Places, now: datetime) -> tuple[int, int, int]:
    """(looked at, queued again, failed)."""
    with transaction(places.engine) as connection:
        items = repair.open_items(connection, PATIENCE, MOST_ITEMS)
    batches = _batches(items, False) | _batches(items, True)
    items = [item for item in items if item.batch_id in batches]
    stored = _stored(places.bucket, batches, {item.key for item in items})
    absent = [item for item in items if item.key not in stored]
    tired = [i for i in items if i.key in stored and i.attempts >= repair.MOST_ATTEMPTS and not i.wait]
    there = [item for item in items if item.key in stored and item not in tired]
    stuck = _stuck(places.queue_url, there, stored, now) if there else []
    for wait, group in _by_wait(stuck, stored, now):
        queue.send(places.queue_url, (Arrival(places.bucket, item.key).body() for item in group), delay=wait)
    with transaction(places.engine) as connection:
        failed = repair.give_up(connection, (i.image_id for i in absent if i.expired), *NEVER)
        failed += repair.give_up(connection, (item.image_id for item in tired), *GAVE_UP)
        repair.look_later(connection, (i.image_id for i in absent if not i.expired), WHILE_EXPECTED)
        repair.look_later(connection, {i.image_id for i in there} - {i.image_id for i in stuck}, WHILE_QUEUED)
        repair.look_later(connection, (item.image_id for item in stuck), AFTER_SENDING)
    return len(items), len(stuck), failed


def _batches(items: Iterable[repair.Open], expected: bool) -> set[UUID]:
    """Those of the items that are only expected, or of the others, that are due longest."""
    found = dict.fromkeys(item.batch_id for item in items if (item.status == "expected") == expected)
    return set(list(found)[:MOST_BATCHES])


def _stored(bucket: str, batches: Iterable[UUID], keys: set[str]) -> dict[str, datetime]:
    """Which of these keys are in storage, and since when."""
    found = (one for batch_id in batches for one in storage.listing(bucket, f"{batch_id}/", most=100_000))
    return {one.key: one.modified for one in found if one.key in keys}


def _stuck(queue_url: str, there: list[repair.Open], stored: dict[str, datetime], now: datetime) -> list[repair.Open]:
    """Those that need a message: all, where the queue holds fewer; else what made no progress for long."""
    depth = queue.depth(queue_url)
    waiting = depth.waiting + depth.delayed
    if waiting + depth.in_flight < len(there):
        return there
    patience = STARVED if waiting else HELD
    return [item for item in there if _idle(item, stored[item.key], now) > patience]


def _idle(item: repair.Open, stored: datetime, now: datetime) -> float:
    """Seconds since anything happened to it. A file from the future was stored by a clock that is wrong: it is old."""
    return abs((now - stored).total_seconds()) if item.status == "expected" else item.idle


def _by_wait(
    items: Iterable[repair.Open], stored: dict[str, datetime], now: datetime
) -> Iterable[tuple[int, list[repair.Open]]]:
    """Groups of items by the seconds that their message should still wait: nobody may be interrupted too early."""
    groups: dict[int, list[repair.Open]] = defaultdict(list)
    for item in items:
        fresh = PATIENCE - _idle(item, stored[item.key], now)
        wait = max(item.wait, fresh) if item.status == "expected" else item.wait
        groups[-(-int(max(wait, 0)) // 5) * 5].append(item)
    return sorted(groups.items())


def _dead_letters(places: Places) -> tuple[int, int]:
    """Open items whose message is dead end as failed; letters about items that have ended well are thrown away."""
    failed, finished, kept = 0, [], []
    for _ in range(MOST_LETTERS // 10):
        letters = queue.receive(places.dlq_url, hidden=20)
        kept += [letter.receipt for letter in letters]
        found: dict[UUID, list[str]] = defaultdict(list)
        for letter in letters:
            if image_id := image_of(letter.body):
                found[image_id].append(letter.receipt)
        with transaction(places.engine) as connection:
            failed += repair.give_up_on_dead(connection, found, queue.most_receives(places.queue_url), *GAVE_UP)
            done = repair.ended_well(connection, found)
        finished += [receipt for image_id in done for receipt in found[image_id]]
        if len(letters) < 10:
            break
    queue.delete(places.dlq_url, finished)
    queue.hide(places.dlq_url, set(kept) - set(finished), 0)  # operators see them at once again
    return failed, len(finished)


def image_of(body: str) -> UUID | None:
    """The image that a message is about; None where it is about none of ours."""
    try:
        arrival = arrivals.read(body)
    except arrivals.Malformed:
        return None
    return arrival.image_id if arrivals.is_ours(arrival.key) else None


def _orphans(places: Places, now: datetime, prefix: str) -> int:
    """Queue objects that neither manifest nor catalogue knows; the worker writes their row. Those of the last ten
    minutes are left alone: their row may just be about to be written in a restore."""
    old = now - timedelta(minutes=10)
    found = {
        Arrival(places.bucket, stored.key).image_id: stored.key
        for stored in storage.listing(places.bucket, prefix, MOST_KEYS)
        if arrivals.is_ours(stored.key) and stored.modified < old
    }
    with transaction(places.engine) as connection:
        unknown = repair.without_row(connection, found)
    return queue.send(places.queue_url, (Arrival(places.bucket, found[image_id]).body() for image_id in unknown))


def now() -> datetime:
    return datetime.now(UTC)
