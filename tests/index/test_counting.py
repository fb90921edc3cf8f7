"""Larger random segments than the oracle can look at: every way of counting and selecting against numpy."""

from decimal import Decimal

import numpy as np
import pytest

from pixplore.index import bits, counting
from pixplore.index.gather_terms import gather
from pixplore.index.lexicon import Lexicon
from pixplore.index.numbers import numbers, within
from pixplore.index.ragged import Ragged
from pixplore.index.strings import strings
from pixplore.query import Range

ROWS, LABELS = 5_000, 60


@pytest.fixture(scope="module")
def drawn() -> tuple[Ragged, np.ndarray]:
    """Terms, and for each row and label the set of its confidences as a matrix of row, label, tenths."""
    chance = np.random.default_rng(5)
    wide = chance.integers(0, 30, ROWS)
    row = np.repeat(np.arange(ROWS), wide)
    label = np.minimum(chance.zipf(1.3, len(row)), LABELS) * 7  # ids with holes
    tenths = np.where(chance.random(len(row)) < 0.3, 1000, chance.integers(0, 1001, len(row)))
    terms = np.unique(np.stack([row, label, tenths], axis=1), axis=0)
    offsets = np.concatenate([[0], np.cumsum(np.bincount(terms[:, 0], minlength=ROWS))])
    return Ragged((terms[:, 1] * 1024 + terms[:, 2]).astype(np.int32), offsets.astype(np.int64)), terms


@pytest.mark.parametrize(("low", "high"), [(550, 1000), (0, 1000), (1000, 1000), (1, 1000), (623, 1000), (0, 0),
                                           (300, 700), (550, 551), (0, 999), (624, 623)])  # fmt: skip
def test_labels_by_confidence(drawn: tuple[Ragged, np.ndarray], low: int, high: int) -> None:
    ragged, terms = drawn
    ids = np.unique(terms[:, 1]).astype(np.int32)
    made = gather(ragged, ids)
    assert len(made.bitmaps)  # some are frequent
    fits = terms[(terms[:, 2] >= low) & (terms[:, 2] <= high)]
    holds = np.zeros((ROWS, len(ids)), bool)
    holds[fits[:, 0], np.searchsorted(ids, fits[:, 1])] = True
    assert np.array_equal(_flags(made.labelled(low, high)), holds.any(axis=1))
    for code in range(len(ids)):
        assert np.array_equal(_flags(made.carrying(code, low, high)), holds[:, code])
        within_half = bits.from_flags(np.arange(ROWS) % 2 == 0)
        kept = made.keep(code, low, high, within_half.copy())
        made.drop(code, low, high, within_half)
        assert np.array_equal(_flags(kept), holds[:, code] & (np.arange(ROWS) % 2 == 0))
        assert np.array_equal(_flags(within_half), ~holds[:, code] & (np.arange(ROWS) % 2 == 0))
    for share in (0.002, 0.2, 0.6, 0.97, 1.0):
        found = np.random.default_rng(1).random(ROWS) < share
        for exact, most in ((True, 5), (False, 5), (False, 1), (False, 1000)):
            _counts_agree(made, found, holds[found].sum(axis=0), low, high, most, exact)


def _counts_agree(made, found, wanted, low, high, most, exact) -> None:
    for per_row, planning in ((1e9, -1.0), (0.0, -1.0), (15.0, 1e5)):  # by plan, by rows, as it chooses itself
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(counting, "_ROW", per_row)
            patch.setattr(counting, "_VALUE", 0.0)
            patch.setattr(counting, "_PLANNING", planning)
            counts = np.zeros(len(wanted), np.int64)
            rows = bits.from_flags(found)
            counting.count_labels(made, rows, int(found.sum()), low, high, most, counts, exact)
        if exact or planning > 0:
            assert np.array_equal(counts, wanted)
        assert np.array_equal(counts > 0, wanted > 0)
        highest = np.sort(wanted)[::-1][:most]
        assert np.array_equal(np.sort(counts)[::-1][:most], highest)
        sure = wanted >= max(highest[-1], 1)
        assert np.array_equal(counts[sure], wanted[sure])  # ties with the last one are counted too


def test_numbers_are_compared_exactly() -> None:
    texts = sorted(["0.1", "0.1000000000000000000001", "0.09999999999999999999", "9007199254740993", "9007199254740992",
                    "-0", "0.0", ".5", "+7.", "1e3", "7 ", "", "٣", "1" * 101])  # fmt: skip
    lexicon = Lexicon(strings(texts))
    lexicon.code("0.10")
    lexicon.code("cheap")

    def found(gte: str | None, lte: str | None) -> set[str]:
        bounds = Range(gte and Decimal(gte), lte and Decimal(lte))
        return set(lexicon.texts(within(lexicon, numbers(texts), bounds).tolist()))

    assert found("0.1", "0.1") == {"0.1", "0.10"}
    assert found("0.10000000000000000000001", "0.4") == {"0.1000000000000000000001"}
    assert found(None, "0.09999999999999999999") == {"-0", "0.0", "0.09999999999999999999"}
    assert found("9007199254740993", None) == {"9007199254740993"}
    assert found("0.5", "7") == {".5", "+7."}
    assert found("1e300", None) == set()


def _flags(rows: np.ndarray) -> np.ndarray:
    return np.unpackbits(rows.view(np.uint8), bitorder="little")[:ROWS].astype(bool)
