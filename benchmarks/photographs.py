"""Distinct photographs of a wanted size on disk, made from the demo photographs by cropping, scaling and noise."""

import io
import random
from pathlib import Path

import numpy as np
from PIL import Image

from demo.load import HERE


def photographs(folder: Path, count: int, megabytes: float, seed: int = 7, grain: float = 9) -> list[Path]:
    """Write `count` JPEGs of roughly `megabytes` each into `folder`; the same seed makes the same pixels.

    `grain` is the noise's deviation of 255: 9 is a camera in the dark (3 pixels a byte), 4 one by day (6 pixels).
    """
    chance = random.Random(seed)
    sources = [Image.open(path).convert("RGB") for path in sorted((HERE / "photos").glob("*.jpg"))]
    noise = np.random.default_rng(seed).normal(0, grain, (1024, 1024, 1)).astype(np.int16)
    side = int((megabytes * 1e6 / (0.033 * grain + 0.03)) ** 0.5)  # so many bytes a pixel at quality 88
    made = []
    for number in range(count):
        picture = _variation(sources[number % len(sources)], side, noise, chance)
        path = folder / f"photo-{number:04}.jpg"
        data = io.BytesIO()
        picture.save(data, "JPEG", quality=88)
        path.write_bytes(data.getvalue())
        made.append(path)
    return made


def _variation(source: Image.Image, side: int, noise: np.ndarray, chance: random.Random) -> Image.Image:
    width, height = source.size
    keep = chance.uniform(0.8, 1)
    left, top = chance.uniform(0, 1 - keep) * width, chance.uniform(0, 1 - keep) * height
    stretch = (width / height) ** 0.5
    picture = source.resize((int(side * stretch), int(side / stretch)), Image.Resampling.BICUBIC,
                            (left, top, left + keep * width, top + keep * height))  # fmt: skip
    pixels = np.asarray(picture, np.int16)
    rows, columns = -(-pixels.shape[0] // 1024), -(-pixels.shape[1] // 1024)
    grain = np.roll(np.tile(noise, (rows, columns, 1)), chance.randrange(1024), 1)[: pixels.shape[0], : pixels.shape[1]]
    return Image.fromarray((pixels + grain).clip(0, 255).astype(np.uint8))
