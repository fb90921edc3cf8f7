"""The manifest: what an upload promised, file by file, and what became of it. Reading and making batches."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, text

from pixplore import cursor as cursors
from pixplore.arrivals import key_of
from pixplore.domain import Batch, Item, ItemStatus
from pixplore.errors import Invalid, NotFound

PAGE = 200
_ITEM = """image_id, batch_id, name, size, content_type, sha256, status, object_key, attempts, updated_at,
           duplicate_of, error_code, error_message, position"""


@dataclass(frozen=True, slots=True)
class Promise:
    """A file that somebody wants to send. `refusal` is (code, message) where it is refused beforehand."""

    name: str
    size: int
    content_type: str
    sha256: str | None = None
    refusal: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class BatchPage:
    """`counts` are of the whole batch; statuses without items are left out."""

    batch: Batch
    counts: dict[str, int]
    items: list[Item]
    next_cursor: str | None


def create_batch(connection: Connection, name: str, by: str, defaults: dict[str, Any]) -> UUID:
    batch_id = uuid4()  # random, so that keys and the sweep's slices of them are spread evenly
    connection.execute(
        text("insert into batch (id, name, created_by, defaults) values (:id, :name, :by, cast(:defaults as jsonb))"),
        {"id": batch_id, "name": name, "by": by, "defaults": json.dumps(defaults)},
    )
    return batch_id


def add_files(connection: Connection, batch_id: UUID, files: list[Promise], grant_seconds: int) -> list[Item]:
    """Manifest rows in the order of `files`: rejected, duplicate or expected. Raises NotFound for no such batch.

    A duplicate is known by its sha256 of a picture in the catalogue. What is only promised elsewhere may never come,
    or be something else: of two same files that both arrive, the later ends as `duplicate`.
    """
    found = connection.execute(text("select id from batch where id = :id for update"), {"id": batch_id}).first()
    if found is None:
        raise NotFound("There is no such upload. Look for it in the list of uploads.")
    last = connection.execute(
        text("select coalesce(max(position), -1) from item where batch_id = :id"), {"id": batch_id}
    ).scalar_one()
    known = {sha: same_picture(i, name, trashed) for sha, i, name, trashed in _known(connection, files)}
    rows: list[dict[str, Any]] = []
    for position, file in enumerate(files, start=int(last) + 1):
        image_id = uuid4()
        row: dict[str, Any] = {
            "image_id": image_id, "batch_id": batch_id, "position": position, "name": file.name, "size": file.size,
            "content_type": file.content_type, "sha256": file.sha256, "object_key": key_of(batch_id, image_id),
            "status": "expected", "error_code": None, "error_message": None, "duplicate_of": None,
            "grant": grant_seconds,
        }  # fmt: skip
        if file.refusal:
            row |= {"status": "rejected", "error_code": file.refusal[0], "error_message": file.refusal[1]}
        elif file.sha256 and file.sha256 in known:
            same, message = known[file.sha256]
            row |= {"status": "duplicate", "duplicate_of": same, "error_code": "duplicate", "error_message": message}
        rows.append(row)
    connection.execute(
        text("""
            insert into item (image_id, batch_id, position, name, size, content_type, sha256, status, error_code,
                              error_message, duplicate_of, object_key, expires_at, look_at)
            values (:image_id, :batch_id, :position, :name, :size, :content_type, :sha256, :status, :error_code,
                    :error_message, :duplicate_of, :object_key, now() + :grant * interval '1 second',
                    now() + interval '20 seconds')
        """),
        rows,
    )
    ids = [row["image_id"] for row in rows]
    made = {item.image_id: item for item in items_of(connection, ids)}
    return [made[image_id] for image_id in ids]


def _known(connection: Connection, files: list[Promise]) -> Iterator[tuple[str, UUID, str, bool]]:
    hashes = [file.sha256 for file in files if file.sha256]
    rows = connection.execute(
        text("select sha256, id, name, deleted_at is not null from image where sha256 = any(:hashes)"),
        {"hashes": hashes},
    )
    return (tuple(row) for row in rows)


def same_picture(image_id: UUID, name: str, trashed: bool) -> tuple[UUID, str]:
    """(id of the picture in the catalogue, the sentence that says so)."""
    where = "is in the trash" if trashed else "is in the catalogue already"
    hint = " Restore it there instead of sending it again." if trashed else ""
    return image_id, f"The same picture {where}, as {name[:100]}.{hint}"


def items_of(connection: Connection, image_ids: Iterable[UUID]) -> list[Item]:
    rows = connection.execute(
        text(f"select {_ITEM} from item where image_id = any(:ids) order by batch_id, position"),  # noqa: S608
        {"ids": list(image_ids)},
    ).mappings()
    return [item_from(row) for row in rows]


def batches(connection: Connection, cursor: str | None) -> tuple[list[tuple[Batch, dict[str, int]]], str | None]:
    """A page of batches, newest first, each with its counts, and the next cursor. Raises Invalid for a bad cursor."""
    at, after = _batch_place(cursor) if cursor else (None, None)
    rows = connection.execute(
        text("""
            select id, name, created_at, created_by, defaults from batch
             where cast(:at as timestamptz) is null or (created_at, id) < (cast(:at as timestamptz), cast(:id as uuid))
             order by created_at desc, id desc limit :n
        """),
        {"at": at, "id": after, "n": 51},
    ).all()
    found = [Batch(*row) for row in rows[:50]]
    counts = _counts(connection, [batch.id for batch in found])
    more = cursors.encode("batches", [found[-1].created_at.isoformat(), str(found[-1].id)]) if len(rows) > 50 else None
    return [(batch, counts.get(batch.id, {})) for batch in found], more


def _batch_place(cursor: str) -> tuple[datetime, UUID]:
    at, batch_id = cursors.decode_as(cursor, "batches", cursors.moment, UUID)
    return at, batch_id


def batch_page(connection: Connection, batch_id: UUID, status: str | None, cursor: str | None) -> BatchPage:
    """A batch with a page of its items in the order they were promised. Raises NotFound, Invalid."""
    batch = batch_of(connection, batch_id)
    place = f"items {batch_id} {status or ''}"
    after = cursors.decode(cursor, place, 1)[0] if cursor else "-1"
    if not after.lstrip("-").isdigit():
        raise Invalid({"cursor": "is not a cursor of this list; start again without it"})
    rows = (
        connection.execute(
            text(f"""
            select {_ITEM} from item
             where batch_id = :id and position > :after and (cast(:status as text) is null or status = :status)
             order by position limit :n
        """),  # noqa: S608
            {"id": batch_id, "after": int(after), "status": status, "n": PAGE + 1},
        )
        .mappings()
        .all()
    )
    page = rows[:PAGE]
    more = cursors.encode(place, [str(page[-1]["position"])]) if len(rows) > PAGE else None
    return BatchPage(batch, _counts(connection, [batch_id]).get(batch_id, {}), [item_from(r) for r in page], more)


def batch_of(connection: Connection, batch_id: UUID) -> Batch:
    """Raises NotFound."""
    row = connection.execute(
        text("select id, name, created_at, created_by, defaults from batch where id = :id"), {"id": batch_id}
    ).first()
    if row is None:
        raise NotFound("There is no such upload. Look for it in the list of uploads.")
    return Batch(*row)


def troubled(connection: Connection, batch_id: UUID) -> Iterator[Item]:
    """Items of a batch that did not become a picture: rejected, failed, duplicate. Raises NotFound."""
    batch_of(connection, batch_id)
    rows = connection.execute(
        text(f"""
            select {_ITEM} from item where batch_id = :id and status in ('rejected', 'failed', 'duplicate')
             order by position
        """),  # noqa: S608
        {"id": batch_id},
    ).mappings()
    return (item_from(row) for row in rows)


def _counts(connection: Connection, batch_ids: list[UUID]) -> dict[UUID, dict[str, int]]:
    rows = connection.execute(
        text("select batch_id, status, count(*) from item where batch_id = any(:ids) group by 1, 2"),
        {"ids": batch_ids},
    )
    counts: dict[UUID, dict[str, int]] = {}
    for batch_id, status, n in rows:
        counts.setdefault(batch_id, {})[status] = n
    return counts


def item_from(row: Any) -> Item:
    return Item(
        image_id=row["image_id"], batch_id=row["batch_id"], name=row["name"], size=row["size"],
        content_type=row["content_type"], sha256=row["sha256"], status=ItemStatus(row["status"]),
        object_key=row["object_key"], attempts=row["attempts"], updated_at=row["updated_at"],
        duplicate_of=row["duplicate_of"], error_code=row["error_code"], error_message=row["error_message"],
    )  # fmt: skip
