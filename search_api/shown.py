"""An image as the contract shows it."""

from collections.abc import Mapping
from typing import Any

from pixplore.aws import storage
from pixplore.catalogue.matched import why
from pixplore.catalogue.read import Detail, Entry
from pixplore.finding import Facet
from pixplore.query import Query
from search_api.access import Parts

_HIDDEN = ("object_key", "object_version", "has_renditions", "labels")


def image(
    entry: Entry,
    here: Parts,
    query: Query | None = None,
    spelling: Mapping[str, list[str]] | None = None,
    products: Mapping[str, tuple[str, ...]] | None = None,
) -> dict[str, Any]:
    """`matched` says what of `query` this image answers, with the answer's `spelling` and the products of its SKUs."""
    out = {name: getattr(entry, name) for name in Entry.__dataclass_fields__ if name not in _HIDDEN}
    out["labels"] = entry.labels
    bucket = here.storage.renditions_bucket
    for kind in ("thumb", "preview"):
        name = "thumbnail_url" if kind == "thumb" else "preview_url"
        out[name] = storage.stable_get_url(bucket, f"{entry.id}/{kind}.webp") if entry.has_renditions else None
    of_product = (products or {}).get(entry.sku or "", ())
    out["matched"] = why(query, entry, spelling or {}, of_product) if query else []
    return out


def detail(one: Detail, here: Parts, version: int) -> dict[str, Any]:
    return image(one.entry, here) | {
        "exif": one.exif,
        "quality": one.quality,
        "faces": one.faces,
        "label_model": one.label_model,
        "rejected_labels": one.rejected,
        "collections": one.collections,
        "history": one.history,
        "version": version,
    }


def facet(one: Facet) -> dict[str, Any]:
    values = [{"value": value, "count": count} for value, count in one.values]
    return {"values": values, "unset": one.unset, "distinct": one.distinct}
