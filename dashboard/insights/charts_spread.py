"""Figures of how pictures spread: over time, over uploads, over colours, and how two selections differ."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import plotly.graph_objects as go

from dashboard.insights.charts import QUIET, Mark, bars, columns, hover, laid_out, pictures, plain, upright
from dashboard.insights.charts_labels import tiled
from dashboard.insights.insight_links import address
from dashboard.look.tokens import CHART_COLOURS

Row = Mapping[str, Any]
SWATCHES = {
    "black": "#16181b", "white": "#ffffff", "grey": "#8a8f98", "gray": "#8a8f98", "silver": "#c0c4c9",
    "blue": "#2f6fde", "navy": "#1d2f6f", "turquoise": "#2ab7b0", "teal": "#128277", "cyan": "#22b8cf",
    "green": "#2f9e44", "olive": "#7a7a1e", "red": "#d92d20", "maroon": "#7a1f2b", "pink": "#f08fb8",
    "magenta": "#c2258f", "purple": "#7b3fc4", "violet": "#8f5fe8", "yellow": "#f5d90a", "gold": "#d4a017",
    "orange": "#f08c00", "brown": "#8a5a33", "beige": "#e6d8b8", "cream": "#f5efd9", "tan": "#d2b48c",
}  # fmt: skip
"""What a colour's name looks like."""
UNKNOWN = "#8a8f98"


def trend_marks(rows: Sequence[Row], by: str) -> list[Mark]:
    names = [step_words(row, by) for row in rows]
    said = [step_words(row, by, whole=True) for row in rows]
    return [
        Mark(name, row["count"], f"{row['count']:,}", hover(whole, pictures(row["count"])), address(row))
        for name, whole, row in zip(names, said, rows, strict=True)
    ]


def trend_columns(rows: Sequence[Row], by: str) -> go.Figure:
    """Steps of time as upright bars."""
    return columns(trend_marks(rows, by))


def trend_lines(rows: Sequence[Row], by: str, said: Callable[[int], str] = pictures) -> go.Figure:
    """Steps of time, a line each value: pictures that carry two labels are in two lines, so nothing is stacked.
    `said` puts a count in words."""
    periods = list(dict.fromkeys(row["period"] for row in rows))
    place = {period: at for at, period in enumerate(periods)}
    figure = go.Figure()
    few = len(periods) <= 60
    for at, value in enumerate(dict.fromkeys(row["value"] for row in rows)):
        own = [row for row in rows if row["value"] == value]
        figure.add_scatter(
            x=[place[row["period"]] for row in own],
            y=[row["count"] for row in own],
            mode="lines+markers" if few else "lines",
            line={"width": 2, "shape": "linear", "color": CHART_COLOURS[at % len(CHART_COLOURS)]},
            marker={"size": 8, "symbol": ("circle", "square", "diamond", "triangle-up", "x", "star")[at % 6]},
            name=plain(value, 26),
            customdata=[address(row) for row in own],
            hovertext=[hover(value, step_words(row, by, whole=True), said(row["count"])) for row in own],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    firsts = {row["period"]: row for row in rows}
    upright(figure, [step_words(firsts[period], by) for period in periods], height=400)
    return figure.update_layout(
        margin_t=64, showlegend=True, hoverdistance=40, legend_itemclick=False, legend_itemdoubleclick=False
    )


def step_words(row: Row, by: str, whole: bool = False) -> str:
    """A period as people write it; `whole` tells the year of a day, too."""
    try:
        day = date.fromisoformat(f"{row['period']}-01"[:10])
    except ValueError:
        return str(row["period"])
    if by == "month":
        return f"{day:%B %Y}" if whole else f"{day:%b %Y}"
    said = f"{day.day} {day:%b}" + (f" {day.year}" if whole else "")
    return f"Week from {said}" if by == "week" and whole else said


def batch_marks(rows: Sequence[Row], titles: Mapping[str, str], total: int) -> list[Mark]:
    marks = []
    for row in rows:
        name = titles.get(row["period"]) or row["period"][:8]
        said = f"{pictures(row['count'])}, {100 * row['count'] / (total or 1):.1f} % of all"
        marks.append(Mark(name, row["count"], f"{row['count']:,}", hover(name, said), address(row)))
    return marks


def batch_bars(rows: Sequence[Row], titles: Mapping[str, str], total: int) -> go.Figure:
    """Uploads as horizontal bars, the largest on top."""
    return bars(batch_marks(rows, titles, total))


def swatch(name: str) -> str:
    return SWATCHES.get(name.lower(), UNKNOWN)


def colour_tiles(rows: Sequence[Row]) -> go.Figure:
    """Colours as tiles in the very colours."""
    figure = go.Figure(
        go.Treemap(
            ids=[f"c{at}" for at in range(len(rows))],
            parents=[""] * len(rows),
            labels=[plain(row["value"].capitalize(), 20) for row in rows],
            values=[row["count"] for row in rows],
            text=[f"{row['count']:,}" for row in rows],
            texttemplate="%{label}<br>%{text}",
            customdata=[address(row) for row in rows],
            hovertext=[
                hover(row["value"].capitalize(), f"{pictures(row['count'])}, {100 * row['share']:.1f} % of all")
                for row in rows
            ],
            hovertemplate="%{hovertext}<extra></extra>",
            marker={"colors": [swatch(row["value"]) for row in rows], "line": {"width": 1, "color": UNKNOWN},
                    "cornerradius": 6},
            textfont={"color": [ink(swatch(row["value"])) for row in rows], "size": 14},
            pathbar_visible=False,
            tiling={"pad": 3},
            root_color="rgba(0,0,0,0)",
        )
    )  # fmt: skip
    return tiled(figure, 420)


def ink(colour: str) -> str:
    """Black or white, whichever is read better on a colour (WCAG's relative luminance)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return "#0b1220" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 else "#ffffff"


def dumbbells(pairs: Sequence[tuple[Row, Row]], names: tuple[str, str]) -> go.Figure:
    """Rows of side a and side b for each value: two dots at their shares, a line between them."""
    figure = go.Figure()
    figure.add_scatter(
        x=[x for a, b in pairs for x in (100 * a["share"], 100 * b["share"], None)],
        y=[y for at in range(len(pairs)) for y in (at, at, None)],
        mode="lines", line={"width": 5, "color": QUIET}, hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    for side, symbol in enumerate(("circle", "diamond")):
        own = [pair[side] for pair in pairs]
        figure.add_scatter(
            x=[100 * row["share"] for row in own],
            y=list(range(len(own))),
            mode="markers",
            marker={"size": 13, "symbol": symbol, "color": CHART_COLOURS[side],
                    "line": {"width": 1, "color": "rgba(255,255,255,0.7)"}},
            name=plain(f"{'AB'[side]}: {names[side]}", 40),
            customdata=[address(row) for row in own],
            hovertext=[
                hover(row["value"], f"{'AB'[side]}: {names[side]}",
                      f"{100 * row['share']:.1f} %, {pictures(row['count'])}")
                for row in own
            ],
            hovertemplate="%{hovertext}<extra></extra>",
        )  # fmt: skip
    laid_out(figure, [a["value"] for a, _ in pairs], top=56)
    most = max((100 * row["share"] for pair in pairs for row in pair), default=1) or 1
    figure.update_xaxes(
        visible=True, range=[-0.04 * most, 1.06 * most], ticksuffix=" %", nticks=5, tickangle=0, zeroline=False
    )
    return figure.update_layout(showlegend=True, legend_itemclick=False, legend_itemdoubleclick=False, margin_b=24)
