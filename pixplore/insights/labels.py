"""Which labels there are, how sure, and which come together."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from pixplore.domain import UNSET
from pixplore.finding import Finder
from pixplore.query import Query

TENTH = Decimal("0.1")
"""Confidence is stored in tenths: the greatest value below an edge is a tenth less."""
EVERY = 1_000_000
"""A limit that no facet reaches."""


@dataclass(frozen=True, slots=True)
class LabelRow:
    """`category` is the images' own category where rows are split by it; None there means "has none"."""

    label: str
    count: int
    query: Query
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Labels:
    """`total` images fit the query, `unset` of them carry no label in its confidence, `distinct` labels there are."""

    rows: list[LabelRow]
    total: int
    unset: int
    distinct: int


@dataclass(frozen=True, slots=True)
class Bin:
    """Images with a label of `start` <= confidence < `end`; the last bin holds its end too."""

    start: float
    end: float
    count: int
    query: Query


@dataclass(frozen=True, slots=True)
class Pair:
    """Two labels in `count` images: `lift` times as often as if they had nothing to do with one another.

    `share` is that of the rarer label's images that carry both, 0-1.
    """

    label: str
    other: str
    count: int
    lift: float
    share: float
    query: Query


def labels(finder: Finder, query: Query, limit: int, by_category: bool = False) -> Labels:
    """The most frequent labels among the images of `query`, most frequent first, split by category if asked."""
    total, facets = finder.count(query, ("label",), limit)
    facet = facets["label"]
    rows = [LabelRow(name, n, query.adding("label", all=name)) for name, n in facet.values]
    if by_category:
        rows = [part for row in rows for part in _split(finder, row)]
    return Labels(rows, total, facet.unset, facet.distinct)


def _split(finder: Finder, row: LabelRow) -> list[LabelRow]:
    facet = finder.count(row.query, ("category",), EVERY)[1]["category"]
    found: list[tuple[str | None, int]] = [*facet.values, *([(None, facet.unset)] if facet.unset else [])]
    return [
        replace(row, count=n, category=name, query=row.query.only("category", UNSET if name is None else name))
        for name, n in sorted(found, key=lambda pair: (-pair[1], pair[0] is None, pair[0] or ""))
    ]


def confidence(finder: Finder, query: Query, width: Decimal, of: str | None = None) -> list[Bin]:
    """How many images carry a label (or the label `of`) in each bin of confidence.

    Bins go from `min_confidence` (0 when not given) to `max_confidence`, their edges at multiples of `width`. A bin's
    query puts its edges in place of both: all label conditions of the query are then judged within the bin.
    """
    starts = [query.min_confidence if query.min_confidence is not None else Decimal(0)]
    while (edge := (starts[-1] // width + 1) * width) < query.high:
        starts.append(edge)
    ends = [*starts[1:], query.high]
    asking = query.adding("label", all=of) if of is not None else query.adding("label", none=UNSET)
    bins = []
    for start, end in zip(starts, ends, strict=True):
        one = replace(asking, min_confidence=start, max_confidence=end if end == query.high else end - TENTH)
        bins.append(Bin(float(start), float(end), finder.count(one)[0], one))
    return bins


def together(
    finder: Finder, query: Query, ancestors: Mapping[str, frozenset[str]], limit: int, among: int = 30,
    of: str | None = None, least: int = 2, both: bool = False,
) -> list[Pair]:  # fmt: skip
    """Pairs of labels that come together in at least `least` images, those of the highest lift first.

    One of a pair is `of`, or one of the `among` most frequent labels; with `both` the other is one of these, too. A
    label and its own ancestor (`ancestors` by name) are no pair: they always come together.
    """
    total, facets = finder.count(query, ("label",), EVERY)
    alone = dict(facets["label"].values)
    first = [name for name in ([of] if of is not None else list(alone)[:among]) if name in alone]
    others = set(list(alone)[:among]) if both else alone.keys()
    pairs: dict[tuple[str, str], Pair] = {}
    for label in first:
        with_it = query.adding("label", all=label)
        for other, count in finder.count(with_it, ("label",), EVERY)[1]["label"].values:
            names = (label, other) if of is not None else (min(label, other), max(label, other))
            if count < least:
                break
            if other == label or other not in others or names in pairs or _kin(label, other, ancestors):
                continue
            lift = count * total / (alone[label] * alone[other])
            share = count / min(alone[label], alone[other])
            pairs[names] = Pair(*names, count, round(lift, 3), round(share, 4), with_it.adding("label", all=other))
    return sorted(pairs.values(), key=lambda p: (-p.lift, -p.count, p.label, p.other))[:limit]


def _kin(one: str, other: str, ancestors: Mapping[str, frozenset[str]]) -> bool:
    return other in ancestors.get(one, ()) or one in ancestors.get(other, ())
