"""Joining a product list to the pictures: what would match, and the same again for good.

A row finds its pictures by the file name it gives, by the SKU a picture carries already, or by a picture named
after the SKU, in this order of strength; capitals make no difference. Both ways run the same statements in one
transaction: a preview is an import that is not kept.

What people edited stays: where a picture belongs to the product already and its value is no longer the product's,
the list does not overwrite it. Tags are never touched.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, insert, text

from pixplore.catalogue import changes
from pixplore.catalogue.document import refresh_words
from pixplore.catalogue.schema import change
from pixplore.product_csv import ProductRow

SHOWN = 200
"""Lines of each kind that a report lists; its counts are always of all."""
PRODUCTS_LOCK = 0x70726F64
_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Match:
    """A row and its pictures. `by` is file, sku or name; `had_skus` are other SKUs the pictures carry so far."""

    line: int
    sku: str
    title: str | None
    by: str
    images: int
    names: list[str]
    had_skus: list[str]


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A row without a picture so far; pictures that come later are joined as they arrive."""

    line: int
    sku: str
    title: str | None
    file_name: str | None


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A row whose file name several pictures bear, so that none of them is touched."""

    line: int
    sku: str
    file_name: str
    images: int


@dataclass(frozen=True, slots=True)
class Clash:
    """A picture that several rows claim with equal right, so that it is not touched."""

    image_id: UUID
    name: str
    skus: list[str]


@dataclass(frozen=True, slots=True)
class Report:
    """What an import does or would do. `kept` counts pictures where something a person edited stays as it is."""

    counts: dict[str, int]
    matched: list[Match]
    unmatched: list[Unmatched]
    ambiguous: list[Ambiguous]
    clashes: list[Clash]
    version: int


def import_products(engine: Engine, rows: tuple[ProductRow, ...], actor: str, *, dry_run: bool) -> Report:
    """Join `rows` to the catalogue in one transaction, or (dry_run) only say what would happen."""
    with engine.connect() as connection, connection.begin() as transaction:
        connection.execute(text("set local statement_timeout = '120s'"))
        if not dry_run:
            connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": PRODUCTS_LOCK})
        _stage(connection, rows)
        connection.execute(text(_MATCH))
        connection.execute(text(_PLAN))
        report = _report(connection)
        if dry_run:
            transaction.rollback()
            return report
        connection.execute(text(_UPSERT), {"actor": actor})
        version = _write(connection, actor, report.counts)
    return Report(report.counts, report.matched, report.unmatched, report.ambiguous, report.clashes, version)


def _stage(connection: Connection, rows: tuple[ProductRow, ...]) -> None:
    connection.execute(text(_STAGE))
    for start in range(0, len(rows), _CHUNK):
        part = [
            {
                "line": r.line,
                "sku": r.sku,
                "file_name": r.file_name,
                "title": r.title,
                "category": r.category,
                "created_at": r.created_at.isoformat() if isinstance(r.created_at, datetime) else None,
                "attributes": r.attributes,
            }
            for r in rows[start : start + _CHUNK]
        ]
        connection.execute(text(_FILL), {"rows": json.dumps(part)})
    connection.execute(text("analyze product_row"))


def _report(connection: Connection) -> Report:
    def read(statement: str) -> list[Any]:
        return list(connection.execute(text(statement), {"shown": SHOWN}).mappings())

    return Report(
        counts={name: int(n) for name, n in read(_COUNTS)[0].items()},
        matched=[Match(**r) for r in read(_MATCHED)],
        unmatched=[Unmatched(**r) for r in read(_UNMATCHED)],
        ambiguous=[Ambiguous(**r) for r in read(_AMBIGUOUS)],
        clashes=[Clash(**r) for r in read(_CLASHES)],
        version=changes.version(connection),
    )


def _write(connection: Connection, actor: str, counts: dict[str, int]) -> int:
    """Update the pictures that change and remember who did it; the version of this write.

    A picture whose product is told otherwise changes too: it is found by its product's words, and shows them.
    """
    connection.execute(text(_TELL), {"actor": actor})  # what was before is still there
    connection.execute(text(_UPDATE))
    refresh_words(connection, list(connection.execute(text(_REWORDED)).scalars()))
    return int(
        connection.execute(
            insert(change).values(actor=actor, action="product_import", detail=counts).returning(change.c.seq)
        ).scalar_one()
    )


_STAGE = """
create temporary table product_row (
    line integer primary key, sku text not null, sku_key text not null, file_name text, file_key text,
    title text, category text, created_at timestamptz, attributes jsonb not null,
    old_title text, old_category text, old_created_at timestamptz, old_attributes jsonb, known boolean not null,
    changed boolean not null
) on commit drop
"""

# A product known under other capitals keeps its own.
_FILL = """
insert into product_row
select r.line, coalesce(p.sku, r.sku), lower(r.sku), r.file_name, lower(r.file_name), r.title, r.category,
       r.created_at, r.attributes, p.title, p.category, p.created_at, p.attributes, p.sku is not null,
       p.sku is not null and (
           (coalesce(r.title, p.title), coalesce(r.category, p.category), coalesce(r.created_at, p.created_at))
           is distinct from (p.title, p.category, p.created_at)
           or p.attributes || r.attributes is distinct from p.attributes)
