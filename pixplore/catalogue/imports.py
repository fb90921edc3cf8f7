"""Catalogue entries by the thousand: copied in as new rows, or laid over those that are there."""

import io
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg2.errors import UniqueViolation
from sqlalchemy import Connection, text

from pixplore.arrivals import key_of
from pixplore.catalogue import changes, manifest
from pixplore.catalogue.document import refresh_words
from pixplore.catalogue.labels import TAXONOMY_LOCK, label_ids, name_labels, vocabulary_to_write
from pixplore.catalogue.products import PRODUCTS_LOCK
from pixplore.catalogue.snapshot import Engine, transaction
from pixplore.catalogue.terms import refresh_terms
from pixplore.domain import Label
from pixplore.labels import Vocabulary

COLUMNS = ("id", "name", "name_key", "title", "sku", "category", "created_at", "width", "height", "orientation",
           "tags", "attributes", "said", "terms", "words")  # fmt: skip
"""Of a row to be copied, in this order, as CSV; an unquoted empty cell is null."""
UPDATED = ("id", "name", "name_key", "title", "sku", "category", "created_at", "width", "height", "orientation", "tags",
           "attributes", "said", "terms")  # fmt: skip
"""Of a row that is laid over one; null leaves what is there."""


def known(engine: Engine, names: Sequence[str]) -> tuple[Vocabulary, int]:
    """The vocabulary with a row for each of these labels, and the taxonomy's version."""
    with transaction(engine) as connection:
        found, version = vocabulary_to_write(connection), taxonomy(connection)
    missing = [name for name in names if found.ids.get(name, -1) < 0]  # below zero: only the taxonomy knows it
    if not missing:
        return found, version
    with transaction(engine) as connection:
        name_labels(connection, missing)
        return vocabulary_to_write(connection), taxonomy(connection)


def nest(engine: Engine, labels: Sequence[Label]) -> None:
    """Rows for labels with their ancestors, before entries come that know them by name alone."""
    label_ids(engine, labels)


def taxonomy(connection: Connection) -> int:
    return int(connection.execute(text("select coalesce(max(version), 0) from taxonomy")).scalar_one())


def products(engine: Engine, skus: Sequence[str]) -> dict[str, list[str]]:
    """SKU -> title and category of its product, for those that have one."""
    with transaction(engine) as connection:
        if not connection.execute(text("select exists (select from product)")).scalar_one():
            return {}
        rows = connection.execute(_PRODUCTS, {"skus": list(skus)}).all()
    return {sku: [one for one in (title, category) if one] for sku, title, category in rows}


def there(engine: Engine, ids: Sequence[str]) -> set[str]:
    """Which of these ids the catalogue has, as 32 hexadecimal digits."""
    with transaction(engine) as connection:
        found = connection.execute(_THERE, {"ids": list(ids)}).scalars()
        return {one.hex for one in found}


def copy_new(engine: Engine, rows: bytes, ids: Sequence[str], made_with: int, actor: str, source: str) -> bool:
    """Copy new entries in and record them, in one transaction; False, and nothing written, where one is there already.

    `made_with`: the taxonomy that `terms` were made with; where another holds by now they are made anew.
    """
    try:
        with transaction(engine) as connection:
            _unhurried(connection)
            _copy(connection, f"copy image ({', '.join(COLUMNS)}) from stdin with (format csv)", rows)
            if taxonomy(connection) != made_with:
                refresh_terms(connection, [UUID(one) for one in ids])
            _copy(connection, "copy change (actor, action, image_id, detail) from stdin", _changes(ids, actor, source))
    except UniqueViolation:
        return False
    return True


def lay_over(engine: Engine, rows: bytes, actor: str, source: str) -> int:
    """Change entries that are there, as far as these rows say something else; returns how many changed.

    Attributes are merged. Labels are changed of entries without a picture only: of the others the recogniser and
    people know more.
    """
    with transaction(engine) as connection:
        connection.execute(text(_STAGE))
        _copy(connection, f"copy import_row ({', '.join(UPDATED)}) from stdin with (format csv)", rows)
        connection.execute(text("select from image where id in (select id from import_row) order by id for update"))
        connection.execute(text("analyze import_row"))
        connection.execute(_RECORD, {"actor": actor, "source": json.dumps(source)})
        ids: list[UUID] = list(connection.execute(_UPDATE).scalars())
        refresh_words(connection, ids)
        refresh_terms(connection, ids)
    return len(ids)


def expect(engine: Engine, batch_id: UUID, promised: dict[str, Any]) -> str | None:
    """An item of an import's batch with what its row gives: {id, name, size, content_type, given}. The key under which
    the file is expected; None where it is on its way or in the catalogue already."""
    told = {"batch": batch_id, "key": key_of(batch_id, UUID(promised["id"])), "given": json.dumps(promised["given"])}
    with transaction(engine) as connection:
        key: str | None = connection.execute(_EXPECT, promised | told).scalar()
    return key


