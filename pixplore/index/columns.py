"""What the index is built from: the catalogue as columns, in chunks. No SQL here: pixplore.catalogue feeds it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

SINGLE = ("category", "status", "uploader", "batch_id", "orientation", "sku")
"""Columns with at most one value an image."""
MANY = ("tag", "colour", "collection")
"""Columns with any number of values an image."""
VALUE_END = "\n"
SECTION_END = "\x1f"
"""Tokens among the words that are none: what ends a value, and what ends a section (four sections, A to D)."""
DIMENSIONS = 256


@dataclass(slots=True)
class Coded:
    """Texts of n rows: `codes` are places in `values` (local to this chunk, each once, in any order).

    Single-valued: len(codes) == n and -1 says "none". Many-valued: `codes` flat, row i has codes[offsets[i]:
    offsets[i + 1]], `offsets` int64 of n + 1 from 0; a value twice in a row counts once.
    """

    values: list[str]
    codes: NDArray[np.int32]
    offsets: NDArray[np.int64] | None = None


@dataclass(slots=True)
class Rows:
    """n images, in any order. Confidence is in tenths of a percent, 0 to 1000; a term is label id * 1024 + tenths."""

    ids: NDArray[np.uint8]  # (n, 16), as UUID.bytes
    created: NDArray[np.int64]  # microseconds since 1970, UTC
    trashed: NDArray[np.bool_]
    width: NDArray[np.int32]  # pixels, -1: not known
    height: NDArray[np.int32]
    name_keys: list[str]
    terms: NDArray[np.int32]  # flat; each pair once a row, in any order
    term_offsets: NDArray[np.int64]  # n + 1
    words: Coded  # many-valued: tokens in reading order, VALUE_END and SECTION_END among them
    embeddings: NDArray[np.float16]  # (n, 256), unit length; zeros where there is none
    has_embedding: NDArray[np.bool_]
    phash: NDArray[np.int64]
    has_phash: NDArray[np.bool_]
    single: dict[str, Coded] = field(default_factory=dict)  # by SINGLE; a column that is missing is empty
    many: dict[str, Coded] = field(default_factory=dict)  # by MANY
    attributes: dict[str, Coded] = field(default_factory=dict)  # by name, single-valued; text as jsonb ->> gives it

    def __len__(self) -> int:
        return len(self.created)
