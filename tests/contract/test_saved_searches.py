"""Saved searches: one's own, kept as the contract's filters, and nobody else's business."""

from typing import Any

import httpx
import pytest

from pixplore.catalogue import saved, shares
from tests.contract.catalogues import Picture
from tests.contract.conftest import Api

PATH = "/v1/saved-searches"


def as_bob(api: Api, method: str, path: str, **more: Any) -> httpx.Response:
    headers = api.issuer.bearer("admin", username="bob@example.com")
    return api.client.request(method, api.address + path, headers=headers, **more)


def test_kept_canonical_found_changed_forgotten(api: Api, five: list[Picture]) -> None:
    text = {"name": "Summer shoes", "query": "?label=Shoe&tag=summer&min_confidence=60.0&created_from=2026-01-01"}
    made = api.call("viewer", "POST", PATH, json=text)
    assert made.status_code == 201, made.text
    filters = {"label": ["Shoe"], "tag": ["summer"], "min_confidence": 60, "created_from": "2026-01-01T00:00:00Z"}
    assert made.json()["filters"] == filters
    path = made.headers["location"]
    kept = api.get("viewer", path, {"min_version": made.json()["version"]}).json()
    assert (kept["name"], kept["sort"], kept["filters"]) == ("Summer shoes", "newest", filters)
    assert api.get("viewer", "/v1/images", kept["filters"]).json()["total"] == 1
    again = {"name": "again", "filters": kept["filters"], "sort": "name"}
    assert api.call("viewer", "POST", PATH, json=again).json()["filters"] == filters
    changed = api.call("viewer", "PATCH", path, json={"filters": {"category": ["Shoes"]}, "sort": "oldest"}).json()
    assert (changed["name"], changed["filters"], changed["sort"]) == (
        "Summer shoes", {"category": ["Shoes"]}, "oldest",
    )  # fmt: skip
    assert api.call("viewer", "PATCH", path, json={"sort": "oldest"}).json()["version"] == changed["version"]
    entry = api.get("admin", "/v1/audit", {"action": "saved_search_edit"}).json()["items"][0]
    assert entry["actor"] == "viewer@example.com"
    assert (entry["detail"]["before"]["filters"], entry["detail"]["after"]["filters"]) == (
        filters, {"category": ["Shoes"]},
    )  # fmt: skip
    first = api.get("viewer", PATH, {"limit": 1}).json()
    rest = api.get("viewer", PATH, {"cursor": first["next_cursor"]}).json()
    assert [one["name"] for one in [*first["items"], *rest["items"]]][:2] == ["again", "Summer shoes"]
    assert api.call("viewer", "DELETE", path).status_code == 200
    assert api.get("viewer", path).status_code == 404


def test_another_persons_is_not_there(api: Api, five: list[Picture]) -> None:
    made = api.call("viewer", "POST", PATH, json={"name": "mine"})
    path = made.headers["location"]
    assert as_bob(api, "GET", PATH).json()["items"] == []
    for method, body in (("GET", None), ("PATCH", {"name": "his"}), ("DELETE", None)):
        assert as_bob(api, method, path, json=body).status_code == 404, method
    assert api.get("viewer", path).json()["name"] == "mine"
    cursor = api.get("viewer", PATH, {"limit": 1}).json()["next_cursor"]
    assert as_bob(api, "GET", PATH, params={"cursor": cursor} if cursor else {}).json()["items"] == []


def test_there_is_an_end_to_how_many(api: Api, five: list[Picture], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "MOST", len(api.get("viewer", PATH, {"limit": 200}).json()["items"]) + 1)
    assert [api.call("viewer", "POST", PATH, json={"name": "x"}).status_code for _ in range(2)] == [201, 409]
    monkeypatch.setattr(shares, "MOST", 0)
    assert api.call("analyst", "POST", "/v1/shares", json={"filters": {}}).status_code == 409


def test_what_is_wrong_is_named(api: Api, five: list[Picture]) -> None:
    def field(body: object) -> str:
        answer = api.call("viewer", "POST", PATH, json=body)
        assert answer.status_code == 422, answer.text
        return str(answer.json()["errors"][0]["field"])

    assert field({"name": "x", "filters": {"nonsense": 1}}) == "filters.nonsense"
    assert field({"name": "x", "filters": {"label": {"a": 1}}}) == "filters.label"
    assert field({"name": "x", "filters": {"min_confidence": 90, "max_confidence": 10}}) == "filters.min_confidence"
    assert field({"name": "x", "query": "created_from=soon"}) == "query.created_from"
    assert field({"name": "x", "query": "tag=%00"}) == "query.tag"
    assert field({"name": "", "filters": {}}) == "name"
    assert field({"name": "x", "sort": "best"}) == "sort"
    assert api.call("viewer", "POST", PATH, json={"name": "x", "filters": {}, "query": ""}).status_code == 422
    assert api.call(None, "GET", PATH).status_code == 401
