"""One collection: its head with all that can be done with it, and its pictures in their order."""

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from dashboard import client
from dashboard.bulk import bulk, bulk_calls, bulk_dialogs, bulk_words, changes, downloads
from dashboard.catalogue import filter_panel
from dashboard.catalogue.catalogue_state import State, params
from dashboard.collections.collection_views import back, delete, rename
from dashboard.components.board import board
from dashboard.look import theme
from dashboard.picture import compare, detail
from dashboard.sharing import shares
from pixplore.domain import Person, Role

Collection = dict[str, Any]


def show(collection: Collection, person: Person) -> None:
    asked = filter_panel.state()
    if len(asked.filters) > 1:  # a board has one order of its own: what is found in it is the catalogue's to show
        st.switch_page(st.session_state["pages"]["catalogue"], query_params=params(asked))
    mine = Role.ADMIN in person.role.includes or collection["created_by"] == person.email
    theme.page_header(collection["name"], collection["note"], _adder(collection) if mine else None)
    changes.bar(person)
    here = State((("collection", collection["id"]),))
    _tools(collection, here, person, mine)
    filter_panel.sidebar(here)
    filter_panel.line(here, collection["images"])
    if not collection["images"]:
        hint = "Choose pictures in the catalogue, then “Collect”." if mine else "Its maker has not put any in."
        theme.empty("Nothing in it yet", hint, icon="collections_bookmark")
        return
    _pictures(collection, here, mine)
    with theme.skeleton("lines"):  # whether or not there is anything to wait for: what follows keeps its place
        order = _order(collection) if asked.opened else []
    detail.show(order, person, collection["images"])


def _tools(collection: Collection, here: State, person: Person, mine: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="px-board-tools"):
        back()
        count = bulk_words.pictures(collection["images"])
        theme.lines(count, f"By {collection['created_by']},", collection["created_at"])
        if collection["images"]:
            if st.button("Download", icon=":material/download:"):
                what = bulk_calls.chosen((), True, here, collection["images"])
                bulk.dialog(f"Download {count}", lambda: downloads.choose(what))
            shares.menu(here, person, collection["name"])
        if mine and st.button("Edit", icon=":material/edit:"):
            rename(collection)
        if mine and st.button("Delete", icon=":material/delete:"):
            delete(collection)


def _adder(collection: Collection) -> Callable[[], None]:
    def action() -> None:
        if st.button("Add pictures", type="primary", icon=":material/add_photo_alternate:"):
            catalogue = st.session_state["pages"]["catalogue"]
            st.switch_page(catalogue, query_params={"not_collection": collection["id"]})

    return action


def _order(collection: Collection) -> list[str]:
    """The first pictures in the board's order, for one that is opened by its address."""
    return [one["id"] for one in client.get(f"/v1/collections/{collection['id']}/images", {"limit": 200})["items"]]


@st.fragment
def _pictures(collection: Collection, here: State, mine: bool) -> None:
    epoch = f"{collection['images']} {st.session_state.get('px_cleared', 0)}"
    happened = board(collection["id"], mine=mine, epoch=epoch, key="px-board")
    if happened.opened:
        st.query_params["id"] = happened.opened
        st.rerun()
    what = bulk_calls.chosen(happened.ids, False, here, 0)
    if happened.action == "take":
        title = f"Take {bulk_words.pictures(what.total)} out?"
        bulk.dialog(title, partial(bulk_dialogs.take_out, what, collection["id"]))
    elif happened.action == "compare":
        compare.show(happened.ids)
    elif happened.action == "download":
        bulk.dialog(f"Download {bulk_words.pictures(what.total)}", lambda: downloads.choose(what))
