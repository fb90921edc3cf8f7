"""What the insights ask of the search API; an answer serves the reruns of the next few seconds."""

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import streamlit as st

from dashboard import client
from dashboard.catalogue import catalogue_calls
from dashboard.catalogue.catalogue_state import State
from dashboard.look import theme

FRESH = 6.0
"""Seconds: opening a table or turning a chart draws the same answer; the numbers never get older than this."""
_KEPT = 12


def ask(name: str, here: State, **more: Any) -> dict[str, Any]:
    """GET /v1/insights/{name} under the filters of `here`, in outline meanwhile. Raises what client.get raises."""
    with theme.skeleton("chart"):
        return _asked(f"/v1/insights/{name}", {**catalogue_calls.ask(here), **more})


def overview(here: State) -> dict[str, Any]:
    """The total, and how many labels and categories there are."""
    asked = {**catalogue_calls.ask(here), "limit": 1, "facets": "label,category", "facet_limit": 1}
    with theme.skeleton("figures"):
        return _asked("/v1/images", asked)


def titles(here: State, name: str = "batch_id", most: int = 200) -> dict[str, str]:
    """Uploads, or collections, by id: what people named them."""
    asked = {**catalogue_calls.ask(here), "described": "true", "facet_limit": most}
    found = _asked(f"/v1/facets/{name}", asked)["values"]
    return {str(row["value"]): str(row.get("title") or "") or str(row["value"])[:8] for row in found}


def values(name: str, here: State, most: int = 100) -> list[str]:
    """The most frequent values of a facet."""
    asked = {**catalogue_calls.ask(here), "facet_limit": most}
    return [str(row["value"]) for row in _asked(f"/v1/facets/{quote(name, safe='')}", asked)["values"]]


def saved_searches() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _asked("/v1/saved-searches", {"limit": 200})["items"]
    return found


def _asked(path: str, params: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, tuple[float, dict[str, Any]]] = st.session_state.setdefault("px_insights", {})
    key, now = f"{path} {sorted(params.items(), key=lambda pair: pair[0])!r}", time.monotonic()
    if key not in kept or now - kept[key][0] > FRESH:
        kept.pop(key, None)
        kept[key] = (now, client.get(path, params))
        for old in list(kept)[:-_KEPT]:
            del kept[old]
    return kept[key][1]
