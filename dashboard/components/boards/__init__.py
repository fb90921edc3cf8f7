"""Collections as cards, each with its first pictures."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "pixplore_boards",
    html='\n<ul class="boards" aria-label="Collections"></ul>\n',
    css=(_HERE / "boards.css").read_text(),
    js=(_HERE / "boards.js").read_text(),
)


@dataclass(frozen=True, slots=True)
class Card:
    """`line` says how many, by whom and since when, `title` the same moment exactly, on hover; `cover` are addresses of
    pictures, four at most."""

    id: str
    name: str
    note: str
    line: str
    title: str
    cover: tuple[str, ...]


def boards(cards: Sequence[Card], key: str) -> str | None:
    """Show them; the id of the one that was just opened."""
    result = _mount(key=key, data={"cards": [asdict(one) for one in cards]}, on_open_change=lambda: None)
    return str(result.open) if result.open else None
