"""What a few examples teach, and an honest report on it."""

import numpy as np
import pytest

from pixplore.likeness import likeness
from pixplore.taught import Model, learn, vectors


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def around(chance: np.random.Generator, centre: np.ndarray, count: int, spread: float = 0.7) -> np.ndarray:
    return unit(centre + spread * unit(chance.standard_normal((count, 256))))


@pytest.fixture
def chance() -> np.random.Generator:
    return np.random.default_rng(7)


def test_more_of_the_same_are_told_from_the_rest(chance: np.random.Generator) -> None:
    kinds = unit(chance.standard_normal((30, 256)))
    others = np.concatenate([around(chance, kind, 50) for kind in kinds[1:]])
    taught = learn(around(chance, kinds[0], 12), np.empty((0, 256)), others)
    right = taught.model.confidence(vectors([row.astype("<f2").tobytes() for row in around(chance, kinds[0], 200)])
                                    @ vectors([taught.model.direction])[0])  # fmt: skip
    wrong = taught.model.confidence(around(chance, kinds[5], 500) @ vectors([taught.model.direction])[0])
    assert (right >= 55).mean() > 0.95
    assert (wrong >= 55).mean() < 0.02
    step = taught.report.steps[1]
    assert (step.confidence, taught.report.examples, taught.report.others) == (55, 12, len(others))
    assert step.recall > 0.9
    assert step.precision_at_least > 0.8


def test_what_has_nothing_in_common_is_reported_so(chance: np.random.Generator) -> None:
    anything = unit(chance.standard_normal((400, 256)))
    report = learn(anything[:10], np.empty((0, 256)), anything[10:]).report
    assert report.steps[1].recall <= 0.2


def test_left_out_is_as_if_it_had_never_been_there(chance: np.random.Generator) -> None:
    from pixplore import taught

    kinds = unit(chance.standard_normal((2, 256)))
    examples, others = around(chance, kinds[0], 8), around(chance, kinds[1], 40)
    fit = taught._fit(examples, examples[:0], others)
    rows = np.concatenate([examples, others])
    target = np.repeat((1.0, -1.0), (8, 40))
    weight = np.repeat((1 / 8, 1 / 40), (8, 40))
    closest = []
    for ridge in taught._RIDGES:
        scores = []
        for at in range(len(rows)):
            kept = np.arange(len(rows)) != at
            w = weight[kept]
            middle, level = np.average(rows[kept], axis=0, weights=w), np.average(target[kept], weights=w)
            centred = rows[kept] - middle
            scatter = (centred * w[:, None]).T @ centred + ridge * np.eye(256)
            direction = np.linalg.solve(scatter, centred.T @ (w * (target[kept] - level)))
            scores.append((rows[at] - middle) @ direction + level)
        closest.append(np.abs(np.array(scores) - np.concatenate([fit.examples, fit.others])).max())
    assert min(closest) < 1e-6


def test_counter_examples_count(chance: np.random.Generator) -> None:
    kinds = unit(chance.standard_normal((20, 256)))
    near = unit((kinds[0] + 0.9 * kinds[1])[None])[0]  # looks nearly so
    examples, others = around(chance, kinds[0], 10), np.concatenate([around(chance, kind, 40) for kind in kinds[2:]])
    without = learn(examples, np.empty((0, 256)), others).model
    with_some = learn(examples, around(chance, near, 8), others).model
    few = around(chance, near, 100)
    before, after = (float(m.confidence(few @ vectors([m.direction])[0]).mean()) for m in (without, with_some))
    assert after < before - 20


def test_a_model_is_kept_as_json_and_only_for_its_kind_of_embeddings(chance: np.random.Generator) -> None:
    model = learn(
        unit(chance.standard_normal((5, 256))), np.empty((0, 256)), unit(chance.standard_normal((9, 256)))
    ).model
    stored = model.stored()
    again = Model.of(stored)
    assert again == model
    alike = likeness(model.direction, model.direction)
    assert 0 <= model.percent(float(alike[0])) <= 100
    assert Model.of(stored | {"embedding": "another recipe"}) is None
    assert Model.of(None) is None
