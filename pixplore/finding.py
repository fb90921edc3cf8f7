"""What an engine that finds images answers. Two there are: SQL (pixplore.catalogue) and the index (pixplore.index).

Both answer from one moment of the catalogue and agree in everything: ids, order, totals, facets, cursors.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from pixplore.query import Query

SORTS = ("newest", "oldest", "name", "relevance")


@dataclass(frozen=True, slots=True)
class Facet:
    """`values` by falling count, then value; `unset` images have none; `distinct` values there are in all."""

    values: list[tuple[str, int]] = field(default_factory=list)
    unset: int = 0
    distinct: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """One page: ids in order, the exact total, facets. `spelling`: typed word -> words it was taken for."""

    ids: list[UUID]
    total: int
    facets: dict[str, Facet]
    next_cursor: str | None
    spelling: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hashed:
    """Images by row: `ids` (n, 16) as UUID.bytes, `created` in microseconds since 1970, `hashes` perceptual."""

    ids: NDArray[np.uint8]
    created: NDArray[np.int64]
    hashes: NDArray[np.int64]


def begins(value: str, prefix: str, any_word: bool) -> bool:
    """Whether a value, or with `any_word` a word of it, begins with `prefix`, which is in lower case."""
    text = value.lower()
    if text.startswith(prefix):
        return True
    at = text.find(prefix, 1) if any_word else -1
    while at > 0 and text[at - 1].isalnum():
        at = text.find(prefix, at + 1)
    return at > 0


class Finder(Protocol):
    """One moment of the catalogue, open for questions."""

    @property
    def version(self) -> int:
        """The newest change that this moment knows of."""

    @property
    def engine(self) -> str:
        """`index` or `sql`."""

    def page(
        self,
        query: Query,
        sort: str = "newest",
        limit: int = 50,
        after: str | None = None,
        facets: Sequence[str] = (),
        facet_limit: int = 50,
    ) -> Page:
        """One page and multi-select facets. Raises Invalid for a cursor that is not of this list."""

    def count(self, query: Query, facets: Sequence[str] = (), limit: int = 50) -> tuple[int, dict[str, Facet]]:
        """The total, and facets that the query narrows in everything, its own any-of choice included."""

    def facet(self, query: Query, name: str, limit: int, prefix: str = "", any_word: bool = False) -> Facet:
        """One multi-select facet; with `prefix` only values that begin with it, capitals making no difference.

        With `any_word` also values of which another word begins with it.
        """

    def ids(self, query: Query) -> Iterator[UUID]:
        """Every image found, newest first."""

    def likest(self, query: Query, vector: bytes, limit: int) -> list[tuple[UUID, float]]:
        """The images found whose embeddings are most like `vector` (256 float16), with their likeness -1 to 1.

        Exact, most like first, ties by id; images without an embedding are left out.
        """

    def hashed(self, query: Query) -> Hashed:
        """The images found that have a perceptual hash and an embedding, in any order."""
