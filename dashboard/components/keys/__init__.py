"""The keyboard, on every page: `/` goes to the search, `?` lists what else there is."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent
Group = tuple[str, Sequence[tuple[str, str]]]
KEYS: tuple[Group, ...] = (
    ("Everywhere", (("/", "Search"), ("?", "This list"), ("Esc", "Close, or one step back"))),
    (
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
        "In an open picture",
        (
            ("← →", "The one before, the next"),
            ("+ − 0", "Zoom"),
            ("B", "Boxes"),
            ("I", "What is known"),
            ("E", "Edit"),
            ("↑ ↓", "From label to label"),
            ("Y N", "The label is right, is wrong"),
            ("Z", "Take the last answer back"),
        ),
    ),
    ("In a collection", (("← ↑ ↓ →", "Go"), ("Alt + ← ↑ ↓ →", "Move the picture"), ("Space", "Select"))),
    ("On a filter's value", (("I", "Include"), ("A", "Any of"), ("X", "Exclude"), ("Del", "Take away"))),
    ("In review", (("Y", "Yes"), ("N", "No"), ("S", "Skip"), ("U", "Undo"))),
)
"""Heading, then (key, what it does)."""

_mount = st.components.v2.component(
    "pixplore_keys",
    html=(HERE / "keys.html").read_text(encoding="utf-8"),
    css=(HERE / "keys.css").read_text(encoding="utf-8"),
    js=(HERE / "keys.js").read_text(encoding="utf-8"),
)


def listen() -> None:
    """Once a run, before the page: a page may stop the run."""
    with st.container(key="px-keys"):
        _mount(key="px-keys-list", data={"groups": KEYS})
