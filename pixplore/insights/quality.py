"""What the catalogue lacks: gaps, a score of its health, and labels that do not fit their category."""

import math
from dataclasses import dataclass, replace
from decimal import Decimal

from pixplore.domain import UNSET
from pixplore.finding import Finder
from pixplore.insights.labels import EVERY
from pixplore.query import Query

SURE = Decimal(80)
"""A label of this confidence is taken for certain."""
LARGE = 1000
"""Pixels on each side that a shop's zoom asks for."""


@dataclass(frozen=True, slots=True)
class Gap:
    """`count` images (`share` of all, 0-1) lack something; `name` is stable, `text` is for people."""

    name: str
    text: str
    count: int
    share: float
    query: Query


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the health score: `share` (0-1) of the images have it, `points` of `weight` are earned."""

    name: str
    text: str
    count: int
    share: float
    weight: int
    points: float
    query: Query


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A label that is rare in this category and at home in another: `lift` (below 1) is how rare, as a ratio.

    `share` of the category's images carry it; `usual` is the category where most of its images lie.
    """

    category: str
    label: str
    count: int
    share: float
    lift: float
    usual: str
    query: Query


def coverage(finder: Finder, query: Query) -> tuple[int, list[Gap]]:
    """The total, and what is missing how often. Where a gap speaks of confidence, its query sets min_confidence,
    and the query's own label conditions are judged by it too.
    """
    total = finder.count(query)[0]
    wanted = [
        ("unlabelled", "No label at all", query.adding("label", all=UNSET)),
        ("unsure", f"No label of {SURE} % or more",
         replace(query, min_confidence=SURE, max_confidence=None).adding("label", all=UNSET)),
        ("no_sku", "No SKU", query.only("sku", UNSET)),
        ("no_category", "No category", query.only("category", UNSET)),
        ("no_tag", "No tag", query.adding("tag", all=UNSET)),
        ("narrow", f"Narrower than {LARGE} px", _at_most(query, "max_width")),
        ("low", f"Lower than {LARGE} px", _at_most(query, "max_height")),
    ]  # fmt: skip
    counted = [(name, text, finder.count(one)[0], one) for name, text, one in wanted if _may_hold(query, one)]
    return total, [Gap(name, text, n, _share(n, total), one) for name, text, n, one in counted]


def _at_most(query: Query, side: str) -> Query:
    width, height = query.max_width, query.max_height
    if side == "max_width":
        return replace(query, max_width=LARGE - 1 if width is None else min(width, LARGE - 1))
    return replace(query, max_height=LARGE - 1 if height is None else min(height, LARGE - 1))


def _may_hold(query: Query, narrower: Query) -> bool:
    """False where the query asks for values of a facet that the gap would have empty, or for larger pictures."""
    for name in ("sku", "category"):
        chosen = query.condition(name)
        if narrower.condition(name) != chosen and ((chosen.any and UNSET not in chosen.any) or UNSET in chosen.none):
            return False
    return _sizes_agree(narrower)


def health(finder: Finder, query: Query) -> tuple[int, float | None, list[Part]]:
    """The total, the score 0-100 (None for no image) and its parts: what share of images has what it should have."""
    total = finder.count(query)[0]
    large = replace(query, min_width=max(LARGE, query.min_width or 0), min_height=max(LARGE, query.min_height or 0))
    wanted = [
        ("labelled", "Carries a label", 25, query.adding("label", none=UNSET)),
        ("sure", f"Carries a label of {SURE} % or more", 20,
         replace(query, min_confidence=SURE, max_confidence=None).adding("label", none=UNSET)),
        ("sku", "Belongs to a product", 25, query.adding("sku", none=UNSET)),
        ("category", "Has a category", 15, query.adding("category", none=UNSET)),
        ("large", f"At least {LARGE} px on each side", 15, large),
    ]  # fmt: skip
    parts = []
    for name, text, weight, one in wanted:
        n = finder.count(one)[0] if _sizes_agree(one) else 0
        parts.append(Part(name, text, n, _share(n, total), weight, round(weight * _share(n, total), 2), one))
    parts = [part for part in parts if _sizes_agree(part.query)]
    score = round(100 * sum(p.points for p in parts) / sum(p.weight for p in parts), 1) if total else None
    return total, score, parts


def _sizes_agree(query: Query) -> bool:
    sides = ((query.min_width, query.max_width), (query.min_height, query.max_height))
    return all(least is None or most is None or least <= most for least, most in sides)


def mismatch(finder: Finder, query: Query, limit: int, categories: int = 200, most_lift: float = 0.5) -> list[Mismatch]:
    """Labels out of place, the most surprising first: rare in their category, at home in another.

    Looks at the `categories` largest. Surprise is count * -log(lift): many images of a label that one would hardly
    expect there at all come before a few.
    """
    total, facets = finder.count(query, ("label", "category"), EVERY)
    sizes = dict(facets["category"].values[:categories])
    everywhere = dict(facets["label"].values)
    within = {
        name: dict(finder.count(query.only("category", name), ("label",), EVERY)[1]["label"].values) for name in sizes
    }
    usual: dict[str, tuple[int, str]] = {}
    for name, counted in within.items():
        for label, n in counted.items():
            if n > usual.get(label, (0, ""))[0]:
                usual[label] = (n, name)
    rows = []
    for name, counted in within.items():
        for label, n in counted.items():
            lift = n * total / (everywhere[label] * sizes[name])
            if usual[label][1] != name and lift <= most_lift:
                narrower = query.only("category", name).adding("label", all=label)
                share = _share(n, sizes[name])
                rows.append(Mismatch(name, label, n, share, round(lift, 4), usual[label][1], narrower))
    return sorted(rows, key=lambda r: (r.count * math.log(max(r.lift, 1e-6)), r.category, r.label))[:limit]


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
