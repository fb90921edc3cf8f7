"""Figures of labels that come together: a matrix of the most frequent ones, and a network of the strongest pairs."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashboard.insights.charts import MOST_LETTERS, hover, pictures, plain
from dashboard.insights.insight_links import address
from dashboard.look.tokens import CHART_COLOURS, chart

Row = Mapping[str, Any]
FEWER, MORE = ("#a6611a", "#dfc27d"), ("#80cdc1", "#0c7f74")
"""Brown to green-blue: people who do not tell red from green tell these."""
_STRONG = 3.0
"""The lift as a power of two (8 times) from which the colour deepens no further."""
_EDGES = 60
FAINT = "rgba(128, 140, 148, 0.07)"
"""The cells of pairs that never meet."""


def expected(row: Row) -> float:
    """In how many pictures both would be if they had nothing to do with each other."""
    return float(row["count"] / row["lift"]) if row["lift"] else 0.0


def pair_words(row: Row) -> list[str]:
    by_chance = expected(row)
    chance = f"{by_chance:,.0f}" if by_chance >= 10 else f"{by_chance:.1f}"
    return [f"{pictures(row['count'])} with both, {chance} expected by chance", f"Lift {row['lift']:.2f}"]


def matrix(labels: Sequence[str], rows: Sequence[Row], dark: bool) -> go.Figure:
    """Cells coloured by lift, the count written in where there is room; blank where labels never meet, or where one
    is a kind of the other."""
    place = {label: at for at, label in enumerate(labels)}
    size = len(labels)
    depth: list[list[float | None]] = [[None] * size for _ in labels]
    said = [[""] * size for _ in labels]
    to, written = [[""] * size for _ in labels], [[""] * size for _ in labels]
    for row in rows:
        one, other = place.get(row["label"]), place.get(row["other"])
        if one is None or other is None:
            continue
        for y, x in ((one, other), (other, one)):
            depth[y][x] = max(-_STRONG, min(_STRONG, math.log2(row["lift"] or 2**-_STRONG)))
            said[y][x] = hover(f"{labels[y]} and {labels[x]}", *pair_words(row))
            to[y][x], written[y][x] = address(row), f"{row['count']:,}" if size <= 12 else ""
    middle = "#26343a" if dark else "#eef1f2"
    figure = go.Figure(
        go.Heatmap(
            z=depth, customdata=to, hovertext=said, text=written, texttemplate="%{text}",
            hovertemplate="%{hovertext}<extra></extra>", hoverongaps=False, xgap=2, ygap=2, zmin=-_STRONG, zmax=_STRONG,
            colorscale=[[0, FEWER[0]], [0.25, FEWER[1]], [0.5, middle], [0.75, MORE[0]], [1, MORE[1]]],
            colorbar={"orientation": "h", "y": -0.02, "yanchor": "top", "thickness": 10, "len": 0.6, "outlinewidth": 0,
                      "tickvals": [-3, -1, 0, 1, 3], "ticktext": ["⅛", "½", "1", "2", "8"], "tickangle": 0,
                      "tickfont": {"size": 12}},
        )
    )  # fmt: skip
    chart(figure, 150 + 36 * max(size, 5))
    names = [plain(label, MOST_LETTERS - 4) for label in labels]
    axis = {"tickmode": "array", "tickvals": list(range(size)), "ticktext": names, "ticks": "", "showgrid": False,
            "zeroline": False, "tickfont_size": 13}  # fmt: skip
    figure.update_xaxes(**axis, side="top", tickangle=-60)
    figure.update_yaxes(**axis, autorange="reversed")
    return figure.update_layout(clickmode="event", hovermode="closest", plot_bgcolor=FAINT)


def network(counts: Mapping[str, int], labels: Mapping[str, str], rows: Sequence[Row], dark: bool) -> go.Figure:
    """Labels as dots sized by their pictures (`labels`: the address of each), a line for each pair that comes together
    more often than by chance; the dot in the middle of a line opens the pair."""
    edges = strong(rows, counts)
    named = list(dict.fromkeys(name for row in edges for name in (row["label"], row["other"])))
    place = {name: at for at, name in enumerate(named)}
    at = spring([(place[row["label"]], place[row["other"]], weight(row)) for row in edges], len(named))
    figure = go.Figure()
    for least, most, width in ((0, 0.34, 1.2), (0.34, 0.67, 2.6), (0.67, 9, 4.5)):
        own = [row for row in edges if least <= weight(row) < most]
        ends = [(at[place[row["label"]]], at[place[row["other"]]]) for row in own]
        figure.add_scatter(
            x=[x for one, other in ends for x in (one[0], other[0], None)],
            y=[y for one, other in ends for y in (one[1], other[1], None)],
            mode="lines", line={"width": width, "color": "rgba(110, 170, 165, 0.5)"}, hoverinfo="skip",
            showlegend=False,
        )  # fmt: skip
    middles = [(at[place[row["label"]]] + at[place[row["other"]]]) / 2 for row in edges]
    figure.add_scatter(
        x=[x for x, _ in middles], y=[y for _, y in middles], mode="markers",
        marker={"size": 11, "color": "#2c393f" if dark else "#ffffff", "line": {"width": 2, "color": CHART_COLOURS[0]}},
        customdata=[address(row) for row in edges],
        hovertext=[hover(f"{row['label']} and {row['other']}", *pair_words(row)) for row in edges],
        hovertemplate="%{hovertext}<extra></extra>", showlegend=False,
    )  # fmt: skip
    most = max((counts.get(name, 1) for name in named), default=1)
    figure.add_scatter(
        x=[x for x, _ in at], y=[y for _, y in at], mode="markers+text",
        marker={"size": [14 + 34 * math.sqrt(counts.get(name, 1) / most) for name in named], "opacity": 1,
                "color": CHART_COLOURS[0], "line": {"width": 2, "color": "#0e1417" if dark else "#ffffff"}},
        text=[plain(name, 18) for name in named], textposition="top center", cliponaxis=False,
        customdata=[labels.get(name, "") for name in named],
        hovertext=[hover(name, pictures(counts.get(name, 0))) for name in named],
        hovertemplate="%{hovertext}<extra></extra>", showlegend=False,
    )  # fmt: skip
    chart(figure, 560)
    figure.update_xaxes(visible=False, range=[-0.2, 1.2])
    figure.update_yaxes(visible=False, range=[-0.12, 1.16])
    return figure.update_layout(clickmode="event", hovermode="closest", hoverdistance=12)


def strong(rows: Sequence[Row], counts: Mapping[str, int]) -> list[Row]:
    """The pairs worth a line: more often than by chance, those that most pictures stand behind first."""
    more = [row for row in rows if row["lift"] > 1.1 and row["label"] in counts and row["other"] in counts]
    return sorted(more, key=lambda row: (-row["count"] * math.log2(row["lift"]), row["label"], row["other"]))[:_EDGES]


def weight(row: Row) -> float:
    """How strong a pair is, 0-1."""
    return min(1.0, math.log2(row["lift"]) / _STRONG)


def spring(edges: Sequence[tuple[int, int, float]], size: int, steps: int = 220) -> "np.ndarray[Any, Any]":
    """Places (size x 2, each 0-1) by springs along the edges and repulsion between all (Fruchterman and Reingold,
    1991), the same for the same edges."""
    angles = np.arange(size) * (2 * np.pi / max(size, 1))
    at = np.stack([np.cos(angles), np.sin(angles)], axis=1) * (1 + 0.05 * (np.arange(size) % 3))[:, None]
    near = 1.6 / math.sqrt(max(size, 1))
    pull = np.zeros((size, size))
    for one, other, force in edges:
        pull[one, other] = pull[other, one] = 0.35 + force
    for step in range(steps):
        apart = at[:, None, :] - at[None, :, :]
        far = np.maximum(np.linalg.norm(apart, axis=2), 1e-3)
        force = near * near / far**2 - pull * far / near - 0.04
        np.fill_diagonal(force, 0)
        move = (apart * force[:, :, None]).sum(axis=1)
        length = np.maximum(np.linalg.norm(move, axis=1, keepdims=True), 1e-9)
        at = at + move / length * np.minimum(length, 0.12 * (1 - step / steps))
    spread = np.maximum(at.max(axis=0) - at.min(axis=0), 1e-9) if size else 1
    placed = (at - at.min(axis=0)) / spread if size > 1 else np.full((size, 2), 0.5)
    return np.asarray(placed)
