"""Rekognition: what is to be seen in a picture, as pixplore.domain.Recognition."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Any

from pixplore.aws import clients
from pixplore.domain import KEPT_CONFIDENCE, Box, Label, Recognition

if TYPE_CHECKING:
    from mypy_boto3_rekognition.type_defs import DetectLabelsResponseTypeDef

_WHAT = "The recogniser"
_MOST_LABELS = 200
_MOST_COLOURS = 6
_SHOWN_TEXT = 60.0
"""Lines of text read with less confidence than this are noise more often than words."""


def start(jpeg: bytes, executor: Executor, faces: bool) -> Callable[[], Recognition]:
    """Ask everything at once, in threads of `executor`; the function returned waits for the answers.

    `jpeg` has at most 5 MB. The function raises Throttled or Unavailable, after retries, and then nothing was seen:
    there are no half answers.
    """
    image: Any = {"Bytes": jpeg}
    calls: list[Future[Any]] = [
        executor.submit(_labels, image),
        executor.submit(_ask, "detect_text", Image=image),
        executor.submit(_ask, "detect_moderation_labels", Image=image, MinConfidence=50.0),
    ]
    if faces:
        calls.append(executor.submit(_ask, "detect_faces", Image=image, Attributes=["ALL"]))

    def finish() -> Recognition:
        answers = [call.result() for call in calls]
        return _recognition(*answers)

    return finish


def model(jpeg: bytes) -> str:
    """Which model looks at pictures, learned by showing it one (it counts as one picture). Raises Unavailable."""
    return str(_labels({"Bytes": jpeg}).get("LabelModelVersion", ""))


def _ask(operation: str, **request: Any) -> Any:
    with clients.reachable(_WHAT):
        return getattr(clients.rekognition(), operation)(**request)


def _labels(image: Any) -> "DetectLabelsResponseTypeDef":
    return _ask(  # type: ignore[no-any-return]
        "detect_labels", Image=image, MinConfidence=KEPT_CONFIDENCE, MaxLabels=_MOST_LABELS,
        Features=["GENERAL_LABELS", "IMAGE_PROPERTIES"],
        Settings={"ImageProperties": {"MaxDominantColors": 12}},
    )  # fmt: skip


def _recognition(seen: Any, read: Any, moderated: Any, faces: Any = None) -> Recognition:
    properties = seen.get("ImageProperties", {})
    return Recognition(
        labels=tuple(_label(label) for label in seen["Labels"]),
        colours=_colours(properties.get("DominantColors", [])),
        text=_lines(read.get("TextDetections", [])),
        moderation=tuple(
            {"name": m["Name"], "parent": m.get("ParentName") or None, "confidence": round(m["Confidence"], 1)}
            for m in moderated.get("ModerationLabels", [])
        ),
        quality={name.lower(): round(float(value), 1) for name, value in properties.get("Quality", {}).items()},
        model=str(seen.get("LabelModelVersion", "")),
        faces=tuple(_face(face) for face in (faces or {}).get("FaceDetails", [])),
    )


def _label(label: Any) -> Label:
    return Label(
        name=label["Name"],
        confidence=round(label["Confidence"], 1),
        parents=tuple(parent["Name"] for parent in label.get("Parents", [])),
        categories=tuple(category["Name"] for category in label.get("Categories", [])),
        boxes=tuple(_box(found["BoundingBox"]) for found in label.get("Instances", []) if "BoundingBox" in found),
    )


def _box(box: Any) -> Box:
    return Box(*(round(float(box[side]), 4) for side in ("Left", "Top", "Width", "Height")))


def _colours(found: list[Any]) -> tuple[str, ...]:
    """Simple names, each once, most of the picture first; Rekognition gives several shades of a name."""
    share: dict[str, float] = {}
    for colour in found:
        name = str(colour["SimplifiedColor"]).lower()
        share[name] = share.get(name, 0.0) + float(colour.get("PixelPercent", 0.0))
    return tuple(sorted(share, key=lambda name: -share[name])[:_MOST_COLOURS])


def _lines(found: list[Any]) -> tuple[str, ...]:
    lines = [t["DetectedText"] for t in found if t.get("Type") == "LINE" and t["Confidence"] >= _SHOWN_TEXT]
    return tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))


def _face(face: Any) -> dict[str, Any]:
    """Where a face is and what Rekognition estimates of it; no identity is asked for or kept."""
    box = _box(face["BoundingBox"])
    return {
        "box": {"left": box.left, "top": box.top, "width": box.width, "height": box.height},
        "confidence": round(face["Confidence"], 1),
        "age": face.get("AgeRange"),
        "emotions": [e["Type"].lower() for e in face.get("Emotions", []) if e["Confidence"] >= 50],
    }
