"""One line above the gallery: the exact total and the filters in use, each with a button that takes it back."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import streamlit as st

from dashboard.catalogue.chips import Chip

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "pixplore_summary",
    html=(_HERE / "summary.html").read_text(),
    css=(_HERE / "summary.css").read_text(),
    js=(_HERE / "summary.js").read_text(),
)


def summary(
    total: int,
    chips: Sequence[Chip],
    *,
    key: str,
    on_removed: Callable[[str, str], None],
    on_cleared: Callable[[], None],
) -> None:
    """The callbacks run before the page is drawn anew: a filter (parameter, value) is taken back, or all of them."""

    def removed() -> None:
        if said := st.session_state[key].get("remove"):
            on_removed(said["name"], said["value"])

    _mount(
        key=key,
        data={"total": total, "chips": [asdict(chip) for chip in chips]},
        on_remove_change=removed,
        on_cleared_change=on_cleared,
    )
