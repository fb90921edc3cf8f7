"""The calls on images as an outside program makes them."""

import time
from uuid import uuid4

from sqlalchemy import text

from tests.contract.catalogues import Picture
from tests.contract.conftest import BOTH, Api

pytestmark = BOTH


def test_list_has_items_total_facets_and_the_reasons(api: Api, five: list[Picture]) -> None:
    answer = api.get("viewer", "/v1/images", {"label": "Footwear", "facets": "label,category", "sort": "oldest"}).json()
    assert [item["id"] for item in answer["items"]] == [str(five[0].id), str(five[1].id)]
    assert answer["total"] == 2
    assert answer["next_cursor"] is None
    values = [{"value": v, "count": 2} for v in ("Footwear", "Running Shoe", "Shoe")]
    assert answer["facets"] == {
        "label": {"values": values, "unset": 0, "distinct": 3},
        "category": {"values": [{"value": "Shoes", "count": 2}], "unset": 0, "distinct": 1},
    }
    first = answer["items"][0]
    assert first["created_at"] == "2026-01-30T00:00:00Z"
    assert first["labels"][0] == {
        "name": "Running Shoe", "confidence": 99.0, "source": "ai", "parents": ["Shoe", "Footwear"], "categories": [],
        "boxes": [], "by": None, "model": None,
    }  # fmt: skip
    assert first["matched"] == [{"field": "label", "value": "Running Shoe", "confidence": 99.0, "via": "Footwear",
                                 "text": "Running Shoe 99 %, a kind of Footwear"}]  # fmt: skip
    assert first["thumbnail_url"] is None


def test_confidence_decides_what_a_label_condition_finds(api: Api, five: list[Picture]) -> None:
    def total(**params: object) -> int:
        return int(api.get("viewer", "/v1/images", {"label": "Shoe", **params}).json()["total"])

    assert (total(), total(min_confidence=20), total(min_confidence=60.5), total(min_confidence=60.6)) == (2, 3, 2, 1)
    assert total(min_confidence=20, max_confidence=60.5) == 2
    assert total(max_confidence=40) == 0  # the default least is 55


def test_trash_and_back(api: Api, five: list[Picture]) -> None:
    path = f"/v1/images/{five[0].id}"
    assert api.call("analyst", "DELETE", path).status_code == 403
    gone = api.call("admin", "DELETE", path)
    assert gone.status_code == 200
    assert api.call("admin", "DELETE", path).json()["version"] == gone.json()["version"]
    after = {"min_version": gone.json()["version"]}
    assert api.get("viewer", "/v1/images", after).json()["total"] == 3
    assert api.get("viewer", "/v1/images", after | {"trashed": "true"}).json()["total"] == 2
    assert api.get("viewer", path).json()["deleted_at"] is not None
    back = api.call("admin", "POST", path + "/restore").json()
    assert back["version"] > gone.json()["version"]
    assert api.get("viewer", "/v1/images").json()["total"] == 4
    assert [e["action"] for e in api.get("viewer", path).json()["history"]] == ["restore", "delete", "import"]


def test_patch_changes_what_it_names_and_is_found_at_once(api: Api, five: list[Picture]) -> None:
    path = f"/v1/images/{five[1].id}"
    body = {"title": "  Red Runner ", "tags": ["new", "new", "hero"], "attributes": {"price": None, "brand": "Acme"}}
    assert api.call("viewer", "PATCH", path, json=body).status_code == 403
    answer = api.call("analyst", "PATCH", path, json=body).json()
    assert (answer["title"], answer["tags"], answer["attributes"]) == ("Red Runner", ["new", "hero"], {"brand": "Acme"})
    assert answer["category"] == "Shoes"
    assert answer["history"][0]["actor"] == "analyst@example.com"
    assert answer["history"][0]["detail"]["tags"] == {"before": [], "after": ["new", "hero"]}
    for q in ("runner", "red run", "hero", "acme", '"red runner"'):
        found = api.get("viewer", "/v1/images", {"q": q, "min_version": answer["version"]}).json()
        assert [item["id"] for item in found["items"]] == [str(five[1].id)], q
        assert found["items"][0]["matched"], q
    assert api.call("analyst", "PATCH", path, json=body).json()["version"] == answer["version"]  # nothing differs
    cleared = api.call("analyst", "PATCH", path, json={"title": None, "category": ""}).json()
    assert (cleared["title"], cleared["category"], cleared["tags"]) == (None, None, ["new", "hero"])
    unset, deep = (
        "__unset__ stands for “has none” and cannot be a value",
        "is neither a text nor a number nor true or false",
    )
    for wrong, field, message in (
        ({"nonsense": 1}, "nonsense", ""),
        ({"tags": "x"}, "tags", ""),
        ({"tags": [""]}, "tags.0", ""),
        ({"title": "a\0b"}, "title", ""),
        ({"attributes": {"x": [1]}}, "attributes.x", deep),
        ({"attributes": {"x": "__unset__"}}, "attributes.x", unset),
        ({"category": "__unset__"}, "category", unset),
        ({"tags": ["__unset__"]}, "tags.0", unset),
        ({"attributes": {"price.lte": 1}}, "attributes.price.lte", "a name cannot end in .gte or .lte"),
        ({"attributes": {"": 1}}, "attributes", "at least 1 character"),
        ({"attributes": {"n": 10**400}}, "attributes.n", ""),
        ({"attributes": {"n": 10**16}}, "attributes.n", "less than or equal"),
        ([], "body", ""),
    ):
        answer = api.call("analyst", "PATCH", path, json=wrong)
        assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (422, [field]), wrong
        assert message in answer.json()["errors"][0]["message"], wrong


