"""The filter panel and the line of chips on a page: drawn from the page's address, written back to it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from dashboard import catalogue_calls, filters
from dashboard.catalogue_state import State, is_state, params, read
from dashboard.chips import chips
from dashboard.components.facets import facets
from dashboard.components.summary import summary


def state() -> State:
    """What the page's address says."""
    return read({name: st.query_params.get_all(name) for name in st.query_params})


def put(to: State) -> None:
    """Put a state into the address, beside the page's own parameters: a step that the browser's back undoes."""
    own = {name: st.query_params.get_all(name) for name in st.query_params if not is_state(name)}
    st.query_params.from_dict({**params(to), **own})


def go(to: State) -> None:
    """Put a state into the address and show it."""
    put(to)
    st.rerun()


def sidebar(here: State, known: Mapping[str, Any], attributes: Sequence[str]) -> None:
    """The panel at the left."""
    with st.sidebar:
        facets(
            filters.groups(here, known, attributes, datetime.now(UTC).date()),
            _found(here),
            key="px-facets",
            on_used=lambda name, value, mode: put(filters.apply_use(here, name, value, mode)),
            on_ranged=lambda name, low, high: put(filters.apply_range(here, name, str(low), str(high))),
            on_sought=_seek,
        )


def _seek(name: str, prefix: str) -> None:
    st.session_state["px_sought"] = (name, prefix)


def _found(here: State) -> dict[str, Any] | None:
    """What the last search inside a facet finds under the filters as they are now."""
    name, prefix = st.session_state.get("px_sought", ("", ""))
    if not prefix:
        return None
    found = catalogue_calls.values(name, prefix, here)
    rows = [filters.row(here, name, str(row["value"]), row["count"]) for row in found]
    return {"name": name, "prefix": prefix, "values": rows}


def line(here: State, total: int) -> None:
    """The total and the filters in use, each with its way back."""
    summary(
        total,
        chips(here),
        key="px-summary",
        on_removed=lambda name, value: put(here.without(name, value)),
        on_cleared=lambda: put(State(sort=here.sort)),
    )
