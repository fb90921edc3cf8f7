"""What every kind of answer tells browsers, of every program that answers them."""

from collections.abc import Callable

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from dashboard.security_headers import SecurityHeaders, policy
from search_api.app import make
from tests.stack import Stack

DASHBOARD = {
    "a page": "/", "a page by its name": "/catalogue", "another name": "/home", "a program": "/static/js/index.js",
    "our font": "/app/static/inter-latin.woff2", "no session": "/auth/session", "forwarded": "/data/v1/images",
    "a picture in words": "/detail/x", "a report": "/report", "a shared page": "/shared",
    "its script": "/shared/page.js", "its style": "/shared/page.css", "its question": "/shared/v1/images",
    "a picture of the guide": "/guide-pictures/x", "health": "/_stcore/health",
    "where the server is": "/_stcore/host-config",
}  # fmt: skip
SEARCH_API = {
    "health": "/healthz", "refused": "/v1/images", "nothing": "/nothing", "documents": "/openapi.json",
    "a share's": "/v1/shared", "figures": "/metrics", "documentation": "/docs", "its program": "/docs/start.js",
}  # fmt: skip
UPLOADS_API = {"refused by the gateway": "/uploads", "nothing": "/nothing"}


def rules(headers: httpx.Headers) -> dict[str, list[str]]:
    """The policy by directive."""
    return {name: rest for name, *rest in map(str.split, headers["content-security-policy"].split(";"))}


def strict(headers: httpx.Headers) -> dict[str, list[str]]:
    """What holds of every answer, whoever gives it; its policy."""
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] in ("no-referrer", "strict-origin-when-cross-origin")
    held = rules(headers)
    assert held["frame-ancestors"] == held["base-uri"] == ["'none'"]
    scripts = held.get("script-src", held["default-src"])
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:", "data:"} & set(scripts)
    for name, places in held.items():
        assert not {"*", "http:", "https:", "ws:", "wss:"} & set(places), name
    return held


@pytest.mark.parametrize("what", DASHBOARD)
def test_of_the_dashboard(stack: Stack, what: str) -> None:
    answer = httpx.get(stack.ends["dashboard"] + DASHBOARD[what])
    held = strict(answer.headers)
    assert set(held["connect-src"]) == {"'self'", stack.ends["aws_endpoint"]}
    assert held["object-src"] == held["frame-src"] == ["'none'"]
    assert "strict-transport-security" not in answer.headers, "there is no TLS on one machine"
    if "shared" in DASHBOARD[what] and not DASHBOARD[what].endswith((".js", ".css")):
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store" or answer.status_code == 401


@pytest.mark.parametrize("what", SEARCH_API)
def test_of_the_search_api(stack: Stack, what: str) -> None:
    address = stack.ends["search_api"] + SEARCH_API[what]
    held = strict(httpx.get(address).headers)
    if not SEARCH_API[what].startswith("/docs"):
        assert held["default-src"] == ["'none'"]
        assert "script-src" not in held
    assert "server" not in httpx.get(address).headers
    assert "strict-transport-security" not in httpx.get(address).headers
    assert httpx.get(address, headers={"X-Forwarded-Proto": "https"}).headers["strict-transport-security"]


def test_of_the_search_api_to_what_is_no_request(stack: Stack) -> None:
    answer = httpx.request("NONSENSE", stack.ends["search_api"])
    assert answer.status_code == 400
    strict(answer.headers)


@pytest.mark.parametrize("what", UPLOADS_API)
def test_of_the_gateway(stack: Stack, what: str) -> None:
    answer = httpx.get(stack.ends["uploads_api"] + UPLOADS_API[what])
    assert strict(answer.headers)["default-src"] == ["'none'"]
    assert answer.headers["strict-transport-security"]
    assert answer.headers["cache-control"] == "no-store"


def test_of_the_functions_behind_it(stack: Stack) -> None:
    token, batch = stack.token("admin"), stack.grant(stack.token("admin"), [("a.jpg", b"x", "image/jpeg")])["batch_id"]
    for path, status in (("", 200), (f"/{batch}", 200), (f"/{batch}/errors.csv", 200), ("/x", 404)):
        answer = stack.call("GET", f"{stack.ends['uploads_api']}/uploads{path}", token)
        assert answer.status_code == status
        assert strict(answer.headers)["default-src"] == ["'none'"]
        assert answer.headers["strict-transport-security"]
        assert answer.headers["cache-control"] == "no-store"


def test_behind_tls_the_dashboard_asks_for_tls_ever_after() -> None:
    def client(tls: bool) -> TestClient:
        return TestClient(Starlette(middleware=[Middleware(SecurityHeaders, policy=policy([]), tls=tls)]))

    assert client(True).get("/").headers["strict-transport-security"].startswith("max-age=31536000")
    assert "strict-transport-security" not in client(False).get("/").headers


def test_a_fault_of_ours_has_them_too(monkeypatch: pytest.MonkeyPatch) -> None:
    app = make()
    broken: Callable[[], None] = lambda: 1 / 0  # noqa: E731 - a route that fails
    app.add_api_route("/broken", broken)
    answer = TestClient(app, raise_server_exceptions=False).get("/broken")
    assert answer.status_code == 500
    strict(answer.headers)
