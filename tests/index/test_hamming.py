"""Pairs of near hashes by bands are those of comparing all with all."""

import numpy as np
import pytest

from pixplore.index import hamming
from pixplore.index.hamming import FURTHEST, near_between, near_pairs


def flipped(chance: np.random.Generator, value: int, bits: int) -> int:
    for bit in chance.choice(64, bits, replace=False):
        value ^= 1 << int(bit)
    return value


@pytest.mark.parametrize("most", [0, 1, 6, 8, FURTHEST])
def test_as_all_with_all(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(most)
    values = [int(value) for value in chance.integers(0, 2**64, 400, np.uint64)]
    values += [flipped(chance, values[n % 40], n % 14) for n in range(300)]
    hashes = np.array(values, np.uint64).view(np.int64)
    expected = {
        (i, j) for j in range(len(values)) for i in range(j) if (values[i] ^ values[j]).bit_count() <= most
    }  # fmt: skip
    assert len(expected) > 5
    few = near_pairs(hashes, most, 10**6)
    monkeypatch.setattr(hamming, "_ALL_WITH_ALL", 0)
    many = near_pairs(hashes, most, 10**6)
    for pairs in (few, many):
        assert len(pairs) == len(expected)
        assert {(int(i), int(j)) for i, j in pairs} == expected
    beside = near_between(hashes[:90], hashes[90:], most, 10**6).tolist()
    assert sorted(beside) == sorted([i, j - 90] for i, j in expected if i < 90 <= j)
    with pytest.raises(OverflowError):
        near_between(hashes[:90], hashes, most, 89)


def test_too_many_pairs_are_not_cut_short_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OverflowError):
        near_pairs(np.zeros(100, np.int64), 8, 4949)
    assert len(near_pairs(np.zeros(100, np.int64), 8, 4950)) == 4950
    monkeypatch.setattr(hamming, "_ALL_WITH_ALL", 0)
    with pytest.raises(OverflowError):
        near_pairs(np.zeros(100, np.int64), 8, 4949)
