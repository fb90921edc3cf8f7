"""One line above the gallery: the exact total and the filters in use, each with a button that takes it back."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

from dashboard.chips import Chip

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "pixplore_summary",
    html=(_HERE / "summary.html").read_text(),
    css=(_HERE / "summary.css").read_text(),
    js=(_HERE / "summary.js").read_text(),
)


@dataclass(frozen=True, slots=True)
class SummaryEvents:
    """A filter (parameter, value) to take back, or all of them."""

    removed: tuple[str, str] | None
    cleared: bool


def summary(total: int, chips: Sequence[Chip], *, key: str) -> SummaryEvents:
    result = _mount(
        key=key,
        data={
            "total": total,
            "noun": "picture" if total == 1 else "pictures",
            "chips": [asdict(chip) for chip in chips],
        },
        on_remove_change=lambda: None,
        on_cleared_change=lambda: None,
    )
    removed = result.remove
    return SummaryEvents((removed["name"], removed["value"]) if removed else None, bool(result.cleared))
