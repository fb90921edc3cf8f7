"""Text is read by a real reader or not at all."""

import io
from importlib.util import find_spec

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from embedded.recogniser import text
from embedded.recogniser.request import Fault

READER = find_spec("rapidocr_onnxruntime") is not None


def sign() -> bytes:
    """A white picture of 800 x 400 pixels that says two things."""
    image = Image.new("RGB", (800, 400), "white")
    draw = ImageDraw.Draw(image)
    draw.text((100, 80), "Torque 500", fill="black", font=ImageFont.load_default(60))
    draw.text((100, 260), "SALE", fill="red", font=ImageFont.load_default(50))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


@pytest.mark.skipif(READER, reason="the reader is installed")
def test_without_a_reader_the_answer_is_empty_and_says_so() -> None:
    answer = text.detect(sign(), {})
    assert answer["TextDetections"] == []
    assert "make ocr" in str(answer["TextModelVersion"])


@pytest.mark.skipif(not READER, reason="the optional reader (`make ocr`) is not installed")
def test_lines_and_their_words() -> None:
    found = text.detect(sign(), {})["TextDetections"]
    assert [(d["Id"], d["Type"], d["DetectedText"], d.get("ParentId")) for d in found] == [
        (0, "LINE", "Torque 500", None), (1, "WORD", "Torque", 0), (2, "WORD", "500", 0),
        (3, "LINE", "SALE", None), (4, "WORD", "SALE", 3),
    ]  # fmt: skip
    box = found[0]["Geometry"]["BoundingBox"]
    assert box["Left"] == pytest.approx(100 / 800, abs=0.03)
    assert box["Top"] == pytest.approx(95 / 400, abs=0.05)
    assert found[0]["Confidence"] > 80
    assert text.detect(sign(), {"Filters": {"WordFilter": {"MinConfidence": 100}}})["TextDetections"] == []


def test_words_share_the_box_of_their_line() -> None:
    line = np.array([[0.1, 0.2], [0.9, 0.2], [0.9, 0.4], [0.1, 0.4]])
    first, second = text._words("ab ab", 0.9, line, 7)
    assert (first["Id"], second["Id"], second["ParentId"]) == (8, 9, 7)
    assert first["Geometry"]["BoundingBox"] == pytest.approx({"Left": 0.1, "Top": 0.2, "Width": 0.32, "Height": 0.2})
    assert second["Geometry"]["BoundingBox"]["Left"] == pytest.approx(0.1 + 0.8 * 3 / 5)


def test_a_wrong_confidence_is_a_fault() -> None:
    with pytest.raises(Fault):
        text.detect(sign(), {"Filters": {"WordFilter": {"MinConfidence": "high"}}})
