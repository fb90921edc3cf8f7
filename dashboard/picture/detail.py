"""One picture, opened over the catalogue. The viewer itself is components/boxes; here is what the page hears of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.catalogue import catalogue_calls, filter_panel
from dashboard.catalogue.catalogue_state import OPENED
from dashboard.components.boxes import boxes
from pixplore.domain import SHOWN_CONFIDENCE, Person

_KEY, _FOUND, _CHANGED = "px-boxes", "px-boxes-found", "px-boxes-changed"


@st.fragment
def show(siblings: Sequence[str], person: Person, total: int | None = None) -> None:
    """Have the viewer on the page, once and on every run: open where the address names a picture, else waiting.

    Galleries open it in the browser by the event px-open (components/boxes/boxes.js), without a run. `siblings` are the
    ids that a picture opened by its address can be stepped from, in the gallery's order. With a `total` they are
    another page's than the catalogue's, to which links to other pictures then lead.
    """
    elsewhere = total is not None
    if found := st.session_state.pop(_FOUND, None):
        # Other pictures are asked for. The address of this one stays behind them: going back opens it again.
        st.query_params.from_dict(found["params"])
        st.rerun()
    if st.session_state.pop(_CHANGED, False):
        st.rerun()
    opened = st.query_params.get(OPENED)
    pages: catalogue_calls.Pages | None = None if elsewhere else st.session_state.get("px_pages")
    boxes(
        opened,
        person,
        key=_KEY,
        shown=SHOWN_CONFIDENCE,
        siblings=siblings if opened else (),
        total=pages.total if pages else total or 0,
        why=_why(opened, pages),
        on_closed=_closed,
        on_find=None if elsewhere else _find,
    )


def _find(asked: Mapping[str, Any]) -> None:
    _noted(asked)
    st.session_state[_FOUND] = asked


def _closed(done: Mapping[str, Any]) -> None:
    """Take the picture out of the address; the filters stay. The address of another page is not touched."""
    _noted(done)
    if not done.get("left"):
        st.query_params.pop(OPENED, None)
        st.session_state[_CHANGED] = bool(done.get("changed"))


def _noted(done: Mapping[str, Any]) -> None:
    if done.get("changed"):
        catalogue_calls.changed(done["changed"], version=done.get("version"))
        filter_panel.forget(done.get("version"))
    if done.get("gone"):
        catalogue_calls.changed(done["gone"], gone=True)


def _why(opened: str | None, pages: catalogue_calls.Pages | None) -> list[str]:
    tiles = pages.tiles if pages and opened else ()
    return next((list(tile.matched) for tile in tiles if tile.id == opened), [])
