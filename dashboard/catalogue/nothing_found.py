"""What the catalogue says, and offers, where there is no picture to show."""

from dataclasses import replace
from functools import partial

import streamlit as st

from dashboard.bulk import bulk_words
from dashboard.catalogue import catalogue_calls, filter_panel, loosen
from dashboard.catalogue.catalogue_calls import Pages
from dashboard.catalogue.catalogue_state import SIMILAR, State
from dashboard.look import theme
from pixplore.domain import Person, Role
from pixplore.errors import Invalid, NotFound


def show(here: State, pages: Pages, person: Person) -> None:
    """Why there is nothing, and the way on."""
    if pages.reason:
        theme.empty("Nothing to compare with", pages.reason, partial(_back, here), icon="image_search")
    elif here.similar:
        fit = theme.counted(pages.total, "picture")
        hint = f"Of {fit} that fit the filters, none can be compared. Take a filter back."
        theme.empty("No picture like it here", hint, partial(_back, here), icon="image_search")
    elif here.filters == (("trashed", "true"),):
        hint = f"Pictures that somebody deletes wait here {bulk_words.in_the_trash()}."
        theme.empty("The trash is empty", hint, icon="delete")
    elif here.narrowed:
        hint = "Take a filter back to see more."
        theme.empty("No picture fits all of these", hint, partial(_ways, here), icon="filter_alt_off")
    else:
        _nothing_yet(person)


def mend(here: State, problem: Invalid | NotFound) -> None:
    """The way out of an address that the API does not understand, or that names a picture which is not there."""
    if isinstance(problem, NotFound) or (here.similar and not problem.fields):
        _back(here)
    elif st.button("Remove what is not understood", type="primary", key="px-mend"):
        for name in problem.fields:
            here = replace(here, similar=None) if name in (SIMILAR, "image_id") else here.without(name)
        filter_panel.go(here)


def _back(here: State) -> None:
    """From pictures like one to all of them."""
    if st.button("Back to all pictures", type="primary", key="px-not-like"):
        filter_panel.go(replace(here, similar=None, opened=None))


def _ways(here: State) -> None:
    """Each filter that holds the result empty, with what there is without it."""
    with st.container(horizontal=True, horizontal_alignment="center", key="px-ways"):
        for place, way in enumerate(loosen.ways(here, catalogue_calls.total, filter_panel.titles(here))):
            said = theme.plain(f"{way.chip.what} {way.chip.text}")
            if st.button(f"Remove “{said}” ({way.total:,})", key=f"px-way-{place}"):
                filter_panel.go(way.state)
        if st.button("Clear all filters", key="px-way-all", type="tertiary"):
            filter_panel.go(State(sort=here.sort))


def _nothing_yet(person: Person) -> None:
    """An empty catalogue; who may fill it is led there."""

    def upload() -> None:
        if Role.ADMIN in person.role.includes:
            st.page_link(st.session_state["pages"]["upload"], label="Upload pictures", icon=":material/cloud_upload:")

    theme.empty("No pictures yet", "Pictures appear here as soon as they are uploaded and recognised.", upload)
