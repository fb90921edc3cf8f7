"""Renditions, EXIF, hashes: what is kept, what is stripped."""

import io
import json

import numpy as np
import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from pixplore.likeness import likeness
from pixplore.vision.decode import decode
from pixplore.vision.hashes import perceptual_hash, sha256
from pixplore.vision.renditions import preview, small, thumbnail
from tests.pictures import PHOTOS, drawn, photo, saved


def with_exif(**extra: str) -> bytes:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Canon", "Canon EOS R5"
    exif[0x010E] = extra.get("description", "A cup")
    exif[0x0131] = "x\0<script>alert(1)</script>"
    details = exif.get_ifd(0x8769)
    details[0xA434], details[0x829A], details[0x829D] = "RF 50mm F1.2", IFDRational(1, 250), IFDRational(28, 10)
    details[0x8827], details[0x920A] = 400, IFDRational(50, 1)
    details[0x9003], details[0x9011] = "2026:11:24 13:05:09", "+01:00"
    details[0x927C] = b"\0" * 4000  # a maker's note
    details[0x9205] = IFDRational(1, 0)  # not a number
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (IFDRational(52), IFDRational(31), IFDRational(12))
    gps[3], gps[4] = "W", (IFDRational(13), IFDRational(24), IFDRational(0))
    gps[6] = IFDRational(345, 10)
    return saved(drawn(600, 400), exif=exif)


def test_exif_is_kept_as_plain_data() -> None:
    exif = decode(with_exif()).exif
    assert json.loads(json.dumps(exif, allow_nan=False)) == exif
    assert exif["camera"] == "Canon EOS R5"
    assert (exif["lens"], exif["exposure_s"], exif["aperture"], exif["iso"]) == ("RF 50mm F1.2", 0.004, 2.8, 400)
    assert exif["taken_at"] == "2026-11-24T13:05:09+01:00"
    assert exif["gps"] == {"latitude": 52.52, "longitude": -13.4, "altitude_m": 34.5}
    assert exif["software"] == "x<script>alert(1)</script>"  # text; whoever shows it shows text
    assert "MakerNote" not in exif.get("other", {})


def test_long_texts_and_broken_exif_cost_nothing() -> None:
    assert len(decode(with_exif(description="y" * 60_000)).exif["description"]) == 500
    broken = bytearray(with_exif())
    at = broken.index(b"Exif\0\0") + 20
    broken[at : at + 40] = b"\xff" * 40
    assert decode(bytes(broken)).width == 600


def test_renditions_carry_no_metadata_and_have_their_size() -> None:
    found = decode(with_exif())
    for content, side in ((preview(found.image), 600), (thumbnail(small(found.image).image), 400)):
        image = Image.open(io.BytesIO(content))
        assert image.format == "WEBP"
        assert max(image.size) == side
        assert not image.getexif()
        assert b"Canon" not in content
        assert "exif" not in image.info
    assert b"Canon" not in small(found.image).jpeg


def test_the_recogniser_gets_eighty_pixels_a_side() -> None:
    made = small(decode(saved(drawn(3000, 90))).image)
    assert Image.open(io.BytesIO(made.jpeg)).size == (750, 80)
    assert len(small(decode(saved(drawn(4000, 3000))).image).jpeg) < 1_000_000


def test_alike_pictures_have_near_hashes() -> None:
    def distance(a: int, b: int) -> int:
        return (a ^ b).bit_count() if (a ^ b) >= 0 else ((a ^ b) & (2**64 - 1)).bit_count()

    hashes = []
    for content in (p.read_bytes() for p in PHOTOS[:12]):
        image = decode(content).image
        worse = decode(saved(image.resize((image.width // 2, image.height // 2)), quality=40)).image
        one, other = perceptual_hash(image), perceptual_hash(worse)
        assert -(2**63) <= one < 2**63
        assert distance(one, other) < 10
        hashes.append(one)
    others = [distance(a, b) for n, a in enumerate(hashes) for b in hashes[:n]]
    assert np.median(others) > 20


def test_sha256_is_of_the_bytes() -> None:
    assert sha256(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.fixture(scope="module")
def embedder(model_dir):
    from pixplore.vision.embedding import Embedder

    return Embedder(model_dir)


def test_embeddings_are_unit_vectors_and_near_for_the_same_picture(embedder) -> None:
    first, second = decode(photo(0)).image, decode(photo(20)).image
    vector, other = embedder(first), embedder(second)
    assert len(vector) == 512
    again = embedder(decode(saved(first.resize((first.width // 2, first.height // 2)), quality=60)).image)
    itself, copy, stranger = likeness(vector, vector + again + other)
    assert itself == pytest.approx(1, abs=1e-3)
    assert copy > 0.85 > stranger
