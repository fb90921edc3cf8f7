"""Catalogue: the gallery with its filters; the open picture and everything chosen stand in the page's address."""

from functools import partial
from urllib.parse import urlencode

import streamlit as st

from dashboard import bulk, catalogue_calls, detail, filter_panel, nothing_found, session, theme
from dashboard.catalogue_state import State, params
from dashboard.components.gallery import gallery, tile_of
from dashboard.toolbar import toolbar
from pixplore.domain import Person, Role
from pixplore.errors import Invalid


def page(person: Person) -> None:
    st.html(theme.STATIC.with_name("catalogue.css"))
    here = filter_panel.state()
    theme.page_header("Catalogue")
    size = toolbar(here, person)
    waiting = st.empty()
    if not catalogue_calls.kept():
        waiting.html('<div class="px-skeleton" aria-hidden="true">' + "<i></i>" * 12 + "</div>")
    try:
        names = catalogue_calls.attributes()
        pages = catalogue_calls.first(here, names)
        waiting.empty()
    except Invalid as problem:
        waiting.empty()
        theme.error(problem, partial(nothing_found.mend, here, problem))
        return
    filter_panel.sidebar(here, pages.facets, names)
    filter_panel.line(here, pages.total)
    if pages.items:
        _gallery(here, person, size)
    elif here.filters == (("trashed", "true"),):
        theme.empty("The trash is empty", "Deleted pictures wait here until they are restored.", icon="delete")
    elif here.narrowed:
        theme.empty(
            "No picture fits all of these", "Take one back:", partial(nothing_found.ways, here), icon="filter_alt_off"
        )
    else:
        nothing_found.nothing_yet(person)
    if here.opened:
        detail.show(here.opened, pages.ids, person)


@st.fragment
def _gallery(here: State, person: Person, size: str) -> None:
    """In a fragment: more pictures arrive without drawing the page anew."""
    pages: catalogue_calls.Pages = st.session_state["px_pages"]
    address = urlencode(params(State(here.filters, here.sort)), doseq=True)
    full = len(pages.items) >= catalogue_calls.WINDOW
    happened = gallery(
        [tile_of(item) for item in pages.items],
        key="px-gallery",
        epoch=f"{pages.epoch}{pages.before}",
        href=f"?{address}&id=" if address else "?id=",
        more=pages.cursor is not None,
        auto=not full,
        opened=here.opened,
        size=size,
        actions=bulk.actions(person, here.value("trashed") == "true"),
        cleared=st.session_state.get("px_cleared", 0),
        more_label=f"Show the next after these {len(pages.items):,}" if full else "Load more",
    )
    if happened.opened:
        # Opened from here, not by drawing the page anew: the picture is there at once.
        opened = State(here.filters, here.sort, happened.opened)
        st.query_params.from_dict(params(opened))
        detail.show(happened.opened, pages.ids, person)
    if happened.act:
        bulk.ask(*happened.act)
    if happened.more:
        catalogue_calls.more(here, pages)
        st.rerun(scope="fragment")


page(session.require(Role.VIEWER))
