"""What every endpoint may ask for: the parts opened at start, and the person whose token came with the request."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from pixplore import refusals
from pixplore.bulk import Worker
from pixplore.catalogue.snapshot import Engine, wait_for
from pixplore.domain import Person, Role
from pixplore.errors import Forbidden, Invalid, Unauthenticated
from pixplore.finding import Finder
from pixplore.identity import KeySet, Verifier
from pixplore.operations import Places
from pixplore.settings import IdentitySettings, StorageSettings
from search_api.engines import Engines
from search_api.items import Items

MinVersion = Annotated[int, Query(ge=0, le=2**63 - 1, description="Wait up to 2 s for this version, else 503")]
NO_TOKEN = "Send a Cognito access token: `Authorization: Bearer ...`."  # noqa: S105
BEARER = HTTPBearer(auto_error=False, bearerFormat="JWT", description="A Cognito access token")


@dataclass(frozen=True, slots=True)
class Parts:
    """What the program holds open from start to end."""

    engine: Engine
    identity: IdentitySettings
    keys: KeySet
    storage: StorageSettings
    places: Places
    worker: Worker
    engines: Engines
    items: Items
    tokens: Verifier

    def finder(self, min_version: int = 0) -> AbstractContextManager[Finder]:
        """One moment of the catalogue that knows of `min_version`. Raises Unavailable."""
        return self.engines.finder(min_version)


def parts(request: Request) -> Parts:
    opened: Parts = request.app.state.parts
    return opened


def person(
    request: Request, token: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)], here: "Here"
) -> Person:
    """Who asks. Raises Unauthenticated; Invalid for a parameter that the endpoint does not have."""
    if token is None:
        raise Unauthenticated(NO_TOKEN)
    who = identified(request, here, token.credentials)
    only_known_parameters(request)
    return who


def identified(request: Request, here: Parts, token: str) -> Person:
    """Who sends the token; whose it is stays with the request, for the log. Raises Unauthenticated, Unavailable."""
    known = refusals.about(request.scope)
    try:
        who = here.tokens.person(token)
    except Unauthenticated:
        known["sub"] = here.tokens.subject(token)
        raise
    known["sub"] = who.sub
    return who


def only_known_parameters(request: Request) -> None:
    """Raise Invalid naming each query parameter that the endpoint does not know."""
    route: Any = request.scope["route"]
    if getattr(route.endpoint, "takes_filters", False):
        return  # parses, and refuses, by itself
    known = _named(route.dependant)
    if unknown := set(request.query_params) - known:
        raise Invalid({name[:200]: "is not a parameter here" for name in sorted(unknown)})


def _named(dependant: Any) -> set[str]:
    """The query parameters of an endpoint and of everything it depends on."""
    own = {parameter.alias for parameter in dependant.query_params}
    return own.union(*(_named(below) for below in dependant.dependencies))


def fresh(who: "Viewer", here: "Here", min_version: MinVersion = 0) -> None:
    """Read your own writes: waits for the version, up to 2 s. Raises Unavailable."""
    wait_for(here.engine, min_version)


def _needs(role: Role) -> Callable[[Person], Person]:
    def check(who: Annotated[Person, Depends(person)]) -> Person:
        if role not in who.role.includes:
            raise Forbidden(f"This needs the role {role.value}. Ask an administrator.")
        return who

    return check


def actor(
    who: Annotated[Person, Depends(person)],
    token: Annotated[HTTPAuthorizationCredentials, Depends(BEARER)],
    here: "Here",
) -> str:
    """The name under which a write is remembered, and by which things are somebody's: the e-mail that Cognito told.

    Raises Unavailable while it was never told, rather than write without it or show another's.
    """
    return here.tokens.told(token.credentials).email


def owner(who: Annotated[Person, Depends(person)], email: Annotated[str, Depends(actor)]) -> Person:
    """Who asks, under that name: for what is only its maker's to see or to change."""
    return replace(who, email=email)


Here = Annotated[Parts, Depends(parts)]
Viewer = Annotated[Person, Depends(person)]
Analyst = Annotated[Person, Depends(_needs(Role.ANALYST))]
Admin = Annotated[Person, Depends(_needs(Role.ADMIN))]
Actor = Annotated[str, Depends(actor)]
Owner = Annotated[Person, Depends(owner)]
FRESH = [Depends(fresh)]
"""`dependencies` of a read that takes `min_version`."""
