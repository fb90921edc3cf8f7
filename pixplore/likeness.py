"""How much two pictures are alike: the product of their embeddings, -1 to 1."""

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 256
EMBEDDING = "EfficientNet-Lite2 r1, axes r1"
"""How embeddings are made (pixplore.vision); those of another recipe cannot be compared with these."""


def likeness(vector: bytes, embeddings: bytes) -> NDArray[np.float64]:
    """The likeness of `vector` to each of `embeddings` (one behind the other): 256 float16 each, of unit length.

    Exact: the products of float16 are whole multiples of 2^-48 and their sums stay near 1, so no float64 is rounded,
    in whatever order they are added. Every engine that counts in float64 gives the same figures and order.
    """
    one = np.frombuffer(vector, "<f2").astype(np.float64)
    many = np.frombuffer(embeddings, "<f2").astype(np.float64).reshape(-1, DIMENSIONS)
    alike: NDArray[np.float64] = many @ one
    return alike
