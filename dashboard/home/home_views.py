"""The first screen's parts for everybody: search, what there is, what is new, collections."""

import html
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import client
from dashboard.components.gallery import gallery, tile_of
from dashboard.look import theme
from pixplore.domain import UNSET

RECENT = 8
BOARDS = 6
Query = Mapping[str, Any]


def link(page: str, label: str, query: Query | None = None, icon: str | None = None) -> None:
    """A way to a page, with the API's own filters in its address. `label` is shown as it is."""
    asked = {
        name: [str(one) for one in (many if isinstance(many, list) else [many])] for name, many in (query or {}).items()
    }
    st.page_link(
        st.session_state["pages"][page],
        label=theme.plain(label),
        icon=f":material/{icon}:" if icon else None,
        query_params=asked or None,
        width="content",
    )


def tile(key: str, title: str, value: str, way: str, page: str, query: Query | None = None) -> None:
    """A number in a frame that leads, wherever it is clicked, to what it counts. `way` says where that is."""
    with st.container(border=True, gap="xsmall", key=f"px-tile-{key}"):
        st.html(f'<p class="px-number"><span>{html.escape(title)}</span><b>{html.escape(value)}</b></p>')
        link(page, way, query)


def search(primary: bool) -> None:
    pages = st.session_state["pages"]
    with st.form("px-search", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            "Search the catalogue",
            placeholder="A thing, a product, a SKU …",
            label_visibility="collapsed",
            max_chars=1000,
            type="search",
        )
        kind = "primary" if primary else "secondary"
        if st.form_submit_button("Search", type=kind, icon=":material/search:"):
            st.switch_page(pages["catalogue"], query_params={"q": words.strip()} if words.strip() else {})


@st.fragment(parallel=True)
def counts(labels: bool = False) -> None:
    """How much there is, in one line; each number leads to its own. `labels`: the commonest of them too."""
    with theme.part("What there is"):
        found = client.images({"limit": 1, "facets": "label,category", "facet_limit": 8})
        if not found["total"]:
            return
        facets = found["facets"]
        with st.container(horizontal=True, gap="medium", key="px-counts"):
            link("catalogue", theme.counted(found["total"], "picture"))
            link("insights", theme.counted(facets["label"]["distinct"], "label"))
            categories = theme.counted(facets["category"]["distinct"], "category", "categories")
            link("insights", categories, {"shape": "category"})
            if unset := facets["label"]["unset"]:
                link("catalogue", f"{theme.number(unset)} without a label", {"label": UNSET})
        if labels:
            _commonest(facets["label"]["values"])


def _commonest(values: Sequence[Mapping[str, Any]]) -> None:
    with st.container(horizontal=True, gap="small", key="px-labels"):
        for one in values:
            link("catalogue", f"{one['value']} {theme.number(one['count'])}", {"label": one["value"]})


def recent() -> None:
    """The newest pictures; an empty catalogue says so."""
    pages = st.session_state["pages"]
    with theme.part("New pictures"):
        with theme.skeleton("gallery"):
            found = client.images({"limit": RECENT, "sort": "newest"})
        if not found["items"]:
            theme.empty("No pictures yet", "Pictures appear here as soon as they are uploaded and recognised.")
            return
        heading("New in the catalogue", "catalogue", "All pictures")
        happened = gallery(
            [tile_of(item) for item in found["items"]],
            key="px-recent",
            epoch=str(found["version"]),
            href="/catalogue?id=",
        )
        if happened.opened:
            st.switch_page(pages["catalogue"], query_params={"id": happened.opened})


@st.fragment(parallel=True)
def collections() -> None:
    """The latest collections, each with its first pictures."""
    with theme.part("Collections"):
        with theme.skeleton("figures"):
            found = client.get("/v1/collections", {"limit": BOARDS})["items"]
        heading("Collections", "collections", "All collections")
        if not found:
            st.html('<p class="px-none">None yet. Choose pictures in the catalogue and collect them.</p>')
            return
        with st.container(horizontal=True, key="px-boards"):
            for one in found:
                with st.container(gap=None, key=f"px-tile-board-{one['id']}"):
                    st.html(_cover(one.get("cover") or []))
                    link("collections", one["name"], {"collection": one["id"]})
                    st.html(f'<p class="px-none">{theme.counted(one["images"], "picture")}</p>')


def _cover(pictures: Sequence[Mapping[str, Any]]) -> str:
    shown = "".join(f'<img src="{html.escape(one["thumbnail_url"])}" alt="" loading="lazy">' for one in pictures[:4])
    return f'<div class="px-cover" data-of="{len(pictures[:4])}" aria-hidden="true">{shown}</div>'


def aside(content: str) -> None:
    """A quiet word at the end of a line; `content` is HTML."""
    st.html(f'<p class="px-of">{content}</p>', width="content")


def heading(title: str, page: str, way: str) -> None:
    """A part's title, and at its right the way to all of it."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.header(title, anchor=False, width="content")
        link(page, way, icon="arrow_forward")
