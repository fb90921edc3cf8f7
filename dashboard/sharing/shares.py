"""Share links: made for what a page shows, listed, revoked. What a visitor sees is dashboard/sharing/shared_page.py."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from dashboard import client
from dashboard.bulk.bulk_calls import filters
from dashboard.bulk.bulk_words import pictures
from dashboard.catalogue import catalogue_calls
from dashboard.catalogue.catalogue_state import State
from dashboard.components.copy import copy
from dashboard.look import theme
from dashboard.look.wording import exact
from pixplore.domain import Person, Role
from pixplore.errors import PixploreError, Unauthenticated

DAYS = {1: "One day", 7: "A week", 30: "30 days", 90: "90 days"}
WHOLE = "Share the whole catalogue"
Share = Mapping[str, Any]


def menu(here: State, person: Person, name: str = "", compared: Callable[[], bool] = lambda: False) -> None:
    """The popover “Share”, for analysts and administrators. `name` is what the link's page is called at first.

    `compared` says whether pictures like one are shown: filters cannot say which, and a link would show others.
    """
    if Role.ANALYST in person.role.includes:
        st.fragment(_menu)(here, name, compared)


def _menu(here: State, name: str, compared: Callable[[], bool]) -> None:
    box = st.popover("Share", icon=":material/share:", key="px-share", on_change="rerun")
    if not box.open:
        st.session_state.pop("px_shared", None)
        return
    with box:
        if here.value("trashed") == "true":
            st.info("What is in the trash cannot be shared.")
        elif compared():
            st.info(
                "Pictures like one cannot be shared as they are: a link would open everything that the filters find. "
                "Select them, put them into a collection and share that."
            )
        else:
            _make(here, name)
        _list()


def _make(here: State, name: str) -> None:
    if made := st.session_state.get("px_shared"):
        st.markdown("**The link is ready.** Copy it now: it is not shown again.")
        copy(_address(made["path"]), "Share link", key=f"px-copy-{made['id']}")
        st.caption(f"Anybody who has it can look until {theme.plain(exact(made['expires_at']))}, without an account.")
        if st.button("Make another link"):
            del st.session_state["px_shared"]
            st.rerun(scope="fragment")
        return
    try:
        found = pictures(catalogue_calls.total(here))
    except Unauthenticated:
        st.rerun(scope="app")
    except PixploreError as problem:
        st.error(theme.plain(problem.detail))
        return
    sure = here.selective
    if not sure:
        st.warning(
            f"No filter is set: the link opens the whole catalogue, {found} and every one to come, to anybody who "
            "has it.",
            icon=":material/warning:",
        )
    with st.form("px-share-form", border=False):
        title = st.text_input("Title on the page", value=name, max_chars=100, placeholder="For the agency").strip()
        days = st.selectbox("Open for", list(DAYS), index=1, format_func=DAYS.__getitem__)
        originals = st.checkbox("Visitors may download the original files")
        if not sure:
            sure = st.checkbox(WHOLE)
        sent = st.form_submit_button("Make a link", type="primary")
    if sent and not sure:
        st.error(f"Tick “{WHOLE}” if that is meant. Otherwise set a filter first.")
        return
    if not sent:
        if here.selective:
            st.caption(f"It opens {found}, all that this page finds, without an account. New ones that fit are added.")
        return
    body = {"name": title, "days": days, "originals": originals, "filters": filters(here), "sort": here.shown_sort}
    if theme.written(lambda: st.session_state.__setitem__("px_shared", client.post("/v1/shares", body))):
        st.rerun(scope="fragment")


def _list() -> None:
    try:
        found = client.get("/v1/shares", {"limit": 200})["items"]
    except Unauthenticated:
        st.rerun(scope="app")
    except PixploreError as problem:
        st.error(theme.plain(problem.detail))
        return
    live = [one for one in found if one["state"] == "open"]
    if not live:
        return
    st.markdown(f"**Open links ({len(live):,})**")
    for one in live:
        with st.container(horizontal=True, vertical_alignment="center", key=f"px-share-{one['id']}"):
            originals = ", with originals" if one["originals"] else ""
            name = one["name"] or "Without a title"
            theme.lines(name, f"By {one['created_by']}{originals}. Ends", one["expires_at"])
            if st.button("Revoke", key=f"px-revoke-{one['id']}", help="The link stops working at once."):
                if (st.session_state.get("px_shared") or {}).get("id") == one["id"]:
                    del st.session_state["px_shared"]
                if theme.written(lambda share=one: client.delete(f"/v1/shares/{share['id']}")):
                    st.rerun(scope="fragment")


def _address(path: str) -> str:
    """The link as it is sent to somebody: on the host by which this browser reached us."""
    place = urlsplit(st.context.url or "")
    return f"{place.scheme}://{place.netloc}{path}"
