"""Bulk work: what can be done to all results of a query, tried without doing it, done in the background, undone.

ACTIONS says it all in one place: who may, what the value looks like, how it is judged, written and put back.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from pixplore.catalogue import bulk_boards, bulk_edits, bulk_labels, collections, jobs, taxonomy, trials
from pixplore.catalogue.jobs import Job, Part
from pixplore.catalogue.snapshot import Connection, Engine, transaction
from pixplore.catalogue.trials import Trial
from pixplore.domain import Person, Role
from pixplore.errors import Conflict, Forbidden, Invalid, Unavailable
from pixplore.given import Name, Value, Word, plain_place

log = logging.getLogger("pixplore.bulk")
IDLE_S = 0.5
"""A worker without work looks again so often; one in the same process is woken at once."""
_HOURLY = 3600.0


class Attribute(TypedDict):
    """`value` null removes the attribute."""

    name: Name
    value: Value | None


@dataclass(frozen=True, slots=True)
class Action:
    """`judge` writes into the part's rows what would become of each image, `write` does it to those that change.

    `undo` is the pair that puts back; None where nothing can be put back. `value` is what the request must bring.
    """

    role: Role
    value: TypeAdapter[Any]
    judge: Callable[..., None] | None
    write: Callable[[Connection, Part], None]
    undo: tuple[Callable[..., None], Callable[[Connection, Part], None]] | None


def _edit(name: str, role: Role, value: Any) -> Action:
    """An action on a column of the image's own row."""
    do, undo = bulk_edits.DO[name], bulk_edits.UNDO[name]
    back = partial(bulk_edits.judge, edit=undo), partial(bulk_edits.write, edit=undo)
    return Action(
        role, TypeAdapter(value), partial(bulk_edits.judge, edit=do), partial(bulk_edits.write, edit=do), back
    )


_PUT = bulk_boards.judge_put, bulk_boards.put
_TAKE = bulk_boards.judge_take, bulk_boards.take
_UNDECIDE = bulk_labels.judge_undo, bulk_labels.undo
ACTIONS: dict[str, Action] = {
    "tag": _edit("tag", Role.ANALYST, Word),
    "untag": _edit("untag", Role.ANALYST, Word),
    "set_attribute": _edit("set_attribute", Role.ANALYST, Attribute),
    "set_category": _edit("set_category", Role.ANALYST, Word | None),
    "delete": _edit("delete", Role.ADMIN, None),
    "restore": _edit("restore", Role.ADMIN, None),
    "add_to_collection": Action(Role.VIEWER, TypeAdapter(UUID), *_PUT, undo=_TAKE),
    "remove_from_collection": Action(Role.VIEWER, TypeAdapter(UUID), *_TAKE, undo=_PUT),
    "accept_label": Action(
        Role.ANALYST, TypeAdapter(Word), bulk_labels.judge_accept, bulk_labels.accept, undo=_UNDECIDE
    ),
    "reject_label": Action(
        Role.ANALYST, TypeAdapter(Word), bulk_labels.judge_reject, bulk_labels.reject, undo=_UNDECIDE
    ),
    "taxonomy": Action(Role.ADMIN, TypeAdapter(Any), None, bulk_labels.apply_taxonomy, undo=None),
}
ASKED = tuple(name for name in ACTIONS if name != "taxonomy")
"""What people may ask for; `taxonomy` follows from a new version of it."""
_BOARDS = ("add_to_collection", "remove_from_collection")


def checked(connection: Connection, action: str, value: object, by: Person) -> Any:
    """The value as a job keeps it. Raises Forbidden, NotFound for a collection, Invalid naming `action` or `value`."""
    if action not in ASKED:
        raise Invalid({"action": f"is none of {', '.join(ASKED)}"})
    known = ACTIONS[action]
    try:
        given = known.value.validate_python(value)
    except ValidationError as fault:
        raise Invalid(
            {_place(one["loc"]): one["msg"].removeprefix("Value error, ") for one in fault.errors()}
        ) from fault
    may(connection, action, given, by)
    return str(given) if isinstance(given, UUID) else given


