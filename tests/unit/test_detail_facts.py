"""What the history of a picture says of a change."""

from dashboard.picture.detail_facts import camera, product, provenance, safety, size, told, weight


def test_an_edit_field_by_field() -> None:
    detail = {
        "title": {"before": None, "after": "Claw hammer"},
        "tags": {"before": ["new"], "after": ["new", "sale"]},
        "attributes": {"before": {"brand": "Acme", "price": 12}, "after": {"price": 14, "brand": "Acme"}},
    }
    assert told(detail) == ["Title: none → Claw hammer", "Tags: new → new, sale", "Price: 12 → 14"]


def test_ids_and_what_the_action_says_already_are_left_out() -> None:
    assert told({"batch_id": "0193b1f0-0000-7000-8000-000000000000"}) == []
    assert told({"from": "product list"}) == []
    assert told({"collection": "0193b1f0-0000-7000-8000-000000000000", "name": "Spring"}) == ["Name: Spring"]


def test_a_verdict_names_its_label_and_the_verdict_before() -> None:
    assert told({"label": "Hammer", "before": None}) == ["Label: Hammer"]
    assert told({"label": "Hammer", "before": "reject"}) == ["Label: Hammer", "Before: refused"]


def test_who_stands_for_a_label() -> None:
    labels = [
        {"name": "Hammer", "source": "person", "by": "ann@example.com", "model": None},
        {"name": "Claw Hammer", "source": "ai", "by": None, "model": "taught: Claw Hammer v3"},
        {"name": "Tool", "source": "ai", "by": None, "model": "Rekognition 3.0"},
    ]
    accepted = {"action": "accept", "at": "2026-06-15T12:00:00Z", "actor": "ann@example.com"}
    said = provenance({"labels": labels, "history": [accepted | {"detail": {"label": "Hammer", "before": None}}]})
    assert said["Hammer"] == {"how": "Confirmed", "who": "ann@example.com", "at": "2026-06-15T12:00:00Z"}
    assert said["Claw Hammer"]["how"] == "Taught by people, version 3"
    assert said["Tool"]["how"] == "Recognised by Rekognition 3.0"


def test_a_camera_as_photographers_say_it() -> None:
    exif = {
        "camera": "Nikon D750", "taken_at": "2026-11-24T13:05:09", "exposure_s": 0.004, "aperture": 2.8, "flash": False,
        "gps": {"latitude": -33.8568, "longitude": 151.2153, "altitude_m": 12}, "other": {"Rating": 5},
    }  # fmt: skip
    said = {row["name"]: row["value"] for row in camera(exif)}
    assert said == {
        "Camera": "Nikon D750", "Taken": "2026-11-24, 13:05:09", "Exposure": "1/250 s", "Aperture": "f/2.8",
        "Flash": "Did not fire", "Place": "33.8568° S, 151.2153° E", "Altitude": "12 m", "Rating": "5",
    }  # fmt: skip
    assert camera({"exposure_s": 0, "gps": {"latitude": "north"}}) == []


def test_files_in_words() -> None:
    assert (weight(None), weight(12), weight(277_476), weight(3_000_000)) == (None, "0.1 kB", "277.5 kB", "3.0 MB")
    assert size(4000, 3000) == "4,000 × 3,000 px, 12.0 megapixels"
    assert size(320, 240) == "320 × 240 px"
    assert size(None, 240) is None


def test_flags_are_sentences() -> None:
    flags = [{"name": "Weapons", "parent": "Violence", "confidence": 91.2}]
    assert safety({"moderation": flags}) == ["Weapons, a kind of violence: the recogniser is 91 % sure."]


def test_an_attribute_finds_its_like_by_the_value_as_it_is() -> None:
    rows = product({"sku": "A-1", "attributes": {"price": 89.9, "in_stock": None}})
    assert rows == [
        {"name": "SKU", "value": "A-1", "find": ["sku", "A-1"]},
        {"name": "Price", "value": "89.9", "find": ["attr.price", "89.9"]},
    ]
