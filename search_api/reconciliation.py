"""How the product list and the pictures agree: gaps with the queries that open them, and coverage over time."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from pixplore.catalogue import changes, reconciliation
from pixplore.catalogue.snapshot import snapshot
from pixplore.domain import UNSET
from search_api import product_schemas as schemas
from search_api.access import FRESH, Here, Viewer
from search_api.answers import Json
from search_api.schemas import READS

router = APIRouter(prefix="/v1/products", tags=["products"])


@router.get("/reconciliation", response_model=schemas.Reconciliation, responses=READS, dependencies=FRESH)
def reconcile(
    who: Viewer,
    here: Here,
    least: Annotated[int, Query(ge=1, le=100, description="Pictures that make a product complete")] = 1,
    limit: Annotated[int, Query(ge=1, le=1000, description="Lines of each list")] = 100,
) -> Response:
    """Products with none or too few pictures, pictures of no product, and file names that fit several products."""
    with snapshot(here.engine) as connection:
        found = reconciliation.reconcile(connection, least, limit)
        version = changes.version(connection)
    return Json(
        {
            "counts": found.counts,
            "too_few": [{"sku": s.sku, "title": s.title, "images": s.images, "query": {"sku": [s.sku]}}
                        for s in found.too_few],
            "unknown_skus": [{"sku": u.sku, "images": u.images, "meant": u.meant, "query": {"sku": [u.sku]}}
                             for u in found.unknown_skus],
            "ambiguous": found.ambiguous,
            "without_sku": {"images": found.counts["images_without_sku"], "query": {"sku": [UNSET]}},
            "version": version,
        }
    )  # fmt: skip


@router.get("/coverage", response_model=schemas.CoverageOverTime, responses=READS, dependencies=FRESH)
def coverage(who: Viewer, here: Here) -> Response:
    """How many products there were at the end of each month, and how many of them had a picture."""
    with snapshot(here.engine) as connection:
        months = reconciliation.coverage_by_month(connection)
        version = changes.version(connection)
    rows = [
        {"month": f"{m.month:%Y-%m}", "products": m.products, "with_images": m.with_images,
         "share": round(m.with_images / m.products, 4) if m.products else None}
        for m in months
    ]  # fmt: skip
    return Json({"rows": rows, "version": version})
