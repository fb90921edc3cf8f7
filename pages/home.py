"""The first screen, by role: what each of the three people came for."""

import streamlit as st

from dashboard import session
from dashboard.home import home_quality, home_running, home_views
from dashboard.look import theme
from pixplore.domain import Role

person = session.require(Role.VIEWER)


def _upload() -> None:
    if st.button("Upload pictures", type="primary", icon=":material/cloud_upload:"):
        st.switch_page(st.session_state["pages"]["upload"])


def _review() -> None:
    if st.button("Start reviewing", type="primary", icon=":material/fact_check:"):
        st.switch_page(st.session_state["pages"]["review"])


def _search(viewer: bool = False) -> None:
    home_views.search(primary=viewer)
    home_views.counts(labels=viewer)


match person.role:
    case Role.ADMIN:
        theme.page_header("Home", "Is everything moving, and what came in.", _upload)
        home_running.figures()
        _search()
        left, right = st.columns([3, 2], gap="medium")
        with left:
            home_views.recent()
        with right:
            home_running.uploads()
    case Role.ANALYST:
        theme.page_header("Home", "How good the labels are, and what changed.", _review)
        _search()
        left, right = st.columns(2, gap="medium")
        with left:
            home_quality.health()
        with right:
            home_quality.this_week()
        home_quality.doubts()
        home_views.recent()
    case _:
        theme.page_header("Home", "Find a picture, or see what is new.")
        _search(viewer=True)
        home_views.recent()
        home_views.collections()
