"""The catalogue's gallery on its page: what it shows for a state, what its events do."""

from dataclasses import replace
from urllib.parse import urlencode

import streamlit as st

from dashboard.bulk import bulk
from dashboard.catalogue import catalogue_calls, filter_panel
from dashboard.catalogue.catalogue_state import State, params
from dashboard.components.gallery import Action, GalleryEvents, Source, gallery
from dashboard.picture import compare
from pixplore.domain import Person

COMPARE = Action("compare", "Compare", least=2, most=4)
GALLERY = "px-gallery"
SIMILAR = Action("similar", "Similar pictures", most=1)


@st.fragment
def pictures(here: State, person: Person) -> None:
    """In a fragment: what is done with chosen pictures does not draw the page anew."""
    pages: catalogue_calls.Pages = st.session_state["px_pages"]
    address = urlencode(params(replace(here, opened=None)), doseq=True)
    happened = gallery(
        pages.tiles,
        key=GALLERY,
        epoch=pages.epoch,
        href=f"?{address}&id=" if address else "?id=",
        source=_source(here, pages),
        opened=here.opened,
        actions=[COMPARE, SIMILAR, *bulk.actions(person, here.value("trashed") == "true")],
        cleared=st.session_state.get("px_cleared", 0),
        gone=pages.gone,
        like=pages.like,
        notice=catalogue_calls.spelled(pages),
        by_picture=True,
        similar=True,
        owner=person.sub,
    )
    _do(happened, here)


def compared(here: State) -> bool:
    """Whether pictures like one are shown, of the catalogue's or of this person's own, which no filters can say."""
    shown = st.session_state.get(GALLERY) or {}
    return bool(here.similar or shown.get("mine"))


def _source(here: State, pages: catalogue_calls.Pages) -> Source:
    if here.similar:
        path, query, limit = f"/v1/images/{here.similar}/similar", here.query(), catalogue_calls.MOST_ALIKE
    else:
        path, query, limit = "/v1/images", [*here.query(), ("sort", here.shown_sort)], catalogue_calls.PAGE
    return Source(path, urlencode(query), pages.cursor, pages.total, pages.version, limit)


def _do(happened: GalleryEvents, here: State) -> None:
    if happened.like is not None:
        filter_panel.go(replace(here, similar=happened.like or None, opened=None))
    if not happened.act:
        return
    name, ids, everything = happened.act
    if name == SIMILAR.name:
        filter_panel.go(replace(here, similar=ids[0], opened=None))
    elif name == COMPARE.name:
        compare.show(ids)
    else:
        bulk.ask(name, ids, everything, here)
