"""Groups of pictures that are nearly the same: their perceptual hashes are near, and their embeddings confirm it."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from pixplore.errors import Invalid
from pixplore.finding import Hashed
from pixplore.index.hamming import near_between, near_pairs
from pixplore.likeness import likeness

MOST_BITS = 8
"""Of 64. A copy at half the size or of poor quality differs in 0 to 4, one with its edge cut off in 4 to 12; of the
demo's photographs no two differ in fewer than 20."""
LEAST_LIKENESS = 0.7
"""What the embeddings of two must say. Chance alone puts some pairs of a million pictures within MOST_BITS."""
MOST_PAIRS, MOST_IMAGES, MOST_LOOKS = 2_000_000, 200_000, 20_000_000

Embeddings = Callable[[Sequence[UUID]], Mapping[UUID, bytes]]


@dataclass(frozen=True, slots=True)
class Group:
    """Pictures of which each is nearly the same as another one of them, at least two: the oldest first, but those that
    were asked about, `own` of them, before others beside them."""

    ids: tuple[UUID, ...]
    own: int

    def first(self, most: int) -> tuple[UUID, ...]:
        """So many of them at most; where there are others beside those that were asked about, the oldest is there."""
        if self.own == len(self.ids) or self.own < most:
            return self.ids[:most]
        return (*self.ids[: most - 1], self.ids[self.own])


def groups(found: Hashed, embeddings: Embeddings) -> list[Group]:
    """All groups, the largest first, then by the first one's id. Raises Invalid where they are too many to look at."""
    kinds, kind_of, sizes = np.unique(found.hashes, return_inverse=True, return_counts=True)
    try:
        pairs = near_pairs(kinds, MOST_BITS, MOST_PAIRS)
    except OverflowError:
        raise _too_many() from None
    beside: dict[int, list[int]] = defaultdict(list)
    for one, other in pairs.tolist():
        beside[one].append(other)
        beside[other].append(one)
    concerned = sizes > 1
    concerned[pairs.ravel()] = True
    rows = np.nonzero(concerned[kind_of])[0]
    if len(rows) > MOST_IMAGES:
        raise _too_many()
    return _joined(found, rows, kind_of, beside, np.ones(len(rows), np.bool_), embeddings)


def groups_beside(found: Hashed, whole: Hashed, embeddings: Embeddings) -> list[Group]:
    """The same of the pairs of which one picture at least is of `found`, the other any of `whole` (which has `found`).

    So an upload finds its older copies in a catalogue of a million without looking at all pairs of that.
    """
    if len(found.hashes) > MOST_IMAGES:
        raise _too_many()
    asked = np.unique(found.hashes)
    kinds, kind_of, sizes = np.unique(whole.hashes, return_inverse=True, return_counts=True)
    try:
        pairs = near_between(asked, kinds, MOST_BITS, MOST_PAIRS)
    except OverflowError:
        raise _too_many() from None
    alone = np.bincount(pairs[:, 0], weights=sizes[pairs[:, 1]], minlength=len(asked)) < 2
    pairs = pairs[~alone[pairs[:, 0]]]
    concerned = np.zeros(len(kinds), np.bool_)
    concerned[pairs[:, 1]] = True
    rows = np.nonzero(concerned[kind_of])[0]
    if len(rows) > MOST_IMAGES:
        raise _too_many()
    own_kind = np.searchsorted(kinds, asked)
    beside: dict[int, set[int]] = defaultdict(set)
    for one, other in zip(own_kind[pairs[:, 0]].tolist(), pairs[:, 1].tolist(), strict=True):
        if one != other:
            beside[one].add(other)
            beside[other].add(one)
    mine = {one.tobytes() for one in found.ids}
    own = np.array([whole.ids[row].tobytes() in mine for row in rows], np.bool_)
    return _joined(whole, rows, kind_of, beside, own, embeddings)


def _joined(
    found: Hashed,
    rows: NDArray[np.int64],
    kind_of: NDArray[np.int64],
    beside: Mapping[int, Collection[int]],
    own: NDArray[np.bool_],
    embeddings: Embeddings,
) -> list[Group]:
    """What the pairs of these rows join, looked at by their embeddings; of two that are not `own` there is no pair."""
    order = np.lexsort((rows, found.created[rows]))
    rows, own = rows[order], own[order]
    ids = [UUID(bytes=found.ids[row].tobytes()) for row in rows]
    known = embeddings(ids)
    waiting: dict[int, list[int]] = defaultdict(list)  # by hash, oldest first
    for place, row in enumerate(rows.tolist()):
        if ids[place] in known:
            waiting[int(kind_of[row])].append(place)
    kinds = [int(kind_of[row]) for row in rows]
    made = _Looks(kinds, beside, waiting, [known.get(i, b"") for i in ids], own.tolist())
    out: list[Group] = []
    seen: set[int] = set()
    for place, one in enumerate(ids):
        if own[place] and one in known and place not in seen:  # every pair has an own one
            joined = sorted(made.joined_to(place), key=lambda each: (not made.own[each], each))
            seen.update(joined)
            if len(joined) > 1:
                out.append(Group(tuple(ids[each] for each in joined), sum(made.own[each] for each in joined)))
    return sorted(out, key=lambda group: (-len(group.ids), group.ids[0]))


@dataclass(slots=True)
class _Looks:
    """Who is nearly the same as whom: `waiting` are those that belong to no group yet, by hash."""

    kinds: list[int]
    beside: Mapping[int, Collection[int]]
    waiting: dict[int, list[int]]
    vectors: list[bytes]
    own: list[bool]
    looks: int = 0

    def joined_to(self, start: int) -> list[int]:
        """`start` and all that are, one by one, nearly the same as one already in; they wait no more."""
        self.waiting[self.kinds[start]].remove(start)
        group = [start]
        for place in group:  # grows while it is walked
            for kind in (self.kinds[place], *self.beside.get(self.kinds[place], ())):
                others = self.waiting[kind]
                if not self.own[place]:
                    others = [other for other in others if self.own[other]]
                if not others:
                    continue
                self.looks += len(others)
                if self.looks > MOST_LOOKS:
                    raise _too_many()
                alike = likeness(self.vectors[place], b"".join(self.vectors[other] for other in others))
                joined = [other for other, value in zip(others, alike, strict=True) if value >= LEAST_LIKENESS]
                group += joined
                gone = set(joined)
                self.waiting[kind] = [other for other in self.waiting[kind] if other not in gone]
        return group


def _too_many() -> Invalid:
    return Invalid({}, "There are too many near-duplicates among these images to group at once. Narrow the filters.")
