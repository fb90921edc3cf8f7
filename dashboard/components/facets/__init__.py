"""The filter panel: facets with live counts, each value included, any-of'd or excluded by one click, and ranges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "pixplore_facets",
    html=(_HERE / "facets.html").read_text(),
    css=(_HERE / "facets.css").read_text(),
    js=(_HERE / "facets.js").read_text(),
)


@dataclass(frozen=True, slots=True)
class FacetEvents:
    """What just happened: a value used (facet, value, all/any/not or None), a range set (facet, from, to),
    or values looked for (facet, prefix)."""

    used: tuple[str, str, str | None] | None
    ranged: tuple[str, str, str] | None
    sought: tuple[str, str] | None


def facets(groups: Sequence[Mapping[str, Any]], found: Mapping[str, Any] | None, *, key: str) -> FacetEvents:
    """Show `groups` as dashboard.filters.groups makes them; `found` answers the last search inside a facet."""
    result = _mount(
        key=key,
        data={"groups": list(groups), "found": found},
        on_change_change=lambda: None,
        on_range_change=lambda: None,
        on_find_change=lambda: None,
    )
    used, ranged, sought = result.change, result.range, result.find
    return FacetEvents(
        (used["name"], used["value"], used["mode"]) if used else None,
        (ranged["name"], str(ranged["from"]), str(ranged["to"])) if ranged else None,
        (sought["name"], sought["prefix"]) if sought else None,
    )
