"""Every error as RFC 9457 problem+json, with a sentence for a person and never a stack trace."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from pixplore import refusals, request_ids
from pixplore.errors import Forbidden, Invalid, PixploreError, Unauthenticated, Unavailable
from pixplore.given import plain_place
from pixplore.safe_headers import API_POLICY, SAFE
from search_api.schemas import Problem

log = logging.getLogger("pixplore.search_api")
_OUTSIDE = {**SAFE, "Content-Security-Policy": API_POLICY, "Cache-Control": "private, no-store"}
"""Said here: this answer is given outside of what dresses all others (search_api/edge.py)."""
_WORDS = {
    404: "There is nothing at this address. The list of all addresses is at /docs.",
    405: "This address does not take that method, and nothing was changed. What it takes is told at /docs.",
    500: "Something went wrong on our side. It is written down; try again, and tell an administrator if it stays.",
}


def problem(
    request: Request,
    status: int,
    detail: str,
    code: str = "",
    fields: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer. `fields` become `errors`: a list of {field, message}."""
    title = HTTPStatus(status).phrase
    body: dict[str, Any] = {
        "type": f"urn:pixplore:{code or title.lower().replace(' ', '_')}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
    }
    head = dict(headers or {})
    if request_id := request.scope.get("request_id"):
        body["request_id"] = head[request_ids.HEADER] = request_id
    if fields:
        body["errors"] = [{"field": name, "message": message} for name, message in fields.items()]
    content = orjson.dumps(_sound(body))
    return Response(content, status, head, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Make `app` answer every error this way."""
    app.add_exception_handler(PixploreError, _ours)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unexpected)


def describe(app: FastAPI) -> None:
    """Put the shape of a problem into the OpenAPI document, where every endpoint's answers point to it."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        document = plain()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        shape = Problem.model_json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
        schemas.update(shape.pop("$defs"))
        schemas["Problem"] = shape
        return document

    app.openapi = described  # type: ignore[method-assign]


def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, PixploreError)  # noqa: S101 - by registration
    if error.status >= 500:
        log.warning("%s: %s (%s)", _named(request), error, error.cause)
    if error.status in refusals.REFUSED:
        # without the example of a header: whoever searches the log for one that lets in finds none
        refusals.about(request.scope)["reason"] = error.detail.partition(": `")[0]
    headers = {}
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="pixplore"'
    elif isinstance(error, Forbidden):
        headers["WWW-Authenticate"] = 'Bearer realm="pixplore", error="insufficient_scope"'
    elif isinstance(error, Unavailable):
        headers["Retry-After"] = str(error.retry_after)
    fields = error.fields if isinstance(error, Invalid) else None
    return problem(request, error.status, error.detail, error.code, fields, headers)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - by registration
    detail = _WORDS.get(error.status_code, str(error.detail))
    return problem(request, error.status_code, detail, headers=error.headers)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - by registration
    fields: dict[str, str] = {}
    for fault in error.errors():
        place = tuple(fault["loc"])
        if fault["type"] == "json_invalid":
            place = ("body",)  # else the place of a character
        name = plain_place(place[1:] if len(place) > 1 and place[0] in ("path", "query", "body", "header") else place)
        is_id = fault["type"].startswith("uuid")
        fields[name] = "is not an id (a UUID)" if is_id else fault["msg"].removeprefix("Value error, ")
    return _ours(request, Invalid(fields))


def _unexpected(request: Request, error: Exception) -> Response:
    log.error("%s failed", _named(request), exc_info=error)
    return problem(request, 500, _WORDS[500], headers=_OUTSIDE)


def _named(request: Request) -> str:
    """What the log knows a request by; `%r` keeps what came from outside on one line."""
    return f"request {request.scope.get('request_id')}: {request.method} {request.url.path!r}"


def _sound(value: Any) -> Any:
    """Without lone surrogates, which JSON cannot carry and hostile input may."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_sound(key): _sound(part) for key, part in value.items()}
    return [_sound(part) for part in value] if isinstance(value, list) else value