def test_verdicts_stand_above_the_recogniser(api: Api, five: list[Picture]) -> None:
    def say(label: str, verdict: str, image: int = 2) -> int:
        body = {"image_id": str(five[image].id), "label": label, "verdict": verdict}
        assert api.call("viewer", "POST", "/v1/review/decisions", json=body).status_code == 403
        return api.call("analyst", "POST", "/v1/review/decisions", json=body).status_code

    def shoes() -> int:
        return int(api.get("viewer", "/v1/images", {"label": "Footwear"}).json()["total"])

    assert shoes() == 2
    assert say("Running Shoe", "accept") == 200
    assert shoes() == 3
    label = api.get("viewer", f"/v1/images/{five[2].id}").json()["labels"][0]
    assert (label["source"], label["confidence"], label["by"]) == ("person", 100.0, "analyst@example.com")
    assert say("Running Shoe", "reject") == 200
    assert shoes() == 2
    detail = api.get("viewer", f"/v1/images/{five[2].id}").json()
    assert (detail["labels"], detail["rejected_labels"]) == ([], ["Running Shoe"])
    assert say("Running Shoe", "undo") == 200
    assert api.get("viewer", f"/v1/images/{five[2].id}").json()["labels"][0]["source"] == "ai"
    assert say("Cup", "reject") == 404
    assert say("Brand new label", "accept") == 200
    assert api.get("viewer", "/v1/images", {"label": "Brand new label"}).json()["total"] == 1
    assert say("x", "perhaps") == 422


