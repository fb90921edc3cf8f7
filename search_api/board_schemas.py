"""The shapes of collections."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from pixplore.given import Line, Word
from search_api.schemas import Image, In, Out


class NewCollection(In):
    name: Word = Field(examples=["Summer campaign"])
    note: Line = ""


class CollectionPatch(In):
    name: Word | None = None
    note: Line | None = None


class ImageIds(In):
    image_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)]


class Move(ImageIds):
    """These images, in this order, go before another one; behind all without one."""

    before: UUID | None = None


class Cover(Out):
    id: UUID
    thumbnail_url: str


class Collection(Out):
    """`cover`: the first pictures in the collection's own order, four at most."""

    id: UUID
    name: str
    note: str
    created_by: str
    created_at: datetime
    images: int
    cover: list[Cover]


class CollectionWritten(Collection):
    version: int


class CollectionList(Out):
    items: list[Collection]
    next_cursor: str | None


class Members(Out):
    """The images in the collection's own order; those in the trash are left out."""

    items: list[Image]
    total: int
    next_cursor: str | None
