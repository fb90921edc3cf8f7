"""Products against pictures: which have none or too few, which pictures have no product, which could be of several."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Short:
    """A product with fewer pictures than wanted."""

    sku: str
    title: str | None
    images: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """A SKU that pictures carry and no product has; `meant` is one that differs in capitals or spaces only."""

    sku: str
    images: int
    meant: str | None


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A picture without SKU whose file name fits several products."""

    image_id: UUID
    name: str
    skus: list[str]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Counts are of all; each list holds the first `limit`."""

    counts: dict[str, int]
    too_few: list[Short]
    unknown_skus: list[Unknown]
    ambiguous: list[Doubtful]


@dataclass(frozen=True, slots=True)
class Month:
    """At the end of this month: products known, and those of them with a picture."""

    month: date
    products: int
    with_images: int


def reconcile(connection: Connection, least: int, limit: int) -> Reconciliation:
    """Compare the product list to the pictures outside the trash; `least` pictures make a product complete."""
    found = dict(connection.execute(text(_RECONCILED), {"least": least, "limit": limit}).mappings().one())
    too_few, unknown, doubtful = (found.pop(name) for name in ("short", "strays", "doubts"))
    return Reconciliation(
        found,
        [Short(**row) for row in too_few],
        [Unknown(**row) for row in unknown],
        [Doubtful(**{**row, "image_id": UUID(row["image_id"])}) for row in doubtful],
    )


def coverage_by_month(connection: Connection) -> list[Month]:
    """From the first picture or product to now. A product without a date counts from the beginning."""
    return [Month(row.month, row.products, row.with_images) for row in connection.execute(text(_MONTHS))]


# One statement, so that what pictures carry is gathered once. The stem of a name is what stands before its last dot;
# names come as name_key, in small letters.
_RECONCILED = r"""
with carried as (select sku, count(*) as images from image where deleted_at is null group by sku),
n as (select p.sku, p.title, coalesce(c.images, 0) as images from product p left join carried c on c.sku = p.sku),
stray as (select sku, images from carried c
           where sku is not null and not exists (select from product p where p.sku = c.sku)),
fits as (
    select i.id, i.name, p.sku from image i join product p on lower(p.file_name) = i.name_key
     where i.deleted_at is null and i.sku is null
    union
    select i.id, i.name, p.sku from image i
      join product p on lower(p.sku) = regexp_replace(i.name_key, '(.)\.[^.]*$', '\1')
     where i.deleted_at is null and i.sku is null
),
doubt as (select id as image_id, name, array_agg(sku order by sku) as skus from fits group by id, name
          having count(*) > 1),
short as (select sku, title, images from n where images < :least order by images, sku limit :limit),
most as (select sku, images from stray order by images desc, sku limit :limit),
plain as (select min(p.sku) as sku, lower(regexp_replace(p.sku, '\s', '', 'g')) as letters
            from product p where exists (select from most) group by letters),
strays as (select m.sku, images, plain.sku as meant
             from most m left join plain on letters = lower(regexp_replace(m.sku, '\s', '', 'g'))),
doubts as (select image_id, name, skus from doubt order by name, image_id limit :limit)
select (select count(*) from n) as products,
       (select count(*) from n where images = 0) as without_images,
       (select count(*) from n where images between 1 and :least - 1) as too_few,
       (select count(*) from n where images >= :least) as complete,
       (select coalesce(sum(images), 0)::bigint from carried where sku is null) as images_without_sku,
       (select coalesce(sum(images), 0)::bigint from stray) as images_of_unknown_sku,
       (select count(*) from stray) as unknown_skus,
       (select count(*) from doubt) as ambiguous,
       (select coalesce(json_agg(short order by images, sku), '[]') from short) as short,
       (select coalesce(json_agg(strays order by images desc, sku), '[]') from strays) as strays,
       (select coalesce(json_agg(doubts order by name, image_id), '[]') from doubts) as doubts
"""
_MONTHS = """
with known as (select p.sku, p.created_at, (select min(i.created_at) from image i
                                             where i.sku = p.sku and i.deleted_at is null) as pictured
                 from product p),
     span as (select date_trunc('month', least(min(created_at), min(pictured))) as first from known)
select month::date as month,
       count(known.sku) filter (where created_at is null or created_at < month + interval '1 month') as products,
       count(known.sku) filter (where pictured < month + interval '1 month'
                                  and (created_at is null or created_at < month + interval '1 month')) as with_images
  from span, generate_series(greatest(first, now() - interval '50 years'), now(), interval '1 month') month, known
 where first is not null group by month order by month
"""
