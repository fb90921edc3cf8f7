"""What is going on just now, for administrators: read once for everybody who looks, whatever number of tabs asks."""

import re
from typing import Any

import streamlit as st

from dashboard import client
from dashboard.look.wording import counted

Row = dict[str, Any]
EVERY = 4.0
"""Seconds between two looks."""
BEHIND = 5.0
"""Seconds of lag that are worth a word."""


@st.cache_data(ttl=EVERY / 2, max_entries=1, show_spinner=False)
def operations() -> Row:
    """Queue, files by state, throughput of an hour, latest failures. Only pages of administrators ask."""
    found: Row = client.get("/v1/operations", {"minutes": 60})
    return found


@st.cache_data(ttl=EVERY, max_entries=1, show_spinner=False)
def jobs() -> list[Row]:
    """Bulk jobs, the newest first."""
    found: list[Row] = client.get("/v1/jobs", {"limit": 20})["items"]
    return found


@st.cache_data(ttl=60, max_entries=1, show_spinner=False)
def cost() -> Row:
    """What all pictures have cost; it scans, so a minute is new enough."""
    found: Row = client.get("/v1/insights/cost")
    return found


@st.cache_data(ttl=10, max_entries=1, show_spinner=False)
def budget() -> Row:
    found: Row = client.get("/v1/operations/budget")
    return found


@st.cache_data(ttl=EVERY, max_entries=1, show_spinner=False)
def index() -> str:
    """Whether searches are quick and up to date, in a sentence."""
    return in_words(client.download("/metrics").decode("utf-8", "replace"))


def forget() -> None:
    """After a change: the next look is a fresh one."""
    for kept in (operations, jobs, cost, budget):
        kept.clear()


def in_words(metrics: str) -> str:
    """The state of the facet index from the search API's Prometheus text."""
    numbers = dict(re.findall(r'^(pixplore_(?:index|engine)\w*(?:\{engine="\w+"\})?) (\S+)$', metrics, re.M))
    building = float(numbers.get("pixplore_index_building", 0)) > 0
    if float(numbers.get('pixplore_engine{engine="index"}', 0)) < 1:
        after = " It is being built just now." if building else ""
        return (
            f"The search index is not ready. The database answers meanwhile: the same results, a little slower.{after}"
        )
    pictures = int(float(numbers.get("pixplore_index_images", 0)))
    lag = float(numbers.get("pixplore_index_lag_seconds", 0))
    said = f"The search index holds {counted(pictures, 'picture')} and is up to date."
    if lag >= BEHIND:
        said = f"The search index is {lag:,.0f} seconds behind: what is new shows up in searches a little later."
    return said + (" A fresh one is being built; searches go on." if building else "")
