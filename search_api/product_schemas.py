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
