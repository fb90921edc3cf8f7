"""`q` on an index: which images say each phrase, in their own words or by a label that they show."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pixplore.index import bits, text
from pixplore.index.arrays import Bits
from pixplore.index.gather_terms import SHOWN
from pixplore.index.live import Live
from pixplore.index.naming import Labels
from pixplore.index.terms import MOST_TENTHS
from pixplore.words import Phrase

_COMPLETE = 6


@dataclass(frozen=True, slots=True)
class Wording:
    """Phrases as they were typed, what misspelt words are taken for, and by phrase the codes of the labels whose
    names say it: completely, and those where the last word goes on.
    """

    phrases: tuple[Phrase, ...]
    spelling: dict[str, list[str]]
    complete: list[NDArray[np.int64]]
    begun: list[NDArray[np.int64]]

    def found(self, live: Live) -> Bits:
        """The rows that answer all phrases."""
        by_label = [_shown(live, np.concatenate(codes)) for codes in zip(self.complete, self.begun, strict=True)]
        segment = live.segment
        return text.match(segment.words, segment.text, self.phrases, self.spelling, by_label)

    def ranks(self, live: Live, rows: NDArray[np.int32]) -> NDArray[np.int32]:
        """How well each of `rows` (rising) answers."""
        by_label = [
            (_shown(live, complete), _shown(live, begun))
            for complete, begun in zip(self.complete, self.begun, strict=True)
        ]
        segment = live.segment
        found: NDArray[np.int32] = text.rank(segment.words, segment.text, self.phrases, self.spelling, by_label, rows)
        return found


def spelling(parts: Sequence[Live], labels: Labels, shown: Bits, phrases: tuple[Phrase, ...]) -> dict[str, list[str]]:
    """What misspelt words are taken for; `shown`: labels that any image shows."""
    asked = [(live.segment.words, live.segment.text, live.alive()) for live in parts]
    return text.spelling([*asked, (*labels.wording, shown)], phrases)


def understand(phrases: tuple[Phrase, ...], meant: dict[str, list[str]], labels: Labels) -> Wording:
    words, kept = labels.wording
    complete, begun = [], []
    for phrase in phrases:
        found = text.match(words, kept, [phrase], meant, None)
        rows = bits.rows_of(found, bits.cardinality(found))
        ranks = text.rank(words, kept, [phrase], meant, None, rows)
        complete.append(rows[ranks == _COMPLETE].astype(np.int64))
        begun.append(rows[ranks != _COMPLETE].astype(np.int64))
    return Wording(phrases, meant, complete, begun)


def _shown(live: Live, codes: NDArray[np.int64]) -> Bits:
    """Rows that show any of the labels."""
    found = bits.empty(len(live))
    for code in live.local_labels(codes):
        bits.add(found, live.segment.terms.carrying(int(code), SHOWN, MOST_TENTHS))
    return found
