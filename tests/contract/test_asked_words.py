"""`q` over HTTP: what it finds and in which order, what misspelt words are taken for, and why an image is there."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from pixplore.catalogue.document import refresh_words
from pixplore.catalogue.snapshot import transaction
from tests.contract import catalogues
from tests.contract.catalogues import Picture
from tests.contract.conftest import Api, picture


@pytest.fixture
def shelf(api: Api) -> list[Picture]:
    """Each says `sneaker` in another place, the newest in the least telling one."""
    made = [
        picture(0, name="sneaker.jpg"),
        picture(1, name="sneakers.jpg"),
        picture(2, tags=["Sneaker"]),
        picture(3, labels={"Running Shoe": Decimal("80.1")}, attributes={"kind": "sneaker", "sold": True}),
        picture(4, text=["SNEAKER sale"], sku="P-1"),
        picture(5, name="other.jpg"),
    ]
    with transaction(api.engine) as connection:
        catalogues.empty(connection)
        connection.execute(text("delete from product"))
        connection.execute(
            text("insert into product (sku, title, updated_by) values ('P-1', 'Zebra lamp', 'ada@example.com')")
        )
        catalogues.write(connection, made)
        refresh_words(connection, [one.id for one in made])
    return made


def found(api: Api, **asked: str) -> dict[str, Any]:
    answer = api.get("viewer", "/v1/images", asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def numbers(answer: dict[str, Any], shelf: list[Picture]) -> list[int]:
    places = {str(one.id): number for number, one in enumerate(shelf)}
    return [places[item["id"]] for item in answer["items"]]


def test_the_most_telling_place_first(api: Api, shelf: list[Picture]) -> None:
    assert numbers(found(api, q="sneaker"), shelf) == [4, 3, 2, 1, 0]
    assert numbers(found(api, q="sneaker", sort="relevance"), shelf) == [0, 1, 2, 3, 4]
    assert numbers(found(api, q='"sneaker"', sort="relevance"), shelf) == [0, 2, 3, 4]


def test_a_misspelt_word_is_said_to_be_one(api: Api, shelf: list[Picture]) -> None:
    answer = found(api, q="Sneeker", sort="relevance", facets="tag")
    assert numbers(answer, shelf) == [0, 2, 3, 4]
    assert answer["spelling"] == {"sneeker": ["sneaker"]}
    assert answer["facets"]["tag"]["values"] == [{"value": "Sneaker", "count": 1}]
    assert [item["matched"][0]["field"] for item in answer["items"]] == ["name", "tag", "attr.kind", "text"]
    assert found(api, q="runing")["items"][0]["matched"] == [
        {"field": "label", "value": "Running Shoe", "text": "Running Shoe"}
    ]
    for q in ('"sneeker"', "snee", "sneeker7", "zzzzzzz", "sneekers sneeker"):
        assert found(api, q=q)["total"] == 0, q


def test_why_also_by_its_product_and_to_the_tenth(api: Api, shelf: list[Picture]) -> None:
    (item,) = found(api, q="zebr")["items"]
    assert item["matched"] == [{"field": "product", "value": "Zebra lamp", "text": "Zebra lamp"}]
    (item,) = found(api, **{"label": "Shoe", "min_confidence": "80.1", "attr.sold": "true"})["items"]
    assert [reason["field"] for reason in item["matched"]] == ["label", "attr.sold"]
    assert found(api, label="Shoe", min_confidence="80.1000001")["total"] == 0
