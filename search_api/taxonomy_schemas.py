"""The shapes of the taxonomy: rules, versions, previews."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from pixplore.given import Line, Word
from pixplore.taxonomy import MOST_RULES
from search_api.curation_schemas import Label
from search_api.schemas import FieldFault, In, Out


class Rule(In):
    """What becomes of a name: shown as `to`, hidden, or counted only from `threshold` percent on."""

    to: Word | None = None
    hidden: bool = False
    threshold: Annotated[float, Field(ge=0, le=100, multiple_of=0.1, allow_inf_nan=False)] | None = None


Rules = Annotated[
    dict[Label, Rule],
    Field(max_length=MOST_RULES, examples=[{"Sneaker": {"to": "Trainer"}, "Clothing": {"hidden": True}}]),
]


class NewRules(In):
    """All rules, also those that stay."""

    rules: Rules

    def plain(self) -> dict[str, dict[str, Any]]:
        return {name: rule.model_dump() for name, rule in self.rules.items()}


class NewTaxonomy(NewRules):
    """`base`: the version that was edited; another that came between is not written over."""

    note: Line = ""
    base: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None


class Rollback(In):
    version: Annotated[int, Field(ge=0, le=2**31 - 1)]
    note: Line = ""


class TaxonomyJob(Out):
    """What brings the pictures that were there before in line."""

    id: UUID
    state: str = Field(examples=["running"])
    total: int
    done: int
    changed: int


class TaxonomyVersion(Out):
    """`rules` by the recogniser's names; version 0 is that there are none."""

    version: int
    rules: dict[str, dict[str, Any]] = Field(examples=[{"Sneaker": {"to": "Trainer"}}])
    note: str
    by: str
    at: datetime | None
    job: TaxonomyJob | None


class KnownLabel(Out):
    """`shown`: the name that it counts under (null: hidden); `count`: images that show this very name."""

    name: str
    shown: str | None
    threshold: float
    parents: list[str]
    categories: list[str]
    count: int


class Taxonomy(TaxonomyVersion):
    labels: list[KnownLabel]


class TaxonomyVersionList(Out):
    items: list[TaxonomyVersion]
    next_cursor: str | None


class Effect(Out):
    """One label as it is shown at 55 % or more."""

    label: str
    before: int
    after: int
    gained: int
    lost: int


class Preview(Out):
    """`images` would show other labels, of `looked_at` that carry one in question. With `conflicts` nothing is counted:
    such rules cannot hold.
    """

    conflicts: list[FieldFault]
    labels: list[Effect]
    appearing: list[str]
    vanishing: list[str]
    images: int
    looked_at: int
    version: int
    took_ms: float
