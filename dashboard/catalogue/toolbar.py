"""The line above the gallery: text search, order, trash."""

from dataclasses import replace

import streamlit as st

from dashboard.catalogue import filter_panel
from dashboard.catalogue.catalogue_state import SORTS, State
from pixplore.domain import Person, Role

_SORT_WORDS = {"newest": "Newest first", "oldest": "Oldest first", "name": "By file name", "relevance": "Best match"}


def toolbar(here: State, person: Person) -> None:
    """Draw it; its widgets write the address before the page is drawn anew."""
    # The address is the truth: widgets show what it says, also after the browser's back button.
    st.session_state["px-q"] = here.value("q")
    st.session_state["px-sort"] = here.shown_sort
    st.session_state["px-trash"] = here.value("trashed") == "true"
    with st.container(horizontal=True, vertical_alignment="center", key="px-toolbar"):
        st.text_input(
            "Search the catalogue",
            key="px-q",
            placeholder="Search names, SKUs, labels, tags",
            label_visibility="collapsed",
            icon=":material/search:",
            max_chars=1000,
            on_change=lambda: _write(here.with_values("q", [st.session_state["px-q"]])),
        )
        st.selectbox(
            "Order",
            [sort for sort in SORTS if sort != "relevance" or here.value("q")],
            key="px-sort",
            format_func=_SORT_WORDS.__getitem__,
            label_visibility="collapsed",
            width=170,
            disabled=bool(here.similar),
            help="The most alike come first." if here.similar else None,
            on_change=lambda: _write(replace(here, sort=st.session_state["px-sort"])),
        )
        if Role.ADMIN in person.role.includes:
            st.toggle(
                "Trash",
                key="px-trash",
                on_change=lambda: _write(here.with_values("trashed", ["true"] if st.session_state["px-trash"] else [])),
            )


def _write(to: State) -> None:
    filter_panel.put(replace(to, sort=to.sort if to.sort != to.usual_sort else "", opened=None))
