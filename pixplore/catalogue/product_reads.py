"""The products as a list, with how many pictures each has, and the few numbers that sum them up."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

STATES = ("all", "without_images", "matched")


@dataclass(frozen=True, slots=True)
class Product:
    """`cover` is the id of the newest picture that has a thumbnail."""

    sku: str
    title: str | None
    category: str | None
    file_name: str | None
    created_at: datetime | None
    updated_at: datetime
    attributes: dict[str, Any]
    images: int
    cover: UUID | None


@dataclass(frozen=True, slots=True)
class Summary:
    products: int
    with_images: int
    without_images: int
    images_without_product: int


def list_products(
    connection: Connection, q: str, state: str, after: str | None, limit: int, until: date | None = None
) -> list[Product]:
    """Products by SKU from the one after `after`; `q` is looked for in SKU, title, category and file name. With `until`
    the list as it was before that day began: products and pictures of then (those without a date were always there).
    """
    pattern = "%" + q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    found = connection.execute(
        text(_LIST),
        {"all": not q, "pattern": pattern, "state": state, "after": after, "limit": limit, "until": until},
    )
    return [Product(**row) for row in found.mappings()]


def summary(connection: Connection) -> Summary:
    return Summary(**connection.execute(text(_SUMMARY)).mappings().one())


_LIST = """
select p.sku, p.title, p.category, p.file_name, p.created_at, p.updated_at, p.attributes, n.images, c.cover
from product p
cross join lateral (
    select count(*) as images from image i where i.sku = p.sku and i.deleted_at is null
       and (cast(:until as date) is null or i.created_at < cast(:until as date))) n
left join lateral (
    select i.id as cover from image i where i.sku = p.sku and i.deleted_at is null and i.has_renditions
       and (cast(:until as date) is null or i.created_at < cast(:until as date))
    order by i.created_at desc, i.id limit 1) c on true
where (cast(:after as text) is null or p.sku > :after)
  and (cast(:until as date) is null or p.created_at is null or p.created_at < cast(:until as date))
  and (:all or p.sku ilike :pattern or p.title ilike :pattern or p.category ilike :pattern
       or p.file_name ilike :pattern)
  and (:state = 'all' or (n.images > 0) = (:state = 'matched'))
order by p.sku limit :limit
"""

_SUMMARY = """
with n as (select count(*) as products,
                  count(*) filter (where exists (
                      select from image i where i.sku = p.sku and i.deleted_at is null)) as with_images
           from product p)
select products, with_images, products - with_images as without_images,
       (select count(*) from image i where deleted_at is null
        and not exists (select from product p where p.sku = i.sku)) as images_without_product
from n
"""
