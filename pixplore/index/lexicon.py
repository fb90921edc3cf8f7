"""The values of a column and their codes, the same for every segment of one index."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pixplore.index.beginnings import Lowered, lowered
from pixplore.index.kept import Kept
from pixplore.index.ragged import Ragged, chained
from pixplore.index.strings import Strings, strings

NOTHING = strings(())


@dataclass(frozen=True, slots=True)
class _Later:
    """Values that came after the base: their codes in the order of their texts, the place of each in that order, and
    the place in the base that each would stand before.
    """

    order: NDArray[np.int64]
    rank: NDArray[np.int64]
    before: NDArray[np.int64]

    def with_more(self, base: Strings, texts: list[str]) -> "_Later":
        """`texts`: all of them, those known already first. A few more cost little."""
        size, done = len(base), len(self.order)
        fresh = sorted(range(done, len(texts)), key=texts.__getitem__)
        if done and len(fresh) < done:
            spots = [bisect_left(self.order, texts[at], key=lambda code: texts[code - size]) for at in fresh]
            order = np.insert(self.order, spots, np.array(fresh, np.int64) + size)
        else:
            order = np.array(sorted(range(len(texts)), key=texts.__getitem__), np.int64) + size
        rank = np.empty(len(order), np.int64)
        rank[order - size] = np.arange(len(order))
        return _Later(order, rank, np.concatenate([self.before, -1 - base.places(texts[done:])]))


@dataclass(slots=True, eq=False)
class Lexicon:
    """Codes below len(base) are places in `base`, which is sorted; later values follow in the order they came.

    Append-only and shared by all states of the index: one writer adds, readers never meet a code they do not hold.
    """

    base: Strings = NOTHING
    later: list[str] = field(default_factory=list)
    _codes: dict[str, int] = field(default_factory=dict)
    _later: "_Later" = field(default_factory=lambda: _Later(*(np.zeros(0, np.int64) for _ in range(3))))
    _texts: Kept[int, str] = field(default_factory=lambda: Kept(2_000))
    _lowered: Lowered | None = None

    def __len__(self) -> int:
        return len(self.base) + len(self.later)

    def text(self, code: int) -> str:
        if code >= len(self.base):
            return self.later[code - len(self.base)]
        return self._texts.get(code, lambda: self.base[code])

    def texts(self, codes: Iterable[int]) -> list[str]:
        known = self._texts.peek
        return [known(code) or self.text(code) for code in codes]

    def lowered(self) -> Lowered:
        """Of `base`; made when it is first asked for."""
        if self._lowered is None:
            self._lowered = lowered(self.base)
        return self._lowered

    def find(self, text: str) -> int:
        """Its code, or -1."""
        code = self._codes.get(text)
        return self.base.find(text) if code is None else code

    def code(self, text: str) -> int:
        """Its code; a value not known before is added."""
        return code if (code := self.find(text)) >= 0 else self._added(text)

    def _added(self, text: str) -> int:
        code = self._codes[text] = len(self)
        self.later.append(text)
        return code

    def codes(self, texts: Sequence[str]) -> NDArray[np.int32]:
        """The codes of all; values not known before are added."""
        if not len(self.base):  # building a base: nothing to look up twice
            known, later = self._codes, self.later
            for text in texts:
                if text not in known:
                    known[text] = len(later)
                    later.append(text)
            return np.fromiter(map(known.__getitem__, texts), np.int32, len(texts))
        found = self.base.places(texts)
        for at in np.flatnonzero(found < 0).tolist():
            code = self._codes.get(texts[at])
            found[at] = self._added(texts[at]) if code is None else code
        return found.astype(np.int32)

    def order(self) -> NDArray[np.int64]:
        """The codes of `later` values in the order of their texts."""
        return self._sorted_later().order

    def in_order(self, codes: NDArray[np.int32]) -> tuple[NDArray[np.int64], Strings]:
        """Where each of `codes` (rising) stands among them by its text, and the texts in that order."""
        size = len(self.base)
        split = int(np.searchsorted(codes, size))
        early = Ragged(self.base.blob, self.base.offsets).take(codes[:split].astype(np.int64))
        order = np.arange(len(codes))
        texts = early
        if split < len(codes):
            later, known = codes[split:] - size, self._sorted_later()
            more = strings([self.later[at] for at in later.tolist()])
            keys = np.concatenate([codes[:split] * np.int64(2) + 1, known.before[later] * 2])
            order = np.lexsort((np.concatenate([np.zeros(split, np.int64), known.rank[later]]), keys))
            texts = chained([early, Ragged(more.blob, more.offsets)]).take(order)
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        return place, Strings(texts.flat, texts.offsets)

    def _sorted_later(self) -> "_Later":
        known, count = self._later, len(self.later)
        if len(known.order) != count:
            self._later = known = known.with_more(self.base, self.later[:count])
        return known

    def sorted(self) -> tuple[Strings, NDArray[np.int32]]:
        """All values as a base of their own, and the new code of each old one."""
        texts = [*self.base, *self.later]
        order = sorted(range(len(texts)), key=texts.__getitem__)
        new = np.empty(len(texts), np.int32)
        new[order] = np.arange(len(texts), dtype=np.int32)
        return strings([texts[place] for place in order]), new
