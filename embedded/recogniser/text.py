"""Reading text with rapidocr, where the extra is installed (`make ocr`); without it an empty answer that says so.

It costs about 0.3 s of one core a picture and 300 MB of memory, which is why it is an extra.
"""

import importlib
import threading
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from embedded.recogniser.request import confidence
from pixplore.vision.glance import open_upright

NO_READER = "none: text is not read, `make ocr` installs the reader"
_SIDE = 960  # pixels of the long side that is read; text smaller than about 1 % of it is lost
_reading = threading.Lock()  # rapidocr keeps a picture's state in its objects: one at a time


@cache
def reader_version() -> str:
    """What TextModelVersion says."""
    try:
        return f"rapidocr-onnxruntime {version('rapidocr-onnxruntime')}"
    except PackageNotFoundError:
        return NO_READER


@cache
def _reader() -> Any:
    # With more threads, ones that spin take the cores from everything else: twice the CPU time.
    importlib.import_module("cv2").setNumThreads(1)
    rapidocr = importlib.import_module("rapidocr_onnxruntime")
    return rapidocr.RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)


def detect(data: bytes, body: Mapping[str, Any]) -> dict[str, object]:
    """Rekognition's DetectText: each line, and its words below it. The words' boxes share the line's evenly by
    their letters, for the reader gives boxes for lines alone."""
    least = confidence(_word_filter(body), 0.0)
    answer: dict[str, object] = {"TextDetections": [], "TextModelVersion": reader_version()}
    if reader_version() == NO_READER:
        return answer
    image = open_upright(data, _SIDE)
    image.thumbnail((2 * _SIDE, 2 * _SIDE))
    with _reading:
        lines, _ = _reader()(np.ascontiguousarray(np.asarray(image)[:, :, ::-1]))
    detections: list[dict[str, object]] = []
    size = np.array(image.size, dtype=float)
    for corners, text, score in lines or []:
        if float(score) * 100 < least:
            continue
        polygon = np.clip(np.array(corners, dtype=float) / size, 0, 1)
        number = len(detections)
        detections.append(_detection("LINE", number, text, float(score), polygon, None))
        detections += _words(text, float(score), polygon, number)
    answer["TextDetections"] = detections
    return answer


def _word_filter(body: Mapping[str, Any]) -> Mapping[str, Any]:
    found = body.get("Filters")
    inner = found.get("WordFilter") if isinstance(found, dict) else None
    return inner if isinstance(inner, dict) else {}


def _words(text: str, score: float, polygon: Any, line: int) -> list[dict[str, object]]:
    top_left, top_right, bottom_right, bottom_left = polygon
    words: list[dict[str, object]] = []
    at = 0
    for word in text.split():
        start = text.index(word, at)
        at = start + len(word)
        a, b = start / len(text), at / len(text)
        corners = np.array([top_left + (top_right - top_left) * a, top_left + (top_right - top_left) * b,
                            bottom_left + (bottom_right - bottom_left) * b,
                            bottom_left + (bottom_right - bottom_left) * a])  # fmt: skip
        words.append(_detection("WORD", line + 1 + len(words), word, score, corners, line))
    return words


def _detection(kind: str, number: int, text: str, score: float, polygon: Any, parent: int | None) -> dict[str, object]:
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    found: dict[str, object] = {
        "DetectedText": text, "Type": kind, "Id": number, "Confidence": score * 100,
        "Geometry": {
            "BoundingBox": {"Left": float(low[0]), "Top": float(low[1]), "Width": float(high[0] - low[0]),
                            "Height": float(high[1] - low[1])},
            "Polygon": [{"X": float(x), "Y": float(y)} for x, y in polygon],
        },
    }  # fmt: skip
    return found if parent is None else {**found, "ParentId": parent}
