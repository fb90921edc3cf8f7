"""What is done with chosen pictures: tags added, moved to the trash, restored. One call a picture, failures told."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from dashboard import catalogue_calls, client, collection_views, theme
from dashboard.components.gallery import Action
from pixplore.domain import Person, Role
from pixplore.errors import PixploreError

TAG = Action("tag", "Add tags")
DELETE = Action("delete", "Move to trash", danger=True)
COLLECT = Action("collect", "Add to collection")
RESTORE = Action("restore", "Restore")


def actions(person: Person, trashed: bool) -> list[Action]:
    """What this person may do with chosen pictures, here or in the trash."""
    if trashed:
        return [RESTORE] if Role.ADMIN in person.role.includes else []
    allowed = [COLLECT, TAG] if Role.ANALYST in person.role.includes else [COLLECT]
    return [*allowed, DELETE] if Role.ADMIN in person.role.includes else allowed


def ask(name: str, ids: Sequence[str]) -> None:
    """Ask in a dialog before anything is written."""
    count = f"{len(ids)} picture{'' if len(ids) == 1 else 's'}"
    if name == COLLECT.name:
        _dialog(f"Add {count} to a collection", lambda: _collect(ids))
    elif name == TAG.name:
        _dialog(f"Add tags to {count}", lambda: _tags(ids))
    elif name == DELETE.name:
        _dialog(f"Move {count} to the trash?", lambda: _sure(ids, "Move to trash", _delete, "Moved to the trash"))
    elif name == RESTORE.name:
        _dialog(f"Restore {count}?", lambda: _sure(ids, "Restore", _restore, "Restored"))


def _dialog(title: str, body: Callable[[], None]) -> None:
    st.dialog(title)(body)()


def _tags(ids: Sequence[str]) -> None:
    known = [str(row["value"]) for row in st.session_state["px_pages"].facets.get("tag", {}).get("values", [])]
    chosen = st.multiselect(
        "Tags", known, accept_new_options=True, placeholder="Choose a tag or type a new one", key="px-bulk-tags"
    )
    if st.button("Add", type="primary", disabled=not chosen, key="px-bulk-add"):
        _run(ids, lambda image_id: _tag(image_id, chosen), "Tagged", gone=False)


def _collect(ids: Sequence[str]) -> None:
    mine = collection_views.open_to_me()
    chosen = st.selectbox(
        "Collection", list(mine), index=None, accept_new_options=True, placeholder="Choose one or type a new name",
        key="px-bulk-collection",
    )  # fmt: skip
    if st.button("Add", type="primary", disabled=not chosen, key="px-bulk-collect"):
        try:
            target = mine.get(chosen) or client.post("/v1/collections", {"name": chosen})["id"]
            client.post(f"/v1/collections/{target}/images", {"image_ids": list(ids)})
        except PixploreError as problem:
            st.error(problem.detail)
            return
        st.session_state["px_cleared"] = st.session_state.get("px_cleared", 0) + 1
        st.toast(
            f"{collection_views.pictures(len(ids))} added to {theme.plain(chosen)}", icon=":material/check_circle:"
        )
        st.rerun()


def _sure(ids: Sequence[str], label: str, write: Callable[[str], Any], said: str) -> None:
    st.markdown("An administrator can undo this: nothing is deleted for good.")
    if st.button(label, type="primary", key="px-bulk-sure"):
        _run(ids, write, said, gone=True)


def _tag(image_id: str, tags: Sequence[str]) -> None:
    has = client.image(image_id).get("tags") or []
    if missing := [tag for tag in tags if tag not in has]:
        client.patch(f"/v1/images/{image_id}", {"tags": [*has, *missing]})


def _delete(image_id: str) -> None:
    client.delete(f"/v1/images/{image_id}")


def _restore(image_id: str) -> None:
    client.post(f"/v1/images/{image_id}/restore")


def _run(ids: Sequence[str], write: Callable[[str], Any], said: str, gone: bool) -> None:
    done, failed = [], []
    bar = st.progress(0.0, text=f"0 of {len(ids)}")
    for place, image_id in enumerate(ids, 1):
        try:
            write(image_id)
            done.append(image_id)
        except PixploreError as problem:
            failed.append(problem.detail)
        bar.progress(place / len(ids), text=f"{place} of {len(ids)}")
    catalogue_calls.changed(done, gone)
    if failed:
        st.error(f"{len(done)} done, {len(failed)} not: {failed[0]}")
        return
    st.session_state["px_cleared"] = st.session_state.get("px_cleared", 0) + 1
    st.toast(f"{said}: {len(done)}", icon=":material/check_circle:")
    st.rerun()
