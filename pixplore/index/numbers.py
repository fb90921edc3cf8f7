"""Attribute values that are numbers, in the order of their exact worth."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from pixplore.index.lexicon import Lexicon
from pixplore.query import Range

_NUMERIC = re.compile(r"[+-]?([0-9]{1,100}(\.[0-9]{0,100})?|\.[0-9]{1,100})")
"""The same as in pixplore.catalogue.conditions: what counts as a number there does so here."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """`codes` of the values that are numbers, by rising worth; `values` are the nearest float64."""

    codes: NDArray[np.int32]
    values: NDArray[np.float64]


NO_NUMBERS = Numbers(np.zeros(0, np.int32), np.zeros(0, np.float64))


def exact(text: str) -> Decimal | None:
    """The number that a text is; None for other text."""
    return Decimal(text) if _NUMERIC.fullmatch(text) else None


def numbers(texts: Sequence[str]) -> Numbers:
    found = [(code, text) for code, text in enumerate(texts) if _NUMERIC.fullmatch(text)]
    values = np.array([float(text) for _, text in found], np.float64)
    order = np.argsort(values, kind="stable")
    return Numbers(np.array([code for code, _ in found], np.int32)[order], values[order])


def within(lexicon: Lexicon, known: Numbers, bounds: Range) -> NDArray[np.int64]:
    """The codes of the values in the range, `known` being the numbers of the lexicon's base.

    Rounding to float64 keeps the order, so only values that round to the very float of a bound are in doubt: these
    are compared as decimals.
    """
    begin, end = 0, len(known.values)
    doubtful: set[int] = set()
    if bounds.gte is not None:
        begin, after = _equal(known.values, bounds.gte)
        doubtful |= set(range(begin, after))
        begin = after
    if bounds.lte is not None:
        end, after = _equal(known.values, bounds.lte)
        doubtful |= set(range(end, after))
    at = [place for place in doubtful if _in(lexicon.text(int(known.codes[place])), bounds)]
    later = [len(lexicon.base) + n for n, text in enumerate(list(lexicon.later)) if _in(text, bounds)]
    return np.concatenate(
        [known.codes[begin : max(begin, end)], known.codes[at], np.array(later, np.int64)], dtype=np.int64
    )


def _equal(values: NDArray[np.float64], bound: Decimal) -> tuple[int, int]:
    near = float(bound)
    return int(np.searchsorted(values, near, "left")), int(np.searchsorted(values, near, "right"))


def _in(text: str, bounds: Range) -> bool:
    number = exact(text)
    if number is None:
        return False
    return (bounds.gte is None or number >= bounds.gte) and (bounds.lte is None or number <= bounds.lte)
