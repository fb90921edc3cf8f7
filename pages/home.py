"""The first screen: search, what is new, what there is; for administrators also what is on its way or failed."""

import streamlit as st

from dashboard import client, home_views, session, theme
from dashboard.components.gallery import gallery, tile_of
from pixplore.domain import Role

RECENT = 12

person = session.require(Role.VIEWER)
pages = st.session_state["pages"]


def _upload() -> None:
    if st.button("Upload pictures", type="primary", icon=":material/cloud_upload:"):
        st.switch_page(pages["upload"])


is_admin = Role.ADMIN in person.role.includes
theme.page_header("Home", "Find a picture, or see what is new.", _upload if is_admin else None)

with st.form("px-search", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
    words = st.text_input(
        "Search the catalogue",
        placeholder="A thing, a product, a SKU, a word in the picture …",
        label_visibility="collapsed",
        max_chars=1000,
        type="search",
    )
    if st.form_submit_button("Search", type="secondary" if is_admin else "primary", icon=":material/search:"):
        st.switch_page(pages["catalogue"], query_params={"q": words.strip()} if words.strip() else {})

recent = client.images({"limit": RECENT, "sort": "newest", "facets": "label,category", "facet_limit": 12})
home_views.counts(recent)
if is_admin:
    home_views.on_the_way()
if recent["items"]:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader("New in the catalogue", anchor=False, width="content")
        st.page_link(pages["catalogue"], label="All pictures", icon=":material/arrow_forward:", width="content")
    happened = gallery(
        [tile_of(item) for item in recent["items"]],
        key="px-recent",
        epoch=str(recent["version"]),
        href="/catalogue?id=",
        more=False,
    )
    if happened.opened:
        st.switch_page(pages["catalogue"], query_params={"id": happened.opened})
    home_views.labels(recent["facets"]["label"]["values"])
else:
    theme.empty("No pictures yet", "Pictures appear here as soon as they are uploaded and recognised.")
