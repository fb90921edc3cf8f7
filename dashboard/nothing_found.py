"""What the catalogue says, and offers, where there is no picture to show."""

import streamlit as st

from dashboard import catalogue_calls, filter_panel, loosen, theme
from dashboard.catalogue_state import State
from pixplore.domain import Person, Role
from pixplore.errors import Invalid


def ways(here: State) -> None:
    """Each filter that holds the result empty, with what there is without it."""
    with st.container(horizontal=True, horizontal_alignment="center", key="px-ways"):
        for place, way in enumerate(loosen.ways(here, catalogue_calls.total)):
            if st.button(f"Remove “{way.chip.what} {way.chip.text}” ({way.total:,})", key=f"px-way-{place}"):
                filter_panel.go(way.state)
        if st.button("Clear all filters", key="px-way-all", type="tertiary"):
            filter_panel.go(State(sort=here.sort))


def mend(here: State, problem: Invalid) -> None:
    """The way out of an address that the API does not understand."""
    if st.button("Remove what is not understood", type="primary", key="px-mend"):
        for name in problem.fields:
            here = here.without(name)
        filter_panel.go(here)


def nothing_yet(person: Person) -> None:
    """An empty catalogue; who may fill it is led there."""

    def upload() -> None:
        if Role.ADMIN in person.role.includes:
            st.page_link(st.session_state["pages"]["upload"], label="Upload pictures", icon=":material/cloud_upload:")

    theme.empty("No pictures yet", "Pictures appear here as soon as they are uploaded and recognised.", upload)
