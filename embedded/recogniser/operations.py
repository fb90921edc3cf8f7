"""Rekognition's operations: bytes of a picture and the request in, the response as Rekognition's JSON out."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from embedded.recogniser import text
from embedded.recogniser.labels import Scored, Vocabulary
from embedded.recogniser.properties import describe
from embedded.recogniser.request import Fault, confidence, labels_request
from pixplore.errors import Refused
from pixplore.vision import model, moderation
from pixplore.vision.glance import Memory

LABEL_MODEL = f"pixplore {model.MODEL_NAME}, ImageNet-1k"
FACE_MODEL = "none: this recogniser finds no faces"
BOX_FROM = 55.0  # a box is put only on a label that is certain enough to be shown
Operation = Callable[[bytes, Mapping[str, Any]], dict[str, object]]
_REFUSALS = {"not_an_image": "InvalidImageFormatException", "too_large": "ImageTooLargeException",
             "too_small": "InvalidParameterException"}  # fmt: skip


class Operations:
    """The models of one process. Every method may be called from several threads at once."""

    def __init__(self, models: Path) -> None:
        """`models` is a folder that build_models() has filled."""
        self._classifier = model.Classifier(models)
        self._moderator = moderation.Moderator(models)
        self._vocabulary = Vocabulary()
        self._memory = Memory()

    def warm_up(self) -> None:
        """Run each model once, so that the first question is answered as fast as the next."""
        self._classifier(np.zeros((1, model.SIZE, model.SIZE, 3), dtype=np.uint8))
        self._moderator(np.zeros((256, 256, 3), dtype=np.uint8))

    def call(self, name: str, data: bytes, body: Mapping[str, Any]) -> dict[str, object]:
        try:
            return self._methods()[name](data, body)
        except Refused as error:
            raise Fault(_REFUSALS[error.code], error.detail) from error

    def names(self) -> frozenset[str]:
        return frozenset(self._methods())

    def _methods(self) -> dict[str, Operation]:
        return {"DetectLabels": self.detect_labels, "DetectText": self.detect_text, "DetectFaces": self.detect_faces,
                "DetectModerationLabels": self.detect_moderation_labels}  # fmt: skip

    def detect_labels(self, data: bytes, body: Mapping[str, Any]) -> dict[str, object]:
        wanted = labels_request(body)
        glance = self._memory.look(data)
        answer: dict[str, object] = {"LabelModelVersion": LABEL_MODEL}
        properties = describe(glance.thumb)
        if wanted.general:
            scored = self._vocabulary.score(self._classifier(glance.boxed[None])[0][0], wanted.min_confidence)
            boxed = next((s for s in scored if s.label.narrow and s.confidence >= BOX_FROM), None)
            shown = [s for s in scored if wanted.filters.passes(s.label.name, s.label.category)]
            answer["Labels"] = [
                _label(s, properties.instances(wanted.max_colours) if s is boxed else [])
                for s in shown[: wanted.max_labels]
            ]
        if wanted.properties:
            answer["ImageProperties"] = properties.as_json(wanted.max_colours)
        return answer

    def detect_moderation_labels(self, data: bytes, body: Mapping[str, Any]) -> dict[str, object]:
        least = confidence(body, 50.0)
        found = self._moderator(self._memory.look(data).square) * 100
        label = {"Name": "Explicit", "ParentName": "", "Confidence": found, "TaxonomyLevel": 1}
        return {
            "ModerationLabels": [label] if found >= max(least, 1e-6) else [],
            "ModerationModelVersion": moderation.MODEL_NAME,
            "ContentTypes": [],
        }

    def detect_text(self, data: bytes, body: Mapping[str, Any]) -> dict[str, object]:
        self._memory.look(data)  # the same refusals as everywhere
        return text.detect(data, body)

    def detect_faces(self, data: bytes, body: Mapping[str, Any]) -> dict[str, object]:
        self._memory.look(data)
        return {"FaceDetails": [], "FaceModelVersion": FACE_MODEL}


def _label(scored: Scored, boxes: list[dict[str, object]]) -> dict[str, object]:
    label = scored.label
    return {
        "Name": label.name,
        "Confidence": scored.confidence,
        "Instances": [{**box, "Confidence": scored.confidence} for box in boxes],
        "Parents": [{"Name": name} for name in label.parents],
        "Aliases": [{"Name": name} for name in label.aliases],
        "Categories": [{"Name": label.category}],
    }
