"""Bulk work on who is in a collection. The collection's row is locked for each part, as every writer of it does."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from pixplore.catalogue.bulk_edits import SINCE
from pixplore.catalogue.collections import MAX_IMAGES
from pixplore.catalogue.jobs import CHANGED, FAILED, UNCHANGED, Part

_NO_BOARD = "The collection is gone."
_FULL = f"The collection is full: it holds at most {MAX_IMAGES:,} images."


def judge_put(connection: Connection, part: Part, lock: bool = True) -> None:
    """Who would become a member. Undone, a removal puts only those back who are none now."""
    _judge(connection, part, lock, put=True)


def judge_take(connection: Connection, part: Part, lock: bool = True) -> None:
    """Who would be taken out. Undone, an addition takes only those out who are still in."""
    _judge(connection, part, lock, put=False)


def put(connection: Connection, part: Part) -> None:
    """New members stand behind the others; those who were taken out stand where they stood."""
    connection.execute(_PUT, _values(part))
    connection.execute(_RECORD, _values(part) | {"verb": "collect"})


def take(connection: Connection, part: Part) -> None:
    connection.execute(_TAKE, _values(part))
    connection.execute(_RECORD, _values(part) | {"verb": "uncollect"})


def _judge(connection: Connection, part: Part, lock: bool, put: bool) -> None:
    values = _values(part)
    there = connection.execute(text(f"select from collection where id = :board {'for update' if lock else ''}"), values)
    if there.first() is None:
        connection.execute(_ALL_FAIL, values | {"error": _NO_BOARD})
        return
    members = connection.execute(text("select count(*) from collection_image where collection_id = :board"), values)
    settled = SINCE if part.undo else None  # on its way back, "as asked already" is somebody else's doing
    asked = {"put": put, "room": MAX_IMAGES - members.scalar_one(), "settled": settled, "full": _FULL}
    connection.execute(_JUDGE, values | asked)


def _values(part: Part) -> dict[str, Any]:
    return part.span | {"board": UUID(part.value), "by": part.by, "undo": part.undo}


_SPAN = "j.job_id = :job and j.place >= :first and j.place < :last"
_ALL_FAIL = text(f"update job_image j set state = {FAILED}, error = :error, before = null where {_SPAN}")  # noqa: S608
_JUDGE = text(f"""
    with looked as (
        select w.place, m.image_id is not null as member, m.position, m.added_at,
               count(*) filter (where m.image_id is null) over (order by w.place) as nth
          from (select * from job_image j where {_SPAN}) w join image i on i.id = w.image_id
          left join collection_image m on m.collection_id = :board and m.image_id = w.image_id
    ), judged as (
        select *, case when member = :put then cast(:settled as text)
                       when :put and nth > :room then cast(:full as text) end as fault from looked
    )
    update job_image j set
           state = case when fault is not null then {FAILED} when member = :put then {UNCHANGED} else {CHANGED} end,
           error = fault,
           before = case when fault is not null or member = :put then null when :undo then j.before
                         when member then jsonb_build_object('position', position, 'added_at', added_at)
                         else '{{}}'::jsonb end
      from judged where {_SPAN} and judged.place = j.place
""")  # noqa: S608 - pieces of ours
_PUT = text(f"""
    insert into collection_image (collection_id, image_id, position, added_at)
    select :board, j.image_id,
           coalesce(cast(j.before ->> 'position' as integer),
                    (select coalesce(max(position), 0) from collection_image where collection_id = :board)
                    + row_number() over (order by j.place)),
           coalesce(cast(j.before ->> 'added_at' as timestamptz), now())
      from job_image j where {_SPAN} and j.state = {CHANGED}
""")  # noqa: S608 - pieces of ours
_TAKE = text(f"""
    delete from collection_image m using job_image j
     where {_SPAN} and j.state = {CHANGED} and m.collection_id = :board and m.image_id = j.image_id
""")  # noqa: S608 - pieces of ours
_RECORD = text(f"""
    insert into change (actor, action, image_id, detail)
    select :by, :verb, j.image_id,
           jsonb_build_object('collection', c.id, 'name', c.name, 'job', cast(:job as text))
      from job_image j join collection c on c.id = :board where {_SPAN} and j.state = {CHANGED} order by j.place
""")  # noqa: S608 - pieces of ours
