"""The filter panel and the line of chips on a page: drawn from the page's address, written back to it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from dashboard import catalogue_calls, filters
from dashboard.catalogue_state import State, params, read
from dashboard.chips import chips
from dashboard.components.facets import facets
from dashboard.components.summary import summary


def state() -> State:
    """What the page's address says."""
    return read({name: st.query_params.get_all(name) for name in st.query_params})


def go(to: State, **kept: str) -> None:
    """Put a state into the address (a step that the browser's back button undoes) and show it. `kept` are the
    page's own parameters."""
    st.query_params.from_dict({**params(to), **{name: value for name, value in kept.items() if value}})
    st.rerun()


def sidebar(here: State, known: Mapping[str, Any], attributes: Sequence[str], **kept: str) -> None:
    """The panel at the left, in a fragment of its own: a search inside a facet reruns nothing else."""
    with st.sidebar:
        _panel(here, known, attributes, kept)


@st.fragment
def _panel(here: State, known: Mapping[str, Any], attributes: Sequence[str], kept: dict[str, str]) -> None:
    groups = filters.groups(here, known, attributes, datetime.now(UTC).date())
    happened = facets(groups, _found(here), key="px-facets")
    if happened.used:
        go(filters.apply_use(here, *happened.used), **kept)
    if happened.ranged:
        go(filters.apply_range(here, *happened.ranged), **kept)
    if happened.sought:
        st.session_state["px_sought"] = happened.sought
        st.rerun(scope="fragment")


def _found(here: State) -> dict[str, Any] | None:
    """What the last search inside a facet finds under the filters as they are now."""
    name, prefix = st.session_state.get("px_sought", ("", ""))
    if not prefix:
        return None
    found = catalogue_calls.values(name, prefix, here)
    rows = [filters.row(here, name, str(row["value"]), row["count"]) for row in found]
    return {"name": name, "prefix": prefix, "values": rows}


def line(here: State, total: int, **kept: str) -> None:
    """The total and the filters in use, each with its way back."""
    happened = summary(total, chips(here), key="px-summary")
    if happened.cleared:
        go(State(sort=here.sort), **kept)
    if happened.removed:
        go(here.without(*happened.removed), **kept)
