"""The taxonomy: its versions, what other rules would change, and the way from a new version to all images.

A new version holds for every picture that is written from its commit on: writers of labels take a lock that they
share (`vocabulary_to_write`), `apply` takes it alone, so none is half-way with the old rules. Pictures that were there
before are brought in line by a job in the background.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg2.errors import LockNotAvailable
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import OperationalError

from pixplore.catalogue import changes, jobs, renamed
from pixplore.catalogue.labels import TAXONOMY_LOCK, name_labels
from pixplore.catalogue.schema import label, taxonomy
from pixplore.catalogue.snapshot import snapshot, transaction
from pixplore.catalogue.terms import DECISIONS
from pixplore.errors import Conflict, Invalid, NotFound, Unavailable
from pixplore.labels import Vocabulary
from pixplore.taxonomy import Effects, Rules, canonical, conflicts, plan, touched

MOST_PATTERNS = 300_000
_PREVIEW_LOCK = TAXONOMY_LOCK + 1
Rows = list[tuple[int, str, list[str], list[str]]]


@dataclass(frozen=True, slots=True)
class Version:
    """`job_id` brings images in line with it; version 0 is that there are no rules."""

    version: int
    rules: dict[str, dict[str, Any]]
    note: str
    by: str
    at: datetime | None
    job_id: UUID | None


_COLUMNS = [taxonomy.c[name] for name in Version.__dataclass_fields__]


def current(connection: Connection) -> Version:
    """What holds."""
    found = versions(connection, 1)
    return found[0] if found else Version(0, {}, "", "system", None, None)


def versions(connection: Connection, limit: int, below: int | None = None) -> list[Version]:
    """The newest first, from the one below version `below`."""
    asked = select(*_COLUMNS).order_by(taxonomy.c.version.desc()).limit(limit)
    rows = connection.execute(asked if below is None else asked.where(taxonomy.c.version < below))
    return [Version(*row) for row in rows]


def version(connection: Connection, number: int) -> Version:
    """Raises NotFound."""
    row = connection.execute(select(*_COLUMNS).where(taxonomy.c.version == number)).one_or_none()
    if row is None:
        raise NotFound("There is no such version of the taxonomy: nothing was changed. Choose one of the list.")
    return Version(*row)


def label_rows(connection: Connection) -> Rows:
    """id, name, ancestors and categories of every label."""
    columns = (label.c.id, label.c.name, label.c.parents, label.c.categories)
    return [(row.id, row.name, row.parents, row.categories) for row in connection.execute(select(*columns))]


def apply(engine: Engine, rules: Rules, note: str, by: str, base: int | None = None) -> Version:
    """Make these rules the new version and start the job that brings images in line; the version there is where
    nothing differs. `base`: the version that was edited. Raises Invalid, Conflict where another came between,
    Unavailable while a long import holds the old rules.
    """
    wanted = canonical(rules)
    with transaction(engine) as connection:
        try:
            connection.execute(text("set local lock_timeout = '3s'"))
            connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": TAXONOMY_LOCK})
        except OperationalError as error:
            if isinstance(error.orig, LockNotAvailable):
                raise Unavailable("Pictures are being imported by the old rules. Try again in a moment.", 10) from error
            raise
        old = current(connection)
        if base is not None and base != old.version:
            raise Conflict(
                f"The taxonomy is at version {old.version} by now: nothing was changed. Look, then change it again."
            )
        rows = label_rows(connection)
        if faults := conflicts(wanted, (name for _, name, _, _ in rows)):
            raise Invalid({f"rules.{name}" if name else "rules": said for name, said in faults.items()})
        if wanted == old.rules:
            return old
        connection.execute(taxonomy.insert().values(rules=wanted, note=note, by=by))
        name_labels(connection, Vocabulary(rows, wanted).unknown)
        renamed.follow(connection, {name: number for number, name, _, _ in rows}, old.rules, wanted)
        new = current(connection)
        changed = {n: r for n in sorted({*old.rules, *wanted}) if (r := _changed(old.rules, wanted, n)) is not None}
        told = {"version": new.version, "before": {n: a for n, (a, _) in changed.items()},
                "after": {n: b for n, (_, b) in changed.items()}, "note": note}  # fmt: skip
        changes.note(connection, by, "taxonomy_apply", told)
    settle(engine)
    with transaction(engine) as connection:
        return version(connection, new.version)


def settle(engine: Engine) -> None:
    """Start the job of the newest version if it has none: also after a crash between the two."""
    with transaction(engine) as connection:
        jobs.patient(connection)
        newest = connection.execute(_NEWEST).one_or_none()
        if newest is None or newest.job_id is not None:
            return
        rows = label_rows(connection)
        before = [Vocabulary(rows, rules) for rules in _not_settled(connection, newest.version)]
        after = Vocabulary(rows, newest.rules)
        raws = touched(before, after)
        with snapshot(engine) as look:  # after the new rules' commit: whoever writes from now on obeys them
            ids = _carriers(look, raws, [after.names[raw] for raw in raws]) if raws else iter(())
            made = jobs.create(connection, "taxonomy", {"version": newest.version}, None, ids, newest.by)
        connection.execute(_HAS_JOB, {"job": made.id, "version": newest.version})


def preview(connection: Connection, rules: Rules) -> Effects:
    """What these rules would change, counted over the whole catalogue but its trash. `connection` is a snapshot.

    Raises Invalid for rules that cannot hold, Unavailable where another preview is being counted.
    """
    rows = label_rows(connection)
    wanted = canonical(rules)
    if faults := conflicts(wanted, (name for _, name, _, _ in rows)):
        raise Invalid({f"rules.{name}" if name else "rules": said for name, said in faults.items()})
    made = plan(Vocabulary(rows, current(connection).rules), Vocabulary(rows, wanted))
    effects = Effects()
    if not made.changed:
        return effects
    if not connection.execute(text("select pg_try_advisory_xact_lock(:key)"), {"key": _PREVIEW_LOCK}).scalar_one():
        raise Unavailable("Another preview is being counted. Try again in a moment.", 5)
    raws, leasts, marks = (list(column) for column in zip(*made.marks, strict=True))
    names = [made.after.names[raw] for raw in made.changed]
    asked = {"changed": made.changed, "changed_names": names, "names": made.names}
    patterns = connection.execution_options(yield_per=10_000).execute(
        _PATTERNS, asked | {"raws": raws, "leasts": leasts, "marks": marks}
    )
    for number, row in enumerate(patterns):
        if number >= MOST_PATTERNS:
            raise Invalid({"rules": "too many rules differ at once to be counted; preview some of them"})
        effects.add_pattern(made, row.pattern, row.images)
    for row in connection.execution_options(yield_per=1_000).execute(_DECIDED, asked):
        effects.add_image(made, row.said, row.taught, row.decisions or ())
    return effects


def _changed(old: Rules, new: Rules, name: str) -> tuple[Any, Any] | None:
    return (old.get(name), new.get(name)) if old.get(name) != new.get(name) else None


def _not_settled(connection: Connection, newest: int) -> list[dict[str, Any]]:
    """The rules that images may still be by: back to the last version whose job has ended well."""
    found = []
    for row in connection.execute(_EARLIER, {"newest": newest}):
        found.append(row.rules)
        if row.state == "done":
            return found
    return [*found, {}]


def _carriers(connection: Connection, raws: list[int], names: list[str]) -> Iterator[UUID]:
    asked = {"changed": raws, "changed_names": names}
    yield from connection.execution_options(yield_per=10_000).execute(_CARRIERS, asked).scalars()


_NEWEST = text('select version, rules, "by", job_id from taxonomy order by version desc limit 1 for update')
_HAS_JOB = text("update taxonomy set job_id = :job where version = :version")
_EARLIER = text("""
    select rules, job.state from taxonomy left join job on job.id = taxonomy.job_id
     where taxonomy.version < :newest order by taxonomy.version desc