def may(connection: Connection, action: str, value: object, by: Person) -> None:
    """Raises Forbidden where this person may not do, undo or stop such a job; NotFound for a collection."""
    role = ACTIONS[action].role
    if role not in by.role.includes:
        raise Forbidden(f"This needs the role {role.value}. Ask an administrator.")
    if action in _BOARDS:
        collections.owned(connection, UUID(str(value)), by)


def start(
    engine: Engine, action: str, value: object, filters: dict[str, Any] | None, ids: Iterable[UUID], by: Person
) -> Job:
    """A job over these images; a worker takes it up. Raises as `checked` does."""
    with transaction(engine) as connection:
        return jobs.create(connection, action, checked(connection, action, value, by), filters, ids, by.email)


def tried(engine: Engine, action: str, value: object, ids: Iterable[UUID], by: Person) -> Trial:
    """What `start` would do, judged by the very same statements; nothing is written. Raises as `checked` does."""
    with transaction(engine) as connection:
        given = checked(connection, action, value, by)
    judge = ACTIONS[action].judge
    assert judge is not None  # noqa: S101 - all that can be asked for can be judged
    return trials.tried(engine, partial(judge, lock=False), given, ids, by.email)


def undo(engine: Engine, job_id: UUID, by: Person) -> Job:
    """A job that puts back what this one changed. Raises NotFound, also for another person's; Forbidden, Conflict."""
    with transaction(engine) as connection:
        old = jobs.seen(connection, job_id, by)
        if ACTIONS[old.action].undo is None:
            raise Conflict("This cannot be undone image by image: go back to an earlier version of the taxonomy.")
        may(connection, old.action, old.value, by)
        return jobs.create_undo(connection, job_id, by.email)


def cancel(engine: Engine, job_id: UUID, by: Person) -> Job:
    """Stop a job where it is. Raises NotFound, also for another person's; Forbidden, Conflict."""
    with transaction(engine) as connection:
        old = jobs.seen(connection, job_id, by)
        may(connection, old.action, old.value, by)
        return jobs.cancel(connection, job_id)


def work_once(engine: Engine, size: int = jobs.PART) -> bool:
    """One part of the open job that has waited longest; False where there is none. Raises Unavailable.

    A fault of ours ends the job as failed: what it had changed stays, and can be undone.
    """
    job: Job | None = None
    try:
        with transaction(engine) as connection:
            jobs.patient(connection)
            if (job := jobs.claim(connection)) is None:
                return False
            _do(connection, job, min(job.done + size, job.total))
    except Unavailable:
        raise
    except Exception as fault:
        log.exception("job %s failed", job.id if job else "unknown")
        if job is None:
            raise
        with transaction(engine) as connection:
            jobs.fail(
                connection, job.id, f"Something went wrong on our side ({type(fault).__name__}). It was written down."
            )
    return True


def _do(connection: Connection, job: Job, last: int) -> None:
    action = ACTIONS[job.action]
    judge, write = (action.judge, action.write) if job.undo_of is None else action.undo or (None, action.write)
    part = Part(job.id, job.value, job.created_by, job.done, last, undo=job.undo_of is not None)
    if judge is not None:
        judge(connection, part)
    write(connection, part)
    jobs.finish_part(connection, job, last)


class Worker:
    """A thread that works on whatever jobs there are, in any number of processes at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._news = threading.Event()
        self._stop = False
        self._thread = threading.Thread(target=self._run, name="bulk", daemon=True)

    def wake(self) -> None:
        """There is a new job."""
        self._news.set()

    def _run(self) -> None:
        tidy = time.monotonic()
        while not self._stop:
            self._news.clear()
            try:
                if work_once(self._engine):
                    continue
                if time.monotonic() >= tidy:
                    tidy = time.monotonic() + _HOURLY
                    with transaction(self._engine) as connection:
                        jobs.forget(connection)
                    taxonomy.settle(self._engine)  # a version whose job a crash swallowed
            except Unavailable as away:
                log.warning("bulk work waits: %s", away)
            except Exception:
                log.exception("bulk work stumbled")
            self._news.wait(IDLE_S)

    def __enter__(self) -> "Worker":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends after the part it is in; a worker elsewhere goes on with the job."""
        self._stop = True
        self._news.set()
        self._thread.join(10)


def _place(steps: tuple[int | str, ...]) -> str:
    return plain_place(("value", *steps))
