"""The shapes of saved searches, shares, the review queue and thresholds."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from pixplore.errors import Invalid
from pixplore.given import Line, Word
from pixplore.query import MAX_FILTERS_CHARS, Query, from_filters
from pixplore.sharing import MOST_DAYS
from search_api.schemas import Facet, Image, In, Out, Reason

Sort = Literal["newest", "oldest", "name", "relevance"]
Filters = Annotated[dict[str, Any], Field(max_length=1000, examples=[{"label": ["Shoe"], "min_confidence": 80}])]
FilterText = Annotated[str, StringConstraints(max_length=MAX_FILTERS_CHARS), Field(examples=["label=Shoe&tag=summer"])]


class _Filtered(In):
    """{filters} as an object, or as the query string of a list."""

    filters: Filters | None = None
    query: FilterText | None = None

    @model_validator(mode="after")
    def _one(self) -> "_Filtered":
        if self.filters is not None and self.query is not None:
            raise ValueError("give filters or query, not both")
        return self

    def asked(self) -> Query | None:
        """Raises Invalid with each fault under its name."""
        if self.query is not None:
            return from_filters(self.query, "query")
        return None if self.filters is None else from_filters(self.filters)


class NewSavedSearch(_Filtered):
    name: Word = Field(examples=["Sneakers of the summer"])
    sort: Sort = "newest"


class SavedSearchPatch(_Filtered):
    """What is left out stays as it is."""

    name: Word | None = None
    sort: Sort | None = None


class SavedSearch(Out):
    id: UUID
    name: str = Field(examples=["Sneakers of the summer"])
    filters: dict[str, Any] = Field(examples=[{"label": ["Shoe"], "min_confidence": 80}])
    sort: Sort
    created_at: datetime
    updated_at: datetime


class SavedSearchWritten(SavedSearch):
    version: int


class SavedSearchList(Out):
    items: list[SavedSearch]
    next_cursor: str | None


class _Until(In):
    """Until when: a moment, or so many days from now."""

    expires_at: datetime | None = None
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] | None = None

    def until(self) -> datetime | None:
        """None where neither is given. Raises Invalid."""
        if self.expires_at is None:
            return None if self.days is None else datetime.now(UTC) + timedelta(days=self.days)
        if self.days is not None:
            raise Invalid({"days": "give days or expires_at, not both"})
        at = self.expires_at.replace(tzinfo=UTC) if self.expires_at.tzinfo is None else self.expires_at
        now = datetime.now(UTC)
        if not now < at <= now + timedelta(days=MOST_DAYS, minutes=1):
            raise Invalid({"expires_at": f"is not within the next {MOST_DAYS} days"})
        return at


class NewShare(_Filtered, _Until):
    """What the link shows. Without an expiry it holds for seven days."""

    name: Line = ""
    sort: Sort = "newest"
    originals: bool = False


class SharePatch(_Until):
    name: Line | None = None


class Share(Out):
    id: UUID
    name: str = Field(examples=["Autumn for the agency"])
    filters: dict[str, Any] = Field(examples=[{"tag": ["autumn"]}])
    sort: Sort
    originals: bool
    created_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    state: Literal["open", "expired", "revoked"]


class ShareWritten(Share):
    """`token` is shown here and never again; `path` is the dashboard's page with it, behind a # that no log sees."""

    token: str = Field(examples=["pxs_hK1..."])
    path: str = Field(examples=["/shared#pxs_hK1..."])
    version: int


class ShareList(Out):
    items: list[Share]
    next_cursor: str | None


class Shared(Out):
    """What a visitor learns of a share."""

    name: str
    sort: Sort
    originals: bool
    expires_at: datetime


class SharedLabel(Out):
    name: str
    confidence: float
    source: Literal["ai", "person"]
    parents: list[str]
    categories: list[str]
    boxes: list[dict[str, Any]]


