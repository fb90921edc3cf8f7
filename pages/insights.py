"""Insights: which labels the catalogue carries and how sure they are. A click on any bar opens its pictures."""

from functools import partial

import streamlit as st

from dashboard import catalogue_calls, client, filter_panel, insight_views, nothing_found, session, theme
from dashboard.catalogue_state import State
from pixplore.domain import Role
from pixplore.errors import Invalid

TOPS = (10, 20, 30, 50, 100)


def page() -> None:
    st.html(theme.STATIC.with_name("catalogue.css"))
    here = filter_panel.state()
    theme.page_header("Insights", "What the catalogue shows. Every bar opens exactly its pictures.")
    own = insight_views.choices()
    try:
        names = catalogue_calls.attributes()
        overview = catalogue_calls.overview(here, names)
    except Invalid as problem:
        theme.error(problem, partial(nothing_found.mend, here, problem))
        return
    filter_panel.sidebar(here, overview["facets"], names)
    filter_panel.line(here, overview["total"])
    if not overview["total"]:
        theme.empty("Nothing to count", "No picture fits these filters. Take one of them back above.", icon="bar_chart")
        return
    insight_views.figures(here, overview)
    left, right = st.columns([3, 2], gap="large")
    with left, theme.card("labels"):
        rows = _labels(here, own)
    with right, theme.card("confidence"):
        insight_views.confidence(here, own, rows)


def _asked(own: insight_views.Choices) -> dict[str, object]:
    """All labels at once, for the CSV has them all; split by category only those that the chart shows."""
    return {"limit": own.top, "by": "category"} if own.by_category else {"limit": insight_views.MOST}


def _labels(here: State, own: insight_views.Choices) -> list[insight_views.Row]:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.header("Labels", anchor=False, width="content")
        own.controls(TOPS)
    rows = client.get(
        "/v1/insights/labels",
        {**catalogue_calls.ask(here), **_asked(own)},
    )["rows"]
    insight_views.labels(rows, own)
    return list(rows)


session.require(Role.VIEWER)
page()
