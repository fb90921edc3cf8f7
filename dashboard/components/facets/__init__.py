"""The filter panel: facets with live counts, each value included, any-of'd or excluded by one click, and ranges.

Python sends what there is to choose by and the filters in use; the browser asks the search API for counts by itself
(ask.js), shows a click at once and sends the filters back as they are to be, all of them, so that of two quick clicks
none is lost.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent
_PARTS = ("dom.js", "query.js", "ask.js", "values.js", "ranges.js", "more.js", "panel.js")
_mount = st.components.v2.component(
    "pixplore_facets",
    html=(_HERE / "facets.html").read_text(),
    css=(_HERE / "facets.css").read_text(),
    js="\n".join((_HERE / part).read_text() for part in _PARTS),
)
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Moment:
    """What is counted, as far as this session knows: counts of another moment are asked anew.

    `writes` of this session, the newest `version` of the catalogue that one of them made, and when (`at`) the
    pictures shown were asked for.
    """

    writes: int = 0
    version: int = 0
    at: float = 0.0


def facets(
    groups: Sequence[Mapping[str, Any]],
    filters: Pairs,
    *,
    key: str,
    moment: Moment,
    on_filters: Callable[[Pairs], None],
    on_more: Callable[[str], None],
) -> None:
    """Show `groups` as dashboard.catalogue.filters.groups makes them, and how `filters` use them.

    `on_filters` runs before the page is drawn anew, with the filters as the person wants them; `on_more` with an
    attribute that they want to filter by.
    """

    def told() -> None:
        if said := st.session_state[key].get("filters"):
            on_filters([(str(name), str(value)) for name, value in said])

    def wanted() -> None:
        if said := st.session_state[key].get("more"):
            on_more(str(said))

    _mount(
        key=key,
        data={"groups": list(groups), "filters": [list(pair) for pair in filters], **asdict(moment)},
        on_filters_change=told,
        on_more_change=wanted,
    )
