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
    asked = {"pattern": pattern, "after": after, "limit": limit, "until": until}
    conditions = [
        "(cast(:until as date) is null or p.created_at is null or p.created_at < cast(:until as date))",
        *(["p.sku > :after"] if after is not None else []),
        *([_NAMED] if q else []),
        *([_STATES[state]] if state in _STATES else []),
    ]
    found = connection.execute(text(_LIST.format(where=" and ".join(conditions))), asked)
    return [Product(**row) for row in found.mappings()]


def summary(connection: Connection) -> Summary:
    return Summary(**connection.execute(text(_SUMMARY)).mappings().one())


_IMAGES = """from image i where i.sku = p.sku and i.deleted_at is null
       and (cast(:until as date) is null or i.created_at < cast(:until as date))"""
_NAMED = """(p.sku ilike :pattern or p.title ilike :pattern or p.category ilike :pattern
        or p.file_name ilike :pattern)"""
# As a condition by itself, so that PostgreSQL may begin where there are fewer: at the pictures, or at the products.
_STATES = {"matched": f"exists (select {_IMAGES})", "without_images": f"not exists (select {_IMAGES})"}
_LIST = f"""
with page as (select p.* from product p where {{where}} order by p.sku limit :limit)
select p.sku, p.title, p.category, p.file_name, p.created_at, p.updated_at, p.attributes, n.images, c.cover
  from page p
 cross join lateral (select count(*) as images {_IMAGES}) n
  left join lateral (
    select i.id as cover {_IMAGES} and i.has_renditions order by i.created_at desc, i.id limit 1) c on true
 order by p.sku
"""  # noqa: S608 - all of it is ours

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
