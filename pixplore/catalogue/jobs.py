"""Jobs: one change of many images, done in parts of some thousands by whoever finds time for it.

A job knows its images from the start, in an order of their own (`job_image.place`). Each part is one transaction that
locks the job's row, changes the part's images, writes what became of each and how far the job is. So a worker that
dies at any moment leaves a job that another goes on with at the place where the last whole part ended, nothing is
done twice, and no two workers are in the same job at once.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, text

from pixplore.catalogue import changes
from pixplore.domain import Person, Role
from pixplore.errors import Conflict, NotFound

OPEN = ("waiting", "running")
WAITING, CHANGED, UNCHANGED, FAILED = range(4)
"""States of one image of a job."""
PART = 5_000
"""Images a transaction: people's own edits of them wait for well under a second."""
KEPT = timedelta(days=30)
"""So long after its end a job can be undone; then what it knew of each image is forgotten."""


@dataclass(frozen=True, slots=True)
class Job:
    """`filters`: the query as the contract writes it; None where images were named one by one.

    `state`: waiting, running, done, failed (a fault of ours, in `error`) or cancelled. Of `total` images `done` have
    been looked at: `changed`, `failed`, and the rest were as asked already. `eta` in seconds, while it runs.
    """

    id: UUID
    action: str
    value: Any
    filters: dict[str, Any] | None
    state: str
    total: int
    done: int
    changed: int
    failed: int
    undo_of: UUID | None
    undone_by: UUID | None
    error: str | None
    version: int | None
    created_by: str
    created_at: datetime
    beat_at: datetime
    ended_at: datetime | None

    @property
    def unchanged(self) -> int:
        return self.done - self.changed - self.failed

    @property
    def eta(self) -> float | None:
        if self.state not in OPEN or not self.done:
            return None
        took = (self.beat_at - self.created_at).total_seconds()
        return round(took * (self.total - self.done) / self.done, 1)


@dataclass(frozen=True, slots=True)
class Failure:
    """An image that could not be changed, and why; `name` is None where it is gone."""

    place: int
    image_id: UUID
    name: str | None
    error: str


@dataclass(frozen=True, slots=True)
class Part:
    """Images `first` to `last` (exclusive) of a job, for an action to change. `undo`: put back what a job changed."""

    job: UUID
    value: Any
    by: str
    first: int
    last: int
    undo: bool = False

    @property
    def span(self) -> dict[str, Any]:
        return {"job": self.job, "first": self.first, "last": self.last}


_MANY = 1_000
_NONE = "There is no such job. Look for it in the list of jobs."


def create(
    connection: Connection, action: str, value: Any, filters: dict[str, Any] | None, image_ids: Iterable[UUID], by: str
) -> Job:
    """A job over exactly these images (each once), whatever is found later."""
    new = uuid4()
    _insert(connection, {"id": new, "action": action, "value": value, "filters": filters, "by": by, "undo_of": None})
    return _filled(connection, new, copy_in(connection, new, image_ids))


def create_undo(connection: Connection, job_id: UUID, by: str) -> Job:
    """A job that puts back what another changed. Raises NotFound; Conflict where that cannot be, or has been."""
    old = locked(connection, job_id)
    if old.undo_of is not None:
        raise Conflict("This job has itself put something back. Start the first job's work again instead.")
    if old.state in OPEN:
        raise Conflict("This job is still running. Wait for its end, or cancel it first.")
    if old.undone_by is not None and job(connection, old.undone_by).state not in ("failed", "cancelled"):
        raise Conflict("This job has been undone already: there is nothing left to take back.")
    if old.ended_at is not None and connection.execute(_TOO_OLD, {"at": old.ended_at, "kept": KEPT}).scalar_one():
        raise Conflict(
            f"This job ended more than {KEPT.days} days ago and can no longer be undone. Nothing was changed."
        )
    new = uuid4()
    row = {"id": new, "action": old.action, "value": old.value, "filters": old.filters, "by": by, "undo_of": job_id}
    _insert(connection, row)
    total = connection.execute(_COPY_CHANGED, {"new": new, "old": job_id}).rowcount
    connection.execute(text("update job set undone_by = :new where id = :old"), {"new": new, "old": job_id})
    return _filled(connection, new, total)


