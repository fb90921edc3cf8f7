"""Help: how to get things done, for each of the three kinds of people, and the keys."""

import streamlit as st

from dashboard import help, session
from dashboard.look import theme
from pixplore.domain import Role

person = session.require(Role.VIEWER)
names = [role.value for role in help.GUIDES]


def _keys() -> None:
    st.button("Keyboard", icon=":material/keyboard:", key="px-show-keys")  # components/keys answers to the click


def _turn() -> None:
    st.query_params["guide"] = st.session_state["px-guide-of"] or person.role.value


theme.page_header("Help", "How to get things done.", _keys)
asked = st.query_params.get("guide")
if asked in names:  # the address leads: a link inside the guide, a bookmark, the way back
    st.session_state["px-guide-of"] = asked
elif "px-guide-of" not in st.session_state:
    st.session_state["px-guide-of"] = person.role.value
chosen = st.segmented_control(
    "Guide",
    names,
    format_func=lambda name: help.GUIDES[Role(name)],
    key="px-guide-of",
    on_change=_turn,
    label_visibility="collapsed",
)
with st.container(key="px-guide"):
    try:
        st.markdown(help.guide(Role(chosen or person.role)))
    except OSError:
        hint = "It was not installed with this dashboard. Ask an administrator."
        theme.empty("The guide is not here", hint, icon="menu_book")
