"""The columns of a segment: what each row holds, and which rows hold a value."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pixplore.index.arrays import Array, Bits
from pixplore.index.inverted import Inverted, inverted, single_inverted
from pixplore.index.plan import Plan
from pixplore.index.ragged import Ragged

DENSE = 8
"""An attribute that one row of so many has gets a code for each row."""


@dataclass(frozen=True, slots=True)
class Column:
    """Values are codes of this segment, 0 to K - 1; `globals[code]` is the index's own, None: they are the same.

    With `offsets` None, row r holds flat[r], K meaning none; else flat[offsets[r]:offsets[r + 1]].
    """

    flat: Array
    offsets: NDArray[np.int32] | None
    inverted: Inverted
    globals: NDArray[np.int32] | None = None
    _plan: list[Plan] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.inverted)

    def plan(self) -> Plan:
        if not self._plan:
            self._plan.append(self.inverted.plan())
        return self._plan[0]

    def local(self, codes: NDArray[np.int64]) -> NDArray[np.int64]:
        return localised(codes, self.globals, len(self))

    def arrays(self) -> Iterator[tuple[str, Array]]:
        yield "flat", self.flat
        if self.offsets is not None:
            yield "offsets", self.offsets
        yield from self.inverted.arrays()


@dataclass(frozen=True, slots=True)
class Attributes:
    """Attributes with all their values. Name n of this segment has the values pair_starts[n] to pair_starts[n + 1] of
    `pairs`; `globals` and `pair_globals` are the index's codes of names, and of the values of each name.
    """

    names: Inverted
    pair_starts: NDArray[np.int32]
    pairs: Inverted
    dense: dict[int, Array]  # name -> a code for each row, as in a Column
    globals: NDArray[np.int32] | None = None
    pair_globals: NDArray[np.int32] | None = None
    _plans: dict[int, Plan] = field(default_factory=dict)

    def local(self, name: int | None) -> int:
        """This segment's code of a name of the index, or -1."""
        found = localised(np.array([-1 if name is None else name]), self.globals, len(self.names))
        return int(found[0]) if len(found) and found[0] >= 0 else -1

    def local_values(self, name: int | None, codes: NDArray[np.int64]) -> NDArray[np.int64]:
        """The places in `pairs` of those of a name's values (codes of the index) that this segment has."""
        if (local := self.local(name)) < 0:
            return np.zeros(0, np.int64)
        begin, end = self.span(local)
        return localised(codes, self.value_globals(local), end - begin) + begin

    def span(self, local: int) -> tuple[int, int]:
        return int(self.pair_starts[local]), int(self.pair_starts[local + 1])

    def value_globals(self, local: int) -> NDArray[np.int32] | None:
        begin, end = self.span(local)
        return None if self.pair_globals is None else self.pair_globals[begin:end]

    def plan(self, local: int) -> Plan:
        if (plan := self._plans.get(local)) is None:
            plan = self._plans[local] = self.pairs.plan(*self.span(local))
        return plan

    def names_plan(self) -> Plan:
        if (plan := self._plans.get(-1)) is None:
            plan = self._plans[-1] = self.names.plan()
        return plan

    def holders(self, name: int | None) -> Bits:
        """The rows that have an attribute of the index at all."""
        rows = np.zeros_like(self.names.held)
        if (local := self.local(name)) >= 0:
            self.names.add(np.array([local]), rows)
        return rows

    def arrays(self) -> Iterator[tuple[str, Array]]:
        yield "starts_of_names", self.pair_starts
        yield from ((f"name_{key}", array) for key, array in self.names.arrays())
        yield from ((f"pair_{key}", array) for key, array in self.pairs.arrays())
        yield from ((f"dense_{name}", array) for name, array in self.dense.items())


def localised(codes: NDArray[np.int64], known: NDArray[np.int32] | None, size: int) -> NDArray[np.int64]:
    """The segment's codes of those of the index's `codes` that it has."""
    if known is None:
        return codes[codes < size]
    if len(codes) == 1:
        return np.flatnonzero(known == codes[0])
    return np.flatnonzero(np.isin(known, codes))


def narrow(codes: NDArray[np.int32], size: int) -> Array:
    """With `size` for none, in as few bytes as hold it."""
    kind = np.uint8 if size < 2**8 else np.uint16 if size < 2**16 else np.int32
    return np.where(codes < 0, size, codes).astype(kind)


def compact(codes: NDArray[np.int32], size: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Codes of what is there only, and the `globals` to go back; -1 stays."""
    if size > 4 * len(codes) + 1024:
        known = np.unique(codes[codes >= 0])
        return np.where(codes < 0, -1, np.searchsorted(known, codes)).astype(np.int32), known.astype(np.int32)
    there = np.zeros(size + 1, np.bool_)
    there[codes] = True  # -1 is the last place
    known = np.flatnonzero(there[:-1]).astype(np.int32)
    place = np.full(size + 1, -1, np.int32)
    place[known] = np.arange(len(known), dtype=np.int32)
    return place[codes], known


def single_column(codes: NDArray[np.int32], size: int, local: bool) -> Column:
    """`local`: with codes of the segment's own, else those of the index, 0 to size - 1."""
    known = None
    if local:
        codes, known = compact(codes, size)
        size = len(known)
    return Column(narrow(codes, size), None, single_inverted(codes, size), known)


def many_column(values: Ragged, size: int, local: bool) -> Column:
    known, codes = None, values.flat
    if local:
        codes, known = compact(codes, size)
        size = len(known)
    return Column(narrow(codes, size), values.offsets.astype(np.int32), inverted(codes, values.offsets, size), known)


def attribute_columns(values: Ragged, sizes: list[int], local: bool) -> Attributes:
    """`values`: name code << 32 | value code; `sizes`: how many values each name has in the index."""
    names, codes = (values.flat >> 32).astype(np.int32), (values.flat & 0xFFFFFFFF).astype(np.int32)
    known = pair_known = None
    if local:
        pairs, there = np.unique(values.flat, return_inverse=True)
        pair_names = (pairs >> 32).astype(np.int32)
        names, known = compact(names, len(sizes))
        pair_known = (pairs & 0xFFFFFFFF).astype(np.int32)
        pair_starts = np.searchsorted(pair_names, np.append(known, len(sizes))).astype(np.int32)
        flat = there.astype(np.int32)
        size = len(known)
    else:
        size = len(sizes)
        pair_starts = np.zeros(size + 1, np.int32)
        np.cumsum(sizes, out=pair_starts[1:])
        flat = pair_starts[names] + codes
    by_name = inverted(names, values.offsets, size)
    count = len(values)
    row_of = np.repeat(np.arange(count, dtype=np.int32), np.diff(values.offsets))
    uses = np.bincount(names, minlength=size)
    dense = {}
    for name in np.flatnonzero(uses * DENSE >= count) if count else ():
        column = np.full(count, -1, np.int32)
        of = names == name
        column[row_of[of]] = flat[of] - pair_starts[name]
        dense[int(name)] = narrow(column, int(pair_starts[name + 1] - pair_starts[name]))
    by_pair = inverted(flat, values.offsets, int(pair_starts[-1]))
    return Attributes(by_name, pair_starts, by_pair, dense, known, pair_known)
