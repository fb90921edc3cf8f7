"""Writing a picture that was looked at, with all that was seen, in one transaction."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, text

from pixplore import file_names
from pixplore.catalogue import changes
from pixplore.catalogue.document import refresh_words, words_of
from pixplore.catalogue.ingest import Ended, Work, end_as_same
from pixplore.catalogue.labels import hold_on, label_ids, said, vocabulary_to_write
from pixplore.catalogue.products import PRODUCTS_LOCK
from pixplore.catalogue.snapshot import transaction
from pixplore.catalogue.taught import said_by_taught
from pixplore.catalogue.terms import refresh_terms
from pixplore.domain import SHOWN_CONFIDENCE, Picture, Recognition, orientation
from pixplore.labels import counted


@dataclass(frozen=True, slots=True)
class Look:
    """All that is known of a file's bytes. `version` is the object's version that was looked at."""

    picture: Picture
    recognition: Recognition
    version: str | None


def save_image(engine: Engine, work: Work, look: Look) -> Ended:
    """Make the picture part of the catalogue, or find that it is already. Raises Unavailable.

    Renditions must be in storage before: the moment this returns the picture is shown. With status `duplicate` they
    are of no use to anybody and are the caller's to remove. The lock makes a product list that is being imported
    wait for this picture, or this picture for the list: neither misses the other.
    """
    ids = label_ids(engine, look.recognition.labels)
    with transaction(engine) as connection:
        status = connection.execute(
            text("select status, pg_advisory_xact_lock_shared(:products) from item where image_id = :id for update"),
            {"id": work.image_id, "products": PRODUCTS_LOCK},
        ).scalar_one()
        if status not in ("expected", "received", "processing"):
            return Ended(status, False)
        hold_on(connection, ids)
        if not _insert(connection, work, look, ids):
            return end_as_same(connection, work, look.picture.sha256)
        if work.given:
            accept_given(connection, work.image_id, work.given.get("accepted") or [], work.uploader)
            refresh_words(connection, [work.image_id])  # of the product that the given SKU names, too
        changes.record(connection, work.uploader, "ingest", [work.image_id], {"batch_id": str(work.batch_id)})
        connection.execute(
            text("""
                update item set status = 'ready', updated_at = now(), error_code = null, error_message = null,
                       sha256 = :sha, size = :size where image_id = :id
            """),
            {"id": work.image_id, "sha": look.picture.sha256, "size": look.picture.size},
        )
    return Ended("ready", True)


def save_relabel(engine: Engine, work: Work, recognition: Recognition, embedding: bytes, by: str = "system") -> bool:
    """Replace what the recogniser said of a picture: labels, colours, text, moderation, faces, embedding.

    The labels that people taught are asked anew as well. What people wrote stays: their labels, tags, title,
    decisions; a rejected label stays rejected. False where the picture is gone.
    """
    ids = label_ids(engine, recognition.labels)
    with transaction(engine) as connection:
        before = _shows(connection, work.image_id)
        hold_on(connection, ids)
        found = connection.execute(
            text("""
                update image set colours = :colours, text_found = :text, moderation = cast(:moderation as jsonb),
                       faces = cast(:faces as jsonb), quality = cast(:quality as jsonb), label_model = :model,
                       said = :said, boxes = cast(:boxes as jsonb), embedding = :embedding, updated_at = now()
                 where id = :id returning taught
            """),
            _seen(recognition, ids) | {"id": work.image_id, "embedding": embedding},
        ).first()
        if found is None:
            return False
        taught = said_by_taught(connection, embedding, found.taught)
        connection.execute(
            text("update image set taught = :taught where id = :id"), {"id": work.image_id, "taught": taught}
        )
        refresh_terms(connection, [work.image_id])
        refresh_words(connection, [work.image_id])
        after = _shows(connection, work.image_id)
        labels = {"before": sorted(before - after), "after": sorted(after - before)}
        detail = {"model": recognition.model} | ({"labels": labels} if before != after else {})
        changes.record(connection, by, "relabel", [work.image_id], detail)
    return True


def accept_given(connection: Connection, image_id: UUID, labels: Sequence[str], by: str) -> None:
    """Labels that an import gives as certain count as accepted by whoever imported them."""
    if labels:
        connection.execute(
            text("""
                insert into decision (image_id, label, verdict, "by")
                select :image, label, 'accept', :by from unnest(cast(:labels as text[])) as given(label)
                on conflict do nothing
            """),
            {"image": image_id, "labels": list(labels), "by": by},
        )
        refresh_terms(connection, [image_id])


def _shows(connection: Connection, image_id: UUID) -> set[str]:
    """The labels, ancestors too, that an image is found by at 55 % or more; its row is locked."""
    rows = connection.execute(
        text("""
            select label.name from (select terms from image where id = :id for update) held, unnest(terms) as term
              join label on label.id = term / 1024 where term % 1024 >= :shown
        """),
        {"id": image_id, "shown": round(SHOWN_CONFIDENCE * 10)},
    )
    return set(rows.scalars())


def _insert(connection: Connection, work: Work, look: Look, ids: dict[str, int]) -> bool:
    """False where the catalogue has these bytes, or this picture, already; waits for a worker that just writes them."""
    picture = look.picture
    name = file_names.base(work.name) or work.name
    product, given, defaults = _product_of(connection, name), work.given, work.defaults
    title, sku = given.get("title") or product.get("title"), given.get("sku") or product.get("sku")
    category = given.get("category") or product.get("category") or defaults.get("category")
    tags = given.get("tags") or defaults.get("tags") or []
    attributes = (defaults.get("attributes") or {}) | product.get("attributes", {}) | (given.get("attributes") or {})
    words = words_of(
        name, title, sku, tags, category, attributes, look.recognition.text, (title, product.get("category"))
    )
    seen, taught = _seen(look.recognition, ids), said_by_taught(connection, picture.embedding)
    made = connection.execute(
        text("""
            insert into image (id, name, name_key, title, sku, category, created_at, width, height, orientation, bytes,
                   content_type, sha256, phash, embedding, colours, tags, attributes, text_found, moderation, faces,
                   exif, quality, label_model, uploader, batch_id, object_key, object_version, has_renditions,
                   said, boxes, taught, terms, words)
            values (:id, :name, :name_key, :title, :sku, :category, coalesce(:created_at, now()), :width, :height,
                   :orientation, :bytes, :content_type, :sha256, :phash, :embedding, :colours, :tags,
                   cast(:attributes as jsonb), :text, cast(:moderation as jsonb), cast(:faces as jsonb),
                   cast(:exif as jsonb), cast(:quality as jsonb), :model, :uploader, :batch_id, :key, :version, true,
                   :said, cast(:boxes as jsonb), :taught, :terms, :words)
            on conflict do nothing returning id
        """),
        seen
        | {
            "id": work.image_id,
            "name": name,
            "name_key": name.lower(),
            "title": title,
            "sku": sku,
            "category": category,
            "created_at": given.get("created_at") or product.get("created_at"),
            "width": picture.width,
            "height": picture.height,
            "orientation": orientation(picture.width, picture.height),
            "bytes": picture.size,
            "content_type": picture.kind,
            "sha256": picture.sha256,
            "phash": picture.phash,
            "embedding": picture.embedding,
            "tags": tags,
            "attributes": json.dumps(attributes),
            "exif": json.dumps(picture.exif),
            "uploader": work.uploader,
            "batch_id": work.batch_id,
            "key": work.key,
            "version": look.version,
            "taught": taught,
            "terms": counted(vocabulary_to_write(connection), seen["said"], taught),
            "words": words,
        },
    ).first()
    return made is not None


def _seen(recognition: Recognition, ids: dict[str, int]) -> dict[str, Any]:
    numbers, boxes = said(recognition.labels, ids)
    return {
        "said": numbers,
        "boxes": json.dumps(boxes),
        "colours": list(recognition.colours),
        "text": list(recognition.text),
        "moderation": json.dumps(recognition.moderation),
        "faces": json.dumps(recognition.faces),
        "quality": json.dumps(recognition.quality),
        "model": recognition.model,
    }


def _product_of(connection: Connection, name: str) -> dict[str, Any]:
    """The product that names this file, else the one whose SKU is the file's name without its ending; {} for none."""
    row = (
        connection.execute(
            text("""
                select sku, title, category, created_at, attributes from product
                 where lower(file_name) in (lower(:name), lower(:stem)) or lower(sku) = lower(:stem)
                 order by lower(file_name) = lower(:name) desc nulls last,
                          lower(file_name) = lower(:stem) desc nulls last, sku
                 limit 1
            """),
            {"name": name, "stem": file_names.stem(name)},
        )
        .mappings()
        .first()
    )
    return dict(row) if row else {}
