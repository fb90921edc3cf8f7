"""Which pictures of a set are most like one: exact, by a quick look at all of them and a second look at a few.

A vector is kept as 256 whole numbers of 8 bits and their `scale`; `error` is the length of what that loses. So the
likeness by whole numbers is wrong by no more than `error` (and a hair for the query's own 16 bits), and a row whose
upper bound is below the lower bounds of as many rows as are asked for cannot be one of them. The others are counted
again from the float16 vectors: in float64 that is exact (see pixplore.likeness), whatever the order of adding.

A million vectors take 256 MB in 8 bits, read from end to end. The 512 MB of float16 beside them are looked at row by
row; what of them came into memory is given back at once.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixplore.index.arrays import Array, Bits
from pixplore.index.bits import ALL, NONE, ONE, from_flags, rows_of
from pixplore.index.compiled import compiled, lowest, ones
from pixplore.index.mapped import give_back
from pixplore.likeness import DIMENSIONS, likeness

_CHUNK = 16_384  # rows
_FINE = 16_383
"""The largest of a query's whole numbers: 127 * _FINE * 256 stays within 31 bits."""
_ROUNDING = 1e-9
"""Far more than the float64 steps from whole numbers to a likeness lose."""
_AT_FIRST = 64
"""Rows that are counted again at a time, at first; then twice as many each time."""


def build_vectors(
    embeddings: Array, has: NDArray[np.bool_], phash: Array, has_phash: NDArray[np.bool_]
) -> dict[str, Array]:
    """What is kept of a segment's embeddings ((n, 256) float16, may be a memory map) and perceptual hashes (int64).

    `vectors` are the embeddings themselves, not copied. Needs about 40 MB beside what it returns.
    """
    count = len(embeddings)
    codes = np.zeros((count, DIMENSIONS), np.int8)
    scales, errors = np.zeros(count, np.float32), np.zeros(count, np.float32)
    lengths = np.zeros(1, np.float64)
    for start in range(0, count, _CHUNK):
        end = min(start + _CHUNK, count)
        part = embeddings[start:end].astype(np.float32)
        _quantise(part, codes[start:end], scales[start:end], errors[start:end], lengths)
        give_back(embeddings)
    return {
        "codes": codes,
        "scales": scales,
        "errors": errors,
        "lengths": lengths,
        "with_vector": from_flags(has),
        "vectors": embeddings,
        "hashes": np.ascontiguousarray(phash, np.int64),
        "with_hash": from_flags(has_phash & has),
    }


