"""A text to take along: a field that shows it and a button that copies it."""

from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "pixplore_copy",
    html='\n<input readonly spellcheck="false"><button type="button">Copy</button><span role="status"></span>\n',
    css=(_HERE / "copy.css").read_text(),
    js=(_HERE / "copy.js").read_text(),
)


def copy(text: str, label: str, key: str) -> None:
    _mount(key=key, data={"text": text, "label": label})