def cancel(connection: Connection, job_id: UUID) -> Job:
    """Stop a job after the part it is in; what it changed stays, and can be undone. Raises NotFound, Conflict."""
    if locked(connection, job_id).state not in OPEN:
        raise Conflict("This job has ended already: there is nothing to cancel. Undo it to take back what it did.")
    connection.execute(_END, {"id": job_id, "state": "cancelled", "error": None})
    return job(connection, job_id)


def fail(connection: Connection, job_id: UUID, error: str) -> None:
    """End a job that a fault of ours stopped; one that has ended stays as it is."""
    connection.execute(_END, {"id": job_id, "state": "failed", "error": error})


def job(connection: Connection, job_id: UUID) -> Job:
    """Raises NotFound."""
    found = _found(connection, "where id = :id", {"id": job_id})
    if not found:
        raise NotFound(_NONE)
    return found[0]


def seen(connection: Connection, job_id: UUID, by: Person) -> Job:
    """One that this person may know of: their own, any for an administrator, and what a new taxonomy does, which
    everybody sees. Raises NotFound, also for another person's.
    """
    one = job(connection, job_id)
    if one.created_by != by.email and by.role is not Role.ADMIN and one.action != "taxonomy":
        raise NotFound(_NONE)
    return one


def locked(connection: Connection, job_id: UUID) -> Job:
    """The same, its row locked: waits for the part that a worker is in. Raises NotFound."""
    connection.execute(text("select from job where id = :id for update"), {"id": job_id})
    return job(connection, job_id)


def jobs(
    connection: Connection, limit: int, after: tuple[datetime, UUID] | None = None, by: str | None = None
) -> list[Job]:
    """The newest first, of one person or of all, from the one behind `after` (its created_at and id)."""
    at, last = after or (None, None)
    return _found(connection, _NEWEST, {"at": at, "last": last, "limit": limit, "by": by})


def failures(connection: Connection, job_id: UUID, limit: int, after: int = -1) -> list[Failure]:
    """Images that could not be changed, from the one behind place `after`."""
    rows = connection.execute(_FAILURES, {"job": job_id, "after": after, "limit": limit})
    return [Failure(*row) for row in rows]


def claim(connection: Connection) -> Job | None:
    """The open job that has waited longest for its next part, its row locked until the transaction ends."""
    row = connection.execute(_CLAIM).first()
    return job(connection, row.id) if row else None


def finish_part(connection: Connection, one: Job, last: int) -> None:
    """After the images up to `last` were dealt with: count, and end the job where it was the last part."""
    part = Part(one.id, one.value, one.created_by, one.done, last)
    mark_gone(connection, part)
    connection.execute(_PROGRESS, part.span | {"version": changes.version(connection)})


def mark_gone(connection: Connection, part: Part) -> None:
    """Images that an action has said nothing of are not there any more."""
    connection.execute(_GONE, part.span)


def patient(connection: Connection) -> None:
    """A part may take longer than an answer to a person; but a worker that hangs loses its hold of the job.

    Nothing waits for the disk: what a crash of the database loses of a job's images it loses of its progress too.
    """
    connection.execute(text("set local synchronous_commit = off"))
    connection.execute(text("set local statement_timeout = '5min'"))
    connection.execute(text("set local idle_in_transaction_session_timeout = '1min'"))


def forget(connection: Connection) -> int:
    """Drop what long ended jobs knew of their images; returns of how many jobs."""
    return len(connection.execute(_FORGET, {"kept": KEPT}).all())


def copy_in(connection: Connection, job_id: UUID, image_ids: Iterable[UUID]) -> int:
    """Write job_image by COPY, straight from the iterator; how many."""
    lines = _Lines(f"{job_id}\t", image_ids)
    raw = connection.connection.cursor()
    raw.copy_expert("copy job_image (job_id, place, image_id) from stdin", lines)
    raw.close()
    return lines.count


