"""A made-up catalogue is the same for the index, the import and the next run."""

import json
from itertools import pairwise
from uuid import UUID

import numpy as np
import pytest

from pixplore.catalogue.document import words_of
from pixplore.index.columns import Coded, Rows
from pixplore.labels import Vocabulary, counted, packed
from pixplore.synthesis import Chunk, chunks, label_names, labels, to_batch, to_rows, to_text

IMAGES = 3_000


@pytest.fixture(scope="module")
def chunk() -> Chunk:
    (only,) = chunks(IMAGES, seed=3)
    return only


@pytest.fixture(scope="module")
def rows(chunk: Chunk) -> Rows:
    return to_rows(chunk)


def one(column: Coded, row: int) -> str | None:
    code = column.codes[row]
    return None if code < 0 else column.values[code]


def several(column: Coded, row: int) -> list[str]:
    assert column.offsets is not None
    return [column.values[code] for code in column.codes[column.offsets[row] : column.offsets[row + 1]]]


def test_index_and_import_tell_of_the_same_images(chunk: Chunk, rows: Rows) -> None:
    names = label_names()
    numbers = {name: number for number, name in names.items()}
    parents = {label.name: label.parents for label in labels()}
    vocabulary = Vocabulary([(number, name, parents[name], ()) for number, name in names.items()])
    for row, told in enumerate(to_batch(chunk).to_pylist()):
        attributes = json.loads(told["attributes"])
        assert UUID(told["id"]).bytes == rows.ids[row].tobytes()
        assert told["created_at"].timestamp() == pytest.approx(rows.created[row] / 1e6)
        assert told["name"] == rows.name_keys[row]
        assert told["sku"] == one(rows.single["sku"], row)
        assert told["category"] == one(rows.single["category"], row)
        assert (told["width"] or -1, told["height"] or -1) == (rows.width[row], rows.height[row])
        assert told["tags"] == several(rows.many["tag"], row)
        said = [packed(numbers[label["name"]], label["confidence"]) for label in told["labels"]]
        terms = rows.terms[rows.term_offsets[row] : rows.term_offsets[row + 1]].tolist()
        assert terms == counted(vocabulary, said)
        surest: dict[int, int] = {}
        for term in terms:
            surest[term >> 10] = max(term & 1023, surest.get(term >> 10, 0))
        assert sorted(surest.items()) == sorted((number >> 10, number & 1023) for number in said)  # ancestors are said
        has = {name: text for name, column in rows.attributes.items() if (text := one(column, row)) is not None}
        assert has == {name: str(value) for name, value in attributes.items()}
        stored = words_of(told["name"], told["title"], told["sku"], told["tags"], told["category"], attributes)
        mine = " ".join(several(rows.words, row)).split("\x1f")
        theirs = stored.split("\x1f")
        assert [sorted(" ".join(s.split()) for s in part.split("\n")) for part in mine] == [
            sorted(" ".join(s.split()) for s in part.split("\n")) for part in theirs
        ]


def test_text_for_csv_says_the_same(chunk: Chunk) -> None:
    for told, text in zip(to_batch(chunk).to_pylist(), to_text(chunk).to_pylist(), strict=True):
        assert text["labels"] == "|".join(f"{label['name']}:{label['confidence']:.1f}" for label in told["labels"])
        assert text["tags"] == "|".join(told["tags"])
        assert text["created_at"] == told["created_at"].strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        assert text["attributes"] == told["attributes"]


def test_the_same_seed_makes_the_same_catalogue() -> None:
    first, again, other = (list(chunks(200, seed)) for seed in (5, 5, 6))
    assert to_batch(first[0]).equals(to_batch(again[0]))
    assert not to_batch(first[0]).equals(to_batch(other[0]))


def test_it_looks_like_a_catalogue() -> None:
    made = list(chunks(120_000, seed=1, embeddings=True))
    assert [len(chunk) for chunk in made] == [50_000, 50_000, 20_000]
    assert len({UUID(bytes=raw.tobytes()) for chunk in made for raw in chunk.ids}) == 120_000
    created = np.concatenate([chunk.created for chunk in made])
    assert all(later >= earlier for later, earlier in pairwise(created.tolist()))
    assert 2.9 < (created[0] - created[-1]) / (365 * 86_400e6) <= 3
    counts = np.diff(made[0].label_offsets)
    assert 11 < counts.mean() < 14
    assert 0.005 < (counts == 0).mean() < 0.015
    assert made[0].tenths.min() >= 200
    assert made[0].tenths.max() <= 1000
    used = np.sort(np.bincount(made[0].labels, minlength=2_500))[::-1]
    assert used[0] > 20 * used[250] > 100 * used[-1] > 0  # a long tail, and every label
    vectors = made[0].embeddings
    assert vectors is not None
    assert np.allclose(np.linalg.norm(vectors[:100].astype(np.float32), axis=1), 1, atol=2e-3)
