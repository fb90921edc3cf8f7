"""Downloads of chosen pictures, or of all that a query finds: the pictures in a ZIP, or what is known of them."""

from dashboard.bulk.bulk_calls import Chosen
from dashboard.components.downloads import File, downloads

FILES_MOST = 5_000
_TABLES = (
    ("csv", "CSV", "For spreadsheets; can be imported again"),
    ("jsonl", "JSON Lines", "For programs: one picture a line"),
    ("parquet", "Parquet", "For data tools, small and typed"),
)
_ALIVE = "/data/v1/facets/attribute?facet_limit=1"
"""A call that costs nothing and fails where a download would."""


def choose(what: Chosen) -> None:
    """The choice of files. Each is streamed to the browser by the service."""
    asked = "" if what.fields else what.query
    zip_hint = "The files as they were uploaded"
    if what.total > FILES_MOST:
        zip_hint = f"At most {FILES_MOST:,} files at a time: narrow the choice first"
    files = [File("Pictures (ZIP)", zip_hint, _path("/originals", asked), _path("/originals", asked, "dry_run=true"))]
    files += [File(name, hint, _path("", asked, f"format={form}"), _ALIVE) for form, name, hint in _TABLES]
    downloads(files, what.fields, key="px-downloads")


def _path(below: str, *asked: str) -> str:
    query = "&".join(filter(None, asked))
    return f"/data/v1/export{below}{'?' if query else ''}{query}"