class _Lines:
    """What COPY reads: one line an image, made as it is asked for."""

    def __init__(self, head: str, image_ids: Iterable[UUID]) -> None:
        self.count = 0
        self._head = head
        self._ids: Iterator[UUID] = iter(image_ids)
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size or size < 0:
            made = []
            for image_id in self._ids:
                made.append(f"{self._head}{self.count}\t{image_id}\n")
                self.count += 1
                if len(made) == 1_000:
                    break
            if not made:
                size = max(size, len(self._rest))
                break
            self._rest += "".join(made).encode()
        out, self._rest = self._rest[:size], self._rest[size:]
        return out


def _insert(connection: Connection, row: dict[str, Any]) -> None:
    sent = row | {"value": json.dumps(row["value"]), "filters": json.dumps(row["filters"])}
    connection.execute(_NEW, sent)


def _filled(connection: Connection, job_id: UUID, total: int) -> Job:
    connection.execute(_FILLED, {"id": job_id, "total": total})
    if total > _MANY:
        # Of a table that was empty when it was last looked at the planner expects one row, and walks it once for each.
        connection.execute(text("analyze job_image"))
    return job(connection, job_id)


def _found(connection: Connection, which: str, values: dict[str, Any]) -> list[Job]:
    rows = connection.execute(text(f"select {', '.join(Job.__dataclass_fields__)} from job {which}"), values)  # noqa: S608
    return [Job(*row) for row in rows]


_NEW = text("""
    insert into job (id, action, value, filters, state, total, created_by, undo_of)
    values (:id, :action, cast(:value as jsonb), cast(:filters as jsonb), 'waiting', 0, :by, :undo_of)
""")
_FILLED = text("""
    update job set total = :total, state = case when :total = 0 then 'done' else state end,
           ended_at = case when :total = 0 then now() end
     where id = :id
""")
_COPY_CHANGED = text(f"""
    insert into job_image (job_id, place, image_id, before)
    select :new, row_number() over (order by place) - 1, image_id, before
      from job_image where job_id = :old and state = {CHANGED}
""")  # noqa: S608 - a number of ours
_NEWEST = """
     where (cast(:at as timestamptz) is null or (created_at, id) < (cast(:at as timestamptz), cast(:last as uuid)))
       and (cast(:by as text) is null or created_by = :by)
     order by created_at desc, id desc limit :limit
"""
_FAILURES = text(f"""
    select j.place, j.image_id, image.name, j.error from job_image j left join image on image.id = j.image_id
     where j.job_id = :job and j.state = {FAILED} and j.place > :after order by j.place limit :limit
""")  # noqa: S608 - a number of ours
# Longest without a part first: a short job beside a long one is not kept waiting.
_CLAIM = text("""
    select id from job where state in ('waiting', 'running') order by beat_at limit 1 for update skip locked
""")
_GONE = text(f"""
    update job_image set state = {FAILED}, error = 'The image is no longer in the catalogue.', before = null
     where job_id = :job and place >= :first and place < :last and state = {WAITING}
""")  # noqa: S608 - numbers of ours
_PROGRESS = text(f"""
    update job set done = :last, changed = job.changed + part.changed, failed = job.failed + part.failed,
           state = case when :last >= total then 'done' else 'running' end, beat_at = clock_timestamp(),
           ended_at = case when :last >= total then clock_timestamp() end,
           version = case when part.changed > 0 then :version else version end
      from (select count(*) filter (where state = {CHANGED}) as changed,
                   count(*) filter (where state = {FAILED}) as failed
              from job_image where job_id = :job and place >= :first and place < :last) part
     where id = :job
""")  # noqa: S608 - numbers of ours
_END = text("""
    update job set state = :state, error = :error, ended_at = clock_timestamp()
     where id = :id and state in ('waiting', 'running')
""")
_TOO_OLD = text("select cast(:at as timestamptz) < now() - cast(:kept as interval)")
_FORGET = text("""
    with old as (select id from job where ended_at < now() - cast(:kept as interval)),
         gone as (delete from job_image using old where job_id = old.id returning job_id)
    select distinct job_id from gone
""")
