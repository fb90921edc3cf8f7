"""Shapes of what administrators see and send."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from search_api.schemas import In, Out


class Queue(Out):
    """Messages; `oldest_seconds` since the file waiting longest arrived."""

    waiting: int
    in_flight: int
    delayed: int
    dead: int
    oldest_seconds: float | None


class Minute(Out):
    at: datetime
    ready: int
    duplicate: int
    rejected: int
    failed: int


class Fault(Out):
    code: str = Field(examples=["broken_file"])
    message: str | None


class Item(Out):
    image_id: UUID
    batch_id: UUID
    name: str
    size: int
    content_type: str
    status: str = Field(examples=["failed"])
    attempts: int
    updated_at: datetime
    duplicate_of: UUID | None
    error: Fault | None


class Operations(Out):
    queue: Queue
    items: dict[str, int] = Field(examples=[{"ready": 1042, "failed": 2}])
    images: int
    trashed: int
    throughput: list[Minute]
    failures: list[Item]


class DeadLetter(Out):
    message_id: str
    sent_at: datetime
    receives: int
    reason: str
    item: Item | None


class Ended(Out):
    items: list[Item]
    total: int = Field(examples=[240])


class DeadLetters(Out):
    items: list[DeadLetter]
    next_cursor: str | None


class Redrive(In):
    """Without `message_ids`: all."""

    message_ids: Annotated[list[Annotated[str, StringConstraints(max_length=200)]], Field(max_length=1000)] | None = (
        None
    )


class Redriven(Out):
    redriven: int
    version: int


class Retry(In):
    """Without `image_ids`: all that can be tried again."""

    image_ids: Annotated[list[UUID], Field(max_length=1000)] | None = None


class Retried(Out):
    retried: int
    version: int


class Written(Out):
    version: int


class Budget(Out):
    """US dollars of this month (UTC): `promised` to files that are on their way."""

    limit: float | None = Field(examples=[250.0])
    spent: float
    promised: float
    pictures: int
    per_image: float = Field(examples=[0.00375])


class Limit(In):
    limit: Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)] | None = Field(examples=[250.0])


class AccountChange(In):
    """A change of somebody's account, for the audit trail."""

    account: Annotated[str, StringConstraints(min_length=1, max_length=254, pattern=r"^[^\x00]*$")]
    what: Literal["role", "access"]
    before: Annotated[str, StringConstraints(max_length=40, pattern=r"^[^\x00]*$")] | None = None
    after: Annotated[str, StringConstraints(max_length=40, pattern=r"^[^\x00]*$")]
