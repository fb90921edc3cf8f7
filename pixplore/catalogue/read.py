"""Images as the catalogue shows them: rows of `image` with the labels that count, a page of them in two statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text

from pixplore.catalogue.schema import image
from pixplore.catalogue.terms import CARRIED
from pixplore.errors import NotFound


@dataclass(frozen=True, slots=True)
class ShownLabel:
    """`boxes` as {left, top, width, height}, fractions 0-1 of the upright picture; `source` is ai or person."""

    name: str
    confidence: float
    source: str
    parents: list[str]
    categories: list[str]
    boxes: list[dict[str, float]]
    by: str | None


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


ENTRY_COLUMNS = tuple(
    image.c.text_found.label("text") if name == "text" else image.c[name]
    for name in Entry.__dataclass_fields__
    if name != "labels"
)


def entries(connection: Connection, rows: Sequence[Any]) -> list[Entry]:
    """Entries of rows of ENTRY_COLUMNS (more columns may follow), with all their labels from one statement."""
    names = [column.name for column in ENTRY_COLUMNS]
    labels = labels_of(connection, [row.id for row in rows])
    return [Entry(**{name: row._mapping[name] for name in names}, labels=labels.get(row.id, [])) for row in rows]


def labels_of(connection: Connection, image_ids: Iterable[UUID]) -> dict[UUID, list[ShownLabel]]:
    """The labels that count, most confident first."""
    found: dict[UUID, list[ShownLabel]] = {}
    ids = [str(i) for i in image_ids]
    if not ids:
        return found
    ordered = text(f'{CARRIED} order by said.confidence desc, label.name collate "C"')
    for row in connection.execute(ordered, {"ids": ids}):
        found.setdefault(row.image_id, []).append(
            ShownLabel(row.name, float(row.confidence), row.source, row.parents, row.categories, row.boxes, row.by)
        )
    return found


def entry(connection: Connection, image_id: UUID) -> Entry:
    """One image, also from the trash. Raises NotFound."""
    row = connection.execute(select(*ENTRY_COLUMNS).where(image.c.id == image_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such image in the catalogue.")
    return entries(connection, [row])[0]


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
        list(connection.execute(_REJECTED, {"id": image_id}).scalars()),
        [{"id": row.id, "name": row.name} for row in connection.execute(_COLLECTIONS, {"id": image_id})],
        [Event(row.seq, row.at, row.actor, row.action, row.detail) for row in events],
    )


_HISTORY = text("select seq, at, actor, action, detail from change where image_id = :id order by seq desc limit 200")
_REJECTED = text("select label from decision where image_id = :id and verdict = 'reject' order by label")
_COLLECTIONS = text("""
    select c.id, c.name from collection c join collection_image m on m.collection_id = c.id
     where m.image_id = :id order by c.name, c.id
""")
