"""Products: bringing a list in (or only looking what it would do), the list with its pictures, a summary."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from pixplore import cursor as cursors
from pixplore.aws import storage
from pixplore.catalogue import product_reads
from pixplore.catalogue.database import reachable
from pixplore.catalogue.products import SHOWN, import_products
from pixplore.catalogue.snapshot import snapshot
from pixplore.product_csv import MAX_BYTES, parse
from search_api import product_schemas as schemas
from search_api.access import FRESH, Actor, Admin, Here, Viewer
from search_api.answers import Json
from search_api.schemas import ADMIN_READS, READS

router = APIRouter(prefix="/v1/products", tags=["products"])
_BODY = {
    "requestBody": {
        "required": True,
        "description": "A CSV: UTF-8, UTF-16 or Windows-1252; commas, semicolons, tabs or bars; at most 20 MB",
        "content": {
            "text/csv": {"schema": {"type": "string"}, "example": "sku,file,title\nHT-3110,hammer9.jpg,Hammer\n"}
        },
    }
}


async def _body(request: Request, who: Admin) -> bytes:
    """The list's bytes; one byte more than is taken at most, so that a flood ends here."""
    parts, size = [], 0
    async for part in request.stream():
        parts.append(part)
        size += len(part)
        if size > MAX_BYTES:
            break
    return b"".join(parts)[: MAX_BYTES + 1]


@router.post("/import", response_model=schemas.ImportReport, openapi_extra=_BODY, responses=ADMIN_READS)
def import_list(
    content: Annotated[bytes, Depends(_body)], who: Admin, actor: Actor, here: Here, dry_run: bool = False
) -> Response:
    """Join a product list to the pictures by SKU or file name. With `dry_run` nothing is written."""
    found = parse(content)
    with reachable():
        report = import_products(here.engine, found.rows, actor, dry_run=dry_run)
    return Json(
        {
            "dry_run": dry_run,
            "encoding": found.encoding,
            "separator": found.separator,
            "columns": found.columns,
            "counts": report.counts,
            "lines_skipped": sum(problem.skipped for problem in found.problems),
            "problem_count": len(found.problems),
            "problems": found.problems[:SHOWN],
            "matched": report.matched,
            "unmatched": report.unmatched,
            "ambiguous": report.ambiguous,
            "clashes": report.clashes,
            "version": report.version,
        }
    )


@router.get("", response_model=schemas.ProductPage, responses=READS, dependencies=FRESH)
def list_products(
    who: Viewer,
    here: Here,
    q: Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")] = "",
    state: Literal["all", "without_images", "matched"] = "all",
    created_to: Annotated[date | None, Query(description="As it was before this day began (UTC)")] = None,
    cursor: Annotated[str | None, Query(max_length=4_000)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Products by SKU, with the number of their pictures. `q` looks into SKU, title, category and file name."""
    place = f"products|{state}|{q}|{created_to or ''}"
    after = cursors.decode(cursor, place, 1)[0] if cursor else None
    with snapshot(here.engine) as connection:
        found = product_reads.list_products(connection, q, state, after, limit + 1, created_to)
    more = len(found) > limit
    return Json(
        {
            "items": [_shown(product, here) for product in found[:limit]],
            "next_cursor": cursors.encode(place, [found[limit - 1].sku]) if more else None,
        }
    )


@router.get("/summary", response_model=schemas.ProductSummary, responses=READS, dependencies=FRESH)
def summary(who: Viewer, here: Here) -> Response:
    """How many products have pictures, how many have none, and how many pictures belong to no product."""
    with snapshot(here.engine) as connection:
        return Json(product_reads.summary(connection))


def _shown(product: product_reads.Product, here: Here) -> dict[str, Any]:
    shown = {name: getattr(product, name) for name in product_reads.Product.__dataclass_fields__ if name != "cover"}
    key = f"{product.cover}/thumb.webp"
    shown["thumbnail_url"] = storage.stable_get_url(here.storage.renditions_bucket, key) if product.cover else None
    return shown
