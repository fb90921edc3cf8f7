"""The design's values, for Python, for CSS and for charts. docs/design.md shows them.

Colours, type and radius stand in .streamlit/config.toml, because Streamlit reads them there; spacing stands here.
`css()` turns all of them into variables (`--px-accent`, `--px-space-m`), which pages and components use by name.
"""

import tomllib
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

_CONFIG = Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml"
THEME: dict[str, Any] = tomllib.loads(_CONFIG.read_text(encoding="utf-8"))["theme"]
SPACE = {"xs": "0.25rem", "s": "0.5rem", "m": "1rem", "l": "1.5rem", "xl": "2.5rem"}
TYPE = dict(zip(("h1", "h2", "h3"), THEME["headingFontSizes"], strict=False)) | {"small": "0.88rem"}
WIDTH = "max(88rem, 68vw)"
"""The widest that a page's words become; pictures may take more where there is more."""

CHART_COLOURS: tuple[str, ...] = tuple(THEME["chartCategoricalColors"])
"""For kinds beside each other: each stands out from white and from the dark background by at least 3 to 1."""
CHART_SCALE: tuple[str, ...] = tuple(THEME["chartSequentialColors"])
"""For little to much."""
CHART_GUIDE = "#8a949b"
"""Lines that help the eye: a threshold, a mean."""

_NAMES = {
    "accent": "primaryColor",
    "accent-text": "linkColor",
    "page": "backgroundColor",
    "panel": "secondaryBackgroundColor",
    "text": "textColor",
    "line": "borderColor",
    "good": "greenTextColor",
    "warn": "orangeTextColor",
    "bad": "redTextColor",
    "info": "blueTextColor",
}
"""What a colour is for, and what Streamlit calls it."""


def colours(name: str) -> tuple[str, str]:
    """A colour by what it is for ("accent", "bad"): in the light and in the dark theme."""
    return THEME["light"][_NAMES[name]], THEME["dark"][_NAMES[name]]


def css() -> str:
    """Every value as a CSS variable. A colour answers to the theme that is on where it is used."""
    own = {name: f"light-dark({colours(name)[0]}, {colours(name)[1]})" for name in _NAMES}
    own |= {"fill": colours("accent")[0], "fill-over": colours("accent-text")[0]}  # under white words, in both themes
    own |= {"quiet": "color-mix(in srgb, currentColor 78%, transparent)", "radius": THEME["baseRadius"], "wide": WIDTH}
    own |= {f"space-{name}": size for name, size in SPACE.items()} | {f"type-{name}": v for name, v in TYPE.items()}
    said = " ".join(f"--px-{name}: {value};" for name, value in own.items())
    return f":root {{ color-scheme: light dark; {said} }}"  # dialogs hang outside of Streamlit's own root


def chart(figure: go.Figure, height: int = 320) -> go.Figure:
    """The one template of charts: our colours, no clutter, nothing that moves by mistake. Returns the same figure."""
    figure.update_layout(
        colorway=CHART_COLOURS,
        height=height,
        margin={"l": 8, "r": 8, "t": 12, "b": 8},
        clickmode="event+select",
        dragmode=False,
        bargap=0.28,
        hoverlabel={"align": "left"},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0, "traceorder": "normal"},
    )
    figure.update_xaxes(fixedrange=True, title_text=None, automargin=True)
    figure.update_yaxes(fixedrange=True, title_text=None, automargin=True)
    return figure
