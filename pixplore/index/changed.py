"""What has changed since the base, as small segments in tiers.

A batch of changes takes along the younger segments that are of its size or less, at once. Segments past the last tier
are folded into each other by their sizes, beside those who read and who apply: `due` says which, `folded` makes one of
them, and pixplore.index.index puts it in their place. So an image is moved a few times, however many change.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pixplore.index import bits
from pixplore.index.build import build_small
from pixplore.index.live import Live, live
from pixplore.index.naming import Labels
from pixplore.index.segment import Segment
from pixplore.index.table import Lexicons, Table, joined

TIERS = (256, 2_048)
"""Images. In each tier there is one segment at most; past the last are large ones."""
RATIO = 4
"""A large segment is folded with younger ones that are together at least one of so many of it."""
MOST_LARGE = 6
"""More large segments than this are folded whatever their sizes: each costs every question a little."""


@dataclass(frozen=True)
class Changed:
    """Images that changed since the base, as they are now, and the rows that the segment was made of, in its order."""

    table: Table
    live: Live

    def __len__(self) -> int:
        return len(self.live)

    def number(self) -> int:
        """Rows that still count."""
        return bits.cardinality(self.live.alive())

    def without(self, ids: NDArray[np.uint8]) -> "Changed":
        rows = self.live.segment.rows_of(ids)
        rows = rows[rows >= 0]
        return replace(self, live=self.live.without(rows)) if len(rows) else self

    def rest(self) -> Table:
        """The rows that still count."""
        alive = self.live.alive()
        number = bits.cardinality(alive)
        return self.table if number == len(self) else self.table.take(bits.rows_of(alive, number).astype(np.int64))


@dataclass(frozen=True, slots=True)
class Folded:
    """`segment`, made of what still counted of `parts`."""

    parts: tuple[Changed, ...]
    segment: Segment
    table: Table

    def since(self, now: Sequence[Changed], labels: Labels) -> Changed:
        """As a part that lacks what has changed of `parts` meanwhile, `now` being all parts that there are."""
        held = {id(part.live.segment): part.live for part in now}
        gone = []
        for part in self.parts:
            left, then = held.get(id(part.live.segment)), part.live.alive()
            if left is not None:
                bits.drop(then, left.alive())
            gone.append(part.live.segment.ids[bits.rows_of(then, bits.cardinality(then))])
        return changed(self.segment, self.table, labels).without(np.concatenate(gone))


def changed(segment: Segment, table: Table, labels: Labels) -> Changed:
    """`labels` know all that the segment uses."""
    return Changed(table, live(segment, labels.codes_of(segment.labels.tolist())))


def staying(parts: Sequence[Changed], number: int) -> int:
    """How many of `parts`, the oldest first, stay as they are when `number` images come; the others go with these."""
    count = len(parts)
    while count and len(parts[count - 1]) <= TIERS[-1] and _tier(len(parts[count - 1])) <= _tier(number):
        count -= 1
        number += len(parts[count])
    return count


def due(parts: Sequence[Changed], busy: bool = False) -> tuple[Changed, ...]:
    """The large segments that are worth folding into one; none, or two and more. `busy`: only if they are many."""
    large = [part for part in parts if len(part) > TIERS[-1]]
    if len(large) > MOST_LARGE:
        return tuple(large)
    if busy:
        return ()
    number, begin = 0, len(large)
    while begin and (not number or len(large[begin - 1]) <= RATIO * number):
        begin -= 1
        number += len(large[begin])
    return tuple(large[begin:]) if len(large) - begin > 1 else ()


def folded(parts: tuple[Changed, ...], known: Lexicons) -> Folded:
    """May run beside `apply`, in another thread."""
    return Folded(parts, *build_small(joined([part.rest() for part in parts]), known))


def _tier(number: int) -> int:
    return sum(number > most for most in TIERS)
