"""A bulk action tried: the same judgement as a job's, over a table that exists in one transaction only."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, text

from pixplore.catalogue import jobs
from pixplore.catalogue.jobs import CHANGED, FAILED, UNCHANGED, Part
from pixplore.catalogue.snapshot import transaction

SAMPLE = 10


@dataclass(frozen=True, slots=True)
class Trial:
    """How many images would change, stay as they are, fail; why (sentence, images); the first of each."""

    total: int
    changed: int
    unchanged: int
    failed: int
    reasons: list[tuple[str, int]]
    sample: list[tuple[UUID, str]]
    failures: list[jobs.Failure]


def tried(
    engine: Engine, judge: Callable[[Connection, Part], None], value: Any, image_ids: Iterable[UUID], by: str
) -> Trial:
    """Nothing is written: a temporary job_image stands in front of the real one until the transaction ends."""
    with transaction(engine) as connection:
        jobs.patient(connection)
        # With its defaults: a newer schema may have columns that this program does not fill.
        twin = "create temporary table job_image (like public.job_image including defaults) on commit drop"
        connection.execute(text(twin))
        job = uuid4()
        total = jobs.copy_in(connection, job, image_ids)
        connection.execute(text("create unique index on job_image (job_id, place)"))
        connection.execute(text("analyze job_image"))
        part = Part(job, value, by, 0, total)
        judge(connection, part)
        jobs.mark_gone(connection, part)
        counts: dict[int, int] = dict(
            connection.execute(text("select state, count(*) from job_image group by state")).tuples().all()
        )
        reasons = connection.execute(_REASONS).tuples().all()
        sample = connection.execute(_SAMPLE, {"limit": SAMPLE}).tuples().all()
        failures = jobs.failures(connection, job, SAMPLE)
    return Trial(
        total, counts.get(CHANGED, 0), counts.get(UNCHANGED, 0), counts.get(FAILED, 0),
        [tuple(row) for row in reasons], [tuple(row) for row in sample], failures,
    )  # fmt: skip


_REASONS = text(f"select error, count(*) from job_image where state = {FAILED} group by error order by 2 desc, 1")  # noqa: S608
_SAMPLE = text(f"""
    select image.id, image.name from job_image j join image on image.id = j.image_id
     where j.state = {CHANGED} order by j.place limit :limit
""")  # noqa: S608 - a number of ours
