"""What both functions behind the uploads API share: who calls, the request's id, errors as RFC 9457 problem+json."""

import json
from collections.abc import Mapping
from functools import cache, partial
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from pixplore import request_ids
from pixplore.aws.people import person_of
from pixplore.domain import Person, Role
from pixplore.errors import Forbidden, Invalid, NotFound, PixploreError, Unauthenticated, Unavailable
from pixplore.refusals import REFUSED, Refusals
from pixplore.safe_headers import EVERY
from pixplore.settings import IdentitySettings, load
from pixplore.standing import Standing

log = Logger(service="uploads_api")
_refused = Refusals(log.warning)


@cache
def client_id() -> str:
    return load(IdentitySettings).client_id


@cache
def standing() -> Standing:
    return Standing(partial(person_of, pool_id=load(IdentitySettings).user_pool_id), ahead=0)


def application() -> APIGatewayRestResolver:
    """A resolver whose every error is a problem document; our own errors keep their sentence."""
    app = APIGatewayRestResolver()

    @app.not_found
    def no_such_route(error: NotFoundError) -> Response[str]:
        return problem(
            app, NotFound("There is nothing at this address. The uploads API has /uploads and what lies below.")
        )

    @app.exception_handler(PixploreError)  # type: ignore[untyped-decorator]
    def known(error: PixploreError) -> Response[str]:
        if error.status >= 500:
            log.warning("%s (%s)", error, error.cause)
        if error.status in REFUSED:
            call, sub = app.current_event, str(_claims(app.current_event).get("sub", ""))
            _refused.note(error.status, call.http_method, call.resource, app.context["request_id"], sub, error.detail)
        return problem(app, error)

    @app.exception_handler(Exception)  # type: ignore[untyped-decorator]
    def fault(error: Exception) -> Response[str]:
        log.exception("a fault of ours")
        said = "Something went wrong on our side; files that were sent are safe. Try again."
        return problem(app, PixploreError(said, "internal"))

    return app


def resolve(app: APIGatewayRestResolver, event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The answer to one call; each line that it logs carries its id."""
    request_id = request_ids.taken(APIGatewayProxyEvent(event).headers.get(request_ids.HEADER))
    log.append_keys(request_id=request_id)
    app.append_context(request_id=request_id)  # type: ignore[no-untyped-call]
    said = app.resolve(event, context)
    said["multiValueHeaders"][request_ids.HEADER] = [request_id]
    return said


def problem(app: APIGatewayRestResolver, error: PixploreError) -> Response[str]:
    body: dict[str, Any] = {
        "type": f"urn:pixplore:{error.code}",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": error.detail,
        "instance": app.current_event.path,
        "request_id": app.context["request_id"],
    }
    if isinstance(error, Invalid):
        body["errors"] = [{"field": name, "message": message} for name, message in error.fields.items()]
    headers: dict[str, str | list[str]] = {**EVERY}
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(error.retry_after)
    return Response(error.status, "application/problem+json", json.dumps(body), headers)


def answer(status: int, body: Mapping[str, Any]) -> Response[str]:
    return Response(status, "application/json", json.dumps(body), {**EVERY})


def admin(event: APIGatewayProxyEvent) -> Person:
    """The caller, an admin by Cognito's word of now. API Gateway has checked the token; its authoriser made the claims.
    Raises Unauthenticated, Forbidden, Unavailable."""
    claims = _claims(event)
    if not claims.get("sub") or claims.get("token_use") != "access":
        raise Unauthenticated()
    if claims.get("client_id") != client_id():  # the authoriser takes the whole pool's tokens
        raise Unauthenticated("This token was made for another program. Sign in to Pixplore.")
    scheme, _, token = (event.headers.get("Authorization") or "").partition(" ")
    who = standing().of(token.strip() or scheme)
    if who.role is not Role.ADMIN:
        raise Forbidden("Only administrators may upload. Ask one to add you to their group.")
    return who


def _claims(event: APIGatewayProxyEvent) -> dict[str, Any]:
    """What the token says that API Gateway has checked."""
    authorizer = event.request_context.authorizer
    found: dict[str, Any] = (authorizer.raw_event if authorizer else {}).get("claims", {})
    return found
