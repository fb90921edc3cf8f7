"""What a camera, or somebody in its place, wrote beside a picture: read as far as it goes, and never at the cost of the
picture."""

import json
import struct
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import ExifTags

from pixplore.vision.decode import decode
from pixplore.vision.renditions import preview, small, thumbnail
from tests.hostile.test_words import MANY
from tests.pictures import drawn, saved

JPEG = saved(drawn())
SCRIPT = b"<script>alert(1)</script>\0"
EXIF_PART, PLACE_PART, ORIENTATION = 0x8769, 0x8825, 0x0112
TAGS = [*ExifTags.Base, *range(0x1F)]
NUMBERS = st.sampled_from([0, 1, 6, 8, 9, 26, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]) | st.integers(0, 2**32 - 1)
ENTRY = st.tuples(
    st.sampled_from([EXIF_PART, PLACE_PART, ORIENTATION, 0xA005, 0x9003, 0x829A, 2, 4, 6]) | st.sampled_from(TAGS),
    st.integers(0, 14) | st.just(0xFFFF),  # the type: bytes, text, numbers of 16 and 32 bits, fractions, ...
    st.sampled_from([0, 1, 2, 3, 4, 16, 500, 60_000]) | NUMBERS,
    NUMBERS,
)  # fmt: skip
HEADS = [b"Exif\0\0", b"Exif\0\1", b"exif\0\0", b""]


def directory(entries: list[tuple[int, int, int, int]], following: int, order: str) -> bytes:
    body = struct.pack(f"{order}H", len(entries))
    body += b"".join(struct.pack(f"{order}HHII", *entry) for entry in entries)
    return body + struct.pack(f"{order}I", following)


def with_exif(payload: bytes) -> bytes:
    """The JPEG with these bytes as its first segment for applications."""
    payload = payload[:65_000]
    return JPEG[:2] + b"\xff\xe1" + struct.pack(">H", len(payload) + 2) + payload + JPEG[2:]


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(inner)


def taken(content: bytes) -> dict[str, Any]:
    """What is kept of it: plain, short, and with no sign that PostgreSQL or a page could stumble over."""
    found = decode(content)
    assert {found.width, found.height} == {320, 240}
    written = json.dumps(found.exif, allow_nan=False)
    assert len(written) < 100_000
    for text in texts(found.exif):
        assert len(text) <= 500
        assert not [sign for sign in text if unicodedata.category(sign) in ("Cc", "Cf", "Cs") and sign != "\n"]
    for made in (thumbnail(small(found.image).image), preview(found.image)):
        assert b"EXIF" not in made
        assert b"alert" not in made
    return found.exif


@MANY
@given(st.sampled_from(HEADS), st.sampled_from("<>"), st.lists(st.lists(ENTRY, max_size=12), min_size=1, max_size=4),
       NUMBERS, st.binary(max_size=300))  # fmt: skip
@example(b"Exif\0\0", "<", [[(EXIF_PART, 4, 1, 8), (PLACE_PART, 4, 1, 8), (0xA005, 4, 1, 8)]], 8, b"")
@example(b"Exif\0\0", ">", [[(ORIENTATION, 3, 4_000_000_000, 0), (0x829A, 5, 0xFFFFFFFF, 8)]], 0, SCRIPT)
def test_directories_of_any_kind(head: bytes, order: str, parts: list[Any], following: int, rest: bytes) -> None:
    """Counts without end, directories that name themselves, values that lie anywhere, types that there are not."""
    body = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
    taken(with_exif(head + body + b"".join(directory(entries, following, order) for entries in parts) + rest))


@MANY
@given(st.binary(max_size=3_000))
def test_any_bytes(payload: bytes) -> None:
    taken(with_exif(payload))
    taken(with_exif(b"Exif\0\0" + payload))


@MANY
@given(st.text(max_size=700), st.integers(0, 9), st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 3)),
                                                           min_size=1, max_size=4))  # fmt: skip
def test_values_of_the_right_kind(text: str, turn: int, fractions: list[tuple[int, int]]) -> None:
    from PIL import Image
    from PIL.TiffImagePlugin import IFDRational

    exif = Image.Exif()
    exif[0x010E] = exif[0x010F] = exif[0x013B] = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    exif[ORIENTATION] = turn
    exif.get_ifd(EXIF_PART)[0x829A] = IFDRational(*fractions[0])
    place = exif.get_ifd(PLACE_PART)
    place[2] = place[4] = tuple(IFDRational(*one) for one in fractions)
    found = taken(saved(drawn(), exif=exif))
    assert -90 <= found.get("gps", {}).get("latitude", 0) <= 90


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_a_script_is_text(kind: str) -> None:
    from PIL import Image

    exif = Image.Exif()
    exif[0x010E], exif[0x013B] = SCRIPT.decode(), "a\x07\x1bb"
    found = taken(saved(drawn(), kind, exif=exif))
    assert (found["description"], found["artist"]) == ("<script>alert(1)</script>", "ab")


def test_very_many_and_very_long() -> None:
    length = 580
    tags = sorted({*map(int, ExifTags.Base)} - {EXIF_PART, PLACE_PART, 0xA005})[:100]
    begin = 8 + 2 + 12 * len(tags) + 4
    entries = [(tag, 2, length, begin + length * n) for n, tag in enumerate(tags)]
    head = b"Exif\0\0II*\0" + struct.pack("<I", 8)
    found = taken(with_exif(head + directory(entries, 0, "<") + b"<x" * (length // 2 * len(tags))))
    assert len(found["other"]) == 60
    assert found["description"] == "<x" * 250
