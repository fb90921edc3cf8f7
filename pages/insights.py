"""Insights: what the catalogue shows, how sure it is, what it lacks. A click on any mark opens exactly its pictures."""

from functools import partial

import streamlit as st

from dashboard import session
from dashboard.catalogue import filter_panel, nothing_found
from dashboard.components.marks import marks
from dashboard.insights import insight_calls, insight_sections
from dashboard.insights.insight_frame import nothing
from dashboard.look import theme
from pixplore.domain import Role
from pixplore.errors import Invalid


def page() -> None:
    st.html(theme.DASHBOARD / "catalogue" / "catalogue.css")
    st.html(theme.DASHBOARD / "insights" / "insights.css")
    here = filter_panel.state()
    theme.page_header("Insights", "What your pictures show. Every mark opens exactly its pictures.", _report)
    try:
        overview = insight_calls.overview(here)
    except Invalid as problem:
        theme.error(problem, partial(nothing_found.mend, here, problem))
        return
    filter_panel.sidebar(here)
    filter_panel.line(here, overview["total"])
    if overview["total"]:
        insight_sections.figures(here, overview["facets"])
        insight_sections.sections(here, overview["total"])
    elif here.narrowed:
        nothing("Nothing to count", "No picture fits these filters. Take one of them back above.")
    else:
        nothing("No pictures yet", "As soon as there are pictures, their labels and gaps are counted here.")
    marks()


def _report() -> None:
    """A link that takes the page's address with it (dashboard/components/marks)."""
    st.html('<a class="px-report" href="/report">Download report</a>')


session.require(Role.VIEWER)
page()