from jsonb_to_recordset(cast(:rows as jsonb)) as r(
    line integer, sku text, file_name text, title text, category text, created_at timestamptz, attributes jsonb)
left join lateral (
    select * from product where lower(product.sku) = lower(r.sku) order by product.sku limit 1) p on true
"""

# One row a (line, picture) in its strongest form; `claims` > 1: several rows want the picture with equal right;
# `doubtful`: the file name alone cannot say which of several pictures is meant.
_MATCH = r"""
create temporary table product_match on commit drop as
with picture as (
    select id, name, sku, file_key, regexp_replace(file_key, '(.)\.[^.]*$', '\1') as stem
    from (select id, name, sku, regexp_replace(lower(name), '^.*[/\\]', '') as file_key
          from image where deleted_at is null) bare
), claim as (
    select r.line, r.sku_key, p.id, p.name, p.sku as had, 1 as strength
    from product_row r join picture p on r.file_key = p.file_key
    union all
    select r.line, r.sku_key, p.id, p.name, p.sku, 1
    from product_row r join picture p on r.file_key = p.stem and position('.' in r.file_key) = 0
    union all
    select r.line, r.sku_key, p.id, p.name, p.sku, 2
    from product_row r join picture p on lower(p.sku) = r.sku_key
    union all
    select r.line, r.sku_key, p.id, p.name, p.sku, 3
    from product_row r join picture p on p.stem = r.sku_key
), pair as (
    select distinct on (id, line) * from claim order by id, line, strength
), strongest as (
    select *, min(strength) over (partition by id) as best from pair
), kept as (
    select *, count(*) over (partition by id) as claims from strongest where strength = best
)
select line, id, name, had, strength, claims,
       strength = 1 and lower(had) is distinct from sku_key
       and count(*) filter (where strength = 1) over (partition by line) > 1 as doubtful
from kept
"""

_PLAN = """
create temporary table product_plan on commit drop as
with met as (
    select i.*, r.line, r.sku as new_sku, r.title as new_title, r.category as new_category,
           r.created_at as new_created_at, r.attributes as new_attributes,
           r.old_title, r.old_category, r.old_created_at, coalesce(r.old_attributes, '{}') as old_attributes,
           i.sku is distinct from r.sku as first
    from product_match m
    join product_row r using (line)
    join image i on i.id = m.id
    where m.claims = 1 and not m.doubtful
), merged as (
    select met.*,
           case when new_title is null or not (first or title is null or title = old_title)
                then title else new_title end as to_title,
           case when new_category is null or not (first or category is null or category = old_category)
                then category else new_category end as to_category,
           case when new_created_at is null or not (first or old_created_at is null or created_at = old_created_at)
                then created_at else new_created_at end as to_created_at,
           attributes || coalesce((
               select jsonb_object_agg(a.key, a.value) from jsonb_each(new_attributes) a
               where first or not attributes ? a.key or attributes -> a.key = old_attributes -> a.key
           ), '{}') as to_attributes
    from met
)
select id, line, new_sku, to_title, to_category, to_created_at, to_attributes,
       title is distinct from to_title as retitles, category is distinct from to_category as moves,
       (sku, title, category, created_at, attributes) is distinct from
       (new_sku, to_title, to_category, to_created_at, to_attributes) as changes,
       coalesce(to_title <> new_title, false) or coalesce(to_category <> new_category, false)
       or coalesce(to_created_at <> new_created_at, false) or not to_attributes @> new_attributes as keeps
