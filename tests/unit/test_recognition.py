"""What Rekognition answers -> what we keep."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from pixplore.aws import clients, recognition
from pixplore.errors import NotFound, PixploreError, Throttled, Unavailable

SEEN = {
    "Labels": [
        {"Name": "Running Shoe", "Confidence": 98.765, "Parents": [{"Name": "Shoe"}, {"Name": "Footwear"}],
         "Categories": [{"Name": "Apparel and Accessories"}],
         "Instances": [{"BoundingBox": {"Left": 0.1, "Top": 0.2, "Width": 0.5, "Height": 0.25}, "Confidence": 98.0}]},
        {"Name": "Clothing", "Confidence": 20.04, "Parents": [], "Instances": []},
    ],
    "ImageProperties": {
        "DominantColors": [{"SimplifiedColor": "Grey", "PixelPercent": 30.0},
                           {"SimplifiedColor": "red", "PixelPercent": 25},
                           {"SimplifiedColor": "red", "PixelPercent": 20.0}],
        "Quality": {"Brightness": 80.04, "Sharpness": 60.5, "Contrast": 70},
    },
    "LabelModelVersion": "3.0",
}  # fmt: skip
READ = {"TextDetections": [
    {"DetectedText": " SALE ", "Type": "LINE", "Confidence": 99.0},
    {"DetectedText": "SALE", "Type": "WORD", "Confidence": 99.0},
    {"DetectedText": "SALE", "Type": "LINE", "Confidence": 90.0},
    {"DetectedText": "~#", "Type": "LINE", "Confidence": 31.0},
]}  # fmt: skip
MODERATED = {"ModerationLabels": [{"Name": "Alcohol", "ParentName": "", "Confidence": 77.77}]}


def test_one_answer_of_three(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"detect_labels": SEEN, "detect_text": READ, "detect_moderation_labels": MODERATED}
    asked = {}

    def ask(operation: str, **request: object) -> object:
        asked[operation] = request
        return answers[operation]

    monkeypatch.setattr(recognition, "_ask", ask)
    with ThreadPoolExecutor(3) as pool:
        found = recognition.start(b"jpeg", pool, faces=False)()
    assert asked["detect_labels"]["MinConfidence"] == 20
    assert asked["detect_labels"]["Features"] == ["GENERAL_LABELS", "IMAGE_PROPERTIES"]
    shoe, clothing = found.labels
    assert (shoe.name, shoe.confidence, shoe.parents) == ("Running Shoe", 98.8, ("Shoe", "Footwear"))
    assert (shoe.categories, shoe.boxes[0].width, clothing.confidence) == (("Apparel and Accessories",), 0.5, 20.0)
    assert found.colours == ("red", "grey")
    assert found.text == ("SALE",)
    assert found.moderation == ({"name": "Alcohol", "parent": None, "confidence": 77.8},)
    assert found.quality == {"brightness": 80.0, "sharpness": 60.5, "contrast": 70.0}
    assert (found.model, found.faces) == ("3.0", ())


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [("ThrottlingException", 400, Throttled), ("ProvisionedThroughputExceededException", 400, Throttled),
     ("SlowDown", 503, Throttled), ("InternalServerError", 500, Unavailable), ("NoSuchKey", 404, NotFound),
     ("AccessDenied", 403, PixploreError)],
)  # fmt: skip
def test_aws_errors_become_ours(code: str, status: int, kind: type[Exception]) -> None:
    answer = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    with pytest.raises(kind) as caught, clients.reachable("The recogniser"):
        raise ClientError(answer, "X")  # type: ignore[arg-type]
    assert type(caught.value) is kind


def test_no_connection_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="cannot be reached"), clients.reachable("The storage"):
        raise EndpointConnectionError(endpoint_url="http://x")
