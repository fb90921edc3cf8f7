"""A picture to ask a recogniser with, when only its answering matters."""

import io

from PIL import Image

from pixplore.vision.decode import MIN_SIDE


def jpeg() -> bytes:
    """A grey one, as small as Rekognition takes."""
    out = io.BytesIO()
    Image.new("RGB", (MIN_SIDE, MIN_SIDE), (128, 128, 128)).save(out, "JPEG")
    return out.getvalue()
