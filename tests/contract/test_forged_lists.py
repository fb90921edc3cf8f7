"""Cursors by someone who knows how they are made, at every list and with either engine: refused, or pages on."""

import base64
import json
from itertools import product
from typing import Any

import pytest

from pixplore import cursor
from tests.contract import catalogues as c
from tests.contract.conftest import BOTH, Api

pytestmark = BOTH

ODD = ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999-23:59", "2026-01-01T00:00:00", "2026-W01-1", "nan",
       "9" * 30, "-1", "1_000", "١٢", "9223372036854775808", "00000000-0000-0000-0000-000000000000", "x", "",
       "A" * 3000]  # fmt: skip
LISTS: list[tuple[str, dict[str, Any]]] = [
    ("/v1/images", {"sort": "newest"}), ("/v1/images", {"sort": "oldest"}), ("/v1/images", {"sort": "name"}),
    ("/v1/images", {"sort": "relevance", "q": "picture"}), ("/v1/collections", {}), ("/v1/saved-searches", {}),
    ("/v1/shares", {}), ("/v1/audit", {}), ("/v1/review/decisions", {}), ("/v1/jobs", {}),
]  # fmt: skip


@pytest.fixture
def two_of_each(api: Api, five: list[c.Picture]) -> None:
    for number in range(2):
        for path, body in (
            ("/v1/collections", {"name": f"board {number}"}),
            ("/v1/saved-searches", {"name": f"search {number}", "filters": {}}),
            ("/v1/shares", {"name": f"share {number}", "filters": {}}),
            ("/v1/review/decisions", {"image_id": str(five[number].id), "label": "Odd", "verdict": "accept"}),
            ("/v1/bulk", {"query": {"sku": "AB-1"}, "action": "tag", "value": f"tag {number}"}),
        ):
            assert api.call("admin", "POST", path, json=body).status_code in (200, 201, 202), path


def test_never_a_failure_of_ours(api: Api, two_of_each: None) -> None:
    for path, asked in LISTS:
        first = api.get("admin", path, {**asked, "limit": 1}).json()["next_cursor"]
        place, *values = json.loads(base64.urlsafe_b64decode(first + "===")[8:])
        for at, odd in product(range(len(values)), ODD):
            forged = cursor.encode(place, [*values[:at], odd, *values[at + 1 :]])
            answer = api.get("admin", path, {**asked, "limit": 1, "cursor": forged})
            assert answer.status_code in (200, 422), (path, asked, at, odd, answer.text)
