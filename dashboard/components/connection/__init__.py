"""Says so when the live connection to the server is lost, and when it is back."""

from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent

_mount = st.components.v2.component(
    "pixplore_connection",
    html=(HERE / "connection.html").read_text(encoding="utf-8"),
    css=(HERE / "connection.css").read_text(encoding="utf-8"),
    js=(HERE / "connection.js").read_text(encoding="utf-8"),
)


def watch() -> None:
    """Once a run, before the page."""
    with st.container(key="px-connection"):
        _mount(key="px-connection-word")
