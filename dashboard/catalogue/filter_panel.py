"""The filter bar of every page of pictures, the panel and the line of chips: drawn from the page's address, written
back to it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import streamlit as st

from dashboard import client
from dashboard.catalogue import filters
from dashboard.catalogue.catalogue_state import State, is_state, is_unset, params, read
from dashboard.catalogue.chips import chips
from dashboard.components.facets import Moment, Pairs, facets
from dashboard.components.summary import summary
from pixplore.errors import PixploreError, Unavailable

_USUAL = 12
"""Attributes that are filters from the start, the most used ones; the others are under "More filters"."""
Titles = Mapping[tuple[str, str], str]
_least = [0]
"""The version of the catalogue that the attributes kept have to know."""


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


def sidebar(here: State) -> None:
    """The panel at the left. It asks the search API for its counts by itself, from the browser."""
    pages = st.session_state.get("px_pages")
    usual, others = _attributes()
    wanted = [_attribute(name) for name in st.session_state.get("px_more_filters", ())]
    with st.sidebar:
        facets(
            filters.groups(
                here, [*usual, *wanted], datetime.now(UTC).date(), titles(here), others=others - len(wanted)
            ),
            here.filters,
            key="px-facets",
            moment=Moment(
                writes=st.session_state.get("px_writes", 0),
                version=st.session_state.get("px_version", 0),
                at=getattr(pages, "at", 0.0),
            ),
            on_filters=_use,
            on_more=_want,
        )


def _use(pairs: Pairs) -> None:
    asked: dict[str, list[str]] = {}
    for name, value in pairs:
        asked.setdefault(name, []).append(value)
    # The sort stays; a picture that is open belongs to the result that was.
    put(replace(state(), filters=read(asked).filters, opened=None))


def _want(name: str) -> None:
    """An attribute more to filter by, for as long as this person stays."""
    st.session_state["px_more_filters"] = list(dict.fromkeys([*st.session_state.get("px_more_filters", ()), name]))


def line(here: State, total: int) -> None:
    """The total and the filters in use, each with its way back."""
    summary(
        total,
        chips(here, titles(here)),
        key="px-summary",
        # The address is read when it happens: two quick clicks take two filters back.
        on_removed=lambda name, value: put(replace(state().without(name, value), opened=None)),
        on_cleared=lambda: put(State(sort=state().sort)),
    )


def attributes() -> list[filters.Attribute]:
    """The product attributes that serve as filters, most used first."""
    return _attributes()[0]


@st.cache_data(ttl=30, show_spinner=False)
def _attributes() -> tuple[list[filters.Attribute], int]:
    """They, and how many others there are. What they are is judged over the whole catalogue, so that a group does not
    come and go with the result. The same for everybody, so asked once for all sessions."""
    answer = _asked("/v1/facets/attribute", {"facet_limit": _USUAL})
    names = [str(row["value"]) for row in answer["values"]]
    plain = [name for name in names if "," not in name]  # which divides names in the call for many
    asked = {"limit": 1, "facets": ",".join(f"attr.{name}" for name in plain), "facet_limit": filters.JUDGED}
    together = _asked("/v1/images", asked)["facets"] if plain else {}
    found = {name: together.get(f"attr.{name}") or _values(name, filters.JUDGED) for name in names}
    usual = [_whole(name, facet) for name, facet in found.items() if not filters.free_text(facet)]
    return usual, int(answer["distinct"]) - len(usual)


def forget(version: int | None = None) -> None:
    """A write (of this `version`) may have given pictures another attribute: ask anew which serve as filters."""
    _least[0] = max(_least[0], version or 0)
    _attributes.clear()
    _attribute.clear()


@st.cache_data(ttl=30, max_entries=200, show_spinner=False)
def _attribute(name: str) -> filters.Attribute:
    """One that somebody asked for, whatever it is."""
    return _whole(name, _values(name, filters.JUDGED))


def _whole(name: str, facet: Mapping[str, object]) -> filters.Attribute:
    made = filters.attribute(name, facet)
    return made if made.low is None or made.exact else filters.attribute(name, _values(name, 1000))


def _values(name: str, limit: int) -> Mapping[str, object]:
    return _asked(f"/v1/facets/attr.{quote(name, safe='')}", {"facet_limit": limit})


def _asked(path: str, params: Mapping[str, object]) -> dict[str, Any]:
    """An answer that knows of the last such write, whoever asks first: it is kept for all. Late, an older one does."""
    try:
        found: dict[str, Any] = client.get(path, {**params, "min_version": _least[0]})
    except Unavailable:
        found = client.get(path, params)
    return found


def titles(here: State) -> dict[tuple[str, str], str]:
    """What collections and uploads in use are called: (facet, id) -> name."""
    found = {}
    for name, value in here.filters:
        facet = name.removeprefix("not_")
        if facet in filters.TITLED and not is_unset(value) and (known := _title(facet, value)):
            found[facet, value] = known
    return found


@st.cache_data(ttl=60, max_entries=5_000, show_spinner=False)
def _title(facet: str, value: str) -> str | None:
    try:
        rows = client.get(f"/v1/facets/{facet}", {"prefix": value, "described": "true", "facet_limit": 1})["values"]
    except PixploreError:
        return None
    return str(rows[0]["title"]) if rows and rows[0].get("title") else None
