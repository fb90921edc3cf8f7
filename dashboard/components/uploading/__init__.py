"""How far the uploads of this tab are whose list is not on the page, and the way back to them."""

from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent

_mount = st.components.v2.component(
    "pixplore_uploading",
    html=(HERE / "uploading.html").read_text(encoding="utf-8"),
    css=(HERE / "uploading.css").read_text(encoding="utf-8"),
    js=(HERE / "uploading.js").read_text(encoding="utf-8"),
)


def watch() -> None:
    """Once a run, before any page, for those who may upload. It looks at the browser's own lists of files."""
    with st.container(key="px-uploading"):
        _mount(key="px-uploading-word")
