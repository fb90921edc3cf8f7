"""The filter panel: facets with live counts, each value included, any-of'd or excluded by one click, and ranges."""

from collections.abc import Callable, Mapping, Sequence
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


def facets(
    groups: Sequence[Mapping[str, Any]],
    found: Mapping[str, Any] | None,
    *,
    key: str,
    on_used: Callable[[str, str, str | None], None],
    on_ranged: Callable[[str, str, str], None],
    on_sought: Callable[[str, str], None],
) -> None:
    """Show `groups` as dashboard.filters.groups makes them; `found` answers the last search inside a facet.

    The callbacks run before the page is drawn anew: a value was used (facet, value, all/any/not or None), a range was
    set (facet, from, to), values are looked for (facet, prefix).
    """

    def tell(event: str, call: Callable[..., None], *names: str) -> None:
        if said := st.session_state[key].get(event):
            call(*(said[name] for name in names))

    _mount(
        key=key,
        data={"groups": list(groups), "found": found},
        on_change_change=lambda: tell("change", on_used, "name", "value", "mode"),
        on_range_change=lambda: tell("range", on_ranged, "name", "from", "to"),
        on_find_change=lambda: tell("find", on_sought, "name", "prefix"),
    )
