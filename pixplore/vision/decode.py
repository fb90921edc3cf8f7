"""Bytes that claim to be a picture -> an upright RGB picture in bounded memory, or a refusal for people.

Pillow is told which formats it may try, its bomb guard is an error, and a JPEG is decoded at a fraction
of its size where that is enough. The most a picture can need is 4 bytes for each of MAX_PIXELS, some three times
over. Programs call it by `pixplore.vision.apart`: in a process of its own, one picture after the other.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, ImageFile

from pixplore.domain import MAX_FILE_BYTES
from pixplore.errors import Refused
from pixplore.vision.colour import to_rgb
from pixplore.vision.exif import read_exif
from pixplore.vision.kinds import FORMATS, kind_of

MAX_PIXELS = 50_000_000
MIN_SIDE = 80
"""Rekognition's least width and height in px."""
SIDE = 1600
"""Long side in px of what decode() gives, about: the size of a preview."""
_ENOUGH, LONGEST = 1400, 1760
# What a simple fraction makes between these is left at that: faster, and seen by no one.
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip
_SIDEWAYS = {_UPRIGHT[n] for n in (5, 6, 7, 8)}

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
ImageFile.LOAD_TRUNCATED_IMAGES = False


@dataclass(frozen=True, slots=True)
class Decoded:
    """`width` and `height` are the upright original's; `image` is RGB, upright, its long side about SIDE px at most."""

    kind: str
    width: int
    height: int
    image: Image.Image = field(repr=False)
    exif: dict[str, Any] = field(default_factory=dict, repr=False)


def decode(content: bytes) -> Decoded:
    """Raises Refused with one of: empty_file, too_large, kind_not_taken, not_an_image, truncated, damaged,
    too_many_pixels, too_small."""
    if len(content) > MAX_FILE_BYTES:
        raise Refused("too_large", f"The file is larger than {MAX_FILE_BYTES // 1_000_000} MB. Save it smaller.")
    kind = kind_of(content)
    with _refusals(), Image.open(io.BytesIO(content), formats=FORMATS[kind]) as source:
        width, height = source.size
        _check_size(width, height)
        exif = _exif(source)
        turn = _UPRIGHT.get(exif.get(_ORIENTATION, 1))
        image = _load(source)
        data = read_exif(exif)
    if turn is not None:
        image = image.transpose(turn)
    if turn in _SIDEWAYS:
        width, height = height, width
    return Decoded(kind, width, height, image, data)


def _exif(source: Image.Image) -> Image.Exif:
    """Empty where it cannot be read at all: a camera's notes are not worth the picture."""
    try:
        return source.getexif()
    except Exception:
        return Image.Exif()


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise _bomb(width * height)
    if min(width, height) < MIN_SIDE:
        raise Refused(
            "too_small",
            f"The picture has {width} x {height} pixels; each side needs at least {MIN_SIDE}. Send a larger one.",
        )  # fmt: skip


def _bomb(pixels: int | None = None) -> Refused:
    has = f"{pixels / 1e6:.0f} million pixels" if pixels else "too many pixels"
    return Refused(
        "too_many_pixels",
        f"The picture has {has}; at most {MAX_PIXELS // 1_000_000} million are taken. Save it smaller.",
    )


def _load(source: Image.Image) -> Image.Image:
    """Decoded, small and RGB, still as it lies in the file."""
    if source.format in ("JPEG", "MPO"):
        _draft(source)
    source.load()
    image: Image.Image = source
    if max(image.size) > LONGEST:
        by = SIDE / max(image.size)
        size = (max(1, round(image.width * by)), max(1, round(image.height * by)))
        if image.mode not in ("RGB", "L", "CMYK"):
            image = to_rgb(image)
        image = image.resize(size, Image.Resampling.HAMMING, reducing_gap=1.5)
    rgb = to_rgb(image, source.info.get("icc_profile"))
    rgb.info = {}
    return rgb


def _draft(source: Any) -> None:
    """Let libjpeg decode at 1/2, 3/8, 1/4 or 1/8 of the size, the least that is long enough.

    Pillow's draft() knows no 3/8, which makes 1500 px of the 4000 that most cameras give; libjpeg takes "a third"
    for it. The three attributes are those that draft() sets.
    """
    longest = max(source.size)
    for eighths, denominator in ((1, 8), (2, 4), (3, 3), (4, 2)):
        if longest * eighths / 8 >= _ENOUGH:
            size = (-(-source.width * eighths // 8), -(-source.height * eighths // 8))
            source._size, source.decoderconfig = size, (denominator, 0)
            source.tile = [tile._replace(extents=(0, 0, *size)) for tile in source.tile]
            return


@contextmanager
def _refusals() -> Iterator[None]:
    """Whatever a decoder throws at bytes from outside, as a refusal. The program's own lack of memory stays one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except (Refused, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _bomb() from error
    except Exception as error:
        if isinstance(error, EOFError) or "truncated" in str(error).lower():
            raise Refused("truncated", "The file ends in the middle of the picture. Copy it again.") from error
        raise Refused("damaged", "The file is damaged and cannot be shown. Copy or export it again.") from error
