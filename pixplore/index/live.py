"""A segment and what still counts of it: later changes of its images lie in younger segments."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pixplore.index import bits
from pixplore.index.arrays import Bits
from pixplore.index.column import localised
from pixplore.index.segment import Segment


@dataclass(frozen=True, slots=True)
class Live:
    """`kept` rows are in the catalogue, `binned` ones in its trash. `labels`: the index's codes of the segment's
    labels; None: they are the same.
    """

    segment: Segment
    kept: Bits
    binned: Bits
    labels: NDArray[np.int32] | None

    def __len__(self) -> int:
        return len(self.segment)

    def without(self, rows: NDArray[np.int32]) -> "Live":
        if not len(rows):
            return self
        kept, binned = self.kept.copy(), self.binned.copy()
        bits.drop_rows(kept, rows)
        bits.drop_rows(binned, rows)
        return Live(self.segment, kept, binned, self.labels)

    def local_labels(self, codes: NDArray[np.int64]) -> NDArray[np.int64]:
        """The segment's own codes of those of `codes` that it has."""
        return localised(codes, self.labels, len(self.segment.terms))

    def alive(self) -> Bits:
        return self.kept | self.binned


def live(segment: Segment, labels: NDArray[np.int32] | None) -> Live:
    """With every row alive."""
    kept = bits.full(len(segment))
    bits.drop(kept, segment.trashed)
    return Live(segment, kept, segment.trashed, labels)