def test_signed_out_everywhere_cannot_write(api: Api, five: list[Picture]) -> None:
    token = api.issuer.token("admin", jti="signed out")
    api.issuer.signed_out.add(token)
    url = f"{api.address}/v1/images/{five[0].id}"
    assert api.client.delete(url, headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_original_is_a_link_with_a_safe_name(api: Api, five: list[Picture]) -> None:
    path = f"/v1/images/{five[0].id}/original"
    assert api.get("viewer", path).status_code == 404  # an entry without a picture
    with api.engine.begin() as connection:
        connection.execute(
            text("update image set object_key = 'b/k', content_type = 'image/jpeg', name = :n where id = :i"),
            {"n": '..\\a"\r\nX: y‮.jpg', "i": five[0].id},
        )
    answer = api.get("viewer", path)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(api.issuer.address)
    assert "attachment" in answer.headers["location"]
    assert "%0D" not in answer.headers["location"].upper()


def test_renditions_have_addresses_that_stay(api: Api, five: list[Picture]) -> None:
    with api.engine.begin() as connection:
        connection.execute(text("update image set has_renditions = true"))
    first, second = (api.get("viewer", "/v1/images", {"sort": "oldest"}).json()["items"][0] for _ in range(2))
    assert first["thumbnail_url"] == second["thumbnail_url"]
    assert f"{five[0].id}/preview.webp?" in first["preview_url"]


def test_a_version_that_does_not_come_is_503_after_two_seconds(api: Api, five: list[Picture]) -> None:
    began = time.monotonic()
    answer = api.get("viewer", "/v1/images", {"min_version": 10**12})
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert 1.9 < time.monotonic() - began < 6


def test_numbers_of_any_length(api: Api, five: list[Picture]) -> None:
    with api.engine.begin() as connection:
        connection.execute(text("""update image set attributes = '{"ean": 123456789012345678901234567890}'"""))
    item = api.get("viewer", "/v1/images", {"attr.ean.gte": "1e29"}).json()["items"][0]
    assert item["attributes"]["ean"] == 123456789012345678901234567890
    assert item["created_at"].endswith("Z")


def test_missing_image(api: Api, five: list[Picture]) -> None:
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/restore"), ("GET", "/original")):
        answer = api.call("admin", method, f"/v1/images/{uuid4()}{path}")
        assert answer.status_code == 404, (method, path)
        assert answer.headers["content-type"] == "application/problem+json"
    assert api.get("viewer", "/v1/images/abc").json()["errors"][0]["field"] == "image_id"


def test_one_facet_by_prefix_and_its_own_choice(api: Api, five: list[Picture]) -> None:
    asked = {"any_label": "Running Shoe", "min_confidence": "20", "prefix": "RUN"}
    answer = api.get("viewer", "/v1/facets/label", asked).json()
    assert answer["values"] == [{"value": "Running Shoe", "count": 3}]
    assert (answer["name"], answer["unset"], answer["distinct"]) == ("label", 1, 1)
    inside = asked | {"prefix": "SHOE"}
    begun = api.get("viewer", "/v1/facets/label", inside).json()["values"]
    assert [row["value"] for row in begun] == ["Shoe"]  # a prefix is the value's own
    answer = api.get("viewer", "/v1/facets/label", inside | {"any_word": "true"}).json()
    assert {"value": "Running Shoe", "count": 3} in answer["values"]
    nowhere = asked | {"prefix": "hoe", "any_word": "true"}
    assert api.get("viewer", "/v1/facets/label", nowhere).json()["distinct"] == 0
    assert api.get("viewer", "/v1/facets/label", inside | {"any_word": "perhaps"}).status_code == 422
    assert api.get("viewer", "/v1/facets/nonsense").status_code == 404
    assert api.get("viewer", "/v1/facets/attr.price").json()["values"] == [{"value": "10", "count": 1}]


def test_a_facet_describes_its_values(api: Api, five: list[Picture]) -> None:
    asked = {"described": "true", "min_confidence": "20"}
    labels = {row["value"]: row for row in api.get("viewer", "/v1/facets/label", asked).json()["values"]}
    carried = api.get("viewer", "/v1/images", {"label": "Running Shoe", "min_confidence": "20"}).json()["items"]
    parents = next(one["parents"] for one in carried[0]["labels"] if one["name"] == "Running Shoe")
    assert parents
    assert labels["Running Shoe"]["parents"] == parents
    assert labels[parents[-1]]["parents"] == []
    made = api.call("viewer", "POST", "/v1/collections", json={"name": "=Summer"}).json()
    api.call("viewer", "POST", f"/v1/collections/{made['id']}/images", json={"image_ids": [str(five[0].id)]})
    (row,) = api.get("viewer", "/v1/facets/collection", asked).json()["values"]
    assert row == {"value": made["id"], "count": 1, "title": "=Summer"}
    assert "title" not in api.get("viewer", "/v1/facets/collection").json()["values"][0]
    assert api.get("viewer", "/v1/facets/label", {"described": "x"}).json()["errors"][0]["field"] == "described"


def test_charts_lead_back_to_the_very_images(api: Api, five: list[Picture]) -> None:
    rows = api.get("viewer", "/v1/insights/labels", {"by": "category", "category": "Shoes"}).json()["rows"]
    rows += api.get("viewer", "/v1/insights/confidence", {"of": "Running Shoe"}).json()["rows"]
    assert len(rows) == 3 + 20
    assert sum(row["count"] for row in rows[3:]) == 3
    for row in rows:
        assert api.get("viewer", "/v1/images", row["query"]).json()["total"] == row["count"], row


def test_collections(api: Api, five: list[Picture]) -> None:
    made = api.call("viewer", "POST", "/v1/collections", json={"name": "Summer"})
    assert made.status_code == 201
    path = made.headers["location"]
    ids = {"image_ids": [str(five[0].id), str(five[4].id), str(five[0].id)]}
    assert api.call("analyst", "POST", path + "/images", json=ids).status_code == 403
    added = api.call("viewer", "POST", path + "/images", json=ids).json()
    assert added["images"] == 2
    query = {"collection": made.json()["id"], "min_version": added["version"], "facets": "collection"}
    answer = api.get("viewer", "/v1/images", query).json()
    assert answer["total"] == 2
    assert answer["facets"]["collection"]["unset"] == 2
    assert api.call("viewer", "POST", path + "/images", json={"image_ids": [str(uuid4())]}).status_code == 422
    assert api.call("viewer", "DELETE", f"{path}/images/{five[0].id}").status_code == 200
    assert api.call("admin", "PATCH", path, json={"name": "Winter"}).json()["name"] == "Winter"
    first = api.get("viewer", "/v1/collections", {"limit": 1}).json()
    second = api.get("viewer", "/v1/collections", {"limit": 1, "cursor": first["next_cursor"]}).json()
    assert first["items"][0]["name"] == "Winter"
    assert second["items"][0]["id"] != first["items"][0]["id"]
    assert api.call("viewer", "DELETE", path).status_code == 200
    assert api.get("viewer", path).status_code == 404


def test_audit_tells_who_did_what(api: Api, five: list[Picture]) -> None:
    api.call("admin", "DELETE", f"/v1/images/{five[0].id}")
    first = api.get("admin", "/v1/audit", {"limit": 1}).json()
    newest = first["items"][0]
    assert (newest["actor"], newest["action"], newest["image_id"]) == ("admin@example.com", "delete", str(five[0].id))
    older = api.get("admin", "/v1/audit", {"cursor": first["next_cursor"]}).json()["items"]
    assert [entry["action"] for entry in older] == ["import"] * 5
    assert len(api.get("admin", "/v1/audit", {"actor": "test", "image_id": str(five[1].id)}).json()["items"]) == 1
    assert api.get("admin", "/v1/audit", {"at_from": "tomorrow"}).json()["errors"][0]["field"] == "at_from"
