"""Where a picture lies among all pictures: the classifier's pooled feature."""

from pathlib import Path

import numpy as np
from PIL import Image

from pixplore.vision.model import Classifier, letterbox


class Embedder:
    """Holds the model (about 24 MB); calls from several threads are safe, each uses one core."""

    def __init__(self, model_dir: Path) -> None:
        """FileNotFoundError where `python -m pixplore models` has not run."""
        self._classifier = Classifier(model_dir)

    def __call__(self, image: Image.Image) -> bytes:
        """1280 float16, little endian, of unit length; their dot product is the likeness of two pictures."""
        vector = self._classifier.embed(letterbox(image)[None])[0]
        return bytes(vector.astype("<f2").tobytes())


def likeness(one: bytes, other: bytes) -> float:
    """-1 to 1; 1 for the same picture."""
    a, b = (np.frombuffer(data, dtype="<f2").astype(np.float32) for data in (one, other))
    return float(a @ b / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-9))
