"""The parts of the first screen."""

from typing import Any

import streamlit as st

from dashboard import client, theme
from pixplore.domain import UNSET
from pixplore.errors import PixploreError

OPEN = ("expected", "received", "processing")


def counts(found: dict[str, Any]) -> None:
    """How much there is, from an answer of /v1/images with the facets label and category; each leads to its own."""
    facets = found["facets"]
    with st.container(horizontal=True, key="px-counts"):
        _count("Pictures", found["total"], "catalogue", "See them all")
        _count("Labels", facets["label"]["distinct"], "insights", "See the labels")
        _count("Categories", facets["category"]["distinct"], "insights", "See them counted", {"by": "category"})
        _count("Without a label", facets["label"]["unset"], "catalogue", "See which", {"label": UNSET})


def _count(name: str, number: int, page: str, link: str, query: dict[str, str] | None = None) -> None:
    with st.container(border=True, gap="xsmall"):
        st.metric(name, f"{number:,}")
        if number:
            st.page_link(st.session_state["pages"][page], label=link, query_params=query, width="content")


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