class SharedImage(Out):
    """An image without what only the company should know."""

    id: UUID
    name: str
    title: str | None
    sku: str | None
    category: str | None
    created_at: datetime
    width: int | None
    height: int | None
    orientation: str | None
    bytes: int | None
    content_type: str | None
    colours: list[str]
    labels: list[SharedLabel]
    tags: list[str]
    attributes: dict[str, Any]
    text: list[str]
    thumbnail_url: str | None
    preview_url: str | None
    matched: list[Reason]


class SharedList(Out):
    items: list[SharedImage]
    total: int
    facets: dict[str, Facet]
    next_cursor: str | None


Label = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Verdict = Literal["accept", "reject", "undo"]


class Doubt(Out):
    """A label of an image that wants a person's eyes."""

    image: Image
    label: str = Field(examples=["Running Shoe"])
    confidence: float = Field(examples=[57.2])
    source: Literal["ai"]
    model: str | None
    parents: list[str]
    boxes: list[dict[str, Any]]
    uncertainty: float = Field(ge=0, le=1)
    images: int = Field(description="carry the label at 50 % or more, under the filters")
    priority: float
    line: float = Field(description="from which percent the label is shown", examples=[55.0])
    why: str = Field(examples=["57.2 %, 2.2 above the 55 % from which it is shown; 1,204 images carry Running Shoe"])


class ReviewQueue(Out):
    """`images`: how many have any label between 50 and 80 %. A page may be short while there are more."""

    items: list[Doubt]
    images: int
    next_cursor: str | None
    version: int
    took_ms: float


class OneVerdict(In):
    image_id: UUID
    label: Label
    verdict: Verdict


class Verdicts(In):
    """Up to 500 verdicts in one write."""

    decisions: Annotated[list[OneVerdict], Field(min_length=1, max_length=500)]


class UndoVerdicts(In):
    """`version`: what the write to be undone answered with."""

    version: Annotated[int, Field(ge=1, le=2**63 - 1)]


class Outcome(Out):
    """`error` says why a verdict was not written; the others are."""

    image_id: UUID
    label: str
    before: Literal["accept", "reject"] | None
    after: Literal["accept", "reject"] | None
    error: str | None


class VerdictsWritten(Out):
    items: list[Outcome]
    failed: int
    version: int


class StandingVerdict(Out):
    """`label` is the recogniser's or the person's own name; `shown` what the taxonomy makes of it (null: hidden)."""

    image_id: UUID
    label: str
    shown: str | None
    verdict: Literal["accept", "reject"]
    by: str
    at: datetime


class VerdictList(Out):
    items: list[StandingVerdict]
    next_cursor: str | None


class OneLabel(In):
    image_id: UUID
    label: Label


class Labels(In):
    labels: Annotated[list[OneLabel], Field(min_length=1, max_length=500)]


class Skips(Labels):
    days: Annotated[int, Field(ge=1, le=90)] = 7


class Skipped(Out):
    skipped: int


class Moved(Out):
    """Images that would lose or gain the label. The query lists exactly these where `listed` equals `images`.

    Filters cannot always say it: an image that keeps the label by a surer one, or has it by a more special one outside
    the range, is listed too. `q` is judged as the catalogue is now.
    """

    images: int
    listed: int = Field(description="images that the query lists, all that are meant among them; 0 without a query")
    query: dict[str, Any] | None = Field(
        description="{filters}; for those gained, once the threshold holds. Null for no images, or if none can say it"
    )
    image_ids: list[UUID] = Field(description="the first 50 of exactly these images, newest first")


class Step(Out):
    """`images` carry the label at `threshold` or more; precision and recall by what people judged of the label."""

    threshold: float
    images: int
    query: dict[str, Any]
    accepted: int
    rejected: int
    precision: float | None
    recall: float | None


class Simulation(Out):
    label: str
    threshold: float
    rule: float = Field(description="the threshold that holds now, 0 for none")
    now: int
    then: int
    lost: Moved
    gained: Moved
    curve: list[Step]
    judged: int = Field(description="images on which people judged the label")
    version: int
    took_ms: float
