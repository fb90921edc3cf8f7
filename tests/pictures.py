"""Real picture bytes for tests: photographs of the demo catalogue, and pictures drawn here."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

PHOTOS = sorted((Path(__file__).resolve().parents[1] / "demo" / "photos").glob("*.jpg"))


def photo(number: int = 0) -> bytes:
    return PHOTOS[number].read_bytes()


def drawn(width: int = 320, height: int = 240, mode: str = "RGB", seed: int = 1) -> Image.Image:
    """Soft blobs, different for each seed."""
    small = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC).convert(mode)


def saved(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()
