"""From the classifier's logits to labels with confidence, parents, categories and aliases, as Rekognition has them."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pixplore.vision.model import Floats

# Chosen on photographs outside the demo set: at this value the labels shown at 55 and more are right most often
# without losing many. It is one number for every picture.
TEMPERATURE = 0.85


@dataclass(frozen=True)
class Label:
    """`parents` from the nearest to the widest; `classes` are the ImageNet classes that count for it."""

    name: str
    parents: tuple[str, ...]
    category: str
    aliases: tuple[str, ...]
    classes: tuple[int, ...]
    narrow: bool  # no other label is below it


@dataclass(frozen=True)
class Scored:
    """Confidence 0-100."""

    label: Label
    confidence: float


class Vocabulary:
    """All labels of labels.json."""

    def __init__(self) -> None:
        rows = json.loads(Path(__file__).with_name("labels.json").read_text(encoding="utf-8"))
        wide = {parent for row in rows for parent in row["parents"]}
        self.labels = [
            Label(r["name"], tuple(r["parents"]), r["category"], tuple(r["aliases"]), tuple(r["classes"]),
                  r["name"] not in wide)
            for r in rows
        ]  # fmt: skip
        self._classes = np.concatenate([np.array(label.classes) for label in self.labels])
        self._sizes = [len(label.classes) for label in self.labels]
        self._starts = np.cumsum([0, *self._sizes[:-1]])

    def score(self, logits: Floats, least: float = 0.0) -> list[Scored]:
        """Logits (1000,) -> the labels of at least `least` confidence, most certain first. A wider label's confidence
        is the sum of its classes'."""
        heat = np.exp((logits - logits.max()) / TEMPERATURE)
        sums = np.add.reduceat((heat / heat.sum())[self._classes], self._starts)
        confidences = np.minimum(sums * 100, 100)
        # Of equals the narrower first, then by name: the table is sorted by name, so the order is stable.
        order = sorted(np.nonzero(confidences >= least)[0], key=lambda i: (-confidences[i], self._sizes[i]))
        return [Scored(self.labels[i], float(confidences[i])) for i in order]
