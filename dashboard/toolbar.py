"""The line above the gallery: text search, order, size of the pictures, trash."""

import streamlit as st

from dashboard import filter_panel
from dashboard.catalogue_state import SORTS, State
from pixplore.domain import Person, Role

_SORT_WORDS = {"newest": "Newest first", "oldest": "Oldest first", "name": "By name", "relevance": "Best match"}
_SIZES = {"small": ":material/grid_on:", "medium": ":material/grid_view:", "large": ":material/crop_square:"}


def toolbar(here: State, person: Person) -> str:
    """Draw it; its widgets write the address before the page is drawn anew. Returns the size of the pictures."""
    # The address is the truth: widgets show what it says, also after the browser's back button.
    st.session_state["px-q"] = here.value("q")
    st.session_state["px-sort"] = here.shown_sort
    with st.container(horizontal=True, vertical_alignment="center", key="px-toolbar"):
        st.text_input(
            "Search the catalogue",
            key="px-q",
            placeholder="Search names, titles, SKUs, labels, tags, text in pictures",
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
            on_change=lambda: _write(State(here.filters, _chosen_sort(here))),
        )
        size = st.segmented_control(
            "Size of the pictures",
            list(_SIZES),
            key="px-size",
            format_func=_SIZES.__getitem__,
            default="medium",
            label_visibility="collapsed",
            width="content",
        )
        st.session_state["px-trash"] = here.value("trashed") == "true"
        if Role.ADMIN in person.role.includes:
            st.toggle(
                "Trash",
                key="px-trash",
                on_change=lambda: _write(here.with_values("trashed", ["true"] if st.session_state["px-trash"] else [])),
            )
    return size or "medium"


def _chosen_sort(here: State) -> str:
    sort = st.session_state["px-sort"]
    return "" if sort == here.usual_sort else str(sort)


def _write(to: State) -> None:
    filter_panel.put(State(to.filters, to.sort if to.sort != to.usual_sort else ""))
