"""Whether the process lives, whether it can answer, and its numbers for Prometheus."""

import ipaddress
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from pixplore import identity
from pixplore.catalogue import changes
from pixplore.catalogue.snapshot import snapshot
from pixplore.errors import Unauthenticated
from search_api import schemas
from search_api.access import BEARER, Here, only_known_parameters
from search_api.answers import Json

router = APIRouter(tags=["health"], dependencies=[Depends(only_known_parameters)])


@router.get("/healthz", response_model=schemas.Health)
def healthz() -> Response:
    """The process lives. Says nothing about what it needs."""
    return Json({"status": "ok"})


@router.get("/readyz", response_model=schemas.Ready, responses=schemas.AWAY)
def readyz(here: Here) -> Response:
    """The catalogue can be read: 503 with Retry-After while it cannot."""
    with snapshot(here.engine) as connection:
        return Json({"status": "ready", "version": changes.version(connection), "engine": "sql"})


@router.get("/metrics", response_class=Response, responses=schemas.METRICS)
def metrics(
    request: Request, here: Here, token: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]
) -> Response:
    """Prometheus text, for this machine itself or with a token."""
    if not _loopback(request):
        if token is None:
            raise Unauthenticated("Ask from this machine itself, or send an access token.")
        identity.verify(token.credentials, here.identity, here.keys)
    return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _loopback(request: Request) -> bool:
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
