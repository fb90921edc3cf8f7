"""Index and SQL behind the same calls: who answers, that both answer alike, and that a writer reads what it wrote."""

import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from pixplore.catalogue import changes
from pixplore.catalogue.search import SqlFinder
from pixplore.catalogue.snapshot import transaction
from tests.contract import catalogues
from tests.contract.catalogues import Picture, picture
from tests.contract.conftest import Api, serving

pytestmark = pytest.mark.parametrize("api", ["index"], indirect=True, scope="module")


def at_once(api: Api, path: str, **params: object) -> httpx.Response:
    """Without waiting for the index, as an outside program asks."""
    return api.client.get(api.address + path, params=params, headers=api.issuer.bearer("viewer"))


def metric(api: Api, name: str) -> float:
    told = api.client.get(api.address + "/metrics").text
    return next(float(line.rsplit(" ", 1)[1]) for line in told.splitlines() if line.startswith(name))


def test_readyz_and_metrics_say_who_answers(api: Api, five: list[Picture]) -> None:
    version = api.get("viewer", "/v1/images").json()["version"]
    assert api.client.get(api.address + "/readyz").json() == {"status": "ready", "version": version, "engine": "index"}
    assert metric(api, 'pixplore_engine{engine="index"}') == 1
    assert metric(api, "pixplore_index_version ") == version
    assert metric(api, "pixplore_index_images ") == 5
    assert metric(api, "pixplore_index_lag_seconds ") < 2
    assert metric(api, 'pixplore_index_bytes{part="terms"}') > 0
    assert metric(api, 'pixplore_query_seconds_count{engine="index"}') > 0


def test_a_writer_reads_what_it_wrote(api: Api, five: list[Picture]) -> None:
    """Every time, from the moment the write has answered: by number, by word, and in the item itself."""
    for n in range(15):
        write = api.call("admin", "PATCH", f"/v1/images/{five[0].id}", json={"title": f"Word{n}", "tags": [f"t{n}"]})
        version = write.json()["version"]
        answer = at_once(api, "/v1/images", q=f"word{n}", tag=f"t{n}", min_version=version)
        assert answer.status_code == 200
        assert [item["title"] for item in answer.json()["items"]] == [f"Word{n}"]
        assert answer.json()["version"] >= version


def test_a_version_that_does_not_come_is_503_after_two_seconds(api: Api, five: list[Picture]) -> None:
    began = time.monotonic()
    answer = at_once(api, "/v1/images", min_version=10**12)
    assert answer.status_code == 503
    assert 1.5 < time.monotonic() - began < 5
    assert int(answer.headers["retry-after"]) >= 1


def test_a_version_is_there_though_an_older_write_is_still_open(api: Api, five: list[Picture]) -> None:
    with transaction(api.engine) as slow:
        lower = changes.record(slow, "test", "edit", [five[1].id])
        write = api.call("admin", "PATCH", f"/v1/images/{five[0].id}", json={"title": "Later"})
        version = write.json()["version"]
        began = time.monotonic()
        answer = at_once(api, "/v1/images", q="later", min_version=version)
        assert (answer.status_code, answer.json()["total"]) == (200, 1)
        assert time.monotonic() - began < 1.5
        assert lower < version <= answer.json()["version"]
        assert at_once(api, "/v1/images").json()["version"] < lower, "without having all of it, nobody says so"


def test_kept_items_follow_every_change(api: Api, five: list[Picture]) -> None:
    def first() -> dict[str, Any]:
        found: dict[str, Any] = api.get("viewer", "/v1/images", {"sku": "AB-1"}).json()["items"][0]
        return found

    assert first()["labels"][0]["name"] == "Running Shoe"
    with transaction(api.engine) as connection:
        connection.execute(
            text('insert into taxonomy (rules, by) values (\'{"Running Shoe": {"to": "Sneaker"}}\', \'me\')')
        )
        changes.record(connection, "test", "taxonomy", [five[0].id])
    assert first()["labels"][0]["name"] == "Sneaker"
    with transaction(api.engine) as connection:
        connection.execute(text("delete from taxonomy"))
        changes.record(connection, "test", "taxonomy", [five[0].id])


