"""What a call asks for, read from Rekognition's JSON and checked; and the errors it answers with."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BYTES_LIMIT = 5 * 1024 * 1024  # of Image.Bytes
OBJECT_LIMIT = 15 * 1024 * 1024  # of an object in S3


@dataclass
class Fault(Exception):
    """An error as Rekognition sends it: the type's name and a message, always with status 400."""

    kind: str
    message: str


def invalid(message: str) -> Fault:
    return Fault("InvalidParameterException", f"Request has invalid parameters: {message}")


@dataclass(frozen=True)
class S3Object:
    bucket: str
    name: str
    version: str | None


@dataclass(frozen=True)
class Filters:
    """Settings.GeneralLabels; names and categories compare without regard to case. Empty: no such filter."""

    labels: frozenset[str] = frozenset()
    not_labels: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    not_categories: frozenset[str] = frozenset()

    def passes(self, name: str, category: str) -> bool:
        """Both kinds of inclusion widen each other, as in Rekognition; an exclusion always wins."""
        name, category = name.lower(), category.lower()
        if name in self.not_labels or category in self.not_categories:
            return False
        if self.labels or self.categories:
            return name in self.labels or category in self.categories
        return True


@dataclass(frozen=True)
class LabelsRequest:
    general: bool = True
    properties: bool = False
    min_confidence: float = 55.0
    max_labels: int = 1000
    max_colours: int = 10
    filters: Filters = field(default_factory=Filters)


def picture(body: Mapping[str, Any]) -> bytes | S3Object:
    """The Image member: its bytes, or where they lie."""
    image = body.get("Image")
    if not isinstance(image, dict) or (("Bytes" in image) == ("S3Object" in image)):
        raise invalid("Image needs either Bytes or S3Object.")
    if "Bytes" in image:
        try:
            data = base64.b64decode(image["Bytes"], validate=True)
        except (binascii.Error, TypeError, ValueError) as error:
            raise invalid("Image.Bytes is not base64.") from error
        if len(data) > BYTES_LIMIT:
            raise Fault("ImageTooLargeException", "Image.Bytes takes 5 MB at most; use Image.S3Object for more.")
        if not data:
            raise invalid("Image.Bytes is empty.")
        return data
    place = image["S3Object"]
    names = [place.get(key) for key in ("Bucket", "Name", "Version")] if isinstance(place, dict) else [None]
    if not all(isinstance(name, str) and name for name in names[:2]) or len(names) < 3:
        raise invalid("Image.S3Object needs Bucket and Name.")
    if names[2] is not None and not isinstance(names[2], str):
        raise invalid("Image.S3Object.Version is not a string.")
    return S3Object(str(names[0]), str(names[1]), names[2])


def labels_request(body: Mapping[str, Any]) -> LabelsRequest:
    features = body.get("Features") or ["GENERAL_LABELS"]
    if not isinstance(features, list) or set(features) - {"GENERAL_LABELS", "IMAGE_PROPERTIES"}:
        raise invalid("Features takes GENERAL_LABELS and IMAGE_PROPERTIES.")
    settings = _object(body, "Settings")
    general, properties = _object(settings, "GeneralLabels"), _object(settings, "ImageProperties")
    return LabelsRequest(
        general="GENERAL_LABELS" in features,
        properties="IMAGE_PROPERTIES" in features,
        min_confidence=confidence(body, 55.0),
        max_labels=_count(body, "MaxLabels", 1000, 100_000),
        max_colours=_count(properties, "MaxDominantColors", 10, 12),
        filters=Filters(
            labels=_names(general, "LabelInclusionFilters"),
            not_labels=_names(general, "LabelExclusionFilters"),
            categories=_names(general, "LabelCategoryInclusionFilters"),
            not_categories=_names(general, "LabelCategoryExclusionFilters"),
        ),
    )


def confidence(body: Mapping[str, Any], default: float) -> float:
    """MinConfidence, 0-100."""
    value = body.get("MinConfidence", default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        raise invalid("MinConfidence is a number from 0 to 100.")
    return float(value)


def _count(body: Mapping[str, Any], name: str, default: int, most: int) -> int:
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise invalid(f"{name} is a whole number of at least 0.")
    return min(value, most)


def _object(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = body.get(name) or {}
    if not isinstance(value, dict):
        raise invalid(f"{name} is not an object.")
    return value


def _names(body: Mapping[str, Any], name: str) -> frozenset[str]:
    value = body.get(name) or []
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value) or len(value) > 100:
        raise invalid(f"{name} is a list of at most 100 names.")
    return frozenset(v.lower() for v in value)
