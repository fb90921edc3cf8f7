"""Lead the browser to another page with parameters, as if its link had been clicked."""

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st

_mount = st.components.v2.component(
    "pixplore_follow", html="<span></span>", js=Path(__file__).with_name("follow.js").read_text()
)
_PLACE = "px-follow-link"


def follow(page: st.Page, label: str, params: Mapping[str, Sequence[str]]) -> None:
    """Show the link and click it; whoever has no JavaScript luck still sees it."""
    with st.container(key=_PLACE):
        st.page_link(page, label=label, icon=":material/arrow_forward:", query_params=dict(params))
    _mount(key="px-follow", data={"place": _PLACE, "once": secrets.token_hex(8)})
