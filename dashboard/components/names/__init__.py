"""The names that labels go by: renamed, merged, hidden or shown from a confidence on; tried first, then saved."""

from pathlib import Path

import streamlit as st

from dashboard.components.boxes import HERE as BOXES
from dashboard.components.review import frame
from pixplore.domain import Person, Role

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "pixplore_names",
    html=(_HERE / "names.html").read_text(),
    css=frame("frame.css") + (_HERE / "names.css").read_text(),
    js="".join(
        [frame("answers.js"), frame("rules.js"), (BOXES / "when.js").read_text()]
        + [(_HERE / part).read_text() + "\n" for part in ("table.js", "effect.js", "names.js")]
    ),
)


def names(person: Person, *, key: str, href: str) -> None:
    """Show every name; analysts may try, administrators save. `href` + id is a picture's address."""
    _mount(key=key, data={"person": person.sub, "admin": Role.ADMIN in person.role.includes, "href": href})
