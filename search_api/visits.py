"""Who comes by a share link, let in by its token alone, and what they see of a picture."""

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from pixplore.aws import storage
from pixplore.catalogue import read, shares
from pixplore.catalogue.matched import why
from pixplore.catalogue.snapshot import snapshot
from pixplore.errors import Unauthenticated
from pixplore.query import Query
from search_api import curation_schemas as shapes
from search_api.access import Here, only_known_parameters

_PICTURE_SECONDS = 900
"""A visitor's addresses of pictures end soon after the link does: within twice this."""
_IMAGE = [name for name in shapes.SharedImage.model_fields if not name.endswith("_url") and name != "matched"]
_LABEL = list(shapes.SharedLabel.model_fields)
_TOKEN = HTTPBearer(auto_error=False, scheme_name="Share", bearerFormat="pxs", description="The token of a share link")


def visit(
    request: Request, token: Annotated[HTTPAuthorizationCredentials | None, Depends(_TOKEN)], here: Here
) -> shares.Visit:
    """What the visitor may see. Raises Unauthenticated, also for the access token of a person."""
    if token is None:
        raise Unauthenticated("Send the token of the share link: `Authorization: Bearer pxs_...`.")
    with snapshot(here.engine) as connection:
        found = shares.visit(connection, token.credentials)
    only_known_parameters(request)
    return found


Visitor = Annotated[shares.Visit, Depends(visit)]


def image(entry: read.Entry, here: Here, query: Query) -> dict[str, Any]:
    out: dict[str, Any] = {name: getattr(entry, name) for name in _IMAGE}
    out["labels"] = [{name: getattr(label, name) for name in _LABEL} for label in entry.labels]
    for kind, name in (("thumb", "thumbnail_url"), ("preview", "preview_url")):
        key, bucket = f"{entry.id}/{kind}.webp", here.storage.renditions_bucket
        out[name] = storage.stable_get_url(bucket, key, lifetime=_PICTURE_SECONDS) if entry.has_renditions else None
    return out | {"matched": why(query, entry, {})}
