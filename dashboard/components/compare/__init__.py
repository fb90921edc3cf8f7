"""Two to four pictures side by side: moved and zoomed as one, their facts and labels with the differences marked."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from dashboard.components.boxes import HERE as BOXES
from pixplore.domain import Person, Role

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "pixplore_compare",
    html=(_HERE / "compare.html").read_text(),
    css=(_HERE / "compare.css").read_text(),
    js="\n".join(
        path.read_text()
        for path in (
            *(BOXES / name for name in ("calls.js", "when.js", "zoom.js")),
            _HERE / "differ.js",
            _HERE / "compare.js",
        )
    ),
)


def compare(ids: Sequence[str], person: Person, *, key: str, shown: float) -> list[str]:
    """Show the pictures `ids`; labels below `shown` (0-100) are left out. Returns those that were trashed here."""
    result = _mount(
        key=key,
        data={"ids": list(ids), "shown": shown, "delete": Role.ADMIN in person.role.includes},
        default={"gone": []},
        on_gone_change=lambda: None,
    )
    return list(result.gone or [])
