"""Files to save: a choice of them, each fetched by the browser itself, after asking whether it can be had."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "pixplore_downloads",
    html=(_HERE / "downloads.html").read_text(),
    css=(_HERE / "downloads.css").read_text(),
    js=(_HERE / "downloads.js").read_text(),
)


@dataclass(frozen=True, slots=True)
class File:
    """`path` is an address of this origin; `check` one that answers with an error where the file cannot be had, and
    perhaps with {files, bytes}."""

    name: str
    hint: str
    path: str
    check: str


def downloads(files: Sequence[File], fields: Sequence[tuple[str, str]] | None, key: str) -> None:
    """Buttons for these files; with `fields` (which name the pictures) the addresses are asked by POST."""
    sent = None if fields is None else [list(pair) for pair in fields]
    _mount(key=key, data={"files": [asdict(one) for one in files], "fields": sent})
