"""The OpenAPI document against the running API (schemathesis), problems everywhere, health, and docs without a CDN."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance
from sqlalchemy import text

from search_api.app import make
from tests.contract.catalogues import Picture
from tests.contract.conftest import Api

DOCUMENT = schemathesis.openapi.from_dict(make().openapi())
OPERATIONS = [found.ok() for found in DOCUMENT.get_all_operations()]
UNCHECKED = ("/metrics", "/v1/operations")  # metrics count, operations ask a queue: tests of their own


@pytest.fixture(autouse=True)
def _model(model_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What POST /v1/images/similar looks at pictures with."""
    monkeypatch.setenv("PIXPLORE_MODEL_DIR", str(model_dir))


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.label.replace(" ", "_"))
def test_every_call_answers_as_documented(api: Api, five: list[Picture], operation: Any) -> None:
    if operation.path.startswith(UNCHECKED):
        pytest.skip("has tests of its own")

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy())
    def calls(case: Any) -> None:
        if case.query:
            case.query.pop("min_version", None)  # one that never comes is a 503, rightly, and takes two seconds
        # A cursor from nowhere, or a least above a most, fits the schema and is refused all the same.
        case.call_and_validate(
            base_url=api.address,
            headers=api.issuer.bearer("admin"),
            timeout=20,
            excluded_checks=[positive_data_acceptance],
        )

    calls()


def test_problems_everywhere(api: Api, five: list[Picture]) -> None:
    image = f"/v1/images/{five[0].id}"
    cases = {
        ("GET", "/nowhere"): 404, ("GET", "/v1"): 404, ("PUT", image): 405, ("DELETE", "/healthz"): 405,
        ("PATCH", image): 422, ("POST", "/v1/collections"): 422, ("GET", "/v1/images/"): 404,
    }  # fmt: skip
    for (method, path), status in cases.items():
        answer = api.call("admin", method, path)
        assert answer.status_code == status, (method, path)
        assert answer.headers["content-type"] == "application/problem+json"
        body = answer.json()
        assert (body["status"], body["instance"]) == (status, path)
        assert body["title"]
        assert body["detail"]
    broken = api.client.patch(
        api.address + image, headers={**api.issuer.bearer("admin"), "Content-Type": "application/json"}, content="{"
    )
    assert (broken.status_code, broken.json()["errors"][0]["field"]) == (422, "body")
    large = api.call("admin", "PATCH", image, content=b"x" * 1_000_001)
    assert large.status_code == 413
    chunks = api.call("admin", "PATCH", image, content=iter([b"x" * 500_000] * 3))  # says no length beforehand
    assert chunks.status_code == 413
    assert chunks.headers["content-type"] == "application/problem+json"
    unknown = api.call("admin", "FOO", image)
    assert (unknown.status_code, unknown.headers["content-type"]) == (400, "application/problem+json")
    assert (unknown.json()["status"], unknown.headers["x-content-type-options"]) == (400, "nosniff")
    assert "method" in unknown.json()["detail"]


def test_safety_headers(api: Api) -> None:
    for path in ("/healthz", "/v1/images", "/nowhere", "/docs"):
        headers = api.get("viewer", path).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "access-control-allow-origin" not in headers


def test_docs_ask_nothing_of_the_network(api: Api) -> None:
    page = api.client.get(api.address + "/docs")
    assert page.status_code == 200
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert addresses
    for address in addresses:
        assert address.startswith(("/docs/", "data:"))
        if address.startswith("/"):
            assert api.client.get(api.address + address).status_code == 200


def test_metrics_count_requests_by_route(api: Api, five: list[Picture]) -> None:
    api.get("viewer", f"/v1/images/{five[0].id}")
    told = api.client.get(api.address + "/metrics").text
    assert 'pixplore_requests_total{method="GET",route="/v1/images/{image_id}",status="200"}' in told
    assert str(five[0].id) not in told


def test_database_away_is_503_until_it_is_back(new_database: Callable[..., str], api: Api, five: list[Picture]) -> None:
    name = api.engine.url.database
    admin = new_database(empty=True)
    from pixplore.catalogue.database import open_engine

    door = open_engine(admin)
    with door.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"alter database {name} allow_connections false"))
        connection.execute(
            text("select pg_terminate_backend(pid) from pg_stat_activity where datname = :n"), {"n": name}
        )
        try:
            for path in ("/readyz", "/v1/images", f"/v1/images/{five[0].id}", "/v1/facets/label", "/v1/audit"):
                _is_away(api.get("admin", path))
            _is_away(api.call("admin", "DELETE", f"/v1/images/{five[0].id}"))
            assert api.client.get(api.address + "/healthz").status_code == 200
        finally:
            connection.execute(text(f"alter database {name} allow_connections true"))
    door.dispose()
    assert api.client.get(api.address + "/readyz").status_code == 200
    assert api.get("viewer", "/v1/images").json()["total"] == 4


def _is_away(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.headers["content-type"] == "application/problem+json"
