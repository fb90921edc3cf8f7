"""Every kind that is taken, every way a file can be bad: real bytes, a clear answer."""

import contextlib
import io
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image

from pixplore.domain import MAX_FILE_BYTES
from pixplore.errors import Refused
from pixplore.vision.decode import MAX_PIXELS, SIDE, decode
from tests.pictures import drawn, photo, saved


def refusal(content: bytes) -> Refused:
    with pytest.raises(Refused) as caught:
        decode(content)
    assert caught.value.detail[0].isupper()
    assert caught.value.detail.endswith(".")
    return caught.value


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_that_claims(width: int, height: int) -> bytes:
    """A tiny file whose header promises any number of pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("kind", "media"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"),
                                             ("TIFF", "image/tiff"), ("AVIF", "image/avif")])  # fmt: skip
def test_every_kind_that_is_taken(kind: str, media: str) -> None:
    found = decode(saved(drawn(640, 480), kind))
    assert (found.kind, found.width, found.height) == (media, 640, 480)
    assert found.image.mode == "RGB"
    assert abs(np.asarray(found.image, dtype=int) - np.asarray(drawn(640, 480), dtype=int)).mean() < 6


def test_the_bytes_count_and_not_the_name() -> None:
    assert decode(saved(drawn(), "PNG")).kind == "image/png"


@pytest.mark.parametrize(
    ("content", "code", "word"),
    [
        (b"", "empty_file", "0 bytes"),
        (b"hello " * 200, "not_an_image", "not a picture"),
        (photo()[:5000], "truncated", "middle"),
        (photo()[:-40], "truncated", "middle"),
        (saved(drawn(640, 480), "PNG")[:-2000], "truncated", "middle"),
        (saved(drawn(79, 400), "PNG"), "too_small", "79 x 400"),
        (saved(drawn(400, 79), "PNG"), "too_small", "at least 80"),
        (saved(drawn(), "GIF"), "kind_not_taken", "JPEG, PNG, WebP, TIFF or AVIF"),
        (saved(drawn(), "BMP"), "kind_not_taken", "BMP"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "kind_not_taken",
         "SVG"),
        (b"%PDF-1.7 ...", "kind_not_taken", "PDF"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "kind_not_taken", "EPS"),
        (b"8BPS\0\1" + b"\0" * 100, "kind_not_taken", "Photoshop"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100, "kind_not_taken", "HEIC"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + b"\0" * 100, "kind_not_taken", "Video"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 500, "damaged", "damaged"),
        (photo() + b"\0" * MAX_FILE_BYTES, "too_large", "15 MB"),
    ],
)  # fmt: skip
def test_bad_files_are_refused_with_a_word(content: bytes, code: str, word: str) -> None:
    found = refusal(content)
    assert found.code == code
    assert word in found.detail


@pytest.mark.parametrize(("width", "height"), [(30_000, 30_000), (65_535, 800), (200_000, 200_000)])
def test_a_pixel_bomb_is_refused_before_it_goes_off(width: int, height: int) -> None:
    bomb = png_that_claims(width, height)
    tracemalloc.start()
    assert refusal(bomb).code == "too_many_pixels"
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()
    assert width * height > MAX_PIXELS


def with_chunk(kind: bytes, content: bytes) -> bytes:
    """A good PNG with one more chunk, right behind its head."""
    png = saved(drawn(200, 200), "PNG")
    return png[:33] + chunk(kind, content) + png[33:]


@pytest.mark.parametrize(("kind", "head"), [(b"zTXt", b"c\0\0"), (b"iCCP", b"p\0\0"), (b"iTXt", b"c\0\1\0\0\0")])
def test_what_a_chunk_unfolds_to_has_an_end(kind: bytes, head: bytes) -> None:
    bomb = with_chunk(kind, head + zlib.compress(bytes(200_000_000), 9))
    tracemalloc.start()
    assert refusal(bomb).code == "damaged"
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_exif_that_is_none_costs_no_picture() -> None:
    assert decode(with_chunk(b"eXIf", b"no exif at all")).width == 200


def test_kinds_that_lie_about_their_frames_cost_one() -> None:
    frames = [drawn(200, 200, seed=n) for n in range(8)]
    content = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:])
    assert decode(content).image.size == (200, 200)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_camera_s_orientation_is_honoured(orientation: int) -> None:
    upright = drawn(400, 300)
    turned = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    as_stored = upright if orientation == 1 else upright.transpose(turned[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = decode(saved(as_stored, quality=95, exif=exif))
    assert (found.width, found.height) == (400, 300)
    assert abs(np.asarray(found.image, dtype=int) - np.asarray(upright, dtype=int)).mean() < 3


@pytest.mark.parametrize("size", [(4000, 3000), (3999, 2001), (3001, 3999), (3200, 80), (6000, 4000), (12_001, 1500)])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}, {"subsampling": 1}])
def test_a_fraction_of_a_photograph_shows_all_of_it(size: tuple[int, int], options: dict[str, int]) -> None:
    whole = drawn(*size)
    found = decode(saved(whole, quality=92, **options)).image
    assert 1400 <= max(found.size) <= 1800
    expected = np.asarray(whole.resize(found.size), dtype=int)
    assert abs(np.asarray(found, dtype=int) - expected).mean() < 3


def test_large_photographs_come_small_and_their_size_is_told() -> None:
    found = decode(saved(drawn(4000, 3000)))
    assert (found.width, found.height) == (4000, 3000)
    assert found.image.size == (1500, 1125)
    assert decode(saved(drawn(2000, 1500))).image.size == (SIDE, 1200)
    assert max(decode(saved(drawn(2900, 1000))).image.size) in range(1400, 1601)
    assert decode(saved(drawn(1200, 900))).image.size == (1200, 900)


@pytest.mark.parametrize("mode", ["L", "CMYK", "YCbCr"])
def test_other_colour_models_of_jpeg(mode: str) -> None:
    found = decode(saved(drawn(300, 200, mode), quality=95))
    expected = np.asarray(drawn(300, 200).convert(mode).convert("RGB"), dtype=int)
    assert abs(np.asarray(found.image, dtype=int) - expected).mean() < 6


def test_transparency_is_shown_on_white() -> None:
    image = drawn(200, 200).convert("RGBA")
    image.putalpha(0)
    for content in (saved(image, "PNG"), saved(image, "WEBP"), saved(image.convert("LA"), "PNG")):
        assert np.asarray(decode(content).image).min() > 250
    palette = drawn(2000, 1900).quantize(8)
    shown = np.asarray(decode(saved(palette, "PNG", transparency=int(palette.getpixel((0, 0))))).image)
    assert shown[2, 2].min() > 250
    assert shown.min() < 200


def test_sixteen_bits_a_pixel() -> None:
    ramp = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (100, 1))
    for kind in ("PNG", "TIFF"):
        grey = np.asarray(decode(saved(Image.fromarray(ramp), kind)).image)[50, :, 0]
        assert grey[0] < 3
        assert abs(int(grey[128]) - 128) < 4
        assert grey[-1] > 252


def test_wide_colours_become_srgb() -> None:
    from PIL import ImageCms

    lab_free = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert decode(saved(drawn(), icc_profile=lab_free)).image.size == (320, 240)
    assert decode(saved(drawn(), icc_profile=b"no profile at all")).image.size == (320, 240)


def test_what_follows_the_picture_does_no_harm() -> None:
    polyglot = photo() + b"<html><script>alert(1)</script></html>"
    assert decode(polyglot).kind == "image/jpeg"
    assert b"script" not in saved(decode(polyglot).image)


def test_random_damage_never_escapes_as_another_error() -> None:
    rng = np.random.default_rng(7)
    sources = [saved(drawn(300, 200), kind) for kind in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF")]
    for number in range(200):
        content = bytearray(sources[number % 5])
        for place in rng.integers(0, len(content), 12):
            content[place] = int(rng.integers(0, 256))
        with contextlib.suppress(Refused):
            assert decode(bytes(content)).image.mode == "RGB"


def test_an_image_needs_no_file_name() -> None:
    assert decode(io.BytesIO(photo()).getvalue()).width > 0
