"""Where a picture lies among all pictures: the classifier's pooled feature, in the directions that tell most."""

from pathlib import Path
from typing import cast

import numpy as np
from PIL import Image

from pixplore.likeness import DIMENSIONS
from pixplore.vision.model import LIKENESS_FILE, Classifier, Floats, Pixels, letterbox


class Embedder:
    """Holds the model (about 24 MB); calls from several threads are safe, each uses one core."""

    def __init__(self, model_dir: Path) -> None:
        """FileNotFoundError where `python -m pixplore models` has not run."""
        self._classifier = Classifier(model_dir)
        axes = model_dir / LIKENESS_FILE
        if not axes.exists():
            raise FileNotFoundError(f"{axes} is missing: run `python -m pixplore models`.")
        self._axes = cast(Floats, np.load(axes, allow_pickle=False))

    def __call__(self, image: Image.Image) -> bytes:
        """256 float16, little endian, of unit length; their dot product is the likeness of two pictures."""
        return bytes(self.embed(letterbox(image)[None])[0].astype("<f2").tobytes())

    def embed(self, pictures: Pixels) -> Floats:
        """uint8 RGB (N, 260, 260, 3), as letterbox() makes them -> float32 (N, 256), rows of unit length."""
        return self.directions(self._classifier(pictures)[1])

    def directions(self, features: Floats) -> Floats:
        """Features (N, 1280) -> unit vectors (N, 256)."""
        told = features @ self._axes
        assert told.shape[1] == DIMENSIONS  # noqa: S101 - by the file's name
        return cast(Floats, told / np.maximum(np.linalg.norm(told, axis=1, keepdims=True), 1e-9))
