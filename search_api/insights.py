"""The numbers behind the charts: each row carries the `query` (filters) that finds exactly what it counted."""

from decimal import Decimal

from fastapi import Response

from pixplore.insights import cost, labels, quality, spread, trend
from pixplore.query import MAX_VALUE_CHARS, number, one_of, short_text, whole
from search_api import insight_schemas as shapes
from search_api.insight_answers import Asked, about_labels, ancestors, insight, router, selection, stored_bytes

__all__ = ["router"]
_LIMIT = {"limit": whole(1, 1000)}
_OF = {"of": short_text(MAX_VALUE_CHARS)}


def _width(text: str) -> Decimal:
    value = number(text)
    if not 1 <= value <= 100 or value % labels.TENTH:
        raise ValueError("is not a width from 1 to 100, in tenths")
    return value


@insight("labels", shapes.Labels, {**_LIMIT, "by": one_of("label", "category")})
def _labels(ask: Asked) -> Response:
    """The most frequent labels, most frequent first; `by=category` splits each by the images' category."""
    by_category = ask.get("by") == "category"
    found = labels.labels(ask.finder, ask.query, ask.get("limit", 50), by_category)
    about = about_labels(ask, {row.label for row in found.rows})
    extra = [about[row.label] | ({"category": row.category} if by_category else {}) for row in found.rows]
    return ask.answer(found.rows, extra, total=found.total, unset=found.unset, distinct=found.distinct)


@insight("confidence", shapes.Confidence, {**_OF, "width": _width})
def _confidence(ask: Asked) -> Response:
    """Images by the confidence of their labels, or of the one label `of`. The bins hold `from` but not `to`
    (the last holds both); they begin at `min_confidence`, or at 0 where it is not given.
    """
    bins = labels.confidence(ask.finder, ask.query, ask.get("width", Decimal(5)), ask.get("of"))
    return ask.answer(bins, [{"from": one.start, "to": one.end} for one in bins])


@insight("trend", shapes.Trend, {"by": one_of(*trend.PERIODS), "split": one_of(*trend.SPLITS), **_LIMIT})
def _trend(ask: Asked) -> Response:
    """Images by month (or week, day, upload batch), gaps as zeros; `split` by the `limit` (5) most frequent labels
    or categories.
    """
    steps = trend.trend(ask.finder, ask.query, ask.get("by", "month"), ask.get("split"), min(ask.get("limit", 5), 20))
    return ask.answer(steps, total=ask.total)


@insight("cooccurrence", shapes.Pairs, {**_LIMIT, **_OF, "least": whole(1, 1_000_000), "among": whole(2, 30)})
def _cooccurrence(ask: Asked) -> Response:
    """Pairs of labels that come together in at least `least` (2) images, the highest lift first; `of` one label, or
    only pairs within the `among` most frequent labels.
    """
    limit, least, of, among = ask.get("limit", 50), ask.get("least", 2), ask.get("of"), ask.get("among")
    pairs = labels.together(
        ask.finder, ask.query, ancestors(ask), limit, among or 30, of=of, least=least, both=among is not None
    )
    return ask.answer(pairs, total=ask.total)


@insight("mismatch", shapes.Mismatches, _LIMIT)
def _mismatch(ask: Asked) -> Response:
    """Labels that are rare in their images' category and at home in another, the most surprising first."""
    return ask.answer(quality.mismatch(ask.finder, ask.query, ask.get("limit", 50)), total=ask.total)


@insight("coverage", shapes.Coverage, {})
def _coverage(ask: Asked) -> Response:
    """What images lack: labels, certainty, SKU, category, tags, pixels."""
    total, gaps = quality.coverage(ask.finder, ask.query)
    return ask.answer(gaps, total=total)


@insight("colours", shapes.Colours, _LIMIT)
def _colours(ask: Asked) -> Response:
    """Images by colour, most frequent first."""
    total, rows = spread.colours(ask.finder, ask.query, ask.get("limit", 50))
    return ask.answer(rows, total=total)


@insight("health", shapes.Health, {})
def _health(ask: Asked) -> Response:
    """A score from 0 to 100 (null for no image) and its parts: the share of images that have what they should have."""
    total, score, parts = quality.health(ask.finder, ask.query)
    return ask.answer(parts, total=total, score=score)


@insight("cost", shapes.Costs, {})
def _cost(ask: Asked) -> Response:
    """What the pictures have cost to look at and cost to keep, estimated in US dollars from list prices."""
    rows = cost.cost(ask.finder, ask.query, stored_bytes(ask))
    once = sum(row.amount for row in rows if not row.monthly)
    looked_at = rows[0].count
    return ask.answer(
        rows, currency="USD", once=round(once, 4), monthly=round(sum(r.amount for r in rows if r.monthly), 6),
        per_image=round(once / looked_at, 6) if looked_at else None, total=ask.total,
    )  # fmt: skip


@insight("compare", shapes.Comparison, {**_LIMIT, "a": selection, "b": selection, "facet": one_of(*spread.COMPARED)})
def _compare(ask: Asked) -> Response:
    """Two selections side by side: `a` and `b` are {filters} as a query string each (`a=batch_id%3D...`), to which
    the call's own {filters} are added; two rows a value of `facet` (label), those that differ most first.
    """
    a, b = ask.both()
    total_a, total_b, rows = spread.compare(ask.finder, a, b, ask.get("facet", "label"), ask.get("limit", 50))
    return ask.answer(rows, totals={"a": total_a, "b": total_b})
