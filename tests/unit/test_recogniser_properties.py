"""Colours, quality and boxes are measured, on pictures whose truth is known."""

import numpy as np
import pytest

from embedded.recogniser.properties import describe, dominant_colours, largest_part

RED, WHITE, BLUE = (220, 20, 30), (255, 255, 255), (20, 40, 200)


def canvas(*boxes: tuple[int, int, int, int], colour: tuple[int, int, int] = RED, ground=WHITE) -> np.ndarray:
    """72 x 96 pixels with filled (left, top, right, bottom) boxes."""
    picture = np.empty((72, 96, 3), dtype=np.uint8)
    picture[:] = ground
    for left, top, right, bottom in boxes:
        picture[top:bottom, left:right] = colour
    return picture


def test_the_box_of_one_object_on_white() -> None:
    box = describe(canvas((24, 18, 72, 54))).box
    assert box is not None
    assert (box.left, box.top, box.width, box.height) == pytest.approx((0.25, 0.25, 0.5, 0.5))


def test_light_that_falls_off_is_still_a_plain_ground() -> None:
    picture = canvas((30, 20, 60, 50)).astype(float)
    shade = np.linspace(1.0, 0.6, 96)[None, :, None]
    box = describe((picture * shade).astype(np.uint8)).box
    assert box is not None
    assert box.left == pytest.approx(30 / 96, abs=0.03)


@pytest.mark.parametrize(
    "picture",
    [
        canvas((5, 5, 40, 60), (55, 5, 90, 60)),  # two things: whose box would it be?
        canvas(),  # nothing at all
        canvas((0, 0, 96, 40)),  # half the picture: no ground around it
        np.random.default_rng(1).integers(0, 255, (72, 96, 3), dtype=np.uint8),
    ],
)
def test_no_box_where_none_is_honest(picture: np.ndarray) -> None:
    properties = describe(picture)
    assert properties.box is None
    assert properties.instances(5) == []
    assert "Foreground" not in properties.as_json(5)


def test_the_largest_part_joins_what_touches() -> None:
    mask = np.zeros((6, 8), dtype=bool)
    mask[0, 0] = mask[1, 1] = mask[2, 0:2] = True  # touching at corners: one part of 4
    mask[2, 5:7] = mask[3, 5] = True
    assert largest_part(mask).sum() == 4
    ring = np.ones((5, 5), dtype=bool)
    ring[1:4, 1:4] = False
    assert largest_part(ring).sum() == 16


def test_dominant_colours_with_their_names_and_shares() -> None:
    found = dominant_colours(canvas((0, 0, 48, 72), colour=BLUE).reshape(-1, 3), 10)
    assert {(c.simple, round(c.share)) for c in found} == {("blue", 50), ("white", 50)}
    assert {c.rgb for c in found} == {BLUE, WHITE}


def test_close_shades_count_as_one_and_the_limit_holds() -> None:
    ramp = np.linspace(100, 110, 500)[:, None].repeat(3, 1).astype(np.uint8)
    assert [round(c.share) for c in dominant_colours(ramp, 10)] == [100]
    noise = np.random.default_rng(2).integers(0, 255, (4000, 3), dtype=np.uint8)
    assert len(dominant_colours(noise, 3)) == 3


def test_foreground_and_background_are_told_apart() -> None:
    answer = describe(canvas((24, 18, 72, 54))).as_json(10)
    assert [c["SimplifiedColor"] for c in answer["Foreground"]["DominantColors"]] == ["red"]
    assert [c["SimplifiedColor"] for c in answer["Background"]["DominantColors"]] == ["white"]
    assert answer["DominantColors"][0]["HexCode"] == "#ffffff"


def test_quality_follows_the_picture() -> None:
    bright, dark = describe(canvas()).quality, describe(canvas(ground=(10, 10, 10))).quality
    assert bright.brightness == pytest.approx(100)
    assert dark.brightness < 5
    assert bright.contrast == pytest.approx(0, abs=0.01)
    sharp = np.kron(np.indices((9, 12)).sum(axis=0) % 2 * 255, np.ones((8, 8)))[..., None].repeat(3, 2).astype(np.uint8)
    x = np.linspace(0, 255, 96)[None, :, None].repeat(72, 0).repeat(3, 2).astype(np.uint8)
    assert describe(sharp).quality.sharpness > 80 > 10 > describe(x).quality.sharpness
    assert describe(sharp).quality.contrast > 90
