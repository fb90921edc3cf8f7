"""The most alike pictures by the index are those of a look at every vector, ties and all."""

import mmap
from pathlib import Path

import numpy as np
import pytest

from pixplore.index import mapped as memory
from pixplore.index.bits import from_flags
from pixplore.index.near import build_vectors, hashed, likest
from pixplore.likeness import likeness


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)


def clustered(chance: np.random.Generator, count: int, spread: float) -> np.ndarray:
    centres = chance.standard_normal((max(1, count // 40), 256))
    return unit(centres[chance.integers(0, len(centres), count)] + spread * chance.standard_normal((count, 256)))


def build(embeddings: np.ndarray, has: np.ndarray) -> dict[str, np.ndarray]:
    return build_vectors(embeddings, has, np.arange(len(has)), has)


@pytest.mark.parametrize("seed", range(12))
def test_as_a_look_at_every_vector(seed: int) -> None:
    chance = np.random.default_rng(seed)
    count = int(chance.integers(1, 3000))
    embeddings = clustered(chance, count, [0.02, 0.3, 1.5][seed % 3])
    embeddings[chance.random(count) < 0.2] = embeddings[0]  # copies: they tie
    if seed % 4 == 0:
        embeddings[: count // 2, 0] = 0.99  # one number that makes the others coarse
    has = chance.random(count) < 0.9
    embeddings[~has] = 0
    vectors = build(embeddings, has)
    for density in (1.0, 0.3, 0.01):
        chosen = chance.random(count) < density
        bits = from_flags(chosen)
        for query in (embeddings[0], embeddings[-1], unit(chance.standard_normal((1, 256)))[0], -embeddings[0]):
            limit = int(chance.integers(1, 60))
            rows, alike = likest(vectors, bits, query, limit)
            among = np.nonzero(chosen & has)[0]
            exact = likeness(query.tobytes(), embeddings[among].tobytes())
            order = np.lexsort((among, -exact))
            if len(order) > limit:
                order = order[: np.searchsorted(-exact[order], -exact[order[limit - 1]], side="right")]
            assert rows.tolist() == among[order].tolist()
            assert alike.tolist() == exact[order].tolist()


def test_vectors_in_a_file_are_let_go_again(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    embeddings = clustered(chance, 5000, 0.3)
    embeddings.tofile(tmp_path / "vectors")
    with (tmp_path / "vectors").open("rb") as file:
        whole = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    mapped = np.frombuffer(whole, np.float16).reshape(embeddings.shape)  # as pixplore.index.store opens a base
    assert memory.mapped(mapped) is not None
    assert memory.mapped(np.memmap(tmp_path / "vectors", np.float16, "r")) is not None
    assert memory.mapped(embeddings) is None
    has = np.ones(5000, bool)
    from_file, in_memory = build(mapped, has), build(embeddings, has)
    bits = from_flags(has)
    for row in (0, 77, 4999):
        there, here = (likest(one, bits, embeddings[row], 20) for one in (from_file, in_memory))
        assert [part.tolist() for part in there] == [part.tolist() for part in here]


def test_hashes_of_pictures_that_can_be_checked() -> None:
    has = np.array([True, True, False, True])
    vectors = build_vectors(np.zeros((4, 256), np.float16), has, np.array([5, -6, 7, 8]), np.array([1, 0, 1, 1], bool))
    rows, hashes = hashed(vectors, from_flags(np.array([True, True, True, False])))
    assert (rows.tolist(), hashes.tolist()) == ([0], [5])
