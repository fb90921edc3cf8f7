"""Images like one another, by photographs of which we know what they show."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from pixplore.catalogue import changes
from pixplore.catalogue.snapshot import transaction
from search_api import eyes
from tests.contract.conftest import BOTH, Api, picture
from tests.contract.gallery import as_vector, copied, hang, photo, seen, store
from tests.pictures import PHOTOS, drawn, saved

pytestmark = BOTH

NAMES = [path.stem for path in PHOTOS]


@pytest.fixture
def shown(api: Api, model_dir: Path) -> tuple[dict[str, UUID], int]:
    return hang(api.engine, model_dir, NAMES)


@pytest.fixture
def with_model(model_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PIXPLORE_MODEL_DIR", str(model_dir))
    eyes._eyes.cache_clear()
    yield
    eyes._eyes.cache_clear()


def test_like_an_image_are_those_whose_vectors_are_nearest(
    api: Api, shown: tuple[dict[str, UUID], int], model_dir: Path
) -> None:
    ids, version = shown
    vectors = {name: as_vector(seen(model_dir, photo(name))[0]) for name in NAMES}
    for name in ("hammer6", "jaguar", "plate"):
        asked = {"limit": 7, "min_version": version}
        answer = api.get("viewer", f"/v1/images/{ids[name]}/similar", asked).json()
        alike = sorted(((-float(vectors[name] @ other), ids[one]) for one, other in vectors.items() if one != name))
        assert [item["id"] for item in answer["items"]] == [str(one) for _, one in alike[:7]]
        assert [item["likeness"] for item in answer["items"]] == [round(-value, 4) for value, _ in alike[:7]]
        assert answer["reason"] is None
    hammers = api.get("viewer", f"/v1/images/{ids['hammer6']}/similar", {"limit": 3}).json()["items"]
    assert {item["category"] for item in hammers} == {"hammer"}


def test_filters_say_among_which(api: Api, shown: tuple[dict[str, UUID], int]) -> None:
    ids, version = shown
    path, asked = f"/v1/images/{ids['hammer6']}/similar", {"limit": 200, "min_version": version}
    tapes = api.get("viewer", path, asked | {"category": "measuring_tape"}).json()["items"]
    assert {item["name"].rstrip("0123456789.jpg") for item in tapes} == {"measuring_tape"}
    assert len(tapes) == sum(name.startswith("measuring_tape") for name in NAMES)
    assert [item["likeness"] for item in tapes] == sorted((item["likeness"] for item in tapes), reverse=True)
    assert tapes[0]["matched"] == [{"field": "category", "value": "measuring_tape", "text": "category: measuring_tape"}]
    assert len(api.get("viewer", path, asked).json()["items"]) == len(NAMES) - 1
    assert api.get("viewer", path, asked | {"trashed": "true"}).json()["items"] == []
    assert api.get("viewer", path, {"sort": "newest"}).status_code == 422
    assert api.get("viewer", path, {"limit": "0"}).json()["errors"][0]["field"] == "limit"


def test_an_entry_without_a_picture_is_like_nothing(api: Api, shown: tuple[dict[str, UUID], int]) -> None:
    ids, _ = shown
    answer = api.get("viewer", f"/v1/images/{ids['entry']}/similar").json()
    assert answer["items"] == []
    assert "no picture" in answer["reason"]
    assert api.get("viewer", f"/v1/images/{uuid4()}/similar").status_code == 404
    assert api.get(None, f"/v1/images/{ids['entry']}/similar").status_code == 401


def test_like_a_picture_that_is_sent(api: Api, shown: tuple[dict[str, UUID], int], with_model: None) -> None:
    ids, version = shown
    for name in ("jaguar", "hammer6"):
        answer = api.call(
            "viewer", "POST", "/v1/images/similar", params={"limit": 2, "min_version": version}, content=copied(name)
        )
        items = answer.json()["items"]
        assert len(items) == 2
        assert items[0]["id"] == str(ids[name])
        assert items[0]["likeness"] > 0.85
    exact = api.call("viewer", "POST", "/v1/images/similar", params={"limit": 1}, content=photo("lemur")).json()
    assert exact["items"][0]["likeness"] == pytest.approx(1, abs=1e-3)
    among = {"category": "plate", "limit": 5}
    found = api.call("viewer", "POST", "/v1/images/similar", params=among, content=photo("lemur")).json()["items"]
    assert [item["name"] for item in found] == ["plate.jpg"]


def test_what_is_no_picture_is_refused(api: Api, with_model: None) -> None:
    small, broken = saved(drawn(60, 60)), photo("plate")[:4000]
    cases = {b"GIF89a" + bytes(100): 415, b"words": 415, b"": 422, small: 422, broken: 422, bytes(15_000_001): 413}
    for content, status in cases.items():
        answer = api.call("viewer", "POST", "/v1/images/similar", content=content)
        assert answer.status_code == status, content[:10]
        assert answer.headers["content-type"] == "application/problem+json"
        assert len(answer.json()["detail"]) > 20
    assert api.call(None, "POST", "/v1/images/similar", content=photo("plate")).status_code == 401
    assert api.call("viewer", "POST", "/v1/images/similar", params={"min_width": "x"}, content=b"").status_code == 422


def test_near_duplicates_are_found_whole_and_page_by_page(api: Api, model_dir: Path) -> None:
    copies = {"hammer6": [0.5, 0.7], "jaguar": [0.6], "plate": [0.4], "lemur": []}
    made, eyes, groups = [], {}, []
    for name, shares in copies.items():
        group = []
        for content in (photo(name), *(copied(name, share) for share in shares)):
            one = picture(len(made), name=f"{name}.jpg", category=name, labels={"Cup": Decimal(90)})
            made.append(one)
            group.append(str(one.id))
            eyes[one.id] = seen(model_dir, content)
        groups += [group] if len(group) > 1 else []
    stranger = picture(len(made), name="same hash, another picture")
    eyes[stranger.id] = (seen(model_dir, photo("narwhal"))[0], eyes[made[0].id][1])
    version = store(api.engine, [*made, stranger], eyes)
    expected = sorted(groups, key=lambda group: (-len(group), group[0]))

    answer = api.get("viewer", "/v1/near-duplicates", {"min_version": version}).json()
    assert [[image["id"] for image in group["images"]] for group in answer["items"]] == expected
    assert (answer["total"], answer["images"], answer["next_cursor"]) == (3, 7, None)
    assert [group["count"] for group in answer["items"]] == [3, 2, 2]
    assert all(group["images"][0]["likeness"] > 0.999 for group in answer["items"])
    assert all(0.7 <= image["likeness"] <= 1 for group in answer["items"] for image in group["images"])

    found, cursor = [], None
    while not found or cursor:
        page = api.get("viewer", "/v1/near-duplicates", {"limit": 1} | ({"cursor": cursor} if cursor else {})).json()
        found += [[image["id"] for image in group["images"]] for group in page["items"]]
        cursor = page["next_cursor"]
    assert found == expected
    only = api.get("viewer", "/v1/near-duplicates", {"category": "plate"}).json()
    assert [[image["name"] for image in group["images"]] for group in only["items"]] == [["plate.jpg"] * 2]
    half = made[1].id  # a copy that came later: by itself it is like nothing, beside the others like both
    with transaction(api.engine) as connection:
        connection.execute(text("update image set category = 'new' where id = :id"), {"id": half})
        version = changes.record(connection, "test", "edit", [half])
    new = {"category": "new", "min_version": version}
    assert api.get("viewer", "/v1/near-duplicates", new).json()["items"] == []
    (beside,) = api.get("viewer", "/v1/near-duplicates", new | {"beside": "catalogue"}).json()["items"]
    assert [image["id"] for image in beside["images"]] == [str(half), *(i for i in groups[0] if i != str(half))]
    assert api.get("viewer", "/v1/near-duplicates", {"beside": "all"}).status_code == 422
    first = api.get("viewer", "/v1/near-duplicates", {"limit": 1}).json()["next_cursor"]
    assert api.get("viewer", "/v1/near-duplicates", {"cursor": first, "category": "plate"}).status_code == 422
    assert api.get("viewer", "/v1/near-duplicates", {"cursor": "forged"}).status_code == 422


def test_of_many_copies_the_older_one_is_among_those_shown(api: Api, model_dir: Path) -> None:
    same = seen(model_dir, photo("plate"))
    made = [picture(n, name=f"{n}.jpg", category="new" if n < 25 else "before") for n in range(27)]
    version = store(api.engine, made, {one.id: same for one in made})
    asked = {"category": "new", "beside": "catalogue", "min_version": version}
    (group,) = api.get("viewer", "/v1/near-duplicates", asked).json()["items"]
    assert (group["count"], len(group["images"])) == (27, 20)
    assert [image["category"] for image in group["images"]] == ["new"] * 19 + ["before"]
    (alone,) = api.get("viewer", "/v1/near-duplicates", {"category": "new"}).json()["items"]
    assert (alone["count"], len(alone["images"])) == (25, 20)
