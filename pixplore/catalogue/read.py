"""Images as the catalogue shows them: rows of `image` with the labels that count, any number in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text

from pixplore.catalogue.labels import STAMP, vocabulary
from pixplore.catalogue.schema import image
from pixplore.catalogue.terms import DECISIONS
from pixplore.errors import NotFound
from pixplore.labels import TENTHS, Carried, Vocabulary, carried


@dataclass(frozen=True, slots=True)
class ShownLabel:
    """`boxes` as {left, top, width, height}, fractions 0-1 of the upright picture; `source` is ai or person, `by` who
    accepted it; `model` the recogniser, or the taught label, that said it.
    """

    name: str
    confidence: float
    source: str
    parents: list[str]
    categories: list[str]
    boxes: list[dict[str, float]]
    by: str | None
    model: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One image of the catalogue. `bytes` is the size of the original; `text` what was read in the picture."""

    id: UUID
    name: str
    title: str | None
    sku: str | None
    category: str | None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    width: int | None
    height: int | None
    orientation: str | None
    bytes: int | None
    content_type: str | None
    sha256: str | None
    status: str
    colours: list[str]
    tags: list[str]
    attributes: dict[str, Any]
    text: list[str]
    moderation: list[dict[str, Any]]
    uploader: str | None
    batch_id: UUID | None
    object_key: str | None
    object_version: str | None
    has_renditions: bool
    labels: list[ShownLabel] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Event:
    """One line of an image's history."""

    version: int
    at: datetime
    actor: str
    action: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Detail:
    entry: Entry
    exif: dict[str, Any]
    quality: dict[str, Any]
    faces: list[dict[str, Any]]
    label_model: str | None
    rejected: list[str]
    collections: list[dict[str, Any]]
    history: list[Event]


# Thousands of entries are kept in memory: what they have in common is there once.
_PERCENT = [tenths / 10 for tenths in range(TENTHS + 1)]
_NOWHERE: list[dict[str, float]] = []
_COLUMNS = [name for name in Entry.__dataclass_fields__ if name != "labels"]
_READ = text(f"""
    select {", ".join("text_found" if name == "text" else name for name in _COLUMNS)},
           said, taught, boxes, label_model, {DECISIONS} as decisions, {STAMP} as stamp
      from image where id = any(cast(:ids as uuid[]))
""")  # noqa: S608 - all of it is ours


def entries_of(connection: Connection, image_ids: Sequence[UUID]) -> list[Entry]:
    """These images in the order given, also from the trash; those that are missing are left out."""
    if not image_ids:
        return []
    rows = connection.execute(_READ, {"ids": [str(i) for i in image_ids]}).all()
    if not rows:
        return []
    known = vocabulary(connection, rows[0].stamp)
    end = len(_COLUMNS)
    found: dict[UUID, Entry] = {}
    for row in rows:
        said, taught, boxes, model, decisions, _ = row[end:]
        labels = [shown(known, one, boxes, model) for one in carried(known, said, taught, decisions or ())]
        values: list[Any] = [*row[:end], labels]
        found[row[0]] = Entry(*values)
    return [found[i] for i in image_ids if i in found]


def shown(known: Vocabulary, one: Carried, boxes: dict[str, list[dict[str, float]]], model: str | None) -> ShownLabel:
    """A carried label as people see it; `boxes` as the image's column holds them, `model` the image's recogniser."""
    parents, categories = known.lineage(one.id, one.raw)
    seen = [box for raw in one.raw for box in boxes.get(str(raw), ())] if boxes else _NOWHERE
    said_by = None if one.source == "person" else one.model or model
    return ShownLabel(one.name, _PERCENT[one.tenths], one.source, parents, categories, seen, one.by, said_by)


def entry(connection: Connection, image_id: UUID) -> Entry:
    """One image, also from the trash. Raises NotFound."""
    found = entries_of(connection, [image_id])
    if not found:
        raise NotFound("There is no such image in the catalogue, or no longer. Look for it anew.")
    return found[0]


def detail(connection: Connection, image_id: UUID) -> Detail:
    """All that is known of one image. Raises NotFound."""
    one = entry(connection, image_id)
    more = connection.execute(
        select(image.c.exif, image.c.quality, image.c.faces, image.c.label_model).where(image.c.id == image_id)
    ).one()
    events = connection.execute(_HISTORY, {"id": image_id})
    return Detail(
        one,
        more.exif,
        more.quality,
        more.faces,
        more.label_model,
        _rejected(connection, image_id),
        [{"id": row.id, "name": row.name} for row in connection.execute(_COLLECTIONS, {"id": image_id})],
        [Event(row.seq, row.at, row.actor, row.action, row.detail) for row in events],
    )


def _rejected(connection: Connection, image_id: UUID) -> list[str]:
    known = vocabulary(connection)
    names = connection.execute(_REJECTED, {"id": image_id}).scalars()
    return sorted({known.shown_as(name) or name for name in names})


_HISTORY = text("select seq, at, actor, action, detail from change where image_id = :id order by seq desc limit 200")
_REJECTED = text("select label from decision where image_id = :id and verdict = 'reject'")
_COLLECTIONS = text("""
    select c.id, c.name from collection c join collection_image m on m.collection_id = c.id
     where m.image_id = :id order by c.name, c.id
""")
