"""Products against pictures: which have none or too few, which pictures have no product, which could be of several."""

from dataclasses import dataclass
from datetime import date
from typing import Any
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
    asked = {"least": least, "limit": limit}

    def rows(statement: str) -> list[Any]:
        return list(connection.execute(text(statement), asked).mappings())

    return Reconciliation(
        dict(rows(_COUNTS)[0]),
        [Short(**row) for row in rows(_TOO_FEW)],
        [Unknown(**row) for row in rows(_UNKNOWN)],
        [Doubtful(**row) for row in rows(_AMBIGUOUS)],
    )


def coverage_by_month(connection: Connection) -> list[Month]:
    """From the first picture or product to now. A product without a date counts from the beginning."""
    return [Month(row.month, row.products, row.with_images) for row in connection.execute(text(_MONTHS))]


_COUNTED = """
with n as (select p.sku, p.title, count(i.id) as images
             from product p left join image i on i.sku = p.sku and i.deleted_at is null group by p.sku)
"""
_STRAY = """
stray as (select sku, count(*) as images from image
           where deleted_at is null and sku is not null and sku not in (select sku from product) group by sku)
"""
# The stem of a name is what stands before its last dot; names come as name_key, in small letters.
_FITS = r"""
fits as (
    select i.id, i.name, p.sku from image i join product p on lower(p.file_name) = i.name_key
     where i.deleted_at is null and i.sku is null
    union
    select i.id, i.name, p.sku from image i
      join product p on lower(p.sku) = regexp_replace(i.name_key, '(.)\.[^.]*$', '\1')
     where i.deleted_at is null and i.sku is null
), doubt as (select id as image_id, name, array_agg(sku order by sku) as skus from fits group by id, name
             having count(*) > 1)
"""
_COUNTS = f"""
{_COUNTED}, {_STRAY}, {_FITS}
select (select count(*) from n) as products,
       (select count(*) from n where images = 0) as without_images,
       (select count(*) from n where images between 1 and :least - 1) as too_few,
       (select count(*) from n where images >= :least) as complete,
       (select count(*) from image where deleted_at is null and sku is null) as images_without_sku,
       (select coalesce(sum(images), 0)::bigint from stray) as images_of_unknown_sku,
       (select count(*) from stray) as unknown_skus,
       (select count(*) from doubt) as ambiguous
"""  # noqa: S608 - all of it is ours
_TOO_FEW = f"""
{_COUNTED} select sku, title, images from n where images < :least order by images, sku limit :limit
"""  # noqa: S608 - all of it is ours
_UNKNOWN = rf"""
with {_STRAY}
select sku, images, (select min(p.sku) from product p
                      where lower(regexp_replace(p.sku, '\s', '', 'g')) = lower(regexp_replace(s.sku, '\s', '', 'g')))
       as meant
  from (select * from stray order by images desc, sku limit :limit) s order by images desc, sku
"""  # noqa: S608 - all of it is ours
_AMBIGUOUS = f"""
with {_FITS} select image_id, name, skus from doubt order by name, image_id limit :limit
"""  # noqa: S608 - all of it is ours
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
