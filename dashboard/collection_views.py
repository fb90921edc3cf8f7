"""The parts of the collections page: the list, one collection, and the questions asked before something changes."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from dashboard import client, session, theme
from dashboard.components.gallery import Action, gallery, tile_of
from pixplore.domain import Person, Role
from pixplore.errors import PixploreError

PAGE = 60
ADD = Action("add", "Add to this collection")
TAKE = Action("take", "Take out of the collection", danger=True)
Collection = dict[str, Any]


def all_of_them(new: Callable[[], None]) -> None:
    """Every collection, the newest first."""
    found = client.get("/v1/collections", {"limit": 200})["items"]
    if not found:
        theme.empty("No collections yet", "Make one, then add pictures to it.", icon="collections_bookmark")
    for one in found:
        with theme.card(f"collection-{one['id']}"), st.container(horizontal=True, vertical_alignment="center"):
            theme.lines(one["name"], f"{pictures(one['images'])}, by {one['created_by']}. {one['note']}")
            if st.button("Open", key=f"px-open-{one['id']}"):
                st.query_params["collection"] = one["id"]
                st.rerun()


def open_to_me() -> dict[str, str]:
    """Name -> id of the collections that this person may add to, the newest first."""
    person = session.current()
    return {
        one["name"]: one["id"]
        for one in reversed(client.get("/v1/collections", {"limit": 200})["items"])
        if person and (Role.ADMIN in person.role.includes or one["created_by"] == person.email)
    }


def one(collection: Collection, person: Person) -> None:
    """One collection: its pictures, and a search for more of them."""
    theme.page_header(collection["name"], collection["note"] or pictures(collection["images"]), _catalogue(collection))
    mine = Role.ADMIN in person.role.includes or collection["created_by"] == person.email
    with st.container(horizontal=True):
        back()
        if mine and st.button("Rename", icon=":material/edit:"):
            _rename(collection)
        if mine and st.button("Delete", icon=":material/delete:"):
            _delete(collection)
    inside, more = st.tabs([f"In the collection ({collection['images']:,})", "Add pictures"])
    with inside:
        _inside(collection, mine)
    with more:
        _more(collection, mine)


def back() -> None:
    if st.button("All collections", icon=":material/arrow_back:"):
        st.query_params.clear()
        st.rerun()


def _catalogue(collection: Collection) -> Callable[[], None]:
    def action() -> None:
        st.page_link(
            st.session_state["pages"]["catalogue"],
            label="Open in the catalogue",
            icon=":material/grid_view:",
            query_params={"collection": collection["id"]},
        )

    return action


def _inside(collection: Collection, mine: bool) -> None:
    limit = st.session_state.get(f"px-shown-{collection['id']}", PAGE)
    found = client.images({"collection": collection["id"], "limit": min(limit, 200)})
    if not found["items"]:
        theme.empty("Nothing in it yet", "Search for pictures under “Add pictures”.", icon="collections_bookmark")
        return
    happened = _gallery(found, "px-inside", f"{collection['id']}{found['version']}", [TAKE] if mine else [])
    if happened:
        _change(
            lambda: [client.delete(f"/v1/collections/{collection['id']}/images/{i}") for i in happened],
            f"{pictures(len(happened))} taken out of {collection['name']}",
        )


def _more(collection: Collection, mine: bool) -> None:
    if not mine:
        st.info("Only the person who made a collection, or an administrator, adds to it.")
        return
    words = st.text_input("Search", placeholder="A thing, a product, a SKU …", type="search", key="px-more-words")
    found = client.images({"q": words.strip() or None, "not_collection": collection["id"], "limit": PAGE})
    if not found["items"]:
        theme.empty("No picture fits", "Try another word.", icon="search_off")
        return
    st.caption(f"{found['total']:,} pictures not in it. Tick those you want, then choose “{ADD.label}”.")
    happened = _gallery(found, "px-more", f"{words}{found['version']}", [ADD])
    if happened:
        _change(
            lambda: client.post(f"/v1/collections/{collection['id']}/images", {"image_ids": list(happened)}),
            f"{pictures(len(happened))} added to {collection['name']}",
        )


def _gallery(found: dict[str, Any], key: str, epoch: str, actions: Sequence[Action]) -> tuple[str, ...]:
    happened = gallery(
        [tile_of(item) for item in found["items"]],
        key=key,
        epoch=epoch,
        href="/catalogue?id=",
        more=False,
        actions=actions,
    )
    if happened.opened:
        st.switch_page(st.session_state["pages"]["catalogue"], query_params={"id": happened.opened})
    return happened.act[1] if happened.act else ()


@st.dialog("New collection")
def new() -> None:
    """Ask for a name and open what was made."""
    _form("Create", "", "", lambda name, note: client.post("/v1/collections", {"name": name, "note": note}))


@st.dialog("Rename the collection")
def _rename(collection: Collection) -> None:
    def write(name: str, note: str) -> Collection:
        saved: Collection = client.patch(f"/v1/collections/{collection['id']}", {"name": name, "note": note})
        return saved

    _form("Save", collection["name"], collection["note"], write)


def _form(label: str, name: str, note: str, write: Callable[[str, str], Collection]) -> None:
    with st.form("px-collection", border=False):
        name = st.text_input("Name", value=name, max_chars=100).strip()
        note = st.text_input("Note", value=note, max_chars=200).strip()
        sent = st.form_submit_button(label, type="primary")
    if sent and not name:
        st.error("Give it a name.")
    elif sent:
        try:
            st.query_params["collection"] = write(name, note)["id"]
        except PixploreError as problem:
            st.error(problem.detail)
            return
        st.rerun()


@st.dialog("Delete the collection?")
def _delete(collection: Collection) -> None:
    st.write("Its pictures stay in the catalogue.")
    if st.button("Delete", type="primary", key="px-sure"):
        try:
            client.delete(f"/v1/collections/{collection['id']}")
        except PixploreError as problem:
            st.error(problem.detail)
            return
        st.query_params.clear()
        st.rerun()


def _change(write: Callable[[], Any], said: str) -> None:
    try:
        write()
    except PixploreError as problem:
        st.error(problem.detail, icon=":material/error:")
        return
    st.toast(theme.plain(said), icon=":material/check_circle:")
    st.rerun()


def pictures(number: int) -> str:
    return f"{number:,} picture{'' if number == 1 else 's'}"
