"""The two APIs behind the dashboard, called with the signed-in person's access token.

    client.get("/v1/images", {"label": ["Dog", "Cat"], "limit": 60})      search API
    client.images({...})                                                  the call that pages make most
    client.post("/uploads", {...}, api=client.UPLOADS)                    uploads API

Every call raises errors of pixplore.errors, made from the problem+json that the APIs answer with; pages may let
them pass: dashboard/main.py shows what is left over. Each call has an id, which the APIs log as well; what nobody
expects names it.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx
import orjson

from dashboard import failures, session
from pixplore import request_ids
from pixplore.errors import Conflict, Forbidden, Invalid, NotFound, PixploreError, Unauthenticated, Unavailable

SEARCH = "search"
UPLOADS = "uploads"
Params = Mapping[str, Any]


@cache
def _pool() -> httpx.Client:
    return httpx.Client(
        timeout=httpx.Timeout(15, connect=3),
        limits=httpx.Limits(max_connections=40, max_keepalive_connections=20),
        headers={"User-Agent": "pixplore-dashboard"},
    )


def get(path: str, params: Params | None = None, *, api: str = SEARCH) -> Any:
    """The JSON of a GET. `params`: scalars or lists; None and empty lists are left out."""
    return _json("GET", path, api, params=_flat(params))


def post(
    path: str, body: Any = None, params: Params | None = None, *, api: str = SEARCH, timeout: float | None = None
) -> Any:
    """`timeout` in seconds, where the usual one is too short."""
    longer = {} if timeout is None else {"timeout": timeout}
    return _json("POST", path, api, json=body, params=_flat(params), **longer)


def patch(path: str, body: Any, *, api: str = SEARCH) -> Any:
    return _json("PATCH", path, api, json=body)


def put(path: str, body: Any, *, api: str = SEARCH) -> Any:
    return _json("PUT", path, api, json=body)


def delete(path: str, params: Params | None = None, *, api: str = SEARCH) -> Any:
    return _json("DELETE", path, api, params=_flat(params))


def send(
    path: str,
    content: bytes,
    content_type: str,
    params: Params | None = None,
    *,
    api: str = SEARCH,
    timeout: float = 15,
) -> Any:
    """POST raw bytes, such as a CSV. `timeout`: seconds until the answer begins."""
    head = {"Content-Type": content_type}
    return _json("POST", path, api, content=content, headers=head, params=_flat(params), timeout=timeout)


def download(path: str, params: Params | None = None, *, api: str = SEARCH) -> bytes:
    """The bytes of a GET, redirects followed (without the token: they lead to signed addresses)."""
    answer = _call("GET", path, api, params=_flat(params))
    if answer.is_redirect:
        answer = _pool().get(answer.headers["location"])
        if answer.is_error:
            raise Unavailable("The file cannot be fetched right now. Try again in a moment.")
    return answer.content


def images(params: Params | None = None) -> dict[str, Any]:
    """GET /v1/images: items, total, facets, next_cursor, version, took_ms."""
    found: dict[str, Any] = get("/v1/images", params)
    return found


def _flat(params: Params | None) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in (params or {}).items():
        for one in value if isinstance(value, list | tuple | set) else [value]:
            if one is not None and one != "":
                pairs.append((name, str(one).lower() if isinstance(one, bool) else str(one)))
    return pairs


def _json(method: str, path: str, api: str, **more: Any) -> Any:
    answer = _call(method, path, api, **more)
    try:
        return orjson.loads(answer.content) if answer.content else None
    except ValueError as error:
        raise Unavailable("Pixplore's service answered with something unreadable. Try again in a moment.") from error


def _call(method: str, path: str, api: str, headers: Mapping[str, str] | None = None, **more: Any) -> httpx.Response:
    settings = session.settings()
    base = settings.search_api if api == SEARCH else settings.uploads_api
    asked = request_ids.new()
    head = {"Authorization": f"Bearer {session.access_token()}", request_ids.HEADER: asked, **(headers or {})}
    try:
        answer = _pool().request(method, base.rstrip("/") + path, headers=head, **more)
    except httpx.HTTPError as error:
        raise Unavailable(failures.unanswered(error, method, path, asked)) from error
    if answer.is_error:
        raise _problem(answer, method, path, asked)
    return answer


def _problem(answer: httpx.Response, method: str, path: str, asked: str) -> PixploreError:
    try:
        said = answer.json()
    except ValueError:
        said = {}
    if not isinstance(said, dict):
        said = {}
    detail = str(said.get("detail") or said.get("title") or "")
    match answer.status_code:
        case 401:
            return Unauthenticated("Your session is over. Sign in again.")
        case 403:
            return Forbidden(detail or "Your role does not allow this. Ask an administrator.")
        case 404:
            return NotFound(detail or "This is not here any more. Reload the page.")
        case 409:
            return Conflict(detail or "Somebody changed this meanwhile. Reload the page.")
        case 400 | 413 | 422:
            return Invalid(
                _fields(said.get("errors")),
                detail or "Some of what was asked is not understood: nothing was changed. Check it.",
            )
        case 429:
            return Unavailable(detail or "You ask too much at once. Wait a moment, then try again.")
        case status:
            return Unavailable(failures.unexpected(detail, method, path, status, answer.text, asked))


def _fields(errors: Any) -> dict[str, str]:
    if isinstance(errors, dict):
        return {str(k): str(v) for k, v in errors.items()}
    found: dict[str, str] = {}
    for one in errors if isinstance(errors, list) else []:
        if isinstance(one, dict):
            name = one.get("field") or one.get("name") or one.get("loc") or "input"
            found[str(name)] = str(one.get("message") or one.get("detail") or one.get("msg") or "")
    return found
