"""The parts of the collections page: the cards, and the questions asked before something changes."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard import client
from dashboard.bulk.bulk_words import pictures
from dashboard.collections import collection_choice
from dashboard.components.boards import Card, boards
from dashboard.look import theme
from dashboard.look.wording import ago, exact
from pixplore.errors import PixploreError

Collection = dict[str, Any]
_MOST = 200


def all_of_them(new: Callable[[], None]) -> None:
    """Every collection, the newest first."""
    with theme.skeleton("gallery"):
        found = list(collection_choice.every())
    if not found:
        theme.empty("No collections yet", "Make one, then add pictures to it.", icon="collections_bookmark")
        return
    words = _words() if len(found) > 8 else ""
    fitting = [one for one in found if words.casefold() in f"{one['name']} {one['note']}".casefold()]
    if not fitting:
        theme.empty("No collection fits", "Try another word.", icon="search_off")
    opened = boards([_card(one) for one in fitting[:_MOST]], key="px-board-cards")
    if len(fitting) > _MOST:
        st.caption(f"The newest {_MOST:,} are shown; a word above finds the others.")
    if opened:
        st.query_params["collection"] = opened
        st.rerun()


def _words() -> str:
    typed = st.text_input(
        "Find a collection", type="search", key="px-board-words", placeholder="Find a collection", width=360,
        label_visibility="collapsed", icon=":material/search:",
    )  # fmt: skip
    return (typed or "").strip()


def _card(one: Collection) -> Card:
    line = f"{pictures(one['images'])}, by {one['created_by']}, {ago(one['created_at'])}"
    made = f"Made on {exact(one['created_at'])}"
    return Card(one["id"], one["name"], one["note"], line, made, tuple(p["thumbnail_url"] for p in one["cover"]))


def back() -> None:
    if st.button("All collections", icon=":material/arrow_back:", type="tertiary"):
        st.query_params.clear()
        st.rerun()


@st.dialog("New collection")
def new() -> None:
    """Ask for a name and open what was made."""
    _form("Create", "", "", lambda name, note: client.post("/v1/collections", {"name": name, "note": note}))


@st.dialog("Edit the collection")
def rename(collection: Collection) -> None:
    def write(name: str, note: str) -> Collection:
        saved: Collection = client.patch(f"/v1/collections/{collection['id']}", {"name": name, "note": note})
        return saved

    _form("Save", collection["name"], collection["note"], write)


def _form(label: str, name: str, note: str, write: Callable[[str, str], Collection]) -> None:
    with st.form("px-collection", border=False):
        name = st.text_input("Name", value=name, max_chars=100).strip()
        note = st.text_input("Note", value=note, max_chars=200, placeholder="What it is for").strip()
        sent = st.form_submit_button(label, type="primary")
    if sent and not name:
        st.error("Give it a name.")
    elif sent:
        try:
            st.query_params["collection"] = write(name, note)["id"]
        except PixploreError as problem:
            st.error(theme.plain(problem.detail))
            return
        st.session_state.pop("px_board_names", None)
        st.rerun()


@st.dialog("Delete the collection?")
def delete(collection: Collection) -> None:
    st.write("Its pictures stay in the catalogue. Share links of this collection will show nothing.")
    if st.button("Delete", type="primary", key="px-sure"):
        try:
            client.delete(f"/v1/collections/{collection['id']}")
        except PixploreError as problem:
            st.error(theme.plain(problem.detail))
            return
        st.query_params.clear()
        st.rerun()
