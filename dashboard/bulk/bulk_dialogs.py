"""The questions of the bulk bar. Each tries what is asked and says what would happen before anything is written."""

from collections.abc import Callable

import streamlit as st

from dashboard import client
from dashboard.bulk import bulk_words, changes
from dashboard.bulk.bulk_calls import Chosen, filters, started, tried
from dashboard.catalogue.chips import title
from dashboard.collections import collection_choice
from dashboard.look import theme
from pixplore.errors import PixploreError, Unauthenticated

ADD, TAKE = "Add", "Remove"


def tags(what: Chosen) -> None:
    mode = st.segmented_control("What to do", [ADD, TAKE], default=ADD, required=True, key="px-bulk-tag-mode",
                                label_visibility="collapsed")  # fmt: skip
    tag = st.selectbox(
        "Tag", _tags(what, mode), index=None, accept_new_options=True, key=f"px-bulk-tag-{mode}",
        placeholder="Choose a tag or type a new one" if mode == ADD else "Choose a tag or type it",
    )  # fmt: skip
    if tag and tag.strip():
        _confirm(what, "tag" if mode == ADD else "untag", tag.strip(), "Tag" if mode == ADD else "Change")


def values(what: Chosen) -> None:
    """A category or an attribute, set or removed."""
    names = [str(row["value"]) for row in client.get("/v1/facets/attribute", {"facet_limit": 200})["values"]]
    name = st.selectbox(
        "What to set", ["category", *names], accept_new_options=True, format_func=title, key="px-bulk-name",
        help="Choose one, or type the name of a new attribute.",
    )  # fmt: skip
    gone = st.checkbox("Remove what is there", key="px-bulk-none")
    text = "" if gone else (st.text_input("Value", key="px-bulk-value", max_chars=200) or "").strip()
    if not name or not (gone or text):
        return
    value = None if gone else text
    if name == "category":
        _confirm(what, "set_category", value, "Change")
    else:
        _confirm(what, "set_attribute", {"name": name, "value": value}, "Change")


def collect(what: Chosen) -> None:
    mine = collection_choice.open_to_me()
    names = {board: name for name, board in mine.items()}
    inside = next((names[one] for one in what.place.values("collection") if one in names), None)
    wanted = next((names[one] for one in what.place.values("not_collection") if one in names), None)
    mode = ADD
    if inside:
        mode = st.segmented_control("What to do", [ADD, TAKE], default=TAKE, required=True, key="px-bulk-board-mode",
                                    label_visibility="collapsed")  # fmt: skip
    if mode == TAKE and inside:
        st.markdown(f"Take them out of **{theme.plain(inside)}**. They stay in the catalogue.")
        _confirm(what, "remove_from_collection", mine[inside], "Take out")
        return
    name = collection_choice.field(mine, "px-bulk-collection", wanted)
    if name in mine:
        _confirm(what, "add_to_collection", mine[name], "Add")
    elif name and st.button(f"Make it and add {bulk_words.pictures(what.total)}", type="primary", key="px-bulk-run"):
        _tell(lambda: _run(what, "add_to_collection", collection_choice.resolved(mine, name)))


def take_out(what: Chosen, board: str) -> None:
    st.markdown("They stay in the catalogue.")
    _confirm(what, "remove_from_collection", board, "Take out")


def trash(what: Chosen) -> None:
    st.markdown(f"You can undo this, or restore from the trash. Pictures stay there {bulk_words.in_the_trash()}.")
    _confirm(what, "delete", None, "Move to trash:")


def restore(what: Chosen) -> None:
    _confirm(what, "restore", None, "Restore")


def _tags(what: Chosen, mode: str) -> list[str]:
    """The catalogue's usual tags to add; to remove, those of the result that was chosen from, the rare ones too."""
    asked = filters(what.place) | {"facet_limit": 1000} if mode == TAKE else {"facet_limit": 200}
    return [str(row["value"]) for row in client.get("/v1/facets/tag", asked)["values"]]


def _confirm(what: Chosen, action: str, value: object, verb: str) -> None:
    """What trying says, and the one button that does it."""
    try:
        with st.spinner("Looking what would change …"):
            trial = tried(what, action, value)
    except Unauthenticated:
        st.rerun(scope="app")  # to the sign-in
    except PixploreError as problem:
        st.error(theme.plain(problem.detail), icon=":material/error:")
        return
    said = "  \n".join(map(theme.plain, bulk_words.would(trial)))
    if not trial["changed"]:
        st.info(said, icon=":material/info:")
        return
    st.markdown(said)
    if st.button(f"{verb} {bulk_words.pictures(trial['changed'])}", type="primary", key="px-bulk-run"):
        _tell(lambda: _run(what, action, value))


def _run(what: Chosen, action: str, value: object) -> None:
    job = started(what, action, value)
    gone = action in ("delete", "restore", "remove_from_collection")
    changes.begin([job], what.ids if gone else (), everything=gone and what.state is not None)
    st.session_state["px_cleared"] = st.session_state.get("px_cleared", 0) + 1


def _tell(write: Callable[[], None]) -> None:
    try:
        write()
    except PixploreError as problem:
        st.error(theme.plain(problem.detail), icon=":material/error:")
        return
    st.rerun()