def likest(
    vectors: Mapping[str, Array], bits: Bits, vector: Array, limit: int
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Rows of `bits` most like `vector` (256 float16 values of about unit length) and their likeness, most like first.

    `limit` of them, and those after it that are as like as the last: who breaks ties by id finds all that tie.
    Ties are given by row. Rows without an embedding are left out.
    """
    asked = np.ascontiguousarray(vector, np.float64)
    whole, step, slack = _query(asked, float(vectors["lengths"][0]))
    rows, upper = _candidates(
        vectors["codes"], vectors["scales"], vectors["errors"], bits & vectors["with_vector"],
        whole, step, float(np.linalg.norm(asked)), slack, limit,
    )  # fmt: skip
    order = np.argsort(-upper, kind="stable")
    rows, upper = rows[order], upper[order]
    alike = np.zeros(0, np.float64)
    start, size = 0, max(_AT_FIRST, limit)
    while start < len(rows):
        if start >= limit and upper[start] < np.partition(alike, len(alike) - limit)[len(alike) - limit]:
            break
        alike = np.concatenate([alike, _exact(vectors["vectors"], rows[start : start + size], asked)])
        start += size
        size *= 2
    rows = rows[: len(alike)]
    order = np.lexsort((rows, -alike))
    if len(order) > limit:
        order = order[: np.searchsorted(-alike[order], -alike[order[limit - 1]], side="right")]
    return rows[order], alike[order]


def hashed(vectors: Mapping[str, Array], bits: Bits) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The rows of `bits` that have a perceptual hash (and an embedding to check it by), rising, and their hashes."""
    there = bits & vectors["with_hash"]
    rows = rows_of(there, int(np.bitwise_count(there).sum()))
    return rows, vectors["hashes"][rows]


def _query(asked: NDArray[np.float64], longest: float) -> tuple[NDArray[np.int16], float, float]:
    """The query as whole numbers, their unit, and the most that a likeness loses by that."""
    largest = float(np.abs(asked).max())
    step = largest / _FINE if largest else 1.0
    whole = np.rint(asked / step).astype(np.int16)
    lost = float(np.linalg.norm(asked - whole * step))
    return whole, step, lost * longest + _ROUNDING


def _exact(vectors: Array, rows: Array, asked: NDArray[np.float64]) -> NDArray[np.float64]:
    few = np.sort(rows)
    seen = vectors[few]
    give_back(vectors)
    alike = likeness(asked.astype("<f2").tobytes(), np.ascontiguousarray(seen, "<f2").tobytes())
    return alike[np.searchsorted(few, rows)]


@compiled
def _quantise(part: Any, codes: Any, scales: Any, errors: Any, lengths: Any) -> None:
    """Rows of float32 as whole numbers up to 127; errors are rounded up, lengths[0] grows to the longest possible."""
    for row in range(len(part)):
        largest = np.float32(0)
        for i in range(DIMENSIONS):
            largest = max(largest, abs(part[row, i]))
        if not largest > 0:
            continue
        scale = np.float32(largest / np.float32(127))
        per = np.float32(1) / scale
        lost, kept = 0.0, 0.0
        for i in range(DIMENSIONS):
            whole = min(max(np.rint(part[row, i] * per), np.float32(-127)), np.float32(127))
            codes[row, i] = np.int8(whole)
            back = np.float64(scale) * np.float64(whole)
            lost += (np.float64(part[row, i]) - back) ** 2
            kept += back**2
        scales[row] = scale
        errors[row] = np.float32(np.sqrt(lost) * (1 + 1e-6))
        lengths[0] = max(lengths[0], np.sqrt(kept) * (1 + 1e-6))


@compiled
def _dots(codes: Any, first: int, word: Any, query: Any, dots: Any) -> None:
    """The products of the query with the rows of one word of bits."""
    if word == ALL:
        for place in range(64):
            total = np.int32(0)
            for i in range(DIMENSIONS):
                total = np.int32(total + np.int32(codes[first + place, i]) * np.int32(query[i]))
            dots[place] = total
        return
    while word != NONE:
        place = lowest(word)
        word &= word - ONE
        total = np.int32(0)
        for i in range(DIMENSIONS):
            total = np.int32(total + np.int32(codes[first + place, i]) * np.int32(query[i]))
        dots[place] = total


@compiled
def _candidates(
    codes: Any, scales: Any, errors: Any, bits: Any, query: Any, step: float, length: float, slack: float, limit: int
) -> Any:
    """Rows of `bits` that may be among the `limit` most like, and the most each can be like."""
    room = 0
    for word in bits:
        room += ones(word)
    limit = min(limit, room)
    size = min(room, 4 * limit + 1024)
    rows, upper = np.empty(size, np.int32), np.empty(size, np.float64)
    lower = np.full(max(limit, 1), -np.inf)  # a heap of the best lower bounds; the least of them is its first
    found = 0
    dots = np.empty(64, np.int32)
    for at in range(len(bits)):
        first = at << 6
        _dots(codes, first, bits[at], query, dots)
        word = bits[at]
        while word != NONE:
            place = lowest(word)
            word &= word - ONE
            near = np.float64(dots[place]) * (np.float64(scales[first + place]) * step)
            wrong = np.float64(errors[first + place]) * length + slack
            if near + wrong < lower[0]:
                continue
            if found == len(rows):
                found = _sift_out(rows, upper, found, lower[0])
                if 2 * found > len(rows):
                    rows = np.concatenate((rows, np.empty_like(rows)))
                    upper = np.concatenate((upper, np.empty_like(upper)))
            rows[found], upper[found] = first + place, near + wrong
            found += 1
            if near - wrong > lower[0]:
                _replace_least(lower, near - wrong)
    found = _sift_out(rows, upper, found, lower[0])
    return rows[:found], upper[:found]


@compiled
def _sift_out(rows: Any, upper: Any, found: int, least: float) -> int:
    kept = 0
    for at in range(found):
        if upper[at] >= least:
            rows[kept], upper[kept] = rows[at], upper[at]
            kept += 1
    return kept


@compiled
def _replace_least(heap: Any, value: float) -> None:
    at = 0
    while 2 * at + 1 < len(heap):
        child = 2 * at + 1
        if child + 1 < len(heap) and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= value:
            break
        heap[at] = heap[child]
        at = child
    heap[at] = value
