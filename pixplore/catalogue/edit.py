"""What people change of an image: its words, its place in the trash, and their verdicts on its labels.

Each function is one write within the caller's transaction: it locks the image's row, so that edits, verdicts and a
relabelling of the same image follow one another, and it answers with the version of the catalogue it made.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, func, select, text, update

from pixplore.catalogue import changes
from pixplore.catalogue.document import refresh_documents
from pixplore.catalogue.schema import image
from pixplore.catalogue.terms import refresh_terms
from pixplore.errors import NotFound

VERDICTS = ("accept", "reject", "undo")


def change(connection: Connection, image_id: UUID, wanted: Mapping[str, Any], actor: str) -> int:
    """Set title, sku, category, tags, attributes as far as `wanted` names them; attributes are merged, None removes.

    Nothing that differs: nothing is written, and the version is the newest there is. Raises NotFound.
    """
    now = _locked(connection, image_id)
    new: dict[str, Any] = {}
    for name in ("title", "sku", "category"):
        if name in wanted:
            new[name] = wanted[name] or None
    if wanted.get("tags") is not None:
        new["tags"] = list(dict.fromkeys(wanted["tags"]))
    if wanted.get("attributes") is not None:
        merged = {**now.attributes, **wanted["attributes"]}
        new["attributes"] = {name: value for name, value in merged.items() if value is not None}
    new = {name: value for name, value in new.items() if value != getattr(now, name)}
    if not new:
        return changes.version(connection)
    connection.execute(update(image).where(image.c.id == image_id).values(**new, updated_at=func.now()))
    refresh_documents(connection, [image_id])
    detail = {name: {"before": getattr(now, name), "after": value} for name, value in new.items()}
    return changes.record(connection, actor, "edit", [image_id], detail)


def trash(connection: Connection, image_id: UUID, actor: str) -> int:
    """Put an image into the trash; one that is there stays. Raises NotFound."""
    if _locked(connection, image_id).deleted_at is not None:
        return changes.version(connection)
    now = func.now()
    connection.execute(update(image).where(image.c.id == image_id).values(deleted_at=now, updated_at=now))
    return changes.record(connection, actor, "delete", [image_id])


def restore(connection: Connection, image_id: UUID, actor: str) -> int:
    """Bring an image back from the trash; one that is not there stays. Raises NotFound."""
    if _locked(connection, image_id).deleted_at is None:
        return changes.version(connection)
    connection.execute(update(image).where(image.c.id == image_id).values(deleted_at=None, updated_at=func.now()))
    return changes.record(connection, actor, "restore", [image_id])


def decide(connection: Connection, image_id: UUID, label: str, verdict: str, actor: str) -> int:
    """A person's verdict on one label of one image: accept makes it certain (100, theirs), reject takes it away,
    undo gives it back to the recogniser. A label the image does not carry can be accepted too: that adds it.

    Raises NotFound for an unknown image, and for a rejection of a label that the image does not carry.
    """
    _locked(connection, image_id)
    about = {"image": image_id, "label": label, "by": actor, "verdict": verdict}
    before = connection.execute(_BEFORE, about).scalar_one_or_none()
    carried = connection.execute(_CARRIED, about).scalar_one()
    if verdict == "reject" and not carried and before is None:
        raise NotFound("This image does not carry that label.")
    connection.execute(_FORGET_DECISION, about)
    connection.execute(_FORGET_ACCEPTED, about)
    if verdict != "undo":
        connection.execute(_DECIDE, about)
    if verdict == "accept":
        connection.execute(_NAME, about)
        connection.execute(_ACCEPT, about)
    connection.execute(update(image).where(image.c.id == image_id).values(updated_at=func.now()))
    refresh_terms(connection, [image_id])
    refresh_documents(connection, [image_id])
    return changes.record(connection, actor, verdict, [image_id], {"label": label, "before": before})


def _locked(connection: Connection, image_id: UUID) -> Row[Any]:
    row = connection.execute(select(image).where(image.c.id == image_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("There is no such image in the catalogue.")
    return row


_BEFORE = text("select verdict from decision where image_id = :image and label = :label")
_CARRIED = text("""
    select exists (select from image_label said join label on label.id = said.label_id
                    where said.image_id = :image and label.name = :label)
""")
_FORGET_DECISION = text("delete from decision where image_id = :image and label = :label")
_FORGET_ACCEPTED = text("""
    delete from image_label where image_id = :image and source = 'person'
       and label_id = (select id from label where name = :label)
""")
_DECIDE = text('insert into decision (image_id, label, verdict, "by") values (:image, :label, :verdict, :by)')
_NAME = text("insert into label (name) values (:label) on conflict (name) do nothing")
_ACCEPT = text("""
    insert into image_label (image_id, label_id, source, confidence, boxes, "by")
    select :image, label.id, 'person', 100, coalesce(
           (select boxes from image_label where image_id = :image and label_id = label.id and source = 'ai'), '[]'), :by
      from label where label.name = :label
""")
