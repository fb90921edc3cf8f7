"""The keyboard, on every page: `/` goes to the search, `?` lists what else there is."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from pixplore.domain import Role

HERE = Path(__file__).parent
Rows = Sequence[tuple[str, str]]
KEYS: tuple[tuple[Role, str, Rows], ...] = (
    (Role.VIEWER, "Everywhere", (("/", "Search"), ("?", "This list"), ("Esc", "Close, or one step back"))),
    (
        Role.VIEWER,
        "Among pictures",
        (
            ("← ↑ ↓ →", "Move"),
            ("Space", "Select"),
            ("Shift + →", "Select on to the next"),
            ("Ctrl + A", "Select all that are loaded"),
            ("V", "Look closer"),
            ("Enter", "Open"),
        ),
    ),
    (
        Role.VIEWER,
        "In an open picture",
        (
            ("← →", "The one before, the next"),
            ("+ − 0", "Zoom"),
            ("B", "Boxes"),
            ("I", "What is known"),
            ("↑ ↓", "From label to label"),
        ),
    ),
    (
        Role.ANALYST,
        "Correcting an open picture",
        (("E", "Edit"), ("Y N", "The label is right, is wrong"), ("U", "Take the last answer back")),
    ),
    (
        Role.VIEWER,
        "In a collection",
        (("← ↑ ↓ →", "Go"), ("Alt + ← ↑ ↓ →", "Move the picture"), ("Space", "Select")),
    ),
    (
        Role.VIEWER,
        "On a filter's value",
        (("I", "Include"), ("A", "Any of"), ("X", "Exclude"), ("Del", "Take away")),
    ),
    (Role.ANALYST, "In review", (("Y", "Yes"), ("N", "No"), ("S", "Skip"), ("U", "Undo"))),
)
"""Who has the keys, heading, (key, what it does)."""

_mount = st.components.v2.component(
    "pixplore_keys",
    html=(HERE / "keys.html").read_text(encoding="utf-8"),
    css=(HERE / "keys.css").read_text(encoding="utf-8"),
    js=(HERE / "keys.js").read_text(encoding="utf-8"),
)


def listen(role: Role) -> None:
    """Once a run, before the page: a page may stop the run. The list names what this role may do."""
    groups = [(title, rows) for least, title, rows in KEYS if least in role.includes]
    with st.container(key="px-keys"):
        _mount(key="px-keys-list", data={"groups": groups})
