"""The beginning of a taught label: its name, and 5 to 20 examples that are searched and picked in the browser."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from dashboard.components.review import frame
from pixplore.domain import Person

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "pixplore_teach",
    html=(_HERE / "teach.html").read_text(),
    css=frame("frame.css") + (_HERE / "teach.css").read_text(),
    js=frame("answers.js") + (_HERE / "teach.js").read_text(),
)


def teach(person: Person, *, key: str, on_made: Callable[[str], None]) -> None:
    """Show the form; `on_made` gets the id of the taught label before the page is drawn anew."""

    def made() -> None:
        if new := st.session_state[key].get("made"):
            on_made(str(new))

    _mount(key=key, data={"person": person.sub}, on_made_change=made)
