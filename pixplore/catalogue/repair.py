"""The manifest's items that need a hand: never sent, stuck, failed. For the sweep, for retries, for operations."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from pixplore.catalogue.manifest import item_from
from pixplore.domain import Item

MOST_ATTEMPTS = 8
LONGEST_WAIT = 600
"""Seconds; no item is put off for longer."""
_COLUMNS = """item.image_id, item.batch_id, item.name, item.size, item.content_type, item.sha256, item.status,
              item.object_key, item.attempts, item.updated_at, item.duplicate_of, item.error_code,
              item.error_message, item.position"""


@dataclass(frozen=True, slots=True)
class Open:
    """An item that has not ended. `wait` in seconds until the sweep may act on it (0: now), `idle` since anything
    was noted about it."""

    image_id: UUID
    batch_id: UUID
    status: str
    key: str
    attempts: int
    wait: float
    idle: float
    expired: bool


def to_retry(connection: Connection, batch_id: UUID | None, most: int) -> list[Item]:
    """Failed items first, and for one batch those still expected too, oldest first."""
    rows = connection.execute(
        text(f"""
            select {_COLUMNS} from item
             where (cast(:batch as uuid) is null and status = 'failed'
                    or batch_id = :batch and status in ('failed', 'expected'))
             order by status = 'failed' desc, updated_at, position limit :most
        """),  # noqa: S608
        {"batch": batch_id, "most": most},
    ).mappings()
    return [item_from(row) for row in rows]


def expect_again(connection: Connection, image_ids: Iterable[UUID], grant_seconds: int) -> None:
    """Files that never came, failed or not, are expected anew."""
    connection.execute(
        text("""
            update item set status = 'expected', error_code = null, error_message = null, updated_at = now(),
                   attempts = 0, expires_at = now() + :grant * interval '1 second',
                   look_at = now() + interval '20 seconds'
             where image_id = any(:ids) and status in ('failed', 'expected')
        """),
        {"ids": list(image_ids), "grant": grant_seconds},
    )


def begin_again(connection: Connection, image_ids: Iterable[UUID]) -> list[UUID]:
    """Files that are in storage but failed, or whose message got lost, wait for a worker again."""
    rows = connection.execute(
        text("""
            update item set status = 'received', error_code = null, error_message = null, updated_at = now(),
                   attempts = 0, look_at = now() + interval '60 seconds'
             where image_id = any(:ids) and status in ('failed', 'expected', 'received', 'processing')
            returning image_id
        """),
        {"ids": list(image_ids)},
    )
    return list(rows.scalars())


def open_items(connection: Connection, soon: int, most: int) -> list[Open]:
    """Open items that the sweep should look at now or within `soon` seconds, the longest due first; also what is put
    off for longer than anything ever is, by a clock that was wrong.

    Of those that have arrived up to `most`, then as many of those that are only expected: files that never come, of
    uploads that people left, must not stand before what a worker has dropped.
    """
    asked = {"soon": soon, "most": most, "longest": LONGEST_WAIT}
    return [
        Open(*row)
        for statuses in (["received", "processing"], ["expected"])
        for row in connection.execute(_DUE, asked | {"statuses": statuses})
    ]


_DUE = text("""
    select image_id, batch_id, status, object_key, attempts,
           case when look_at < now() + :soon * interval '1 second'
           then greatest(extract(epoch from look_at - now()), 0)::float else 0 end,
           extract(epoch from now() - updated_at)::float, expires_at < now()
      from item where status in ('expected', 'received', 'processing') and status = any(:statuses)
       and (look_at < now() + :soon * interval '1 second'
            or look_at > now() + :longest * interval '1 second')
     order by look_at limit :most
""")


def look_later(connection: Connection, image_ids: Iterable[UUID], seconds: int) -> None:
    """The sweep has done what it could for these; it comes back to them in `seconds`."""
    connection.execute(
        text("""
            update item set look_at = now() + :seconds * interval '1 second'
             where image_id = any(:ids) and status in ('expected', 'received', 'processing')
        """),
        {"ids": list(image_ids), "seconds": seconds},
    )


def give_up(connection: Connection, image_ids: Iterable[UUID], code: str, message: str) -> int:
    """Open items end as failed; returns how many."""
    return connection.execute(
        text("""
            update item set status = 'failed', error_code = :code, error_message = :message, updated_at = now()
             where image_id = any(:ids) and status in ('expected', 'received', 'processing')
        """),
        {"ids": list(image_ids), "code": code, "message": message},
    ).rowcount


def give_up_on_dead(connection: Connection, image_ids: Iterable[UUID], tries: int, code: str, message: str) -> int:
    """Of items whose message is dead, those end as failed that were tried that often and that nobody works on.

    One that a person has begun again meanwhile counts its tries anew; one that the message never reached (the
    database was away) gets another message.
    """
    return connection.execute(
        text("""
            update item set status = 'failed', error_code = :code, error_message = :message, updated_at = now()
             where image_id = any(:ids) and status in ('received', 'processing')
               and attempts >= :tries and look_at < now()
        """),
        {"ids": list(image_ids), "tries": tries, "code": code, "message": message},
    ).rowcount


def without_row(connection: Connection, image_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these ids neither the manifest nor the catalogue knows."""
    rows = connection.execute(
        text("""
            select id from unnest(cast(:ids as uuid[])) as asked(id)
             where not exists (select from item where image_id = asked.id)
               and not exists (select from image where image.id = asked.id)
        """),
        {"ids": [str(i) for i in image_ids]},
    )
    return set(rows.scalars())


