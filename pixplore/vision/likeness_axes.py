"""The 256 directions of the classifier's feature in which pictures differ most to its classes.

Its last layer tells 1000 classes apart by 1280 numbers. The right singular vectors of that layer, its rows centred
(what all classes have in common tells none apart), are those directions, the most telling first.
"""

import io

import numpy as np

from pixplore.likeness import DIMENSIONS
from pixplore.vision.efficientnet import read_weights


def build() -> bytes:
    """A .npy file: float32 (1280, 256), orthonormal columns. The same on every machine, but for the last digits."""
    rows = read_weights()["_fc.weight"].astype(np.float64)
    axes = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)[2][:DIMENSIONS]
    # A singular vector's sign is a matter of taste; here its largest number is positive.
    largest = np.abs(axes).argmax(axis=1)
    axes *= np.sign(axes[np.arange(len(axes)), largest])[:, None]
    file = io.BytesIO()
    np.save(file, np.ascontiguousarray(axes.T, np.float32))
    return file.getvalue()
