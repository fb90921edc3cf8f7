"""The parts of the first screen."""

from typing import Any

import streamlit as st

from dashboard import client, theme
from pixplore.errors import PixploreError

OPEN = ("expected", "received", "processing")


def counts(found: dict[str, Any]) -> None:
    """How much there is, from an answer of /v1/images with the facets label and category."""
    facets = found["facets"]
    with st.container(horizontal=True, key="px-counts"):
        st.metric("Pictures", f"{found['total']:,}", border=True)
        st.metric("Labels", f"{facets['label']['distinct']:,}", border=True)
        st.metric("Categories", f"{facets['category']['distinct']:,}", border=True)
        st.metric("Without a label", f"{facets['label']['unset']:,}", border=True)


def on_the_way() -> None:
    """What is being processed or failed in the latest uploads, in one line each; nothing where all is well."""
    try:
        batches = client.get("/uploads", api=client.UPLOADS)["items"]
    except PixploreError as problem:
        st.info(problem.detail, icon=":material/cloud_off:")
        return
    for batch in batches[:5]:
        states = batch.get("counts", {})
        waiting = sum(states.get(state, 0) for state in OPEN)
        failed = states.get("failed", 0)
        if not (waiting or failed):
            continue
        parts = [f"{waiting:,} on the way" if waiting else "", f"{failed:,} failed" if failed else ""]
        with theme.card(f"batch-{batch['batch_id']}"), st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{theme.plain(batch['name'] or 'Upload')}**  {', '.join(filter(None, parts))}")
            st.page_link(
                st.session_state["pages"]["upload"],
                label="Open the upload",
                query_params={"batch": batch["batch_id"]},
                width="content",
            )


def labels(values: list[dict[str, Any]]) -> None:
    """The commonest labels, each a link to its pictures."""
    if not values:
        return
    st.subheader("Commonest labels", anchor=False)
    with st.container(horizontal=True, gap="small", key="px-labels"):
        for one in values:
            st.page_link(
                st.session_state["pages"]["catalogue"],
                label=f"{theme.plain(one['value'])} {one['count']:,}",
                query_params={"label": one["value"]},
                width="content",
            )
