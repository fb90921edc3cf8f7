"""One collection's pictures in its own order, which people change by dragging, by keys or by buttons.

The component asks the search API by itself (on this origin), and saves the order there: nothing of it reruns a page.
"""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "pixplore_board",
    html=(_HERE / "board.html").read_text(),
    css=(_HERE / "board.css").read_text(),
    js="\n".join((_HERE / name).read_text() for name in ("order.js", "board.js")),
)


@dataclass(frozen=True, slots=True)
class BoardEvents:
    """What just happened: an id to open, or an action (take, compare, download) on the ids chosen."""

    opened: str | None
    action: str = ""
    ids: tuple[str, ...] = ()


def board(collection_id: str, *, mine: bool, epoch: str, key: str) -> BoardEvents:
    """Show it. `mine`: this person may change it. Another `epoch` asks for the pictures anew.

    A viewer on the page (components/boxes) opens a picture at once, in the board's order; without one `opened` tells.
    """
    result = _mount(
        key=key,
        data={"id": collection_id, "mine": mine, "epoch": epoch},
        on_open_change=lambda: None,
        on_act_change=lambda: None,
    )
    act = result.act
    return BoardEvents(result.open, str(act["action"]), tuple(act["ids"])) if act else BoardEvents(result.open)
