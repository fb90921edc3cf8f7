"""How images spread over colours, and how two selections differ."""

from dataclasses import dataclass

from pixplore.finding import Finder
from pixplore.insights.labels import EVERY
from pixplore.query import Query

COMPARED = ("label", "category", "colour", "tag", "orientation")


@dataclass(frozen=True, slots=True)
class Value:
    """`share` (0-1) of all images of the query carry this value."""

    value: str
    count: int
    share: float
    query: Query


@dataclass(frozen=True, slots=True)
class Side:
    """One value in one of two selections: `share` there, and by how much it is above (+) the other's share."""

    side: str
    value: str
    count: int
    share: float
    difference: float
    query: Query


def colours(finder: Finder, query: Query, limit: int) -> tuple[int, list[Value]]:
    """Images by colour, most frequent first; only chosen colours where the query chooses some."""
    total, facets = finder.count(query, ("colour",), EVERY)
    chosen = query.condition("colour").any
    found = [pair for pair in facets["colour"].values if not chosen or pair[0] in chosen][:limit]
    return total, [Value(value, n, _share(n, total), query.only("colour", value)) for value, n in found]


def compare(finder: Finder, a: Query, b: Query, facet: str, limit: int) -> tuple[int, int, list[Side]]:
    """Totals of both, then two rows a value (side a, side b): the values whose shares differ most come first."""
    total_a, facets_a = finder.count(a, (facet,), EVERY)
    total_b, facets_b = finder.count(b, (facet,), EVERY)
    in_a, in_b = dict(facets_a[facet].values), dict(facets_b[facet].values)
    if facet == "colour":
        for query, found in ((a, in_b), (b, in_a), (a, in_a), (b, in_b)):
            _keep_chosen(found, query.condition("colour").any)
    apart = {v: _share(in_a.get(v, 0), total_a) - _share(in_b.get(v, 0), total_b) for v in {*in_a, *in_b}}
    rows = []
    for value in sorted(apart, key=lambda v: (-abs(apart[v]), v))[:limit]:
        for side, query, found, total, sign in (("a", a, in_a, total_a, 1), ("b", b, in_b, total_b, -1)):
            narrower = _with(query, facet, value)
            n = found.get(value, 0)
            rows.append(Side(side, value, n, _share(n, total), round(sign * apart[value], 4), narrower))
    return total_a, total_b, rows


def _with(query: Query, facet: str, value: str) -> Query:
    if facet in ("label", "tag"):
        return query.adding(facet, all=value)
    chosen = query.condition(facet).any
    narrower = query.only(facet, value)
    # What holds one value cannot be another that was chosen: asked for and excluded at once, nothing is found.
    return narrower if not chosen or value in chosen else narrower.adding(facet, none=value)


def _keep_chosen(found: dict[str, int], chosen: tuple[str, ...]) -> None:
    """An image of several colours may be of a chosen one and of others: no query asks for one and another."""
    for value in [value for value in found if chosen and value not in chosen]:
        del found[value]


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
