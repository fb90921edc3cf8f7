"""Labels that people teach by a handful of pictures: what is learned from embeddings, and how well it holds.

Learned by weighted ridge regression: the examples against the counter-examples and a sample of other pictures, with
the strength of the ridge that the pictures left out one by one like best (in closed form, so that it is exact and
takes milliseconds). What it says of a picture is one number, a product with one direction, which is why the index
can look for the most likely pictures; the confidence is a logistic curve over it (Platt, "Probabilistic outputs for
support vector machines", 1999), fitted to the pictures left out.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixplore.likeness import DIMENSIONS, EMBEDDING

Floats = NDArray[np.float64]
FEWEST, MOST = 5, 20
"""Examples that a label is begun with."""
_RIDGES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
_RARE = 9.0
"""Other pictures weigh so much against the examples: as if one picture in ten showed what is taught."""
STEPS = (20.0, 55.0, 70.0, 80.0, 90.0)
"""Confidences that a report is about."""


@dataclass(frozen=True, slots=True)
class Model:
    """`direction`: 256 float16 of unit length. Likeness s to it gives 100 / (1 + e^-(scale s + offset)) percent."""

    direction: bytes
    scale: float
    offset: float

    def confidence(self, alike: Floats) -> Floats:
        """0-100, of likenesses to `direction`."""
        return 100 * _logistic(self.scale * alike + self.offset)

    def percent(self, alike: float) -> float:
        """The same of one, in tenths."""
        return round(float(self.confidence(np.array([alike]))[0]), 1)

    def stored(self) -> dict[str, Any]:
        return {"direction": base64.b64encode(self.direction).decode(), "scale": self.scale, "offset": self.offset,
                "embedding": EMBEDDING}  # fmt: skip

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None) -> "Model | None":
        """None for a model that was learned from embeddings of another kind."""
        if not stored or stored.get("embedding") != EMBEDDING:
            return None
        return cls(base64.b64decode(stored["direction"]), float(stored["scale"]), float(stored["offset"]))


@dataclass(frozen=True, slots=True)
class Step:
    """What comes of counting from `confidence` on.

    `found` of the examples, `wrong` of the counter-examples, `others` of the other pictures. `recall` is the share of
    the examples found; `precision` that of what was found among the pictures that people judged; `precision_at_least`
    takes every other picture for a wrong one, though some may rightly show it. None where nothing was found.
    """

    confidence: float
    found: int
    wrong: int
    others: int
    recall: float
    precision: float | None
    precision_at_least: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """Each picture judged by what was learned from all but itself. `examples`, ...: how many there were."""

    examples: int
    counter_examples: int
    others: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Learned:
    model: Model
    report: Report


def vectors(embeddings: list[bytes]) -> Floats:
    return np.frombuffer(b"".join(embeddings), "<f2").astype(np.float64).reshape(-1, DIMENSIONS)


def learn(examples: Floats, counter_examples: Floats, others: Floats) -> Learned:
    """(n, 256) embeddings each, at least two examples, at least one of the rest.

    `others` are pictures that nobody judged. As many of them as there are examples may be left out of learning where
    they look like examples: they probably are.
    """
    first = _fit(examples, counter_examples, others)
    apart = len(others) - _lookalikes(first, len(examples))
    likely = np.argsort(first.others, kind="stable")[:apart]
    fit = first if apart == len(others) else _fit(examples, counter_examples, others[likely])
    scale, offset = _curve(fit)
    length = float(np.linalg.norm(fit.weights))
    direction = (fit.weights / max(length, 1e-12)).astype("<f2")
    model = Model(direction.tobytes(), scale * length, scale * fit.offset + offset)
    left_out = np.setdiff1d(np.arange(len(others)), likely)
    unseen = np.concatenate([fit.others, others[left_out] @ fit.weights + fit.offset])
    confidences = [100 * _logistic(scale * part + offset) for part in (fit.examples, fit.counter_examples, unseen)]
    return Learned(model, _report(*confidences))


@dataclass(frozen=True, slots=True)
class _Fit:
    """`weights` and `offset` from all; the rest are scores of each picture by the fit without it."""

    weights: Floats
    offset: float
    examples: Floats
    counter_examples: Floats
    others: Floats


def _fit(examples: Floats, counter_examples: Floats, others: Floats) -> _Fit:
    counts = (len(examples), len(counter_examples), len(others))
    # A counter-example counts as much as an example, all of them never more than all of those; so do all others.
    shares = (1 / counts[0], min(1 / counts[0], 1 / max(counts[1], 1)), 1 / max(counts[2], 1))
    weight = np.repeat(shares, counts)
    target = np.repeat((1.0, -1.0, -1.0), counts)
    rows = np.concatenate([examples, counter_examples, others])
    # Around the weighted means, so that the offset is free; in the axes of the scatter, where a ridge is a division.
    middle, level = np.average(rows, axis=0, weights=weight), float(np.average(target, weights=weight))
    centred = rows - middle
    spread, axes = np.linalg.eigh((centred * weight[:, None]).T @ centred)
    along = centred @ axes
    moment = along.T @ (weight * (target - level))
    best: tuple[float, Floats, Floats] | None = None
    for ridge in _RIDGES:
        shrunk = np.maximum(spread, 0) + ridge
        scores = along @ (moment / shrunk) + level
        leverage = np.minimum(weight * (1 / weight.sum() + along**2 @ (1 / shrunk)), 1 - 1e-9)
        left_out = (scores - leverage * target) / (1 - leverage)
        loss = float(weight @ (left_out - target) ** 2)
        if best is None or loss < best[0]:
            best = loss, axes @ (moment / shrunk), left_out
    assert best is not None  # noqa: S101 - there are ridges
    one, two, three = np.split(best[2], np.cumsum(counts)[:2])
    return _Fit(best[1], level - float(middle @ best[1]), one, two, three)


def _lookalikes(fit: _Fit, most: int) -> int:
    """Other pictures that score as the better three quarters of the examples do."""
    return min(most, int((fit.others >= np.quantile(fit.examples, 0.25)).sum()), len(fit.others) // 2)


def _curve(fit: _Fit) -> tuple[float, float]:
    """Scale and offset of the logistic curve over scores; targets stay off 0 and 1 as Platt has them."""
    scores = np.concatenate([fit.examples, fit.counter_examples, fit.others])
    good, bad = len(fit.examples), len(scores) - len(fit.examples)
    counts = (good, len(fit.counter_examples), len(fit.others))
    shares = (1.0, 1 / good * counts[1] if counts[1] < good else 1.0, _RARE)
    weight = np.repeat([share / max(count, 1) for share, count in zip(shares, counts, strict=True)], counts)
    target = np.repeat([(good + 1) / (good + 2), 1 / (bad + 2)], (good, bad))
    by = np.array([4.0, 0.0])
    design = np.stack([scores, np.ones(len(scores))], axis=1)
    for _ in range(60):
        said = _logistic(design @ by)
        slope = design.T @ (weight * (said - target)) + 1e-3 * by
        bend = (design * (weight * np.maximum(said * (1 - said), 1e-6))[:, None]).T @ design + 1e-3 * np.eye(2)
        step = np.linalg.solve(bend, slope)
        by = by - step / max(1.0, float(np.abs(step).max()) / 2)
        if np.abs(step).max() < 1e-9:
            break
    return max(float(by[0]), 1e-3), float(by[1])


def _report(examples: Floats, counter_examples: Floats, others: Floats) -> Report:
    steps = []
    for least in STEPS:
        found, wrong, more = (int((part >= least).sum()) for part in (examples, counter_examples, others))
        precision = found / (found + wrong) if found + wrong else None
        lowest = found / (found + wrong + more) if found + wrong + more else None
        steps.append(Step(least, found, wrong, more, found / len(examples), precision, lowest))
    return Report(len(examples), len(counter_examples), len(others), tuple(steps))


def _logistic(x: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(x, -60, 60)))
