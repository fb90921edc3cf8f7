"""Catalogue: the gallery with its filters; the open picture and everything chosen stand in the page's address."""

from functools import partial

import streamlit as st

from dashboard import session
from dashboard.bulk import changes
from dashboard.catalogue import catalogue_calls, catalogue_menus, catalogue_views, filter_panel, nothing_found
from dashboard.catalogue.catalogue_state import State
from dashboard.catalogue.toolbar import toolbar
from dashboard.look import theme
from dashboard.picture import detail
from pixplore.domain import Person, Role
from pixplore.errors import Invalid, NotFound


def page(person: Person) -> None:
    st.html(theme.DASHBOARD / "catalogue" / "catalogue.css")
    here = filter_panel.state()
    theme.page_header("Catalogue", action=partial(catalogue_menus.menus, here, person))
    with st.container():  # one place, whatever stands in it: what moves the gallery would draw it anew
        changes.bar(person)
    toolbar(here, person)
    try:
        pages = _first(here)
    except (Invalid, NotFound) as problem:
        theme.error(problem, partial(nothing_found.mend, here, problem))
        return
    filter_panel.sidebar(here)
    filter_panel.line(here, pages.total)
    catalogue_views.pictures(here, person)
    detail.show(pages.ids, person)
    if not pages.tiles:
        nothing_found.show(here, pages, person)


def _first(here: State) -> catalogue_calls.Pages:
    """The outline of a gallery waits for the very first answer only; later the former pictures stay meanwhile."""
    waiting = st.empty()
    if catalogue_calls.kept():
        return catalogue_calls.first(here)
    try:
        with waiting.container(), theme.skeleton("gallery"):
            return catalogue_calls.first(here)
    finally:
        waiting.empty()


page(session.require(Role.VIEWER))
