"""Rekognition: what is to be seen in a picture, as pixplore.domain.Recognition.

An answer is taken whole or not at all: one that lacks a part, or says what Rekognition never says (a confidence of
NaN, a name without end), is no answer, and the picture waits for a better one.
"""

import math
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Any

from pixplore.aws import clients
from pixplore.domain import KEPT_CONFIDENCE, Box, Label, Recognition
from pixplore.errors import Unavailable
from pixplore.query import UNSOUND

if TYPE_CHECKING:
    from mypy_boto3_rekognition.type_defs import DetectLabelsResponseTypeDef

_WHAT = "The recogniser"
_MOST_LABELS = 200
_MOST_COLOURS = 6
_MOST_CHARS = 200
_MOST_NUMBER = 1e6
_MOST_LINES, _LONGEST_LINE = 200, 1_000
_MOST_FOUND = 1_000
"""Instances, faces, things to moderate: more is no answer."""
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
        try:
            return _recognition(*[call.result() for call in calls])
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
            raise Unavailable(f"{_WHAT} gave an answer that cannot be read. Try again in a moment.") from error

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
        labels=tuple(_label(label) for label in _some(seen["Labels"], _MOST_LABELS)),
        colours=_colours(_some(properties.get("DominantColors", []), _MOST_FOUND)),
        text=_lines(read.get("TextDetections", [])),
        moderation=tuple(
            {
                "name": _name(m["Name"]), "parent": _name(m["ParentName"]) if m.get("ParentName") else None,
                "confidence": _confidence(m),
            }
            for m in _some(moderated.get("ModerationLabels", []), _MOST_FOUND)
        ),
        quality={
            _name(name).lower(): round(_number(value), 1)
            for name, value in properties.get("Quality", {}).items()
        },
        model=_name(model) if (model := seen.get("LabelModelVersion")) else "",
        faces=tuple(_face(face) for face in _some((faces or {}).get("FaceDetails", []), _MOST_FOUND)),
    )  # fmt: skip


def _label(label: Any) -> Label:
    return Label(
        name=_name(label["Name"]),
        confidence=_confidence(label),
        parents=tuple(_name(parent["Name"]) for parent in _some(label.get("Parents", []), _MOST_FOUND)),
        categories=tuple(_name(category["Name"]) for category in _some(label.get("Categories", []), _MOST_FOUND)),
        boxes=tuple(
            _box(found["BoundingBox"])
            for found in _some(label.get("Instances", []), _MOST_FOUND)
            if "BoundingBox" in found
        ),
    )


def _some(found: Any, most: int) -> list[Any]:
    if not isinstance(found, list) or len(found) > most:
        raise ValueError(f"no list of {most} at most")
    return found


def _name(text: Any) -> str:
    if not isinstance(text, str) or not 0 < len(text) <= _MOST_CHARS or UNSOUND.search(text):
        raise ValueError("no name")
    return text


def _number(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number) or abs(number) > _MOST_NUMBER:
        raise ValueError("no number")
    return number


def _confidence(of: Any) -> float:
    number = round(_number(of["Confidence"]), 1)
    if not 0 <= number <= 100:
        raise ValueError("no confidence")
    return number


def _box(box: Any) -> Box:
    return Box(*(round(_number(box[side]), 4) for side in ("Left", "Top", "Width", "Height")))


def _colours(found: list[Any]) -> tuple[str, ...]:
    """Simple names, each once, most of the picture first; Rekognition gives several shades of a name."""
    share: dict[str, float] = {}
    for colour in found:
        name = _name(colour["SimplifiedColor"]).lower()
        share[name] = share.get(name, 0.0) + _number(colour.get("PixelPercent", 0.0))
    return tuple(sorted(share, key=lambda name: -share[name])[:_MOST_COLOURS])


def _lines(found: Any) -> tuple[str, ...]:
    """What stands in a picture is whoever's who made it: signs that no line has are left out, and what is too much."""
    read = [one["DetectedText"] for one in found if one.get("Type") == "LINE" and _confidence(one) >= _SHOWN_TEXT]
    lines = [UNSOUND.sub("", line)[:_LONGEST_LINE].strip() for line in read[:_MOST_LINES]]
    return tuple(dict.fromkeys(filter(None, lines)))


def _face(face: Any) -> dict[str, Any]:
    """Where a face is and what Rekognition estimates of it; no identity is asked for or kept."""
    box, age = _box(face["BoundingBox"]), face.get("AgeRange")
    return {
        "box": {"left": box.left, "top": box.top, "width": box.width, "height": box.height},
        "confidence": _confidence(face),
        "age": age and {side: int(_number(age[side])) for side in ("Low", "High")},
        "emotions": [_name(e["Type"]).lower() for e in _some(face.get("Emotions", []), _MOST_FOUND)
                     if _confidence(e) >= 50],
    }  # fmt: skip
