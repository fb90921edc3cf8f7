"""The answers of /v1/insights: rows, each with its count and the query that finds what it counted."""

from datetime import datetime
from typing import Any

from pydantic import Field

from search_api.schemas import Out


class Row(Out):
    count: int
    query: dict[str, Any] = Field(description="{filters}: the images counted", examples=[{"label": ["Shoe"]}])


class Answer(Out):
    version: int
    took_ms: float


class LabelRow(Row):
    """`category` is there with `by=category`: the images' own, null for none."""

    label: str
    parents: list[str]
    categories: list[str]
    category: str | None = None


class Labels(Answer):
    rows: list[LabelRow]
    total: int
    unset: int
    distinct: int


class Bin(Row):
    from_: float = Field(alias="from", examples=[55])
    to: float = Field(examples=[60])


class Confidence(Answer):
    rows: list[Bin]


class Step(Row):
    """`value` is there with `split`; a batch has no times."""

    period: str
    from_: datetime | None = Field(alias="from")
    to: datetime | None
    value: str | None


class Trend(Answer):
    rows: list[Step]
    total: int


class Pair(Row):
    """`lift`: how many times as often as by chance; `share` (0-1) of the rarer label's images."""

    label: str
    other: str
    lift: float
    share: float


class Pairs(Answer):
    rows: list[Pair]
    total: int


class Mismatch(Row):
    """`lift` below 1: how rare the label is in this category; `usual`: the category where it is at home."""

    category: str
    label: str
    share: float
    lift: float
    usual: str


class Mismatches(Answer):
    rows: list[Mismatch]
    total: int


class Gap(Row):
    name: str
    text: str
    share: float


class Coverage(Answer):
    rows: list[Gap]
    total: int


class Value(Row):
    value: str
    share: float


class Colours(Answer):
    rows: list[Value]
    total: int


class Part(Row):
    name: str
    text: str
    share: float
    weight: int
    points: float


class Health(Answer):
    rows: list[Part]
    total: int
    score: float | None


class Cost(Row):
    name: str
    text: str
    unit_price: float
    amount: float
    monthly: bool


class Costs(Answer):
    rows: list[Cost]
    total: int
    currency: str
    once: float
    monthly: float
    per_image: float | None


class Side(Row):
    side: str = Field(description="a or b")
    value: str
    share: float
    difference: float


class Totals(Out):
    a: int
    b: int


class Comparison(Answer):
    rows: list[Side]
    totals: Totals
