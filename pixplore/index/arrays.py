"""What the parts of a segment are made of."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixplore.index.strings import Strings

Array = NDArray[Any]
Bits = NDArray[np.uint64]
"""A set of rows: row r is bit r % 64 of word r // 64."""


@dataclass(frozen=True, slots=True)
class Words:
    """Row r says codes[offsets[r]:offsets[r + 1]], places in `vocabulary`.

    Code 0 is always VALUE_END and code 1 always SECTION_END: they sort below every word and are always there.
    Once a segment's text is built only the vocabulary is kept; `codes` is empty then, `offsets` tells the rows alone.
    """

    codes: NDArray[np.int32]
    offsets: NDArray[np.int64]
    vocabulary: Strings

    def __len__(self) -> int:
        return len(self.offsets) - 1
