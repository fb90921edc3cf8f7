"""All that a query finds as one file, and the pictures of it as one archive, written while they are read."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from pixplore import downloads, exporting
from pixplore.catalogue import exports
from pixplore.catalogue.snapshot import wait_for
from pixplore.query import one_of, parse_query, whole
from search_api import chosen, schemas
from search_api.access import Here, MinVersion, Viewer
from search_api.answers import Json
from search_api.parameters import filtered, takes_filters
from search_api.streamed import streamed

router = APIRouter(prefix="/v1/export", tags=["export"])
_VERSION = {"min_version": whole(0, 2**63 - 1)}
_DRY = {"name": "dry_run", "in": "query", "required": False, "schema": {"type": "boolean"}, "description": "Only tell"}
_ASKED_FILES = {**_VERSION, "dry_run": one_of("true", "false")}
_TAKES = takes_filters(*_VERSION)
_TAKES["parameters"] = [*_TAKES["parameters"], _DRY]
_Format = Annotated[Literal["csv", "jsonl", "parquet"], Query(description="Of the file")]
_ASKED = {"format": one_of(*exporting.FORMATS), **_VERSION}
_FILE = {"schema": {"type": "string", "format": "binary"}}
_WHOLE = {"type": "integer"}
_SIZE = {"type": "object", "properties": {"files": _WHOLE, "bytes": _WHOLE}, "required": ["files", "bytes"]}
_TABLES: dict[int | str, dict[str, Any]] = schemas.READS | {
    200: {
        "description": "The file",
        "content": {media.partition(";")[0]: _FILE for media, _ in exporting.FORMATS.values()},
    }
}
_ARCHIVE: dict[int | str, dict[str, Any]] = schemas.READS | {
    200: {"description": "A ZIP archive", "content": {"application/zip": _FILE, "application/json": {"schema": _SIZE}}}
}


@router.get("", response_class=Response, openapi_extra=takes_filters(*_ASKED), responses=_TABLES)
@filtered
def export(request: Request, who: Viewer, here: Here) -> Response:
    """Every image that the query finds, newest first: CSV, JSON Lines or Parquet.

    The columns are always the same; `python -m pixplore import` reads all three. A transfer that breaks off is not
    whole: ask again.
    """
    query, asked = parse_query(request.query_params.multi_items(), _ASKED)
    kind = asked.get("format", "csv")
    media, written = exporting.FORMATS[kind]
    with here.finder(asked.get("min_version", 0)) as finder:
        ids = finder.ids(query)
        if finder.engine == "sql":
            ids = downloads.kept(ids)  # an index stays what it is; the database's moment ends here
    return streamed(written(exports.entries(here.engine, ids)), media, kind)


@router.post("", response_class=Response, openapi_extra=chosen.BODY, responses=_TABLES)
def export_chosen(
    who: Viewer, here: Here, what: chosen.Images, format: _Format = "csv", min_version: MinVersion = 0
) -> Response:
    """The same for images that are named, in the order given, or for all but some of what a query finds.

    What a browser's form sends is taken too.
    """
    media, written = exporting.FORMATS[format]
    return streamed(written(exports.entries(here.engine, _ids(what, here, min_version))), media, format)


@router.get("/originals", response_class=Response, openapi_extra=_TAKES, responses=_ARCHIVE)
@filtered
def export_originals(request: Request, who: Viewer, here: Here) -> Response:
    """The pictures themselves, as they were sent, in one ZIP archive: at most 5,000 files and 4 GB, else 422.

    Pictures that the storage does not have are named in `missing.txt`. With `dry_run=true` the answer is JSON: how
    many `files` of how many `bytes` it would be.
    """
    query, asked = parse_query(request.query_params.multi_items(), _ASKED_FILES)
    with here.finder(asked.get("min_version", 0)) as finder:
        files = downloads.originals(here.engine, finder.ids(query))
    return _archive(files, here, asked.get("dry_run") == "true")


@router.post("/originals", response_class=Response, openapi_extra=chosen.BODY, responses=_ARCHIVE)
def export_chosen_originals(
    who: Viewer, here: Here, what: chosen.Images, dry_run: bool = False, min_version: MinVersion = 0
) -> Response:
    """The same for images that are named, or for all but some of what a query finds."""
    return _archive(downloads.originals(here.engine, _ids(what, here, min_version)), here, dry_run)


def _ids(what: chosen.Meant, here: Here, min_version: int) -> Iterator[UUID]:
    if what.query is None:
        wait_for(here.engine, min_version)
        return iter(what.ids)
    with here.finder(min_version) as finder:
        return downloads.kept(chosen.but(finder.ids(what.query), what.left_out))


def _archive(files: list[exports.Original], here: Here, dry_run: bool) -> Response:
    if dry_run:
        return Json({"files": len(files), "bytes": sum(one.bytes for one in files)})
    content = downloads.contents(here.storage.originals_bucket, files)
    return streamed(exporting.as_zip(content), "application/zip", "zip")
