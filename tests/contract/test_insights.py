"""Every row of every chart carries the query that finds what it counted, through HTTP and on random catalogues."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from sqlalchemy import Engine

from pixplore.catalogue.database import open_engine
from pixplore.catalogue.search import SqlFinder
from pixplore.catalogue.snapshot import snapshot
from pixplore.insights import cost, labels, quality, spread, trend
from pixplore.query import as_filters, parse_query
from tests.contract import catalogues as c
from tests.contract.conftest import Api, picture
from tests.contract.oracle import Oracle, Pairs
from tests.contract.questions import queries
from tests.contract.questions import spread as spread_out
from tests.contract.test_search_exact import BOUNDED, fill

KIN = {name: frozenset(parents) for name, parents in c.PARENTS.items()}
CALLS: dict[str, dict[str, str]] = {
    "labels": {"by": "category"},
    "confidence": {"width": "12.5", "of": "Footwear"},
    "trend": {"by": "week", "split": "label"},
    "cooccurrence": {"least": "1"},
    "mismatch": {},
    "coverage": {},
    "colours": {},
    "health": {},
    "cost": {},
    "compare": {"a": "category=Shoes", "b": "not_category=Shoes", "facet": "label"},
}


@pytest.fixture(scope="module")
def engine(new_database: Callable[..., str]) -> Iterator[Engine]:
    made = open_engine(new_database())
    yield made
    made.dispose()


@settings(BOUNDED, max_examples=15)
@given(pictures=c.catalogues, pairs=queries())
def test_every_row_counts_what_its_query_finds(engine: Engine, pictures: list[c.Picture], pairs: Pairs) -> None:
    fill(engine, pictures)
    query, _ = parse_query(pairs)
    other, _ = parse_query([("category", "Shoes")])
    with snapshot(engine) as connection:
        finder = SqlFinder(connection)
        rows: list[Any] = labels.together(finder, query, KIN, 50, least=1)
        rows += labels.together(finder, query, KIN, 50, of="Footwear", least=1)
        rows += labels.together(finder, query, KIN, 50, among=4, least=1, both=True)
        rows += labels.labels(finder, query, 20, by_category=True).rows
        rows += labels.confidence(finder, query, Decimal("12.5"), "Shoe")
        for by in trend.PERIODS:
            rows += trend.trend(finder, query, by)
        rows += trend.trend(finder, query, "day", "category") + trend.trend(finder, query, "batch", "label")
        rows += quality.mismatch(finder, query, 50, most_lift=1.0)
        rows += quality.coverage(finder, query)[1] + quality.health(finder, query)[2]
        rows += spread.colours(finder, query, 50)[1] + cost.cost(finder, query, 0)
        for facet in spread.COMPARED:
            rows += spread.compare(finder, query, other, facet, 50)[2]
    for row in rows:
        again = spread_out(as_filters(row.query))
        assert parse_query(again)[0] == row.query
        assert row.count == Oracle(pictures, again).total(), row


def test_selections_of_other_values_are_compared_too(api: Api, shop: None) -> None:
    asked = {"a": "category=Shoes", "b": "category=Home", "facet": "category"}
    for row in (rows := api.get("viewer", "/v1/insights/compare", asked).json()["rows"]):
        assert api.get("viewer", "/v1/images", row["query"]).json()["total"] == row["count"]
    counts = {(row["side"], row["value"]): row["count"] for row in rows}
    assert counts == {("a", "Shoes"): 6, ("b", "Shoes"): 0, ("a", "Home"): 0, ("b", "Home"): 4}


def test_periods_are_compared_under_dates_too(api: Api, shop: None) -> None:
    later = f"{c.START + c.timedelta(days=1):%Y-%m-%d}"
    asked = {"a": f"created_to={later}", "b": f"created_from={later}", "created_from": f"{c.START:%Y-%m-%d}"}
    assert api.get("viewer", "/v1/insights/compare", asked).json()["totals"] == {"a": 6, "b": 4}
    asked["created_from"] = later
    answer = api.get("viewer", "/v1/insights/compare", asked).json()
    assert answer["totals"] == {"a": 0, "b": 4}
    for row in answer["rows"]:
        assert api.get("viewer", "/v1/images", row["query"]).json()["total"] == row["count"]


def test_coverage_of_large_pictures(api: Api) -> None:
    fill(api.engine, [picture(0, size=(2000, 2000)), picture(1, size=(2000, 2000), tags=["new"])])
    rows = api.get("viewer", "/v1/insights/coverage", {"min_width": 1001}).json()["rows"]
    counts = {row["name"]: row["count"] for row in rows}
    assert counts == {"unlabelled": 2, "unsure": 2, "no_sku": 2, "no_category": 2, "no_tag": 1, "low": 0}


@pytest.mark.parametrize("name", CALLS)
def test_rows_through_http(api: Api, shop: None, name: str) -> None:
    answer = api.get("viewer", f"/v1/insights/{name}", CALLS[name]).json()
    assert answer["rows"] or name == "colours", answer
    for row in answer["rows"]:
        found = api.get("viewer", "/v1/images", {**row["query"], "limit": 1}).json()
        assert found["total"] == row["count"], row


def test_lift_and_shares(api: Api, shop: None) -> None:
    """Cup and Boot come together in two of ten images, where chance would have brought them together in 0.6."""
    rows = api.get("viewer", "/v1/insights/cooccurrence", {"of": "Cup"}).json()["rows"]
    assert [(r["label"], r["other"], r["count"], r["lift"], r["share"]) for r in rows if r["other"] == "Boot"] == [
        ("Cup", "Boot", 2, round(2 * 10 / (2 * 3), 3), 1.0)
    ]
    assert not [r for r in rows if r["other"] == "Tableware"]  # its own ancestor
    most = {r["label"] for r in api.get("viewer", "/v1/insights/labels", {"limit": 3}).json()["rows"]}
    within = api.get("viewer", "/v1/insights/cooccurrence", {"among": 3, "least": 1}).json()["rows"]
    assert {name for r in within for name in (r["label"], r["other"])} <= most


def test_mismatch_names_the_usual_category(api: Api, shop: None) -> None:
    rows = api.get("viewer", "/v1/insights/mismatch").json()["rows"]
    assert next((r["category"], r["label"], r["count"], r["usual"]) for r in rows) == ("Home", "Shoe", 1, "Shoes")


def test_trend_fills_gaps_and_health_is_weighed(api: Api, shop: None) -> None:
    days = api.get("viewer", "/v1/insights/trend", {"by": "day"}).json()["rows"]
    assert [row["count"] for row in days] == [6, 0, 0, 4]
    health = api.get("viewer", "/v1/insights/health").json()
    assert health["score"] == pytest.approx(100 * sum(r["points"] for r in health["rows"]) / 100, abs=0.1)
    assert {r["name"]: r["share"] for r in health["rows"]}["category"] == 1.0
    assert api.get("viewer", "/v1/insights/health", {"q": "zzz"}).json()["score"] is None


def test_cost_counts_uploaded_pictures_only(api: Api, shop: None) -> None:
    answer = api.get("viewer", "/v1/insights/cost").json()
    assert {row["count"] for row in answer["rows"]} == {4}
    assert answer["once"] == pytest.approx(sum(4 * price for _, price in cost.REKOGNITION_PER_IMAGE.values()))


@pytest.mark.parametrize(
    ("asked", "field"),
    [({}, "a"), ({"a": "category=x"}, "b"), ({"a": "nonsense=1", "b": ""}, "a.nonsense"), ({"a": "\0", "b": ""}, "a")],
)
def test_compare_refuses(api: Api, five: list[c.Picture], asked: dict[str, str], field: str) -> None:
    answer = api.get("viewer", "/v1/insights/compare", asked)
    assert answer.status_code == 422
    assert field in {error["field"] for error in answer.json()["errors"]}


@pytest.fixture
def shop(api: Api) -> None:
    """Six shoes of one day, one of them a stray; four cups and boots three days later, from an upload."""
    sure = Decimal(95)
    shoes = [picture(n, category="Shoes", labels={"Shoe": sure}, created_at=c.START) for n in range(6)]
    home = [
        picture(10 + n, category="Home", labels={"Boot": sure} | ({"Cup": sure} if n < 2 else {}),
                batch_id=c.BATCHES[0], created_at=c.START + c.timedelta(days=3)) for n in range(3)
    ]  # fmt: skip
    stray = picture(20, category="Home", labels={"Shoe": sure}, batch_id=c.BATCHES[0],
                    created_at=c.START + c.timedelta(days=3))  # fmt: skip
    fill(api.engine, [*shoes, *home, stray])
