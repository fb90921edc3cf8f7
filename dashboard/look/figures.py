"""A few numbers side by side, as a list that wraps neatly on a small screen."""

import html
from collections.abc import Iterable

import streamlit as st

_STYLE = """<style>
.px-figures { display: flex; flex-wrap: wrap; gap: .7rem 2.4rem; margin: 0; padding: .9rem 1.1rem;
  border-radius: .85rem; border: 1px solid color-mix(in srgb, currentColor 16%, transparent); }
.px-figures div { min-width: 4.5rem; }
.px-figures dt { font-size: .82rem; opacity: .8; margin: 0; }
.px-figures dd { font-size: 1.55rem; font-weight: 650; letter-spacing: -.015em; line-height: 1.25; margin: 0;
  font-variant-numeric: tabular-nums; }
</style>"""


def figures(shown: Iterable[tuple[str, int]]) -> None:
    """(label, number) pairs in a frame."""
    cells = "".join(f"<div><dt>{html.escape(label)}</dt><dd>{n:,}</dd></div>" for label, n in shown)
    st.html(f'{_STYLE}<dl class="px-figures">{cells}</dl>')
