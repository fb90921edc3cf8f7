"""Two names for a picture: one for its very bytes, one for how it looks."""

import hashlib

import numpy as np
import numpy.typing as npt
from PIL import Image

_SIDE = 32
_KEPT = 8


def sha256(content: bytes) -> str:
    """64 small hex digits."""
    return hashlib.sha256(content).hexdigest()


def _cosines() -> npt.NDArray[np.float64]:
    """The first rows of the discrete cosine transform (DCT-II) of _SIDE values."""
    k, n = np.arange(_KEPT)[:, None], np.arange(_SIDE)[None, :]
    return np.cos(np.pi * k * (2 * n + 1) / (2 * _SIDE))


_DCT = _cosines()


def perceptual_hash(image: Image.Image) -> int:
    """64 bits as a signed number (PostgreSQL's bigint); pictures that look alike differ in few bits (under 10).

    The classic pHash: which of the 64 lowest frequencies of the 32 x 32 grey picture are above their median.
    """
    grey = image.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    low = _DCT @ np.asarray(grey, dtype=np.float64) @ _DCT.T
    low[0, 0] = 0.0  # the mean brightness says nothing
    bits = np.packbits((low > np.median(low)).ravel())
    return int.from_bytes(bits.tobytes(), "big", signed=True)