from merged
"""

_COUNTS = """
select
    (select count(*) from product_row) as rows,
    (select count(*) from product_row where not known) as new_products,
    (select count(*) from product_row where changed) as changed_products,
    (select count(distinct line) from product_plan) as rows_with_images,
    (select count(*) from product_plan) as images,
    (select count(*) from product_plan where changes) as changed_images,
    (select count(*) from product_plan where retitles) as retitled,
    (select count(*) from product_plan where moves) as recategorised,
    (select count(*) from product_plan where keeps) as kept,
    (select count(*) from product_row where line not in (select line from product_match)) as rows_without_image,
    (select count(distinct line) from product_match where doubtful) as ambiguous,
    (select count(distinct id) from product_match where claims > 1) as clashes
"""

_MATCHED = """
select r.line, r.sku, coalesce(r.title, r.old_title) as title,
       (array['file', 'sku', 'name'])[min(m.strength)] as by, count(*) as images,
       (array_agg(m.name order by m.name))[1:3] as names,
       coalesce(array_agg(distinct m.had) filter (where lower(m.had) <> r.sku_key), '{}') as had_skus
from product_plan p join product_match m using (id, line) join product_row r using (line)
group by r.line order by r.line limit :shown
"""

_UNMATCHED = """
select line, sku, coalesce(title, old_title) as title, file_name from product_row
where line not in (select line from product_match) order by line limit :shown
"""

_AMBIGUOUS = """
select r.line, r.sku, r.file_name, count(*) as images
from product_match m join product_row r using (line)
where m.doubtful group by r.line order by r.line limit :shown
"""

_CLASHES = """
select m.id as image_id, m.name, array_agg(r.sku order by r.line) as skus
from product_match m join product_row r using (line)
where m.claims > 1 group by m.id, m.name order by m.name, m.id limit :shown
"""

# An empty cell or a missing column takes nothing away.
_UPSERT = """
insert into product as p (sku, title, category, file_name, created_at, attributes, updated_at, updated_by)
select sku, title, category, file_name, created_at, attributes, now(), :actor from product_row
on conflict (sku) do update set
    title = coalesce(excluded.title, p.title), category = coalesce(excluded.category, p.category),
    file_name = coalesce(excluded.file_name, p.file_name), created_at = coalesce(excluded.created_at, p.created_at),
    attributes = p.attributes || excluded.attributes, updated_at = now(), updated_by = excluded.updated_by
"""

# Each picture's own change, and its product's where that is told otherwise: both before and after.
_TELL = """
insert into change (actor, action, image_id, detail)
select :actor, 'product', i.id, jsonb_build_object('from', 'product list') || told.fields || case when r.changed then
       jsonb_build_object('product', jsonb_build_object(
           'before', jsonb_build_object(
               'title', r.old_title, 'category', r.old_category, 'attributes', r.old_attributes),
           'after', jsonb_build_object(
               'title', coalesce(r.title, r.old_title), 'category', coalesce(r.category, r.old_category),
               'attributes', r.old_attributes || r.attributes))) else '{}' end
from product_plan p join product_row r using (line) join image i on i.id = p.id, lateral (
    select coalesce(jsonb_object_agg(name, jsonb_build_object('before', old, 'after', new)), '{}') as fields
    from (values ('sku', to_jsonb(i.sku), to_jsonb(p.new_sku)), ('title', to_jsonb(i.title), to_jsonb(p.to_title)),
                 ('category', to_jsonb(i.category), to_jsonb(p.to_category)),
                 ('created_at', to_jsonb(i.created_at), to_jsonb(p.to_created_at)),
                 ('attributes', i.attributes, p.to_attributes)) as field(name, old, new)
    where old is distinct from new) told
where p.changes or r.changed order by r.line, i.id
"""

_UPDATE = """
update image i set sku = p.new_sku, title = p.to_title, category = p.to_category, created_at = p.to_created_at,
                   attributes = p.to_attributes, updated_at = now()
from product_plan p where p.id = i.id and p.changes
"""

# A picture is found by its product's words too, also where a person's own title stands above them.
_REWORDED = """
select p.id from product_plan p join product_row r using (line) where p.changes or r.changed
"""
