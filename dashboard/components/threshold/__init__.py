"""The threshold of a label: what it takes away and brings, in counts and pictures, then applied."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from dashboard.components.review import frame
from pixplore.domain import Person, Role

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "pixplore_threshold",
    html=(_HERE / "threshold.html").read_text(),
    css=frame("frame.css") + (_HERE / "threshold.css").read_text(),
    js=frame("answers.js") + frame("rules.js") + (_HERE / "threshold.js").read_text(),
)


def threshold(
    person: Person, *, key: str, href: str, of: str, at: float | None, on_go: Callable[[str, str], None]
) -> None:
    """Show label `of` at `at` percent; `on_go` gets both when the person chooses others. `href` + id is a picture."""

    def went() -> None:
        if to := st.session_state[key].get("go"):
            on_go(str(to["of"]), str(to["at"]))

    _mount(
        key=key,
        data={"person": person.sub, "admin": Role.ADMIN in person.role.includes, "href": href, "of": of, "at": at},
        on_go_change=went,
    )
