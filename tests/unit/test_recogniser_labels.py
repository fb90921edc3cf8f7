"""The table of labels, and the way confidences add up."""

import json
from pathlib import Path

import numpy as np
import pytest

from embedded.recogniser.labels import Vocabulary
from embedded.recogniser.taxonomy import build

TABLE = Path(build.__file__).parents[1] / "labels.json"


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary()


def logits_for(*classes: int) -> np.ndarray:
    """Logits that share all certainty equally among `classes`."""
    logits = np.full(1000, -50.0, dtype=np.float32)
    logits[list(classes)] = 10.0
    return logits


@pytest.mark.skipif(not build.NOUNS.exists(), reason="WordNet's nouns (Debian: wordnet-base) are not installed")
def test_the_committed_table_is_what_the_sources_give() -> None:
    assert json.loads(TABLE.read_text(encoding="utf-8")) == build.make()


def test_every_class_has_a_label_and_every_label_a_category(vocabulary: Vocabulary) -> None:
    assert {c for label in vocabulary.labels if label.narrow for c in label.classes} == set(range(1000))
    assert all(label.category for label in vocabulary.labels)
    names = [label.name for label in vocabulary.labels]
    assert len(set(map(str.lower, names))) == len(names)
    assert sum(not label.narrow for label in vocabulary.labels) >= 200


def test_parents_cover_their_children(vocabulary: Vocabulary) -> None:
    classes = {label.name: set(label.classes) for label in vocabulary.labels}
    for label in vocabulary.labels:
        assert all(set(label.classes) < classes[parent] for parent in label.parents), label.name


@pytest.mark.parametrize(
    ("name", "parents"),
    [
        ("Sneaker", {"Shoe", "Footwear", "Clothing"}),
        ("Frying Pan", {"Pan", "Cookware", "Kitchen Utensil"}),
        ("Hammer", {"Hand Tool", "Tool"}),
        ("Border Collie", {"Dog", "Mammal", "Animal"}),
        ("Cup", {"Drinkware", "Crockery", "Tableware"}),
    ],
)
def test_kin_of_everyday_goods(vocabulary: Vocabulary, name: str, parents: set[str]) -> None:
    label = next(label for label in vocabulary.labels if label.name == name)
    assert parents <= set(label.parents)
    assert "Food" not in label.parents


def test_a_wider_label_is_as_sure_as_its_classes_together(vocabulary: Vocabulary) -> None:
    found = {s.label.name: s.confidence for s in vocabulary.score(logits_for(770, 774))}  # running shoe, sandal
    assert found["Sneaker"] == pytest.approx(50, abs=0.1)
    assert found["Sandal"] == pytest.approx(50, abs=0.1)
    assert found["Shoe"] == pytest.approx(100, abs=0.1)
    assert found["Animal"] == pytest.approx(0, abs=0.1)


def test_two_classes_of_one_name_are_one_label(vocabulary: Vocabulary) -> None:
    found = [s for s in vocabulary.score(logits_for(836, 837)) if s.label.name == "Sunglasses"]
    assert [round(s.confidence) for s in found] == [100]


def test_the_least_confidence_and_the_order(vocabulary: Vocabulary) -> None:
    found = vocabulary.score(logits_for(770, 774), least=40)
    assert {s.label.name for s in found} == {"Footwear", "Shoe", "Clothing", "Sneaker", "Sandal"}
    confidences = [s.confidence for s in found]
    assert confidences == sorted(confidences, reverse=True)


def test_temperature_sharpens(vocabulary: Vocabulary) -> None:
    logits = np.zeros(1000, dtype=np.float32)
    logits[587] = 8.0
    plain = np.exp(8) / (np.exp(8) + 999)
    assert vocabulary.score(logits)[0].confidence / 100 > plain + 0.1
