"""What every chart of the insights shares: words that hide nothing, bars, axes. Look and colours are the theme's.

A mark's `customdata` is the address of the pictures that it counts (dashboard/components/marks opens it). Words that
people wrote are escaped here, for Plotly reads a few HTML tags in every text that it draws.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import plotly.graph_objects as go

# Registers Streamlit's template: a figure made before that would keep Plotly's own colours.
import streamlit.elements.plotly_chart  # noqa: F401

from dashboard.look.tokens import CHART_COLOURS, chart

CONFIG: dict[str, Any] = {
    "displayModeBar": True,
    "modeBarButtons": [["toImage"]],
    "displaylogo": False,
    "scrollZoom": False,
    "doubleClick": False,
    "showTips": False,
    "locale": "en",
}
"""No clutter of buttons: Plotly's one for files is there, unseen, for our own buttons to press."""
MOST_LETTERS = 22
"""Of a name on an axis: what fits beside the bars on a telephone. Hovering tells the whole name."""
ROW = 28
"""Pixels of a horizontal bar with the space around it."""
QUIET = "rgba(128, 140, 148, 0.32)"
"""Fill of what is not the point, on white and on dark."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something to be drawn: `name` on the axis, `text` beside it, `hover` (HTML, see `hover()`), `to` an address."""

    name: str
    value: float
    text: str
    hover: str
    to: str
    colour: str | None = None


def plain(text: str, most: int = 0) -> str:
    """Text as it is for Plotly: no tags, one line, at most so many letters."""
    line = " ".join(str(text).split())
    if most and len(line) > most:
        line = f"{line[: most - 1].rstrip()}…"
    return escape(line, quote=False)


def hover(name: str, *lines: str, opens: bool = True) -> str:
    """What a mark says when pointed at: its whole name, then lines, each as it is."""
    said = [f"<b>{plain(name, 80)}</b>", *(plain(line, 120) for line in lines)]
    return "<br>".join([*said, "Click to see them"] if opens else said)


def pictures(count: int) -> str:
    return f"{count:,} picture" if count == 1 else f"{count:,} pictures"


def bars(marks: Sequence[Mark], most: float | None = None) -> go.Figure:
    """One horizontal bar a mark, in the order given, its text behind it. `most`: where the axis ends, if known."""
    figure = go.Figure(
        go.Bar(
            x=[mark.value for mark in marks],
            y=list(range(len(marks))),
            orientation="h",
            customdata=[mark.to for mark in marks],
            text=[mark.text for mark in marks],
            textposition="outside",
            textangle=0,
            textfont_size=13,
            cliponaxis=False,
            hovertext=[mark.hover for mark in marks],
            hovertemplate="%{hovertext}<extra></extra>",
            marker_color=[mark.colour or CHART_COLOURS[0] for mark in marks],
        )
    )
    laid_out(figure, [mark.name for mark in marks])
    top = most or max((mark.value for mark in marks), default=0) or 1
    widest = max((len(mark.text) for mark in marks), default=0)
    figure.update_xaxes(range=[0, top])
    return figure.update_layout(margin_r=14 + 8 * widest)  # where the longest bar's text stands


def laid_out(figure: go.Figure, names: Sequence[str], top: int = 8) -> go.Figure:
    """Horizontal rows, the first on top. Positions are numbers: names may be alike, or look like numbers or dates. Our
    own line breaks in names are kept.
    """
    tall = 1.45 if any("\n" in name for name in names) else 1
    chart(figure, int(max(96, ROW * tall * len(names) + top + 16)))
    figure.update_xaxes(visible=False)
    figure.update_yaxes(
        range=[len(names) - 0.5, -0.5],
        tickmode="array",
        tickvals=list(range(len(names))),
        ticktext=["  <br>".join(plain(line, MOST_LETTERS) for line in name.split("\n")) + "  " for name in names],
        tickfont_size=13,
        ticks="",
        showgrid=False,
        zeroline=False,
    )
    figure.update_layout(margin={"l": 8, "r": 8, "t": top, "b": 8}, clickmode="event", hovermode="closest")
    # Only bars have corners and fade beside a chosen one.
    figure.update_traces(marker_cornerradius=4, selector={"type": "bar"})
    return figure


def columns(marks: Sequence[Mark], most_ticks: int = 6) -> go.Figure:
    """One upright bar a mark, from left to right; as many names below as there is room for."""
    figure = go.Figure(
        go.Bar(
            x=list(range(len(marks))),
            y=[mark.value for mark in marks],
            customdata=[mark.to for mark in marks],
            hovertext=[mark.hover for mark in marks],
            hovertemplate="%{hovertext}<extra></extra>",
            marker_color=[mark.colour or CHART_COLOURS[0] for mark in marks],
            marker_cornerradius=3 if len(marks) < 120 else 0,
        )
    )
    return upright(figure, [mark.name for mark in marks], most_ticks)


def upright(figure: go.Figure, names: Sequence[str], most_ticks: int = 6, height: int = 340) -> go.Figure:
    """Counts upwards with separators, places from left to right by number, some of them named."""
    chart(figure, height)
    named = _spread(len(names), most_ticks)
    figure.update_xaxes(
        range=[-0.6, len(names) - 0.4],
        tickmode="array",
        tickvals=named,
        ticktext=[plain(names[at], MOST_LETTERS) for at in named],
        tickangle=0,
        tickfont_size=13,
        showgrid=False,
        zeroline=False,
    )
    most = max((y for trace in figure.data for y in trace.y if y is not None), default=0)
    few = {"dtick": 1} if most <= 6 else {"nticks": 6}  # no halves of a picture on the axis
    figure.update_yaxes(rangemode="tozero", tickformat=",d", zeroline=False, tickfont_size=13, **few)
    figure.update_layout(clickmode="event", hovermode="closest", bargap=0.18 if len(names) < 120 else 0)
    return figure


def _spread(count: int, most: int) -> list[int]:
    """Places for at most so many names, evenly apart, each in the middle of its share."""
    if count <= most:
        return list(range(count))
    step = count / most
    return [int(step * at + step / 2) for at in range(most)]
