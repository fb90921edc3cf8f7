"""Entries for an export: many, a part at a time, all from one moment of the catalogue."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, text

from pixplore.catalogue.labels import vocabulary
from pixplore.catalogue.snapshot import Engine, snapshot
from pixplore.catalogue.terms import DECISIONS
from pixplore.labels import SHIFT, TENTHS, Decision, Vocabulary, carried

PART = 500
_FIRST = 100
"""The first part is small: it is there at once."""


class Exported(NamedTuple):
    """One entry. `labels` are (name, tenths of a percent, ai or person), the surest first; `attributes` a JSON object
    as text, null for none; `created_at` RFC 3339 in UTC."""

    id: str
    sku: str | None
    name: str
    title: str | None
    category: str | None
    created_at: str
    width: int | None
    height: int | None
    labels: list[tuple[str, int, str]]
    tags: list[str]
    attributes: str
    colours: list[str]
    text: list[str]
    orientation: str | None
    status: str
    uploader: str | None
    batch_id: str | None
    bytes: int | None
    content_type: str | None
    sha256: str | None


class Original(NamedTuple):
    """A picture's file as it was sent."""

    name: str
    object_key: str
    object_version: str | None
    bytes: int


def entries(engine: Engine, image_ids: Iterable[UUID]) -> Iterator[list[Exported]]:
    """These images in the order given, in parts; those that are gone are left out. Raises Unavailable.

    A reader that takes nothing for two minutes loses its moment: it would keep the database from tidying up.
    """
    ids = iter(image_ids)
    with snapshot(engine) as connection:
        connection.execute(text("set local idle_in_transaction_session_timeout = '2min'"))
        known, size = vocabulary(connection), _FIRST
        while part := [str(one) for one in islice(ids, size)]:
            size = PART
            rows: Any = connection.execute(_READ, {"ids": part})
            yield [
                Exported._make([*row[:8], labelled(known, row[8], row[9], row[10] or ()), *row[11:]]) for row in rows
            ]


def originals(connection: Connection, image_ids: Sequence[UUID]) -> list[Original]:
    """The files of these images, in their order; entries without a picture are left out."""
    rows = connection.execute(_ORIGINALS, {"ids": [str(one) for one in image_ids]})
    return [Original(*row) for row in rows]


def labelled(
    known: Vocabulary, said: Sequence[int], taught: Sequence[int], decisions: Sequence[Decision]
) -> list[tuple[str, int, str]]:
    """What pixplore.labels.carried says; quicker where nobody decided or taught anything."""
    if taught or decisions:
        return [(one.name, one.tenths, one.source) for one in carried(known, said, taught, decisions)]
    best: dict[str, int] = {}
    for number in said:
        meaning, tenths = known.meaning(number >> SHIFT), number & TENTHS
        if meaning is not None and tenths >= meaning.least:
            name = known.names[meaning.id]
            if tenths > best.get(name, -1):
                best[name] = tenths
    return [(name, -fall, "ai") for fall, name in sorted([(-tenths, name) for name, tenths in best.items()])]


_READ = text(f"""
    select cast(image.id as text), sku, name, title, category,
           to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24\\:MI\\:SS.US"Z"'), width, height,
           said, taught, {DECISIONS}, tags, cast(attributes as text), colours, text_found, orientation, status,
           uploader, cast(batch_id as text), bytes, content_type, sha256
      from unnest(cast(:ids as uuid[])) with ordinality as wanted(id, place) join image on image.id = wanted.id
     order by wanted.place
""")  # noqa: S608 - DECISIONS is ours
_ORIGINALS = text("""
    select name, object_key, object_version, coalesce(bytes, 0)
      from unnest(cast(:ids as uuid[])) with ordinality as wanted(id, place) join image on image.id = wanted.id
     where object_key is not null order by wanted.place
""")