@pytest.fixture
def beside(api: Api) -> Iterator[Api]:
    """The same catalogue, answered by SQL."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIXPLORE_INDEX", "0")
        with serving(
            api.issuer, api.engine.url.render_as_string(hide_password=False).replace("+psycopg2", "")
        ) as other:
            yield other


QUESTIONS: list[dict[str, Any]] = [
    {},
    {"label": "Footwear", "facets": "label,category,tag,colour,attr.brand,date"},
    {"q": "red sho", "sort": "relevance"},
    {"q": "shooe", "facets": "label"},
    {"not_label": "Shoe", "sort": "name", "limit": 3},
    {"category": ["Shoes", "__unset__"], "facets": "category,sku", "sort": "oldest"},
    {"attr.price.gte": "7", "facets": "attr.price"},
    {"trashed": "true", "facets": "status"},
    {"label": "Shoe", "min_confidence": "80.1", "max_confidence": "99.9"},
    {"any_label": ["Boot", "Cup"], "any_tag": ["summer", "Sale"], "facets": "label,tag"},
]


def test_both_engines_answer_alike(api: Api, beside: Api) -> None:
    made = [
        picture(n, name=f"red_shoe-{n}.jpg", tags=[catalogues.TAGS[n % 5]], category=[None, "Shoes", "Home"][n % 3],
                labels={catalogues.LABELS[n % 7]: Decimal(50 + n), "Shoe": Decimal(90 - n)},
                attributes={"price": n, "brand": "Acme"} if n % 2 else {}, deleted=n % 9 == 0)
        for n in range(40)
    ]  # fmt: skip
    with transaction(api.engine) as connection:
        catalogues.empty(connection)
        catalogues.write(connection, made)
    for asked in QUESTIONS:
        one, other = (side.get("viewer", "/v1/images", asked).json() for side in (api, beside))
        for answer in (one, other):
            answer.pop("took_ms")
        assert one == other, asked


def test_one_heavy_client_does_not_starve_the_others(
    api: Api, five: list[Picture], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that asks 60 slow questions at once has some of them answered at a time; another one goes on."""
    from pixplore.index.index import Index

    plain = Index.facet

    def slow(self: Index, *asked: Any, **more: Any) -> Any:
        time.sleep(0.3)
        return plain(self, *asked, **more)

    api.settle()
    monkeypatch.setattr(Index, "facet", slow)
    codes: list[int] = []
    heavy = [
        threading.Thread(
            target=lambda: codes.append(
                httpx.get(
                    api.address + "/v1/facets/label", headers=api.issuer.bearer("analyst"), timeout=60
                ).status_code
            )
        )
        for _ in range(60)
    ]
    for thread in heavy:
        thread.start()
    time.sleep(0.3)
    waits = []
    for _ in range(5):
        began = time.monotonic()
        assert at_once(api, f"/v1/images/{five[0].id}").status_code == 200
        waits.append(time.monotonic() - began)
    for thread in heavy:
        thread.join()
    assert codes == [200] * 60
    assert max(waits) < 0.6


def test_nor_while_sql_answers(new_database: Callable[..., str], api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """One client's slow questions leave places for another's, whose answer comes long before they have ended."""
    url = new_database()
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("PIXPLORE_INDEX", "0")
    plain = SqlFinder.facet

    def slow(self: SqlFinder, *asked: Any, **more: Any) -> Any:
        time.sleep(1)
        return plain(self, *asked, **more)

    monkeypatch.setattr(SqlFinder, "facet", slow)
    with serving(api.issuer, url) as other:
        heavy = [threading.Thread(target=other.get, args=("analyst", "/v1/facets/label")) for _ in range(10)]
        for thread in heavy:
            thread.start()
        time.sleep(0.3)
        began = time.monotonic()
        assert other.get("viewer", "/v1/images").status_code == 200
        assert time.monotonic() - began < 0.9  # a slow one takes longer
        for thread in heavy:
            thread.join()


def test_an_unready_index_leaves_it_to_sql(
    new_database: Callable[..., str], api: Api, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    """Nothing to read and nowhere to build: the folder cannot be made."""
    url = new_database()
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("PIXPLORE_INDEX", "1")
    (tmp_path / "file").touch()
    monkeypatch.setenv("PIXPLORE_INDEX_DIR", str(tmp_path / "file" / "below"))
    from pixplore.replica import follower

    monkeypatch.setattr(follower, "SMALL", -1)
    with serving(api.issuer, url) as other:
        answer = other.client.get(other.address + "/v1/images", headers=api.issuer.bearer("viewer"))
        assert (answer.status_code, answer.json()["total"]) == (200, 0)
        assert other.client.get(other.address + "/readyz").json()["engine"] == "sql"
