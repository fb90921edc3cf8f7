"""The parts of the insights page: one open at a time, and only that one asks anything."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import streamlit as st

from dashboard.catalogue.catalogue_state import State
from dashboard.insights import (
    insight_address,
    insight_compare,
    insight_copies,
    insight_labels,
    insight_pairs,
    insight_quality,
    insight_trend,
)
from dashboard.insights.insight_links import of_state
from dashboard.look import theme
from pixplore.domain import UNSET


@dataclass(frozen=True, slots=True)
class Section:
    """`name` in the address, `title` on the tab, `draw` with the filters and their number of pictures."""

    name: str
    title: str
    draw: Callable[[State, int], None]


SECTIONS = (
    Section("labels", "Labels", insight_labels.distribution),
    Section("confidence", "Confidence", insight_labels.confidence),
    Section("trend", "Over time", insight_trend.trend),
    Section("pairs", "Together", insight_pairs.together),
    Section("misfits", "Out of place", insight_pairs.misfits),
    Section("copies", "Copies", insight_copies.copies),
    Section("colours", "Colours", insight_quality.colours),
    Section("health", "Health", insight_quality.health),
    Section("compare", "Compare", insight_compare.compare),
    Section("cost", "Cost", insight_quality.cost),
)


@st.fragment
def sections(here: State, total: int) -> None:
    """In a fragment: another tab or another choice draws this part alone."""
    names = {section.title: section.name for section in SECTIONS}
    now = insight_address.said("view", list(names.values()), "labels")
    st.session_state["px-view"] = next(title for title, name in names.items() if name == now)
    opened = st.tabs(
        list(names),
        key="px-view",
        on_change=lambda: insight_address.put("view", names[st.session_state["px-view"]], "labels"),
    )
    for tab, section in zip(opened, SECTIONS, strict=True):
        if section.name == now:
            with tab, st.container(key=f"px-section-{section.name}"), theme.part(section.title):
                section.draw(here, total)


def figures(here: State, facets: dict[str, dict[str, int]]) -> None:
    """Numbers at a glance, beside the total above; those of pictures are links to them."""
    label, category = facets["label"], facets["category"]
    cells = [
        ("Different labels", label["distinct"], None),
        ("Without label", label["unset"], here.with_values("any_label", [UNSET])),
        ("Without category", category["unset"], here.with_values("category", [UNSET])),
    ]
    st.html(f'<div class="px-figures px-opens">{"".join(_figure(*cell) for cell in cells)}</div>')


def _figure(name: str, number: int, state: State | None) -> str:
    inner = f"<b>{number:,}</b><span>{escape(name)}</span>"
    if not state or not number:
        return f"<div>{inner}</div>"
    return f'<a href="{escape(of_state(state), quote=True)}">{inner}</a>'
