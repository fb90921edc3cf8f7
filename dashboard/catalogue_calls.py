"""What the catalogue's pages ask of the search API, each answer kept for as long as it is certainly the same."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard import client
from dashboard.catalogue_state import State
from dashboard.filters import FACET_LIMIT, FACETS, free_text

PAGE = 200
"""Pictures asked for at a time."""
WINDOW = 1_000
"""Pictures in the gallery at most: beyond, the next ones take the place of these."""
FRESH = 4.0
"""Seconds for which an answer may serve another run: choosing and opening rerun the page, the catalogue is the same."""


@dataclass
class Pages:
    """The part of a result that is loaded. `before` pictures of it came earlier and were let go."""

    epoch: str
    items: list[dict[str, Any]]
    total: int
    facets: dict[str, Any]
    cursor: str | None
    at: float
    before: int = 0

    @property
    def ids(self) -> list[str]:
        return [item["id"] for item in self.items]


def ask(state: State) -> dict[str, list[str]]:
    """The filters of a state as the client takes parameters."""
    asked: dict[str, list[str]] = {}
    for name, value in state.query():
        asked.setdefault(name, []).append(value)
    return asked


def attributes() -> list[str]:
    """The names of the product attributes that serve as filters, most used first. Which are prose is judged over the
    whole catalogue: a facet must not come and go with the result."""
    kept = st.session_state.get("px_attributes")
    if kept and time.monotonic() - kept[0] < 60:
        return list(kept[1])
    answer = client.get("/v1/facets/attribute", {"facet_limit": 12})
    names = [str(row["value"]) for row in answer["values"]][:12]
    if names:
        asked = {"limit": 1, "facets": ",".join(f"attr.{name}" for name in names), "facet_limit": FACET_LIMIT}
        facets = client.images(asked)["facets"]
        names = [name for name in names if not free_text(facets[f"attr.{name}"])]
    st.session_state["px_attributes"] = (time.monotonic(), names)
    return names


def kept() -> bool:
    """Whether this session has seen a result already, so that there is something to look at meanwhile."""
    return "px_pages" in st.session_state


def first(state: State, names: Sequence[str]) -> Pages:
    """The result's first page with facets; what was loaded beyond it stays loaded.

    Raises what client.get raises.
    """
    epoch = repr((state.filters, state.shown_sort))
    kept: Pages | None = st.session_state.get("px_pages")
    if kept and kept.epoch == epoch and time.monotonic() - kept.at < FRESH:
        return kept
    answer = client.images(
        {
            **ask(state),
            "sort": state.shown_sort,
            "limit": PAGE,
            "facets": ",".join([*FACETS, *(f"attr.{name}" for name in names)]),
            "facet_limit": FACET_LIMIT,
        }
    )
    pages = Pages(epoch, answer["items"], answer["total"], answer["facets"], answer["next_cursor"], time.monotonic())
    if kept and kept.epoch == epoch:
        _keep_loaded(pages, kept)
    st.session_state["px_pages"] = pages
    return pages


def _keep_loaded(pages: Pages, kept: Pages) -> None:
    """Put what was loaded beyond the first page behind the new first page: cursors hold while pictures arrive."""
    if kept.before:
        pages.items, pages.cursor, pages.before = kept.items, kept.cursor, kept.before
        return
    last = kept.ids.index(pages.ids[-1]) if pages.items and pages.ids[-1] in kept.ids else len(kept.items)
    if beyond := kept.items[last + 1 :]:
        pages.items, pages.cursor = [*pages.items, *beyond], kept.cursor


def more(state: State, pages: Pages) -> None:
    """Load the next page into `pages`; a full window makes room first."""
    if pages.cursor is None:
        return
    answer = client.images({**ask(state), "sort": state.shown_sort, "limit": PAGE, "cursor": pages.cursor})
    if len(pages.items) >= WINDOW:
        pages.before += len(pages.items)
        pages.items = []
    known = set(pages.ids)
    pages.items = [*pages.items, *(item for item in answer["items"] if item["id"] not in known)]
    pages.cursor = answer["next_cursor"]


def changed(ids: Iterable[str] = (), gone: bool = False) -> None:
    """A write happened: ask anew, and where pictures are `gone` show them no longer."""
    pages: Pages | None = st.session_state.get("px_pages")
    if pages is None:
        return
    pages.at = 0.0
    if gone:
        lost = set(ids)
        pages.items = [item for item in pages.items if item["id"] not in lost]


def values(name: str, prefix: str, state: State) -> list[dict[str, Any]]:
    """A facet's values that begin with `prefix`, with their counts under the state's filters."""
    answer = client.get(f"/v1/facets/{name}", {**ask(state), "prefix": prefix, "facet_limit": FACET_LIMIT})
    return list(answer["values"])


def overview(state: State, names: Sequence[str]) -> dict[str, Any]:
    """The total and the facets of a state, without pictures."""
    facets = ",".join([*FACETS, *(f"attr.{name}" for name in names)])
    return client.images({**ask(state), "limit": 1, "facets": facets, "facet_limit": FACET_LIMIT})


def total(state: State) -> int:
    """How many pictures a state finds."""
    return int(client.images({**ask(state), "limit": 1})["total"])
