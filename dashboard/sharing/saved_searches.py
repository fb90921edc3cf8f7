"""Saved searches: what the catalogue shows now kept under a name, and found again."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from dashboard import client
from dashboard.bulk.bulk_calls import filters
from dashboard.catalogue import filter_panel
from dashboard.catalogue.catalogue_state import State, read
from dashboard.look import theme
from pixplore.errors import PixploreError, Unauthenticated

Search = Mapping[str, Any]
_MIDNIGHT = "T00:00:00Z"


def menu(here: State, compared: Callable[[], bool]) -> None:
    """The popover: a name for this search, and the list of those that are kept. Asks nothing until it is opened.

    `compared` says whether pictures like one are shown, which a saved search cannot keep.
    """
    st.fragment(_menu)(here, compared)


def state_of(search: Search) -> State:
    """The catalogue's state that a saved search, or a share, means."""
    asked = {name: value if isinstance(value, list) else [value] for name, value in search["filters"].items()}
    texts = {name: [_text(value) for value in values] for name, values in asked.items()}
    return read({**texts, "sort": [search["sort"]]})


def _text(value: object) -> str:
    """As the address writes it: a day without its midnight, a number without a needless fraction."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).removesuffix(_MIDNIGHT)


def _menu(here: State, compared: Callable[[], bool]) -> None:
    box = st.popover("Saved searches", icon=":material/bookmark:", key="px-saved", on_change="rerun")
    if not box.open:
        return
    with box:
        try:
            found = client.get("/v1/saved-searches", {"limit": 200})["items"]
        except Unauthenticated:
            st.rerun(scope="app")
        except PixploreError as problem:
            st.error(theme.plain(problem.detail))
            return
        _keep(here, compared())
        for one in found:
            _row(one, here)
        if not found:
            st.caption("None yet. Save a search to open it here again; only you see it.")


def _keep(here: State, compared: bool) -> None:
    if compared and not here.filters:
        st.info("Pictures like one cannot be saved as a search. Select them and put them into a collection.")
        return
    if compared:
        st.info("Only the filters are saved, not the picture that these are like.")
    form = st.form("px-save-search", border=False, clear_on_submit=True)
    with form, st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("Name", max_chars=100, placeholder="Name for what is shown now").strip()
        sent = st.form_submit_button("Save", type="primary")
    if sent and not name:
        st.error("Give it a name.")
    elif sent:
        body = {"name": name, "filters": filters(here), "sort": here.shown_sort}
        if theme.written(lambda: client.post("/v1/saved-searches", body)):
            st.rerun(scope="fragment")


def _row(one: Search, here: State) -> None:
    if st.session_state.get("px_renamed") == one["id"]:
        _rename(one)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"px-search-{one['id']}"):
        name = theme.plain(one["name"])
        if st.button(name, key=f"px-search-open-{one['id']}", type="tertiary", width="stretch"):
            filter_panel.go(state_of(one))
        if st.button(f"Rename {name}", key=f"px-search-name-{one['id']}", icon=":material/edit:", type="tertiary"):
            st.session_state["px_renamed"] = one["id"]
            st.rerun(scope="fragment")
        key = f"px-search-gone-{one['id']}"
        gone = st.button(f"Delete {name}", key=key, icon=":material/delete:", type="tertiary")
        if gone and theme.written(lambda: client.delete(f"/v1/saved-searches/{one['id']}")):
            st.rerun(scope="fragment")


def _rename(one: Search) -> None:
    form = st.form(f"px-rename-{one['id']}", border=False)
    with form, st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("New name", value=one["name"], max_chars=100).strip()
        sent = st.form_submit_button("Rename", type="primary")
    if sent and name:
        st.session_state["px_renamed"] = None
        if theme.written(lambda: client.patch(f"/v1/saved-searches/{one['id']}", {"name": name})):
            st.rerun(scope="fragment")
