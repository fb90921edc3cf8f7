"""The pictures we make of a picture: preview and thumbnail for people, a small JPEG for the recogniser.

None carries metadata: place and camera stay in the catalogue. WebP's quickest method is used: its files are a tenth
larger and take half the time (docs/benchmarks.md).
"""

import io
from dataclasses import dataclass, field

from PIL import Image

from pixplore.vision.decode import MIN_SIDE

THUMB_SIDE = 400
SMALL_SIDE = 640
_WEBP = {"quality": 76, "method": 0}


@dataclass(frozen=True, slots=True)
class Small:
    """`image`: long side between 640 and 1280 px where the picture has that; `jpeg`: the same, well under 5 MB."""

    image: Image.Image = field(repr=False)
    jpeg: bytes = field(repr=False)


def small(image: Image.Image) -> Small:
    """Of an upright RGB picture. Rekognition wants 80 px a side: a very long one is made wider for it."""
    factor = max(image.size) // SMALL_SIDE
    fitted = image.reduce(factor) if factor > 1 else image  # whole factors are four times as quick as any other
    wide_enough = (max(fitted.width, MIN_SIDE), max(fitted.height, MIN_SIDE))
    shown = fitted if fitted.size == wide_enough else fitted.resize(wide_enough)
    out = io.BytesIO()
    shown.save(out, "JPEG", quality=85)
    return Small(fitted, out.getvalue())


def preview(image: Image.Image) -> bytes:
    """WebP of a picture as decode() gives it."""
    return _webp(image)


def thumbnail(image: Image.Image) -> bytes:
    """WebP with a long side of at most 400 px; `image` is best the small one."""
    by = THUMB_SIDE / max(image.size)
    if by < 1:
        size = (max(1, round(image.width * by)), max(1, round(image.height * by)))
        image = image.resize(size, Image.Resampling.BICUBIC, reducing_gap=1.0)
    return _webp(image)


def _webp(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", exif=b"", xmp=b"", icc_profile=b"", **_WEBP)
    return out.getvalue()
