"""Insights on differences: two periods, uploads, values or searches side by side, and which differences are clear."""

from datetime import UTC, date, datetime, timedelta

import streamlit as st

from dashboard.catalogue import filter_panel
from dashboard.catalogue.catalogue_state import State
from dashboard.insights import charts_spread, insight_address, insight_calls
from dashboard.insights.insight_frame import Panel, heading, nothing, show
from dashboard.insights.insight_sides import (
    FACETS,
    FIELDS,
    KINDS,
    REST,
    SPANS,
    TITLED,
    Side,
    Sides,
    chosen_periods,
    chosen_searches,
    chosen_values,
    field_of,
    field_words,
    own_span,
    searches,
    spans,
)
from dashboard.insights.significance import Difference, differences, in_words
from dashboard.look import theme
from dashboard.sharing import saved_searches

SHOWN = 15
OFFERED = 100
"""Values to choose from, the most frequent ones; others can be typed."""


def compare(here: State, total: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="px-controls-compare"):
        kind = insight_address.choose("Compare", "kind", KINDS, clears=("a", "b"))
        facet = insight_address.said("facet", list(FACETS), "label")
        insight_address.pick("What differs", "facet", FACETS, facet, width=150)
    sides = {"periods": _periods, "uploads": _uploads, "values": _values, "searches": _searches}[kind](here)
    if sides is None:
        return
    a, b = sides
    both = State() if kind == "searches" else here  # a search stands by itself
    answer = insight_calls.ask("compare", both, a=a.asked, b=b.asked, facet=facet, limit=1000)
    totals = answer["totals"]
    if not totals["a"] or not totals["b"]:
        empty = " and ".join(side.name for side, key in ((a, "a"), (b, "b")) if not totals[key])
        nothing("Nothing to compare", f"There are no pictures in {empty}, as it is filtered now.", "compare_arrows")
        return
    rows = answer["rows"]
    found = differences(list(zip(rows[::2], rows[1::2], strict=True)), totals["a"], totals["b"])
    names = (f"{a.name} ({totals['a']:,})", f"{b.name} ({totals['b']:,})")
    _said(found, (a.name, b.name), FACETS[facet].lower())
    if found:
        show(_panel(found, names, FACETS[facet]))


def _said(found: list[Difference], names: tuple[str, str], what: str) -> None:
    heading("In words", "Differences that chance alone would hardly make (1 in 20 for all of them together).")
    if not found:
        st.markdown(theme.plain(f"Neither side has any {what}."))
    for line in in_words(found, names) if found else ():
        st.markdown(f"- {theme.plain(line)}")


def _panel(found: list[Difference], names: tuple[str, str], what: str) -> Panel:
    told = [
        {"value": one.value, "side": side, "count": row["count"], "share": row["share"], "query": row["query"],
         "points": round(one.points if side == "A" else -one.points, 2), "clear": "yes" if one.real else "no"}
        for one in found for side, row in (("A", one.a), ("B", one.b))
    ]  # fmt: skip
    shown = found[:SHOWN]
    notes = (
        [f"The {SHOWN} largest of {len(found):,} differences; the table has them all."] if len(found) > SHOWN else []
    )
    return Panel(
        "compare", f"{what}: the largest differences",
        "Two dots a row, one for each side, at its share of that side's pictures. A click on a dot opens them.",
        charts_spread.dumbbells([(one.a, one.b) for one in shown], names), told,
        {"value": what, "side": "Side", "count": "Pictures", "share": "Of side", "points": "Points more",
         "clear": "Clear"},
        ", ".join(f"{one.value} {one.points:+.1f} points" for one in shown[:6]), notes=notes,
    )  # fmt: skip


def _periods(here: State) -> Sides | None:
    span = insight_address.said("span", list(SPANS), "30")
    today = datetime.now(UTC).date()
    with st.container(horizontal=True, vertical_alignment="bottom", key="px-controls-periods"):
        insight_address.pick("Periods", "span", SPANS, span, width=300, clears=("a", "b"))
        if span == "own" and not all([_dates("A", "a", spans(30, today)[0]), _dates("B", "b", spans(30, today)[1])]):
            st.caption("Choose the first and the last day of both periods.")
            return None
    return chosen_periods(st.query_params, today)


def _dates(title: str, name: str, usual: Side) -> bool:
    """A first and a last day; False while the second is being chosen."""
    first, end = (date.fromisoformat(value) for _, value in usual.filters)
    key = f"px-in-dates-{name}"
    if len(st.session_state.get(key, ())) != 1:
        st.session_state[key] = own_span(st.query_params.get(name, "")) or (first, end - timedelta(days=1))

    def keep() -> None:
        if len(st.session_state[key]) == 2:
            insight_address.put(name, "..".join(day.isoformat() for day in st.session_state[key]))

    found = st.date_input(title, key=key, on_change=keep, width=260, format="YYYY-MM-DD")
    return isinstance(found, tuple) and len(found) == 2


def _uploads(here: State) -> Sides | None:
    titles = insight_calls.titles(here)
    if len(titles) < 2:
        nothing("One upload only", "Two are needed to compare. Take a filter back, or compare periods.", "upload")
        return None
    return _two(chosen_values(st.query_params, titles, "batch_id"), titles, {})


def _values(here: State) -> Sides | None:
    field = field_of({"field": st.query_params.get("field", "")})
    attributes = {f"attr.{one.name}": field_words(f"attr.{one.name}") for one in filter_panel.attributes()}
    with st.container(width="content", key="px-controls-field"):
        insight_address.pick("Of what", "field", FIELDS | attributes, field, width=180, clears=("a", "b"))
    if field in TITLED:
        found = insight_calls.titles(here, field)
    else:
        found = {value: value for value in insight_calls.values(field, here, OFFERED)}
    if not found:
        nothing("Nothing to compare", f"These pictures have no {field_words(field).lower()}.", "compare_arrows")
        return None
    return _two(chosen_values(st.query_params, found, field), found, {REST: "All others"}, len(found) == OFFERED)


def _searches(here: State) -> Sides | None:
    saved = insight_calls.saved_searches()
    known = searches(here, [(one["name"], saved_searches.state_of(one)) for one in saved])
    sides = chosen_searches(st.query_params, here, known)
    if sides is None:
        hint = "Filter the pictures above, or save a search in the catalogue. Then compare them here."
        nothing("One selection only", hint, "bookmark")
        return None
    names = list(known)
    a = st.query_params.get("a") or names[0]
    b = st.query_params.get("b") or next(one for one in names if one != a)
    told = {a: sides[0].name, b: sides[1].name} | known
    return _chosen(sides, told, told, a, b)


def _two(sides: Sides, names: dict[str, str], others: dict[str, str], free: bool = False) -> Sides | None:
    a = sides[0].filters[0][1]
    b = REST if sides[1].filters[0][0].startswith("not_") else sides[1].filters[0][1]
    return _chosen(sides, names, names | others, a, b, free)


def _chosen(
    sides: Sides, for_a: dict[str, str], for_b: dict[str, str], a: str, b: str, free: bool = False
) -> Sides | None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="px-controls-two"):
        insight_address.pick("A", "a", for_a, a, titled=True, free=free)
        insight_address.pick("B", "b", for_b, b, titled=True, free=free)
    if a == b:
        st.caption("Choose two that differ.")
        return None
    return sides
