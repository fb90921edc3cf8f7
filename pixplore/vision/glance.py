"""One quick decode of a JPEG or PNG into the few small views that recognition looks at."""

import io
import threading
import warnings
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from pixplore.errors import Refused
from pixplore.vision.colour import on_white
from pixplore.vision.model import SIZE, Pixels, letterbox

SMALLEST, LARGEST = 80, 10_000  # pixels a side, Rekognition's limits
_THUMB = 96
_READ = SIZE * 3 // 2  # a JPEG is decoded at the smallest of its 1/1 .. 1/8 scales that still has this long side


@dataclass(frozen=True)
class Glance:
    """uint8 RGB views of one picture, upright: `boxed` (260, 260, 3) letterboxed on white, `square` (256, 256, 3)
    stretched, `thumb` (h, w, 3) of at most 96 a side; and the size of the original, upright."""

    boxed: Pixels
    square: Pixels
    thumb: Pixels
    width: int
    height: int


def look(data: bytes) -> Glance:
    """Decode JPEG or PNG bytes. Refused: code `not_an_image`, `too_small` or `too_large`."""
    image = open_upright(data, _READ)
    width, height = image.info["upright_size"]
    thumb = image.copy()
    thumb.thumbnail((_THUMB, _THUMB), Image.Resampling.BOX)
    square = image.resize((256, 256), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return Glance(letterbox(image), np.asarray(square), np.asarray(thumb), width, height)


def open_upright(data: bytes, side: int) -> Image.Image:
    """RGB, EXIF orientation applied, decoded at a reduced scale whose long side is still at least `side`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=("JPEG", "PNG"))
        size = image.size
        if min(size) < SMALLEST:
            raise Refused("too_small", f"The picture is {size[0]} x {size[1]} pixels; the least is 80 a side.")
        if max(size) > LARGEST:
            raise Refused("too_large", f"The picture is {size[0]} x {size[1]} pixels; the most is 10,000 a side.")
        # draft() keeps both sides at least as asked: the short side must not ask for more than the long one needs.
        scale = side / max(size)
        image.draft("RGB", (max(1, int(size[0] * scale)), max(1, int(size[1] * scale))))
        image.load()
        upright = ImageOps.exif_transpose(image)
    except Refused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("too_large", "The picture has too many pixels.") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise Refused("not_an_image", "The bytes are not a whole JPEG or PNG picture.") from error
    turned = (upright.width > upright.height) != (image.width > image.height)
    upright = on_white(upright)
    upright.info["upright_size"] = size[::-1] if turned else size
    return upright


class Memory:
    """The last few glances by the bytes' sha256: the three questions asked of one picture decode it once."""

    def __init__(self, capacity: int = 8) -> None:
        self._kept: OrderedDict[bytes, Glance] = OrderedDict()
        self._capacity = capacity
        self._lock = threading.Lock()

    def look(self, data: bytes) -> Glance:
        """As look(), from memory where the same bytes were seen lately."""
        key = sha256(data).digest()
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        glance = look(data)
        with self._lock:
            self._kept[key] = glance
            while len(self._kept) > self._capacity:
                self._kept.popitem(last=False)
        return glance
