"""Writing a picture that was looked at, with all that was seen, in one transaction."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text

from pixplore import file_names
from pixplore.catalogue import changes
from pixplore.catalogue.document import refresh_documents
from pixplore.catalogue.ingest import Ended, Work, end_as_same
from pixplore.catalogue.labels import label_ids, write_ai_labels
from pixplore.catalogue.products import PRODUCTS_LOCK
from pixplore.catalogue.snapshot import transaction
from pixplore.domain import Picture, Recognition, orientation


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
        if not _insert(connection, work, look):
            return end_as_same(connection, work, look.picture.sha256)
        write_ai_labels(connection, work.image_id, look.recognition.labels, ids, look.recognition.model)
        refresh_documents(connection, [work.image_id])
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

    What people wrote stays: their labels, tags, title, decisions; a rejected label stays rejected. False where the
    picture is gone.
    """
    ids = label_ids(engine, recognition.labels)
    with transaction(engine) as connection:
        found = connection.execute(
            text("""
                update image set colours = :colours, text_found = :text, moderation = cast(:moderation as jsonb),
                       faces = cast(:faces as jsonb), quality = cast(:quality as jsonb), label_model = :model,
                       embedding = :embedding, updated_at = now()
                 where id = :id returning id
            """),
            _seen(recognition) | {"id": work.image_id, "embedding": embedding},
        ).first()
        if found is None:
            return False
        write_ai_labels(connection, work.image_id, recognition.labels, ids, recognition.model)
        refresh_documents(connection, [work.image_id])
        changes.record(connection, by, "relabel", [work.image_id], {"model": recognition.model})
    return True


def _insert(connection: Connection, work: Work, look: Look) -> bool:
    """False where the catalogue has these bytes, or this picture, already; waits for a worker that just writes them."""
    picture = look.picture
    name = file_names.base(work.name) or work.name
    product = _product_of(connection, name)
    defaults = work.defaults
    made = connection.execute(
        text("""
            insert into image (id, name, title, sku, category, created_at, width, height, orientation, bytes,
                   content_type, sha256, phash, embedding, colours, tags, attributes, text_found, moderation, faces,
                   exif, quality, label_model, uploader, batch_id, object_key, object_version, has_renditions)
            values (:id, :name, :title, :sku, :category, coalesce(:created_at, now()), :width, :height, :orientation,
                   :bytes, :content_type, :sha256, :phash, :embedding, :colours, :tags, cast(:attributes as jsonb),
                   :text, cast(:moderation as jsonb), cast(:faces as jsonb), cast(:exif as jsonb),
                   cast(:quality as jsonb), :model, :uploader, :batch_id, :key, :version, true)
            on conflict do nothing returning id
        """),
        _seen(look.recognition)
        | {
            "id": work.image_id,
            "name": name,
            "title": product.get("title"),
            "sku": product.get("sku"),
            "category": product.get("category") or defaults.get("category"),
            "created_at": product.get("created_at"),
            "width": picture.width,
            "height": picture.height,
            "orientation": orientation(picture.width, picture.height),
            "bytes": picture.size,
            "content_type": picture.kind,
            "sha256": picture.sha256,
            "phash": picture.phash,
            "embedding": picture.embedding,
            "tags": defaults.get("tags") or [],
            "attributes": json.dumps((defaults.get("attributes") or {}) | product.get("attributes", {})),
            "exif": json.dumps(picture.exif),
            "uploader": work.uploader,
            "batch_id": work.batch_id,
            "key": work.key,
            "version": look.version,
        },
    ).first()
    return made is not None


def _seen(recognition: Recognition) -> dict[str, Any]:
    return {
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
