"""The shapes of answers about products, for OpenAPI."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from search_api.schemas import Out


class Product(Out):
    sku: str = Field(examples=["HT-3110"])
    title: str | None = Field(examples=["Claw hammer 16 oz"])
    category: str | None = Field(examples=["Hand tools"])
    file_name: str | None = Field(examples=["hammer9.jpg"])
    created_at: datetime | None
    updated_at: datetime
    attributes: dict[str, Any] = Field(examples=[{"brand": "Torvald", "price": 17.5}])
    images: int = Field(ge=0, examples=[2])
    thumbnail_url: str | None


class ProductPage(Out):
    items: list[Product]
    next_cursor: str | None


class ProductSummary(Out):
    products: int
    with_images: int
    without_images: int
    images_without_product: int


class Column(Out):
    heading: str = Field(examples=["Brand"])
    becomes: str = Field(examples=["attr.brand"])
    kind: Literal["text", "number", "date"]


class Match(Out):
    line: int
    sku: str
    title: str | None
    by: Literal["file", "sku", "name"]
    images: int
    names: list[str]
    had_skus: list[str]


class Unmatched(Out):
    line: int
    sku: str
    title: str | None
    file_name: str | None


class Ambiguous(Out):
    line: int
    sku: str
    file_name: str
    images: int


class Clash(Out):
    image_id: UUID
    name: str
    skus: list[str]


class LineProblem(Out):
    line: int
    sku: str | None
    message: str
    skipped: bool


class ImportReport(Out):
    """What an import did, or would do (`dry_run`). Lists hold 200 lines at most; `counts` are of all."""

    dry_run: bool
    encoding: str = Field(examples=["utf-8"])
    separator: str = Field(examples=[","])
    columns: list[Column]
    counts: dict[str, int]
    lines_skipped: int
    problem_count: int
    problems: list[LineProblem]
    matched: list[Match]
    unmatched: list[Unmatched]
    ambiguous: list[Ambiguous]
    clashes: list[Clash]
    version: int


class ShortOfImages(Out):
    sku: str
    title: str | None
    images: int
    query: dict[str, Any] = Field(examples=[{"sku": ["HT-3110"]}])


class UnknownSku(Out):
    """`meant`: a product whose SKU differs in capitals or spaces only."""

    sku: str
    images: int
    meant: str | None
    query: dict[str, Any]


class DoubtfulImage(Out):
    image_id: UUID
    name: str
    skus: list[str]


class WithoutSku(Out):
    images: int
    query: dict[str, Any] = Field(examples=[{"sku": ["__unset__"]}])


class Reconciliation(Out):
    counts: dict[str, int]
    too_few: list[ShortOfImages]
    unknown_skus: list[UnknownSku]
    ambiguous: list[DoubtfulImage]
    without_sku: WithoutSku
    version: int


class CoverageMonth(Out):
    month: str = Field(examples=["2026-11"])
    products: int
    with_images: int
    share: float | None


class CoverageOverTime(Out):
    rows: list[CoverageMonth]
    version: int