def begin_batch(engine: Engine, name: str, actor: str) -> UUID:
    with transaction(engine) as connection:
        return manifest.create_batch(connection, name, actor, {})


def settle(engine: Engine, actor: str, source: str, counts: dict[str, int]) -> int:
    """Make sure that all that was copied is on the disk, and note what became of the file; the newest version."""
    with transaction(engine) as connection:
        return changes.note(connection, actor, "import_end", {"file": source, **counts})


def _unhurried(connection: Connection) -> None:
    """Entries that a crash of the database loses are copied again by the next run; so nothing waits for the disk.

    Neither a product list nor a new taxonomy comes between.
    """
    connection.execute(
        text("""
            select set_config('synchronous_commit', 'off', true), pg_advisory_xact_lock_shared(:products),
                   pg_advisory_xact_lock_shared(:taxonomy)
        """),
        {"products": PRODUCTS_LOCK, "taxonomy": TAXONOMY_LOCK},
    )


def _changes(ids: Sequence[str], actor: str, source: str) -> bytes:
    """One change a row, as COPY takes it: half the time of an insert."""
    actor, detail = (_plain(text) for text in (actor, json.dumps({"file": source})))
    return "".join([f"{actor}\timport\t{one}\t{detail}\n" for one in ids]).encode()


def _plain(cell: str) -> str:
    return cell.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _copy(connection: Connection, statement: str, rows: bytes) -> None:
    cursor: Any = connection.connection.cursor()
    try:
        cursor.copy_expert(statement, io.BytesIO(rows), 1 << 16)
    finally:
        cursor.close()


_PRODUCTS = text("select sku, title, category from product where sku = any(cast(:skus as text[]))")
_THERE = text("select id from image where id = any(cast(:ids as uuid[]))")
_EXPECT = text("""
    insert into item (image_id, batch_id, position, name, size, content_type, status, object_key, given, expires_at,
                      look_at)
    select cast(:id as uuid), :batch, coalesce((select max(position) + 1 from item where batch_id = :batch), 0), :name,
           :size, :content_type, 'expected', :key, cast(:given as jsonb), now() + interval '1 hour',
           now() + interval '20 seconds'
     where not exists (select from image where id = cast(:id as uuid))
    on conflict (image_id) do update set status = 'expected', given = excluded.given, error_code = null,
                error_message = null, expires_at = excluded.expires_at, look_at = excluded.look_at, updated_at = now()
          where item.status in ('expected', 'failed', 'rejected')
    returning object_key
""")
_STAGE = """
    create temporary table import_row (
        id uuid primary key, name text, name_key text, title text, sku text, category text, created_at timestamptz,
        width integer, height integer, orientation text, tags text[], attributes jsonb, said integer[],
        terms integer[]) on commit drop
"""
_GIVEN = ("name", "name_key", "title", "sku", "category", "created_at", "tags")
_SEEN = ("width", "height", "orientation", "said")
"""Of a picture that Pixplore has looked at itself these stay as they were seen."""
_FIELDS = (*_GIVEN, *_SEEN, "attributes")
_UNSEEN = ", ".join(
    f"case when i.object_key is null then coalesce(r.{name}, i.{name}) else i.{name} end as {name}"
    for name in _SEEN[:-1]
)
# Labels that come to the same as what counts already (an export that comes back) take no decision's place.
_SAID = "case when i.object_key is null and r.terms <> i.terms then coalesce(r.said, i.said) else i.said end as said"
_NEW = f"""
    select * from (
        select i.id, {", ".join(f"i.{name} as {name}_before" for name in _FIELDS)},
               {", ".join(f"coalesce(r.{name}, i.{name}) as {name}" for name in _GIVEN)},
               {_UNSEEN}, {_SAID},
               i.attributes || coalesce(r.attributes, '{{}}') as attributes
          from import_row r join image i on i.id = r.id) laid
     where ({", ".join(_FIELDS)}) is distinct from ({", ".join(f"{name}_before" for name in _FIELDS)})
"""  # noqa: S608 - pieces of ours
_TOLD = " || ".join(
    f"case when {name} is distinct from {name}_before then jsonb_build_object('{name}', jsonb_build_object("
    f"'before', to_jsonb({name}_before), 'after', to_jsonb({name}))) else '{{}}' end"
    for name in _FIELDS
    if name not in ("said", "orientation", "name_key")
)
_RECORD = text(f"""
    insert into change (actor, action, image_id, detail)
    select :actor, 'import', id, jsonb_build_object('file', cast(:source as jsonb)) || {_TOLD}
      from ({_NEW}) n order by id
""")  # noqa: S608 - pieces of ours
_UPDATE = text(f"""
    update image set {", ".join(f"{name} = n.{name}" for name in _FIELDS)}, updated_at = now()
      from ({_NEW}) n where image.id = n.id returning image.id
""")  # noqa: S608 - pieces of ours
