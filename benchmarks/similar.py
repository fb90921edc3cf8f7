"""Most alike pictures: `python -m benchmarks.similar`. Unfiltered and among 1 %, compared with float32 by brute force.

Embeddings are synthetic: 200 clusters, within which pictures are about 0.5 alike.
"""

import time
from decimal import Decimal

import numpy as np

from benchmarks.figures import HEADER, IMAGES, SEED, row, short, times, told
from benchmarks.made import Made, made
from benchmarks.report import table
from pixplore.index.index import Index
from pixplore.query import Condition, Query
from pixplore.synthesis import chunks, label_names

LIMIT = 50
ASKED = 60


def one_percent(index: Index) -> tuple[Query, int]:
    """A label's query that finds nearest to 1 % of the images, and how many."""
    wanted = IMAGES // 100
    _, facets = index.count(Query(), ("label",), 2_500)
    name, count = min(facets["label"].values, key=lambda one: abs(one[1] - wanted))
    return Query(conditions={"label": Condition(all=(name,))}), count


def among(query: Query) -> list[np.ndarray]:
    """For each chunk of the catalogue, which of its images answer (by hand, without the index)."""
    code = {name: number - 1 for number, name in label_names().items()}
    names = query.condition("label").all
    low = int(query.low * Decimal(10))
    found = []
    for chunk in chunks(IMAGES, SEED):
        kept = np.ones(len(chunk), bool)
        image = np.repeat(np.arange(len(chunk)), np.diff(chunk.label_offsets))
        for name in names:
            said = (chunk.labels == code[name]) & (chunk.tenths >= low)
            kept &= np.bincount(image[said], minlength=len(chunk)) > 0
        found.append(kept)
    return found


def brute(vectors: np.ndarray, places: list[list[np.ndarray]]) -> list[list[np.ndarray]]:
    """Likeness of each vector to each image by float32: for each query, the values of its images, chunk by chunk."""
    alike: list[list[np.ndarray]] = [[] for _ in places]
    for number, chunk in enumerate(chunks(IMAGES, SEED, embeddings=True)):
        assert chunk.embeddings is not None
        values = vectors @ chunk.embeddings.astype(np.float32).T
        for query, some in enumerate(places):
            alike[query].append(values[:, some[number]])
    return alike


def recall(start: Made, queries: list[Query], vectors: np.ndarray) -> list[float]:
    """Of the 50 most alike by float32, the share that the index gives; ties at the end count for either."""
    alike = brute(vectors.astype(np.float32), [among(query) for query in queries])
    shares = []
    for query, chunks_of in zip(queries, alike, strict=True):
        values = np.concatenate(chunks_of, axis=1)
        hits = 0
        for vector, row_values in zip(vectors, values, strict=True):
            found = np.array([value for _, value in start.index.likest(query, vector.tobytes(), LIMIT)])
            least = np.partition(row_values, -LIMIT)[-LIMIT]
            hits += int((found >= least - 1e-6).sum())
        shares.append(hits / (LIMIT * len(vectors)))
    return shares


def main() -> None:
    with made(IMAGES, embeddings=True) as start:
        last = list(chunks(min(IMAGES, 50_000), SEED + 1, embeddings=True))[-1]
        assert last.embeddings is not None
        vectors = last.embeddings[:: len(last) // ASKED][:ASKED]
        query, matching = one_percent(start.index)
        seconds = []
        for asked in (Query(), query):
            seconds.append([])
            for vector in np.concatenate([vectors[:5], vectors]):
                began = time.perf_counter()
                start.index.likest(asked, vector.tobytes(), LIMIT)
                seconds[-1].append(time.perf_counter() - began)
        everything, some = times(seconds[0][5:]), times(seconds[1][5:])
        shares = recall(start, [Query(), query], vectors)
        size = start.index.sizes().get("vectors", 0)
    rows = [
        row("similar among all: p50 / p95 / p99 / mean ms", str(everything), "p95 < 50 ms", everything.p95 < 50),
        row(f"similar among {matching / IMAGES:.1%} ({matching:,}): p50 / p95 / p99 / mean ms", str(some),
            "p95 < 10 ms", some.p95 < 10),
        row(f"recall of the {LIMIT} most alike against float32, all / 1 %", f"{shares[0]:.4f} / {shares[1]:.4f}",
            "1.00", min(shares) == 1),
        row("vectors in the index", f"{short(size / 1e6)} MB"),
    ]  # fmt: skip
    told("Similar pictures", f"{IMAGES:,} images, {ASKED} pictures that are not among them.\n\n{table(HEADER, rows)}")


if __name__ == "__main__":
    main()