""")
_CARRIES = """
    exists (select from unnest(image.said || image.taught) as one(number)
             where one.number >> 10 = any(cast(:changed as integer[])))
"""
_CARRIERS = text(f"""
    select id from image
     where {_CARRIES} or id in (select image_id from decision where label = any(cast(:changed_names as text[])))
     order by created_at desc, id
""")  # noqa: S608 - pieces of ours
_PATTERNS = text(f"""
    with hits as (
        select image.id, mark.mark
          from image, unnest(image.said || image.taught) as one(number)
          join unnest(cast(:raws as integer[]), cast(:leasts as integer[]), cast(:marks as integer[]))
               as mark(raw, least, mark) on mark.raw = one.number >> 10 and (one.number & 1023) >= mark.least
         where image.deleted_at is null and {_CARRIES}
           and not exists (select from decision where decision.image_id = image.id
                              and decision.label = any(cast(:names as text[])))
    )
    select pattern, count(*) as images
      from (select array_agg(distinct mark order by mark) as pattern from hits group by id) each
     group by pattern
""")  # noqa: S608 - pieces of ours
_DECIDED = text(f"""
    select said, taught, {DECISIONS} as decisions from image
     where deleted_at is null and id in (select image_id from decision where label = any(cast(:names as text[])))
       and ({_CARRIES} or id in (select image_id from decision where label = any(cast(:changed_names as text[]))))
""")  # noqa: S608 - pieces of ours
