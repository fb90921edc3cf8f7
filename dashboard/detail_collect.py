"""Putting the opened picture into a collection."""

import streamlit as st

from dashboard import client, collection_views, theme
from pixplore.errors import PixploreError


def adder(image_id: str) -> None:
    """A button that asks for the collection; the names are asked for only once it is open."""
    box = st.popover("Add to collection", icon=":material/bookmark_add:", key="px-collect", on_change="rerun")
    if not box.open:
        return
    with box:
        mine = collection_views.open_to_me()
        chosen = st.selectbox(
            "Collection", list(mine), index=None, accept_new_options=True, placeholder="Choose one or type a new name",
            key="px-collect-name",
        )  # fmt: skip
        if st.button("Add", type="primary", disabled=not chosen, key="px-collect-add"):
            try:
                target = mine.get(chosen) or client.post("/v1/collections", {"name": chosen})["id"]
                client.post(f"/v1/collections/{target}/images", {"image_ids": [image_id]})
            except PixploreError as problem:
                st.error(problem.detail)
                return
            st.success(f"Added to {theme.plain(chosen)}.", icon=":material/check_circle:")
