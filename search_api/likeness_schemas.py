"""Shapes of what is like what: similar images, near-duplicates, labels that people teach."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from pixplore.given import Word
from pixplore.taught import FEWEST, MOST
from search_api.schemas import Image, In, Out


class LikeImage(Image):
    likeness: float = Field(ge=-1, le=1, examples=[0.87], description="1 for the same picture")


class SimilarList(Out):
    """The most alike first. `reason` says why there is nothing to compare with."""

    items: list[LikeImage]
    reason: str | None = Field(examples=[None])
    version: int
    took_ms: float


class DuplicateGroup(Out):
    """Images each of which is nearly the same as another of the group, the oldest first; `count` of them in all."""

    count: int = Field(examples=[3])
    images: list[LikeImage] = Field(description="At most 20; `likeness` to the first one")


class DuplicateList(Out):
    """The largest group first. `total` groups with `images` images in them."""

    items: list[DuplicateGroup]
    total: int
    images: int
    next_cursor: str | None
    version: int
    took_ms: float


class TaughtLabel(Out):
    """`model_version` counts what was learned; `active`: new pictures are asked for it."""

    id: UUID
    label: str = Field(examples=["Claw Hammer"])
    examples: list[UUID]
    counter_examples: list[UUID]
    model_version: int
    active: bool
    by: str
    created_at: datetime
    updated_at: datetime


class TaughtLabelWritten(TaughtLabel):
    version: int


class TaughtLabelList(Out):
    items: list[TaughtLabel]
    next_cursor: str | None


class NewTaughtLabel(In):
    """Images that show the label, and some that look so but do not."""

    label: Word = Field(examples=["Claw Hammer"])
    examples: Annotated[list[UUID], Field(min_length=FEWEST, max_length=MOST)]
    counter_examples: Annotated[list[UUID], Field(max_length=200, default_factory=list)]


class TaughtLabelPatch(In):
    """What is left out stays as it is."""

    examples: Annotated[list[UUID], Field(min_length=FEWEST, max_length=500)] | None = None
    counter_examples: Annotated[list[UUID], Field(max_length=500)] | None = None


class Judgements(In):
    """Images that show the label, and images that do not. `forget`: those of which nothing is said any more."""

    confirm: Annotated[list[UUID], Field(max_length=200, default_factory=list)]
    reject: Annotated[list[UUID], Field(max_length=200, default_factory=list)]
    forget: Annotated[list[UUID], Field(max_length=200, default_factory=list)]


class Suggestion(Image):
    confidence: float = Field(ge=0, le=100, examples=[87.4])


class SuggestionList(Out):
    """The most likely first: images that do not carry the label and that nobody has judged."""

    items: list[Suggestion]
    version: int
    took_ms: float


class Step(Out):
    """What comes of counting from `confidence` on: `found` examples, `wrong` counter-examples, `others`.

    `precision` among the pictures that people judged; `precision_at_least` if all others found were wrong.
    """

    confidence: float = Field(examples=[55])
    found: int
    wrong: int
    others: int
    recall: float
    precision: float | None
    precision_at_least: float | None


class TaughtReport(Out):
    """Leave-one-out: each picture judged by what was learned from all but itself."""

    label: str
    examples: int
    counter_examples: int
    others: int = Field(description="Pictures with other labels that were looked at as well")
    steps: list[Step]
