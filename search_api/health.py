"""Whether the process lives, whether it can answer, and its numbers for Prometheus."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials
from prometheus_client import CONTENT_TYPE_LATEST

from pixplore.catalogue import changes
from pixplore.catalogue.snapshot import snapshot
from pixplore.errors import Unauthenticated
from search_api import numbers, schemas
from search_api.access import BEARER, Here, identified, only_known_parameters
from search_api.answers import Json
from search_api.edge import is_loopback

router = APIRouter(tags=["health"], dependencies=[Depends(only_known_parameters)])


@router.get("/healthz", response_model=schemas.Health)
def healthz() -> Response:
    """The process lives. Says nothing about what it needs."""
    return Json({"status": "ok"})


@router.get("/readyz", response_model=schemas.Ready, responses=schemas.AWAY)
def readyz(here: Here) -> Response:
    """The catalogue can be read: 503 with Retry-After while it cannot. Says which engine answers, and from when."""
    with snapshot(here.engine) as connection:
        version = changes.version(connection)
    index = here.engines.at_once()
    told = (
        {"version": index.version, "engine": index.engine}
        if index is not None
        else {"version": version, "engine": "sql"}
    )
    return Json({"status": "ready", **told})


@router.get("/metrics", response_class=Response, responses=schemas.METRICS)
def metrics(
    request: Request, here: Here, token: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]
) -> Response:
    """Prometheus text, for this machine itself or with a token."""
    if request.client is None or not is_loopback(request.client.host):
        if token is None:
            raise Unauthenticated("The figures are for this machine itself. Ask from there, or send an access token.")
        identified(request, here, token.credentials)
    return Response(numbers.told(here.engines, here.items), headers={"Content-Type": CONTENT_TYPE_LATEST})
