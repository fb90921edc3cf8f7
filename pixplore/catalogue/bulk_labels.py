"""Bulk verdicts on one label, and images brought in line with a new taxonomy. What a verdict means for one image is
pixplore.catalogue.edit.decide; here it is the same for thousands at once.
"""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from pixplore.catalogue.bulk_edits import CHANGED_IDS, SINCE
from pixplore.catalogue.jobs import CHANGED, FAILED, UNCHANGED, Part
from pixplore.catalogue.labels import vocabulary
from pixplore.catalogue.terms import DECISIONS, refresh_terms
from pixplore.labels import ACCEPT, REJECT, behind


def judge_accept(connection: Connection, part: Part, lock: bool = True) -> None:
    """Whose label is not certain yet; one that does not carry the label gets it."""
    _judge(connection, part, ACCEPT, lock)


def judge_reject(connection: Connection, part: Part, lock: bool = True) -> None:
    """Who carries the label; others are as asked already."""
    _judge(connection, part, REJECT, lock)


def accept(connection: Connection, part: Part) -> None:
    _decide(connection, part, ACCEPT)


def reject(connection: Connection, part: Part) -> None:
    _decide(connection, part, REJECT)


def judge_undo(connection: Connection, part: Part, lock: bool = True) -> None:
    """Where the verdicts are still those that the job wrote."""
    rows = connection.execute(_LOOK if lock else _LOOK_ONLY, part.span)
    found: list[tuple[int, int, Any, str | None]] = []
    for row in rows:
        now = {name: [verdict, by] for name, verdict, by in row.decisions or ()}
        wrote = row.before["wrote"]
        same = all(now.get(name) == wrote for name in row.before["names"])
        found.append((row.place, CHANGED, row.before, None) if same else (row.place, FAILED, None, SINCE))
    _tell(connection, part, found)


def undo(connection: Connection, part: Part) -> None:
    """Take the job's verdicts away and bring back those that they took the place of."""
    connection.execute(_FORGET, part.span | {"field": "names"})
    connection.execute(_BRING_BACK, part.span)
    _recorded(connection, part, "undo")


def apply_taxonomy(connection: Connection, part: Part) -> None:
    """Write the terms of the part's images anew; those whose terms are others now count as changed."""
    ids = connection.execute(_LOCKED, part.span).scalars().all()
    changed = refresh_terms(connection, ids)
    rows = part.span | {"ids": [str(i) for i in changed], "value": json.dumps(part.value), "by": part.by}
    connection.execute(_SORTED_OUT, rows | {"there": [str(i) for i in ids]})
    connection.execute(_RETERMED, rows)


def _judge(connection: Connection, part: Part, verdict: str, lock: bool) -> None:
    label = str(part.value)
    known = vocabulary(connection)
    found: list[tuple[int, int, Any, str | None]] = []
    for row in connection.execute(_LOOK if lock else _LOOK_ONLY, part.span):
        earlier = [(name, said, by) for name, said, by in row.decisions or ()]
        about = [one for one in earlier if one[0] == label or known.shown_as(one[0]) == label]
        names = behind(known, row.said, row.taught, earlier, label)
        if verdict == REJECT and not names and not about:
            found.append((row.place, UNCHANGED, None, None))
            continue
        names = names or [label]
        if {name for name, said, _ in about if said == verdict} == set(names) and len(about) == len(names):
            found.append((row.place, UNCHANGED, None, None))
            continue
        before = {"names": names, "wrote": [verdict, part.by], "about": [name for name, _, _ in about]}
        found.append((row.place, CHANGED, before, None))
    _tell(connection, part, found)


def _tell(connection: Connection, part: Part, found: list[tuple[int, int, Any, str | None]]) -> None:
    places, states, befores, errors = zip(*found, strict=True) if found else ((), (), (), ())
    rows = {"places": list(places), "states": list(states), "errors": list(errors),
            "befores": [None if one is None else json.dumps(one) for one in befores]}  # fmt: skip
    connection.execute(_TELL, {"job": part.job} | rows)


def _decide(connection: Connection, part: Part, verdict: str) -> None:
    connection.execute(_KEEP, part.span)
    connection.execute(_FORGET, part.span | {"field": "about"})
    connection.execute(_DECIDE, part.span | {"verdict": verdict, "by": part.by})
    _recorded(connection, part, verdict)


