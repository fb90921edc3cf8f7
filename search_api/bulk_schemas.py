"""The shapes of bulk requests and of jobs."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, model_validator

from pixplore.bulk import ASKED
from pixplore.given import one_fault
from pixplore.query import Query, from_filters
from search_api.chosen import MOST
from search_api.curation_schemas import Filters, FilterText
from search_api.schemas import In, Out

Action = Literal["tag", "untag", "set_attribute", "set_category", "delete", "restore", "add_to_collection",
                 "remove_from_collection", "accept_label", "reject_label"]  # fmt: skip
assert set(ASKED) == set(Action.__args__)  # type: ignore[attr-defined]  # noqa: S101 - one list, written for OpenAPI
_VALUE = (
    "tag, untag: the tag. set_attribute: {name, value}, a value of null removes it. set_category: the category, or "
    "null. add_to_collection, remove_from_collection: the collection's id. accept_label, reject_label: the label. "
    "delete, restore: nothing."
)


_EITHER = one_fault("is neither an object of filters nor a query string")


class Bulk(In):
    """What is done to which images: all that a query finds, perhaps but some, or those named."""

    query: Annotated[Filters | FilterText, _EITHER] | None = Field(
        None, description="{filters}; an empty object: the whole catalogue"
    )
    image_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST)] | None = None
    except_ids: Annotated[list[UUID], Field(max_length=MOST)] | None = Field(
        None, description="With a query: images it finds that are left as they are"
    )
    action: Action = Field(examples=["tag"])
    value: Any = Field(None, description=_VALUE, examples=["summer"])
    dry_run: bool = Field(False, description="Only tell what would become of the images; nothing is written")

    @model_validator(mode="after")
    def _one(self) -> "Bulk":
        if (self.query is None) == (self.image_ids is None):
            raise ValueError("give query or image_ids")
        if self.except_ids and self.query is None:
            raise ValueError("except_ids goes with a query")
        return self

    def asked(self) -> Query | None:
        """None where images are named. Raises Invalid with each fault under its name."""
        return None if self.query is None else from_filters(self.query, "query")


class Failure(Out):
    image_id: UUID
    name: str | None
    error: str = Field(examples=["It was changed again since, so it was left as it is."])


class Reason(Out):
    error: str
    count: int


class Example(Out):
    id: UUID
    name: str


class Job(Out):
    """`done` of `total` images were looked at: `changed`, `failed`, and `unchanged` that were as asked already."""

    id: UUID
    action: str = Field(examples=["tag"])
    value: Any
    query: dict[str, Any] | None = Field(
        description="{filters}, without what was excepted; null where images were named", examples=[{"q": "shoe"}]
    )
    dry_run: Literal[False]
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    total: int
    done: int
    changed: int
    unchanged: int
    failed: int
    failures: list[Failure] = Field(description="The first ten")
    eta: float | None = Field(description="Seconds, while it runs")
    undo_of: UUID | None
    undone_by: UUID | None
    error: str | None = Field(description="Why it failed as a whole")
    version: int | None = Field(description="Of its last change so far")
    created_by: str
    created_at: datetime
    ended_at: datetime | None


class Trial(Out):
    """What a job would do: the same numbers, and `reasons` of failures with how many each."""

    id: None
    action: str
    value: Any
    query: dict[str, Any] | None
    dry_run: Literal[True]
    state: Literal["done"]
    total: int
    done: int
    changed: int
    unchanged: int
    failed: int
    failures: list[Failure]
    reasons: list[Reason]
    sample: list[Example] = Field(description="The first ten that would change")
    version: int


class JobList(Out):
    items: list[Job]
    next_cursor: str | None


class FailureList(Out):
    items: list[Failure]
    next_cursor: str | None
