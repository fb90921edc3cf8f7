"""Pairs of 64-bit hashes that differ in few bits: exact, and far from comparing all with all.

Cut into four bands of 16 bits, two hashes that differ in at most FURTHEST = 4 * 3 - 1 bits differ in at most 2 within
one band at least. So only hashes are compared whose band is one of the 137 that are at most 2 bits away.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixplore.index.compiled import compiled, ones

FURTHEST = 11
_BANDS, _WITHIN = 4, 2
_ALL_WITH_ALL = 4_000
"""So many are compared one by one at once."""
_MASKS = np.array([mask for mask in range(1 << 16) if mask.bit_count() <= _WITHIN], np.int64)


def near_pairs(hashes: NDArray[np.int64], most: int, limit: int) -> NDArray[np.int32]:
    """(n, 2) places in `hashes`, each pair once, the lower first, that differ in at most `most` (0-11) bits.

    Raises OverflowError where there are more than `limit` pairs.
    """
    if not 0 <= most <= FURTHEST:
        raise ValueError(f"Hashes are compared up to {FURTHEST} bits, not {most}.")
    plain = np.ascontiguousarray(hashes).view(np.uint64)
    if len(plain) <= _ALL_WITH_ALL:
        found: NDArray[np.int32] = _compared(
            np.arange(len(plain)), plain, np.array([0, len(plain)]), _MASKS[:1], 0, most, limit
        )
        return found
    pairs: list[NDArray[np.int32]] = []
    for band in range(_BANDS):
        order, starts = _by_band(plain, band)
        pairs.append(_compared(order, plain[order], starts, _MASKS, band, most, limit))
        limit -= len(pairs[-1])
    return np.concatenate(pairs)


def near_between(few: NDArray[np.int64], many: NDArray[np.int64], most: int, limit: int) -> NDArray[np.int32]:
    """(n, 2): a place in `few`, a place in `many`, of hashes that differ in at most `most` (0-11) bits.

    A thousand beside a million take some 4 million comparisons a band and four sorts by 16 bits.
    Raises OverflowError where there are more than `limit` pairs.
    """
    if not 0 <= most <= FURTHEST:
        raise ValueError(f"Hashes are compared up to {FURTHEST} bits, not {most}.")
    asked, plain = (np.ascontiguousarray(one).view(np.uint64) for one in (few, many))
    pairs = [np.empty((0, 2), np.int32)]
    for band in range(_BANDS):
        order, starts = _by_band(plain, band)
        pairs.append(_beside(asked, order, plain[order], starts, _MASKS, band, most, limit))
        limit -= len(pairs[-1])
    return np.concatenate(pairs)


def _by_band(plain: NDArray[np.uint64], band: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places by the 16 bits of a band, and where each of the 65,536 buckets begins."""
    keys = ((plain >> np.uint64(16 * band)) & np.uint64(0xFFFF)).astype(np.uint16)
    order = np.argsort(keys, kind="stable").astype(np.int64)
    starts = np.zeros((1 << 16) + 1, np.int64)
    np.cumsum(np.bincount(keys, minlength=1 << 16), out=starts[1:])
    return order, starts


@compiled
def _beside(few: Any, order: Any, ordered: Any, starts: Any, masks: Any, band: int, most: int, limit: int) -> Any:
    """The pairs between `few` and `ordered` (by bucket, `order` their places) that no earlier band has found."""
    out = np.empty((1024, 2), np.int32)
    found = 0
    for at in range(len(few)):
        one = few[at]
        bucket = np.int64((one >> np.uint64(16 * band)) & np.uint64(0xFFFF))
        for mask in masks:
            other = bucket ^ mask
            for j in range(starts[other], starts[other + 1]):
                apart = one ^ ordered[j]
                if ones(apart) > most or _in_earlier(apart, band):
                    continue
                if found == limit:
                    raise OverflowError
                if found == len(out):
                    out = np.concatenate((out, np.empty_like(out)))
                out[found, 0], out[found, 1] = at, order[j]
                found += 1
    return out[:found]


@compiled
def _compared(order: Any, ordered: Any, starts: Any, masks: Any, band: int, most: int, limit: int) -> Any:
    """The pairs that no earlier band has found; `ordered` are the hashes by bucket, `order` their places."""
    out = np.empty((1024, 2), np.int32)
    found = 0
    for bucket in range(len(starts) - 1):
        if starts[bucket] == starts[bucket + 1]:
            continue
        for mask in masks:
            other = bucket ^ mask
            if other < bucket:
                continue
            begin, end = starts[other], starts[other + 1]
            for i in range(starts[bucket], starts[bucket + 1]):
                one = ordered[i]
                first = max(begin, i + 1) if other == bucket else begin
                near = 0
                for j in range(first, end):
                    near += ones(one ^ ordered[j]) <= most
                if near == 0:
                    continue
                for j in range(first, end):
                    apart = one ^ ordered[j]
                    if ones(apart) > most or _in_earlier(apart, band):
                        continue
                    if found == limit:
                        raise OverflowError
                    if found == len(out):
                        out = np.concatenate((out, np.empty_like(out)))
                    a, b = order[i], order[j]
                    out[found, 0], out[found, 1] = min(a, b), max(a, b)
                    found += 1
    return out[:found]


@compiled
def _in_earlier(apart: Any, band: int) -> bool:
    for earlier in range(band):  # noqa: SIM110 - compiled
        if ones((apart >> np.uint64(16 * earlier)) & np.uint64(0xFFFF)) <= _WITHIN:
            return True
    return False