def _recorded(connection: Connection, part: Part, verb: str) -> None:
    ids: list[UUID] = list(connection.execute(CHANGED_IDS, part.span).scalars())
    connection.execute(_TOUCH, part.span)
    refresh_terms(connection, ids)
    connection.execute(_RECORD, part.span | {"by": part.by, "verb": verb, "label": part.value, "undo": part.undo})


_SPAN = "j.job_id = :job and j.place >= :first and j.place < :last"
_CHANGED = f"{_SPAN} and j.state = {CHANGED}"
_SEEN = f"""
    select j.place, j.before, image.said, image.taught, {DECISIONS} as decisions
      from job_image j join image on image.id = j.image_id where {_SPAN}
"""  # noqa: S608 - pieces of ours
_LOOK_ONLY = text(_SEEN)
_LOOK = text(f"{_SEEN} order by image.id for update of image")
_LOCKED = text(f"""
    select image.id from image where id = any(array(select j.image_id from job_image j where {_SPAN}))
     order by id for update
""")  # noqa: S608 - pieces of ours
_TELL = text("""
    update job_image j set state = told.state, before = cast(told.before as jsonb), error = told.error
      from unnest(cast(:places as integer[]), cast(:states as smallint[]), cast(:befores as text[]),
                  cast(:errors as text[])) as told(place, state, before, error)
     where j.job_id = :job and j.place = told.place
""")
# What stood before is kept with who and when, so that undo can bring back the very same rows.
_KEEP = text(f"""
    update job_image j set before = j.before || jsonb_build_object('was', coalesce((
               select jsonb_agg(jsonb_build_array(d.label, d.verdict, d."by", d.at)) from decision d
                where d.image_id = j.image_id
                  and d.label in (select jsonb_array_elements_text(j.before -> 'about'))), '[]'))
     where {_CHANGED}
""")  # noqa: S608 - pieces of ours
_FORGET = text(f"""
    delete from decision d using job_image j, jsonb_array_elements_text(j.before -> :field) as name
     where {_CHANGED} and d.image_id = j.image_id and d.label = name
""")  # noqa: S608 - pieces of ours
_DECIDE = text(f"""
    insert into decision (image_id, label, verdict, "by")
    select j.image_id, name, :verdict, :by
      from job_image j, jsonb_array_elements_text(j.before -> 'names') as name where {_CHANGED}
    on conflict (image_id, label) do update set verdict = excluded.verdict, "by" = excluded."by", at = now()
""")  # noqa: S608 - pieces of ours
_BRING_BACK = text(f"""
    insert into decision (image_id, label, verdict, "by", at)
    select j.image_id, was ->> 0, was ->> 1, was ->> 2, cast(was ->> 3 as timestamptz)
      from job_image j, jsonb_array_elements(j.before -> 'was') as was where {_CHANGED}
    on conflict (image_id, label) do nothing
""")  # noqa: S608 - pieces of ours
_TOUCH = text(f"update image set updated_at = now() from job_image j where {_CHANGED} and image.id = j.image_id")  # noqa: S608
_RECORD = text(f"""
    insert into change (actor, action, image_id, detail)
    select :by, :verb, j.image_id, jsonb_build_object('label', cast(:label as text), 'job', cast(:job as text),
           'before', case when :undo then j.before -> 'wrote' -> 0 else j.before -> 'was' -> 0 -> 1 end,
           'after', case when :undo then j.before -> 'was' -> 0 -> 1 else to_jsonb(cast(:verb as text)) end)
      from job_image j where {_CHANGED} order by j.place
""")  # noqa: S608 - pieces of ours
_SORTED_OUT = text(f"""
    update job_image j set state = case when j.image_id = any(cast(:ids as uuid[])) then {CHANGED} else {UNCHANGED} end
     where {_SPAN} and j.image_id = any(cast(:there as uuid[]))
""")  # noqa: S608 - pieces of ours
_RETERMED = text(f"""
    insert into change (actor, action, image_id, detail)
    select :by, 'taxonomy', j.image_id, jsonb_build_object('job', cast(:job as text), 'value', cast(:value as jsonb))
      from job_image j where {_CHANGED} order by j.place
""")  # noqa: S608 - pieces of ours
