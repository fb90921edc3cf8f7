"""Figures of the insights page. Font and background come from Streamlit's theme, light and dark alike.

Every mark carries the number of its row in `customdata`, so that a click leads to the row's own query.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

# Registers Streamlit's template: a figure made before that would keep Plotly's own colours.
import streamlit.elements.plotly_chart  # noqa: F401

from pixplore.cells import harmless

Row = Mapping[str, Any]

CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "showTips": False}
"""No clutter of buttons: a chart here answers to hovering and to one click."""
COLOURS = ("#14938a", "#d97f1e", "#5b76e0", "#c94f87", "#74982f", "#9168e0", "#1c94ba", "#7c8b9c")
"""Each stands out from white and from the dark background by at least 3 to 1."""
MOST_CATEGORIES = 7
"""Colours that people can tell apart; rarer categories share one more."""
OTHER = "Other categories"
NONE = "No category"


def label_bars(rows: Sequence[Row]) -> go.Figure:
    """One horizontal bar a row (label, count), the most frequent on top."""
    figure = go.Figure(
        go.Bar(
            x=[row["count"] for row in rows],
            y=[row["label"] for row in rows],
            customdata=list(range(len(rows))),
            orientation="h",
            text=[f"{row['count']:,}" for row in rows],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="<b>%{y}</b><br>%{x:,} pictures<br>Click to see them<extra></extra>",
        )
    )
    return _laid_out(figure, [row["label"] for row in rows])


def category_bars(rows: Sequence[Row]) -> go.Figure:
    """Rows (label, category, count) as stacked bars: labels in the order given, the most frequent categories first."""
    labels = list(dict.fromkeys(row["label"] for row in rows))
    figure = go.Figure()
    for name, members in by_category(rows):
        figure.add_bar(
            x=[row["count"] for _, row in members],
            y=[row["label"] for _, row in members],
            customdata=[number for number, _ in members],
            orientation="h",
            name=name,
            hovertemplate="<b>%{y}</b> · %{fullData.name}<br>%{x:,} pictures<br>Click to see them<extra></extra>",
        )
    figure.update_layout(
        barmode="stack", legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0, "traceorder": "normal"}
    )
    return _laid_out(figure, labels, top=56)


def by_category(rows: Sequence[Row]) -> list[tuple[str, list[tuple[int, Row]]]]:
    """Rows with their numbers, grouped by category, the largest first; what has no colour of its own comes last."""
    sums: dict[str, int] = {}
    for row in rows:
        name = row["category"] or NONE
        sums[name] = sums.get(name, 0) + row["count"]
    ranked = sorted(sums, key=lambda name: (-sums[name], name))
    own = ranked if len(ranked) <= MOST_CATEGORIES + 1 else ranked[:MOST_CATEGORIES]
    groups: dict[str, list[tuple[int, Row]]] = {name: [] for name in own}
    for number, row in enumerate(rows):
        groups.setdefault((row["category"] or NONE) if (row["category"] or NONE) in own else OTHER, []).append(
            (number, row)
        )
    return list(groups.items())


def confidence_bars(rows: Sequence[Row], shown: float) -> go.Figure:
    """Rows (from, to, count) as a histogram; a line at `shown`, the confidence from which labels are shown."""
    figure = go.Figure(
        go.Bar(
            x=[(row["from"] + row["to"]) / 2 for row in rows],
            width=[(row["to"] - row["from"]) * 0.92 for row in rows],
            y=[row["count"] for row in rows],
            customdata=list(range(len(rows))),
            text=[f"{row['from']:g} to {row['to']:g} %" for row in rows],
            textposition="none",
            hovertemplate="<b>%{text}</b><br>%{y:,} pictures<br>Click to see them<extra></extra>",
        )
    )
    figure.add_vline(x=shown, line_width=1.5, line_dash="dot", line_color="#8a949b")
    figure.update_xaxes(range=[18, 101], ticksuffix=" %", showgrid=False, fixedrange=True, title_text=None)
    figure.update_yaxes(fixedrange=True, rangemode="tozero", tickformat=",d", nticks=6, title_text=None)
    figure.update_layout(
        colorway=COLOURS,
        height=320,
        margin={"l": 8, "r": 8, "t": 12, "b": 8},
        clickmode="event+select",
        dragmode=False,
        bargap=0,
    )
    figure.update_traces(marker_cornerradius=3, unselected_marker_opacity=1)
    return figure


def as_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Rows as a CSV that spreadsheets open rightly: UTF-8 with a mark, and no cell that begins a formula."""
    if not rows:
        return b""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: harmless(v) if isinstance(v, str) else v for name, v in row.items()})
    return text.getvalue().encode("utf-8-sig")


def _laid_out(figure: go.Figure, labels: Sequence[str], top: int = 8) -> go.Figure:
    figure.update_xaxes(visible=False, fixedrange=True)
    # The categories' order is said outright: stacked traces would otherwise bring their own.
    figure.update_yaxes(
        autorange=False,
        range=[len(labels) - 0.5, -0.5],
        type="category",
        categoryorder="array",
        categoryarray=list(labels),
        fixedrange=True,
        ticks="",
        showgrid=False,
        ticksuffix="  ",
        title_text=None,
    )
    figure.update_layout(
        height=max(160, 30 * len(labels) + top + 16),
        margin={"l": 8, "r": 56, "t": top, "b": 8},
        bargap=0.28,
        clickmode="event+select",
        dragmode=False,
        colorway=COLOURS,
        hoverlabel={"align": "left"},
    )
    # A click leads away from the page: no bar needs to fade for it.
    figure.update_traces(marker_cornerradius=4, unselected_marker_opacity=1)
    return figure