def on_their_way(connection: Connection) -> int:
    """Files that have arrived and are not yet taken in or refused."""
    found = connection.execute(text("select count(*) from item where status in ('received', 'processing')"))
    return int(found.scalar_one())


def failures(connection: Connection, most: int) -> list[Item]:
    """The latest items that failed or were rejected, newest first."""
    rows = connection.execute(
        text(f"""
            select {_COLUMNS} from item where status in ('failed', 'rejected') order by updated_at desc limit :most
        """),  # noqa: S608
        {"most": most},
    ).mappings()
    return [item_from(row) for row in rows]


def ended(connection: Connection, status: str, minute: datetime, most: int) -> tuple[list[Item], int]:
    """The newest items that came to this end within the minute that begins then, and how many did in all: those that
    throughput counts there."""
    rows = connection.execute(
        text(f"""
            select {_COLUMNS}, count(*) over () as total from item where status = :status and updated_at >= :minute
               and updated_at < :minute + interval '1 minute' order by updated_at desc, image_id limit :most
        """),  # noqa: S608
        {"status": status, "minute": minute, "most": most},
    )
    found = rows.mappings().all()
    return [item_from(row) for row in found], found[0]["total"] if found else 0


def oldest_waiting(connection: Connection) -> float | None:
    """Seconds since the file that has waited longest arrived; None where none waits."""
    age = connection.execute(
        text("select extract(epoch from now() - min(updated_at))::float from item where status in "
             "('received', 'processing')")
    ).scalar_one()  # fmt: skip
    return None if age is None else float(age)


@dataclass(frozen=True, slots=True)
class Minute:
    """What ended within one minute, by state."""

    at: datetime
    ready: int
    duplicate: int
    rejected: int
    failed: int


def throughput(connection: Connection, minutes: int) -> list[Minute]:
    """The last `minutes` minutes, oldest first, also those in which nothing ended."""
    rows = connection.execute(
        text("""
            select minute, count(*) filter (where status = 'ready'), count(*) filter (where status = 'duplicate'),
                   count(*) filter (where status = 'rejected'), count(*) filter (where status = 'failed')
              from generate_series(date_trunc('minute', now()) - (:minutes - 1) * interval '1 minute',
                                   date_trunc('minute', now()), interval '1 minute') as minute
              left join item on item.updated_at >= minute and item.updated_at < minute + interval '1 minute'
                   and item.status in ('ready', 'duplicate', 'rejected', 'failed')
             group by minute order by minute
        """),
        {"minutes": minutes},
    )
    return [Minute(*row) for row in rows]


def ended_well(connection: Connection, image_ids: Iterable[UUID]) -> list[UUID]:
    """Which of these have become a picture, a duplicate or a refusal, so that nothing about them needs a hand."""
    rows = connection.execute(
        text("select image_id from item where image_id = any(:ids) and status in ('ready', 'duplicate', 'rejected')"),
        {"ids": list(image_ids)},
    )
    return list(rows.scalars())


def pictures_to_relabel(
    connection: Connection, only_missing: bool, after: UUID | None, most: int
) -> list[UUID]:  # fmt: skip
    """Pictures by id from the one behind `after`, `only_missing` those without an embedding; not from the trash."""
    rows = connection.execute(
        text("""
            select id from image
             where object_key is not null and deleted_at is null and (embedding is null or not :missing)
               and (cast(:after as uuid) is null or id > cast(:after as uuid)) order by id limit :most
        """),
        {"missing": only_missing, "after": after, "most": most},
    )
    return list(rows.scalars())


def keys_of(connection: Connection, image_ids: Iterable[UUID]) -> list[str]:
    """Where the originals of these pictures lie; entries without one are left out."""
    rows = connection.execute(
        text("select object_key from image where id = any(:ids) and object_key is not null"), {"ids": list(image_ids)}
    )
    return list(rows.scalars())
