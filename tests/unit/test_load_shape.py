"""How many people a load has when, and what its answers must hold to count."""

import io
from pathlib import Path
from typing import Any

import orjson
import pytest
from PIL import Image

from benchmarks.profile import checks, photos, plan
from benchmarks.profile.checks import Wrong
from benchmarks.profile.shapes import PACE_S, RAMP, SHAPES, SPIKE, STRETCH, Shape, Stage


def test_the_ramp_goes_from_one_to_fifty_and_back_in_seven_minutes() -> None:
    assert [RAMP.users_at(second) for second in (0, 105, 210, 315, 419.9, 420)] == [1, 26, 50, 26, 1, None]
    assert RAMP.seconds == 420
    rounds = sum(RAMP.users_at(second) or 0 for second in range(420)) / PACE_S
    assert 12_000 < rounds * 3 < 13_500  # as many requests as the original system was asked


def test_a_scaled_shape_has_the_same_people_in_less_time() -> None:
    short = SPIKE.scaled(0.1)
    assert short.seconds == pytest.approx(24)
    assert [short.users_at(second) for second in (1, 9, 20)] == [5, 200, 5]
    assert short.most == SPIKE.most == 200


def test_the_stretch_climbs_to_five_hundred_by_steps() -> None:
    people = [STRETCH.users_at(second) or 0 for second in range(int(STRETCH.seconds))]
    assert people == sorted(people)
    assert (people[0], people[-1]) == (25, 500)
    assert set(SHAPES) == {"ramp", "stretch", "spike", "soak"}


def test_a_stage_without_time_is_jumped_over() -> None:
    assert Shape("s", "", (Stage(0, 1, 9), Stage(1, 2, 2))).users_at(0) == 2


def test_a_plan_survives_its_file(tmp_path: Path) -> None:
    told = plan.Plan("a", "b", "c", "d", "e", "f", {"Shoe": 3}, "g", "load x", RAMP.stages, 2.5, "h")
    told.write(tmp_path / "plan.json")
    assert plan.read(tmp_path / "plan.json") == told


def test_each_photograph_sent_has_bytes_of_its_own_and_the_same_pixels() -> None:
    out = io.BytesIO()
    Image.linear_gradient("L").save(out, "JPEG")
    one, other = photos.own(out.getvalue(), "one"), photos.own(out.getvalue(), "other")
    assert len({out.getvalue(), one, other}) == 3
    first, second = Image.open(io.BytesIO(one)), Image.open(io.BytesIO(out.getvalue()))
    assert first.tobytes() == second.tobytes()
    assert first.info["comment"] == b"one"


FIELDS = dict.fromkeys(checks.FIELDS, "x") | {"key": "batch/id-1/shoe.jpg"}


def grant(**changed: Any) -> bytes:
    item = {
        "image_id": "id-1",
        "name": "shoe.jpg",
        "status": "expected",
        "upload": {"url": "http://s3", "fields": FIELDS},
    }
    return orjson.dumps({"batch_id": "b", "items": [item | changed]})


def test_a_grant_is_one_item_with_a_whole_form() -> None:
    assert checks.granted(201, grant(), "shoe.jpg") == checks.Grant("id-1", "b", "http://s3", FIELDS)
    unsigned = {name: value for name, value in FIELDS.items() if name != "x-amz-signature"}
    for status, body, said in (
        (429, b'{"title": "Too many"}', "answered 429"),
        (201, b"<html>", "no JSON"),
        (201, grant(name="boot.jpg"), "items for one file"),
        (201, grant(status="duplicate"), "not granted: duplicate"),
        (201, grant(upload={"url": "http://s3", "fields": unsigned}), "lacks x-amz-signature"),
        (201, grant(image_id="id-2"), "another file's"),
    ):
        with pytest.raises(Wrong, match=said):
            checks.granted(status, body, "shoe.jpg")


def test_storage_has_taken_a_file_with_201_or_204_alone() -> None:
    checks.stored(204, b"")
    checks.stored(201, b"<PostResponse/>")
    with pytest.raises(Wrong, match="403: <Code>AccessDenied"):
        checks.stored(403, b"<Code>AccessDenied</Code>")


def test_signed_in_means_a_token() -> None:
    assert checks.signed_in(200, b'{"AuthenticationResult": {"AccessToken": "a.b.c"}}') == "a.b.c"
    with pytest.raises(Wrong, match="without a token"):
        checks.signed_in(200, b'{"ChallengeName": "SOFTWARE_TOKEN_MFA"}')


def page(total: int, items: int, label: str = "Shoe", confidence: float = 90, counted: int | None = None) -> bytes:
    one = {"labels": [{"name": "Boot", "confidence": confidence, "parents": [label]}]}
    facet = [{"value": "Shoe", "count": total if counted is None else counted}]
    return orjson.dumps({"total": total, "items": [one] * items, "facets": {"label": {"values": facet}}})


def test_a_search_returns_a_full_page_of_what_was_asked_for() -> None:
    assert checks.found(200, page(70, 50), "Shoe", 70) == 70
    assert checks.found(200, page(3, 3), "Shoe", 2) == 3
    for body, said in (
        (page(69, 50), "69 of at least 70"),
        (page(70, 49), "49 pictures on a page"),
        (page(70, 50, label="Hat"), "50 of 50 pictures do not carry"),
        (page(70, 50, confidence=54), "do not carry"),
        (page(70, 50, counted=71), "facet counts other"),
    ):
        with pytest.raises(Wrong, match=said):
            checks.found(200, body, "Shoe", 70)
