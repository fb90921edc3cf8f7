"""Yahoo's open_nsfw model (BSD-2): how likely a picture is sexually explicit."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from pixplore.vision.model import MODERATION_FILE, Pixels, open_session

MODEL_NAME = "open_nsfw 1.0"
_CROP = slice(16, 240)  # the middle 224 of 256


class Moderator:
    """Calls from several threads at once are safe."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        self._session = open_session(folder / MODERATION_FILE, threads)

    def __call__(self, square: Pixels) -> float:
        """uint8 RGB (256, 256, 3), the whole picture stretched -> probability 0-1 of explicit content."""
        # The network learnt from JPEGs of this very size, artefacts included; without them scores shift.
        buffer = io.BytesIO()
        Image.fromarray(square).save(buffer, format="JPEG")
        pixels = np.asarray(Image.open(buffer).convert("RGB"))[_CROP, _CROP]
        return float(self._session.run(None, {"pixels": pixels[None]})[0][0, 1])
