"""The labels that an index knows: their codes, ids and names, and the words of their names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pixplore.index import text
from pixplore.index.arrays import Array, Words
from pixplore.index.columns import SECTION_END, VALUE_END
from pixplore.index.strings import strings
from pixplore.words import document


@dataclass(frozen=True)
class Labels:
    """Code c is the label `ids[c]`, called `names[c]`. Codes are never given anew."""

    ids: tuple[int, ...]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def codes(self) -> dict[str, int]:
        return {name: code for code, name in enumerate(self.names)}

    @cached_property
    def by_name(self) -> NDArray[np.int64]:
        """The codes in the order of their names."""
        return np.array(sorted(range(len(self)), key=self.names.__getitem__), np.int64)

    @cached_property
    def _code_of_id(self) -> dict[int, int]:
        return {label: code for code, label in enumerate(self.ids)}

    def codes_of(self, ids: Sequence[int]) -> NDArray[np.int32]:
        return np.array([self._code_of_id[label] for label in ids], np.int32)

    def knowing(self, ids: Sequence[int], names: Mapping[int, str]) -> "Labels":
        """With codes for `ids` too, and `names` instead of the names that they had."""
        more = [label for label in ids if label not in self._code_of_id]
        known = [(self._code_of_id.get(label), name) for label, name in names.items()]
        renamed = {code: name for code, name in known if code is not None and self.names[code] != name}
        if not more and not renamed:
            return self
        held = [renamed.get(code, name) for code, name in enumerate(self.names)]
        return Labels((*self.ids, *more), (*held, *(names[label] for label in more)))

    @cached_property
    def wording(self) -> tuple[Words, dict[str, Array]]:
        """The names as if each were an image of which section B says it: what a phrase finds is a label."""
        tokens: list[str] = []
        ends = [0]
        for name in self.names:
            tokens += _tokens(document([[], [name]]))
            ends.append(len(tokens))
        vocabulary = sorted({*tokens, VALUE_END, SECTION_END})
        places = {token: place for place, token in enumerate(vocabulary)}
        codes = np.array([places[token] for token in tokens], np.int32)
        words = Words(codes, np.array(ends, np.int64), strings(vocabulary))
        return words, text.build_postings(words)


def _tokens(stored: str) -> list[str]:
    for end in (VALUE_END, SECTION_END):
        stored = stored.replace(end, f" {end} ")
    return [token for token in stored.split(" ") if token]
