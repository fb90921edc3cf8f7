"""The nouns of Pixplore as plain data, without any I/O. Confidence is 0-100, boxes are fractions of the picture."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

SHOWN_CONFIDENCE = 55.0
"""Labels below this are kept but not shown unless asked for."""
KEPT_CONFIDENCE = 20.0
"""Labels below this are not kept at all."""
MAX_FILE_BYTES = 15_000_000
"""Rekognition's limit for an image in S3 is 15 MB; so is ours."""
TAKEN_KINDS = ("image/jpeg", "image/png", "image/webp", "image/tiff", "image/avif")
UNSET = "__unset__"
"""The facet value that means "has none"."""


class Role(StrEnum):
    VIEWER = "viewer"
    ANALYST = "analyst"
    ADMIN = "admin"

    @property
    def includes(self) -> frozenset["Role"]:
        """admin includes analyst includes viewer."""
        order = [Role.VIEWER, Role.ANALYST, Role.ADMIN]
        return frozenset(order[: order.index(self) + 1])


def role_of(groups: object) -> Role:
    """The highest role among Cognito groups; whoever is in none may look, as a viewer."""
    named = [role for role in (Role.ADMIN, Role.ANALYST) if isinstance(groups, list) and role.value in groups]
    return named[0] if named else Role.VIEWER


class ItemStatus(StrEnum):
    """A file of an upload batch, from the promise to its end."""

    EXPECTED = "expected"
    RECEIVED = "received"
    PROCESSING = "processing"
    READY = "ready"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    FAILED = "failed"

    @property
    def ended(self) -> bool:
        return self in (ItemStatus.READY, ItemStatus.DUPLICATE, ItemStatus.REJECTED, ItemStatus.FAILED)


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts: `sub` is Cognito's id, `email` what people see."""

    sub: str
    email: str
    role: Role


@dataclass(frozen=True, slots=True)
class Box:
    """Fractions 0-1 of the upright picture's width and height."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Label:
    name: str
    confidence: float
    source: str = "ai"
    parents: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Recognition:
    """What the recogniser said of one picture. `colours` are names, most of the picture first."""

    labels: tuple[Label, ...]
    colours: tuple[str, ...]
    text: tuple[str, ...]
    moderation: tuple[dict[str, Any], ...]
    quality: dict[str, float]
    model: str
    faces: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """What our own eyes (pixplore.vision) found in the bytes.

    Width and height are those of the upright picture in px, `size` in bytes.
    """

    kind: str
    width: int
    height: int
    size: int
    sha256: str
    phash: int
    exif: dict[str, Any]
    embedding: bytes = field(repr=False)
    """256 float16, little endian, unit length."""


@dataclass(frozen=True, slots=True)
class Item:
    """One row of a batch's manifest."""

    image_id: UUID
    batch_id: UUID
    name: str
    size: int
    content_type: str
    sha256: str | None
    status: ItemStatus
    object_key: str
    attempts: int
    updated_at: datetime
    duplicate_of: UUID | None = None
    error_code: str | None = None
    error_message: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    id: UUID
    name: str
    created_at: datetime
    created_by: str
    defaults: dict[str, Any]


def orientation(width: int | None, height: int | None) -> str | None:
    """landscape, portrait or square (sides within 2 %); None without a size."""
    if not width or not height:
        return None
    if abs(width - height) * 50 <= max(width, height):
        return "square"
    return "landscape" if width > height else "portrait"
