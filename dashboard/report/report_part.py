"""A part of the report: what it asks of the search API, and the block that it makes of the answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.report.report_page import Block

Answer = Mapping[str, Any]
WIDE, NARROW = 764, 369
MOST = 100
"""Rows of one chart on paper; the live page has them all."""
UNSURE = "20"
"""Confidence from which labels are kept, for histograms."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the page's address says beside the filters, read as the page reads it (insight_address.py)."""

    params: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def every(self, name: str) -> list[str]:
        return [value for value in self.params.get(name, ()) if value]

    def one(self, name: str, known: Sequence[str] = (), usual: str = "") -> str:
        """The last value of `name`, where it is a known one or anything is."""
        said = self.every(name)
        return said[-1] if said and (not known or said[-1] in known) else usual

    def plain(self) -> dict[str, str]:
        return {name: self.one(name) for name in self.params}


@dataclass(frozen=True, slots=True)
class Asked:
    """GET `path` with `params` beside the filters; `alone`: without the page's filters."""

    path: str
    params: Mapping[str, Any]
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """`asks` by name, from the page's choices; `block` from their answers, the total, the choices and the width."""

    asks: Callable[[Choices], Mapping[str, Asked]]
    block: Callable[[Mapping[str, Answer], int, Choices, int], Block]


def insight(name: str, **params: Any) -> Asked:
    return Asked(f"/v1/insights/{name}", params)
