"""One picture, opened over the catalogue: boxes, labels, everything known about it, and its few edits."""

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any

import streamlit as st

from dashboard import catalogue_calls, client, detail_collect, detail_facts, theme
from dashboard.catalogue_state import ALL, OPENED, State, params, use
from dashboard.chips import title as title_of
from dashboard.components.boxes import boxes
from pixplore.domain import SHOWN_CONFIDENCE, Person, Role
from pixplore.errors import Invalid, NotFound, PixploreError

Image = dict[str, Any]


def show(image_id: str, siblings: Sequence[str], person: Person) -> None:
    """Open the dialog; `siblings` are the ids around it, in the gallery's order."""
    st.session_state["px-opened"] = image_id
    _dialog(siblings, person)


def close() -> None:
    """Take the picture out of the address: the dialog is closed, the filters stay."""
    st.query_params.pop(OPENED, None)


@st.dialog("Picture", width="large", on_dismiss=close)
def _dialog(siblings: Sequence[str], person: Person) -> None:
    """Asks for the picture on every run, so that a step to the next one draws only this dialog."""
    try:
        image = client.image(st.session_state["px-opened"])
    except (NotFound, Invalid):
        st.markdown("This picture is not here any more, or its link is not complete.")
        return
    at = siblings.index(image["id"]) if image["id"] in siblings else -1
    happened = boxes(
        image,
        key="px-boxes",
        shown=SHOWN_CONFIDENCE,
        back=at > 0,
        on=0 <= at < len(siblings) - 1,
        place=_place(at, siblings),
        download=st.session_state.get(f"px-original-{image['id']}"),
        on_step=lambda by: _step(siblings, by),
    )
    if happened.download:
        st.session_state[f"px-original-{image['id']}"] = client.location(f"/v1/images/{image['id']}/original")
        st.rerun(scope="fragment")
    if happened.label:
        st.query_params.from_dict(params(use(State(), "label", happened.label, ALL)))
        st.rerun()
    if image["deleted_at"]:
        st.warning("This picture is in the trash.", icon=":material/delete:")
    with st.container(horizontal=True, gap="small"):
        if not image["deleted_at"]:
            detail_collect.adder(image["id"])
        if Role.ADMIN in person.role.includes:
            _actions(image)
    edits = Role.ANALYST in person.role.includes
    about, found, camera, history, *edit = st.tabs(
        ["About", "Text and safety", "Camera", "History", *(["Edit"] if edits else [])],
        # Kept on the server: a save draws everything anew, and would lead back to the first tab.
        key="px-tabs",
        on_change="rerun",
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


def _place(at: int, siblings: Sequence[str]) -> str:
    """Where the picture stands in the whole result, of which `siblings` may be the loaded part."""
    pages: catalogue_calls.Pages | None = st.session_state.get("px_pages")
    if at < 0:
        return ""
    if pages is None or pages.ids != list(siblings):
        return f"{at + 1:,} of {len(siblings):,}"
    return f"{pages.before + at + 1:,} of {pages.total:,}"


def _step(siblings: Sequence[str], by: int) -> None:
    shown = st.session_state["px-opened"]
    at = siblings.index(shown) + by if shown in siblings else -1
    if 0 <= at < len(siblings):
        st.session_state["px-opened"] = st.query_params[OPENED] = siblings[at]


def _actions(image: Image) -> None:
    """Into the trash and out of it."""
    here = f"/v1/images/{image['id']}"
    if image["deleted_at"]:
        if st.button("Restore", icon=":material/restore_from_trash:", key="px-restore"):
            _write(lambda: client.post(f"{here}/restore"), "Restored", image["id"], gone=True)
        return
    with st.popover("Delete", icon=":material/delete:"):
        st.markdown("The picture moves to the trash. An administrator can restore it from there.")
        if st.button("Move to the trash", type="primary", key="px-delete"):
            _write(lambda: client.delete(here), "Moved to the trash", image["id"], gone=True)


def _edit(image: Image) -> None:
    tags = list(image.get("tags") or [])
    attributes: dict[str, Any] = image.get("attributes") or {}
    with st.form(f"px-edit-{image['id']}", border=False):
        title = st.text_input("Title", value=image["title"] or "", max_chars=300)
        chosen = st.multiselect(
            "Tags",
            options=list(dict.fromkeys([*tags, *_known_tags()])),
            default=tags,
            accept_new_options=True,
            placeholder="Choose a tag or type a new one",
        )
        left, right = st.columns(2)
        sku = left.text_input("SKU", value=image["sku"] or "", max_chars=100)
        category = right.text_input("Category", value=image["category"] or "", max_chars=100)
        texts = {
            name: (left, right)[at % 2].text_input(title_of(f"attr.{name}"), value=f"{value}", key=f"px-attr-{name}")
            for at, (name, value) in enumerate(attributes.items())
        }
        saved = st.form_submit_button("Save", type="primary", icon=":material/check:")
    if saved and not _doubtful(image["id"], texts, attributes):
        body = {
            "title": title.strip() or None,
            "sku": sku.strip() or None,
            "category": category.strip() or None,
            "tags": [tag.strip() for tag in chosen if tag.strip()],
            "attributes": {name: _as_before(text, attributes[name]) for name, text in texts.items()},
        }
        _write(lambda: client.patch(f"/v1/images/{image['id']}", body), "Saved", image["id"])


def _known_tags() -> list[str]:
    return [str(row["value"]) for row in st.session_state["px_pages"].facets.get("tag", {}).get("values", [])]


def _doubtful(image_id: str, texts: Mapping[str, str], before: Mapping[str, Any]) -> bool:
    """Whether a number is about to become words: said once, the same saved again is meant so."""
    odd = {name: text for name, text in texts.items() if _number(before[name]) and text.strip() and not _number(text)}
    if not odd or st.session_state.get("px-doubt") == (image_id, odd):
        return False
    st.session_state["px-doubt"] = (image_id, odd)
    names = ", ".join(title_of(f"attr.{name}") for name in odd)
    st.warning(f"{theme.plain(names)}: this was a number. As text it is not found by ranges. Save again to keep it.")
    return True


def _number(value: Any) -> bool:
    try:
        return isfinite(float(value)) and not isinstance(value, bool)
    except (TypeError, ValueError):
        return False


def _as_before(text: str, before: Any) -> Any:
    """What was a number stays one where it can; a field left empty takes the attribute away."""
    text = text.strip()
    if not text:
        return None
    if isinstance(before, int | float) and not isinstance(before, bool):
        for kind in (int, float):
            try:
                return kind(text)
            except ValueError:
                continue
    return before if f"{before}" == text else text


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
