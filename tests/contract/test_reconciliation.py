"""Products against pictures, through HTTP."""

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text

from pixplore.catalogue.snapshot import transaction
from tests.contract import catalogues as c
from tests.contract.conftest import Api, picture
from tests.contract.test_search_exact import fill


@pytest.fixture
def shelf(api: Api) -> None:
    """Three products, one without a picture; a picture of an unknown SKU, and one whose name fits two products."""
    month = timedelta(days=31)
    fill(api.engine, [
        picture(0, sku="AB-1", created_at=c.START), picture(1, sku="AB-1", created_at=c.START + month),
        picture(2, sku="AB-2", created_at=c.START + month), picture(3, sku="ab 1"), picture(4, name="CUP.jpg"),
        picture(5, name="other.jpg"), picture(6, sku="AB-3", deleted=True),
    ])  # fmt: skip
    with transaction(api.engine) as connection:
        connection.execute(text("delete from product"))
        rows = [{"s": s, "f": f, "a": a} for s, f, a in (
            ("AB-1", None, c.START), ("AB-2", "cup.jpg", None), ("AB-3", None, c.START + month), ("Cup", None, None),
            ("AB1", None, None))]  # fmt: skip
        connection.execute(
            text("insert into product (sku, file_name, created_at, updated_by) values (:s, :f, :a, 'x')"), rows
        )


def test_reconciliation(api: Api, shelf: None) -> None:
    answer = api.get("viewer", "/v1/products/reconciliation", {"least": 2}).json()
    assert answer["counts"] == {
        "products": 5, "without_images": 3, "too_few": 1, "complete": 1, "images_without_sku": 2,
        "images_of_unknown_sku": 1, "unknown_skus": 1, "ambiguous": 1,
    }  # fmt: skip
    assert [(p["sku"], p["images"]) for p in answer["too_few"]] == [("AB-3", 0), ("AB1", 0), ("Cup", 0), ("AB-2", 1)]
    assert [(u["sku"], u["meant"]) for u in answer["unknown_skus"]] == [("ab 1", "AB1")]
    assert [(d["name"], d["skus"]) for d in answer["ambiguous"]] == [("CUP.jpg", ["AB-2", "Cup"])]
    for row in [*answer["too_few"], *answer["unknown_skus"], answer["without_sku"]]:
        assert api.get("viewer", "/v1/images", row["query"]).json()["total"] == row["images"]


def test_coverage_over_time(api: Api, shelf: None) -> None:
    rows = api.get("viewer", "/v1/products/coverage").json()["rows"]
    assert [(r["month"], r["products"], r["with_images"]) for r in rows[:3]] == [
        ("2026-01", 4, 1), ("2026-02", 4, 1), ("2026-03", 5, 2),
    ]  # fmt: skip
    assert rows[-1]["share"] == pytest.approx(2 / 5)
    for row, after in pairwise(rows):
        asked = {"created_to": f"{after['month']}-01"}  # as it was when that month ended
        assert len(api.get("viewer", "/v1/products", asked).json()["items"]) == row["products"]
        found = api.get("viewer", "/v1/products", asked | {"state": "matched"}).json()["items"]
        assert len(found) == row["with_images"]
    assert [one["images"] for one in found if one["sku"] == "AB-1"] == [2]
    early = api.get("viewer", "/v1/products", {"created_to": f"{rows[1]['month']}-01", "state": "matched"}).json()
    assert [(one["sku"], one["images"]) for one in early["items"]] == [("AB-1", 1)]


def test_limits_are_checked(api: Api, shelf: None) -> None:
    assert api.get("viewer", "/v1/products/reconciliation", {"least": 0}).status_code == 422
    assert len(api.get("viewer", "/v1/products/reconciliation", {"least": 2, "limit": 1}).json()["too_few"]) == 1
