"""One picture, opened over the catalogue: boxes, labels, everything known about it, and its few edits."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from dashboard import catalogue_calls, client, detail_facts
from dashboard.catalogue_state import ALL, State, params, read, use
from dashboard.components.boxes import boxes
from pixplore.domain import SHOWN_CONFIDENCE, Person, Role
from pixplore.errors import NotFound, PixploreError

Image = dict[str, Any]


def show(image_id: str, siblings: Sequence[str], person: Person) -> None:
    """Open the dialog; `siblings` are the ids around it, in the gallery's order. Raises what client.image raises."""
    try:
        image = client.image(image_id)
        title = image.get("title") or image["name"]
    except NotFound:
        image, title = None, "This picture is not here any more"

    @st.dialog(title, width="large", on_dismiss=close)
    def opened() -> None:
        if image is None:
            st.markdown("It was removed, or the link is not complete.")
            return
        _body(image, siblings, person)

    opened()


def close() -> None:
    """Take the picture out of the address: the dialog is closed, the filters stay."""
    st.query_params.from_dict(params(_state_without_picture()))


def _state_without_picture() -> State:
    state = read({name: st.query_params.get_all(name) for name in st.query_params})
    return State(state.filters, state.sort)


def _go(state: State) -> None:
    st.query_params.from_dict(params(state))
    st.rerun()


def _body(image: Image, siblings: Sequence[str], person: Person) -> None:
    at = siblings.index(image["id"]) if image["id"] in siblings else -1
    happened = boxes(image, key="px-boxes", shown=SHOWN_CONFIDENCE, back=at > 0, on=0 <= at < len(siblings) - 1)
    if happened.step and 0 <= at + happened.step < len(siblings):
        here = _state_without_picture()
        _go(State(here.filters, here.sort, siblings[at + happened.step]))
    if happened.label:
        _go(use(State(), "label", happened.label, ALL))
    if image.get("deleted_at") or image.get("trashed"):
        st.warning("This picture is in the trash.", icon=":material/delete:")
    _actions(image, person)
    edits = Role.ANALYST in person.role.includes
    about, found, camera, history, *edit = st.tabs(
        ["About", "Text and safety", "Camera", "History", *(["Edit"] if edits else [])]
    )
    with about:
        detail_facts.about(image)
    with found:
        detail_facts.found(image)
    with camera:
        detail_facts.camera(image)
    with history:
        detail_facts.history(image)
    if edit:
        with edit[0]:
            _edit(image)


def _actions(image: Image, person: Person) -> None:
    here = f"/v1/images/{image['id']}"
    with st.container(horizontal=True, vertical_alignment="center", key="px-detail-actions"):
        if image.get("preview_url"):
            st.link_button(
                "Download original",
                client.location(f"{here}/original"),
                icon=":material/download:",
                type="primary",
            )
        if Role.ADMIN in person.role.includes:
            if image.get("deleted_at") or image.get("trashed"):
                if st.button("Restore", icon=":material/restore_from_trash:", key="px-restore"):
                    _write(lambda: client.post(f"{here}/restore"), "Restored", image["id"], gone=True)
            else:
                with st.popover("Delete", icon=":material/delete:"):
                    st.markdown("The picture moves to the trash. An administrator can restore it from there.")
                    if st.button("Move to the trash", type="primary", key="px-delete"):
                        _write(lambda: client.delete(here), "Moved to the trash", image["id"], gone=True)


def _edit(image: Image) -> None:
    known = [str(row["value"]) for row in st.session_state["px_pages"].facets.get("tag", {}).get("values", [])]
    tags = list(image.get("tags") or [])
    with st.form(f"px-edit-{image['id']}", border=False):
        title = st.text_input("Title", value=image.get("title") or "", max_chars=300)
        chosen = st.multiselect(
            "Tags",
            options=list(dict.fromkeys([*tags, *known])),
            default=tags,
            accept_new_options=True,
            placeholder="Choose a tag or type a new one",
        )
        saved = st.form_submit_button("Save", type="primary", icon=":material/check:")
    if saved:
        body = {"title": title.strip() or None, "tags": [tag.strip() for tag in chosen if tag.strip()]}
        _write(lambda: client.patch(f"/v1/images/{image['id']}", body), "Saved", image["id"])


def _write(call: Callable[[], Any], said: str, image_id: str, gone: bool = False) -> None:
    """Do it, say it, and show the catalogue as it now is; a refusal is shown where it was asked."""
    try:
        call()
    except PixploreError as problem:
        st.error(problem.detail)
        return
    catalogue_calls.changed([image_id], gone)
    st.toast(said, icon=":material/check_circle:")
    if gone:
        close()
    st.rerun()
