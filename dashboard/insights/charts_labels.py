"""Figures of which labels there are: bars, tiles by hierarchy, bars by category, and how sure the labels are."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard.insights.charts import Mark, bars, hover, laid_out, pictures, plain, upright
from dashboard.insights.insight_links import address
from dashboard.look.tokens import CHART_COLOURS, CHART_GUIDE, chart

Row = Mapping[str, Any]
MOST_CATEGORIES = 7
"""Colours that people can tell apart; rarer categories share one more."""
OTHER = "Other categories"
NONE = "No category"


def label_marks(rows: Sequence[Row], total: int) -> list[Mark]:
    return [
        Mark(row["label"], row["count"], f"{row['count']:,}",
             hover(row["label"], f"{pictures(row['count'])}, {share(row['count'], total)}"), address(row))
        for row in rows
    ]  # fmt: skip


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} % of all" if whole else ""


def label_bars(rows: Sequence[Row], total: int = 0) -> go.Figure:
    """One horizontal bar a row (label, count), the most frequent on top."""
    return bars(label_marks(rows, total))


def category_bars(rows: Sequence[Row]) -> go.Figure:
    """Rows (label, category, count) as stacked bars: labels in the order given, the most frequent categories first."""
    labels = list(dict.fromkeys(row["label"] for row in rows))
    place = {label: at for at, label in enumerate(labels)}
    figure = go.Figure()
    for name, members in by_category(rows):
        figure.add_bar(
            x=[row["count"] for row in members],
            y=[place[row["label"]] for row in members],
            customdata=[address(row) for row in members],
            hovertext=[hover(row["label"], row["category"] or NONE, pictures(row["count"])) for row in members],
            hovertemplate="%{hovertext}<extra></extra>",
            orientation="h",
            name=plain(name, 26),
        )
    figure = laid_out(figure, labels, top=64)
    return figure.update_layout(barmode="stack", legend_itemclick=False, legend_itemdoubleclick=False)


def by_category(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Rows grouped by category, the largest first; what has no colour of its own comes last, all together."""
    sums: dict[str, int] = {}
    for row in rows:
        name = row["category"] or NONE
        sums[name] = sums.get(name, 0) + row["count"]
    ranked = sorted(sums, key=lambda name: (-sums[name], name))
    own = ranked if len(ranked) <= MOST_CATEGORIES + 1 else ranked[:MOST_CATEGORIES]
    groups: dict[str, list[Row]] = {name: [] for name in own}
    for row in rows:
        name = row["category"] or NONE
        groups.setdefault(name if name in own else OTHER, []).append(row)
    return list(groups.items())


def parent_of(rows: Sequence[Row]) -> dict[str, str]:
    """Each label's nearest ancestor among the rows; labels at the top have none."""
    known = {row["label"] for row in rows}
    found = {}
    for row in rows:
        near = next((name for name in row["parents"] if name in known and name != row["label"]), None)
        if near is not None:
            found[row["label"]] = near
    return found


def label_tiles(rows: Sequence[Row], total: int = 0) -> go.Figure:
    """Rows (label, parents, count) as tiles within tiles.

    An image with two labels is in both tiles, so tiles are sized by what a label has beyond the ones inside it, and the
    exact number is written on each.
    """
    above = parent_of(rows)
    counts = {row["label"]: row["count"] for row in rows}
    inside: dict[str, int] = {}
    for label, parent in above.items():
        inside[parent] = inside.get(parent, 0) + counts[label]
    tops: dict[str, str] = {}
    for row in rows:
        top = row["label"]
        while top in above:
            top = above[top]
        tops.setdefault(top, CHART_COLOURS[len(tops) % len(CHART_COLOURS)])
        tops[row["label"]] = tops[top]
    figure = go.Figure(
        go.Treemap(
            ids=[row["label"] for row in rows],
            parents=[above.get(row["label"], "") for row in rows],
            labels=[f"{plain(row['label'], 40)}  {row['count']:,}" for row in rows],
            values=[max(row["count"] - inside.get(row["label"], 0), row["count"] * 0.02) for row in rows],
            textinfo="label",
            customdata=[address(row) for row in rows],
            hovertext=[
                hover(
                    row["label"],
                    f"{pictures(row['count'])}, {share(row['count'], total)}",
                    *([f"Kind of {', '.join(row['parents'])}"] if row["parents"] else []),
                )
                for row in rows
            ],
            hovertemplate="%{hovertext}<extra></extra>",
            marker={
                "colors": [tops[row["label"]] for row in rows],
                "pad": {"t": 22, "l": 3, "r": 3, "b": 3},
                "cornerradius": 4,
            },
            pathbar_visible=False,
            tiling={"pad": 2},
        )
    )
    return tiled(figure, 560)


def tiled(figure: go.Figure, height: int) -> go.Figure:
    chart(figure, height)
    return figure.update_layout(margin={"l": 0, "r": 0, "t": 0, "b": 0}, clickmode="event", uniformtext=None)


def confidence_bars(rows: Sequence[Row], shown: float) -> go.Figure:
    """Rows (from, to, count) as a histogram; a line at `shown`, the confidence from which labels are shown."""
    figure = go.Figure(
        go.Bar(
            x=[(row["from"] + row["to"]) / 2 for row in rows],
            width=[(row["to"] - row["from"]) * 0.92 for row in rows],
            y=[row["count"] for row in rows],
            customdata=[address(row) for row in rows],
            hovertext=[hover(bin_words(row), pictures(row["count"])) for row in rows],
            hovertemplate="%{hovertext}<extra></extra>",
            marker_cornerradius=3,
        )
    )
    upright(figure, [])
    return _percent(figure, rows, shown)


def _percent(figure: go.Figure, rows: Sequence[Row], shown: float) -> go.Figure:
    low = min((row["from"] for row in rows), default=0)
    figure.add_vline(x=shown, line_width=1.5, line_dash="dot", line_color=CHART_GUIDE)
    return figure.update_xaxes(
        range=[low - 1, 101], tickmode="auto", tickvals=None, ticktext=None, nticks=6, ticksuffix=" %", tickangle=0
    )


def ridge(labels: Sequence[tuple[str, Sequence[Row]]], shown: float) -> go.Figure:
    """Several histograms one above the other, each as high as its own most: shapes compare, counts are in the hover."""
    figure = go.Figure()
    for at, (label, rows) in enumerate(labels):
        most = max((row["count"] for row in rows), default=0) or 1
        figure.add_bar(
            x=[(row["from"] + row["to"]) / 2 for row in rows],
            width=[(row["to"] - row["from"]) * 0.96 for row in rows],
            base=[len(labels) - 1 - at] * len(rows),
            y=[0.86 * row["count"] / most for row in rows],
            customdata=[address(row) for row in rows],
            hovertext=[hover(label, bin_words(row), pictures(row["count"])) for row in rows],
            hovertemplate="%{hovertext}<extra></extra>",
            marker_color=CHART_COLOURS[at % len(CHART_COLOURS)],
            showlegend=False,
        )
    upright(figure, [], height=max(200, 72 * len(labels) + 48))
    _percent(figure, [row for _, rows in labels for row in rows], shown)
    names = [plain(label, 22) for label, _ in labels]
    figure.update_layout(barmode="overlay")
    return figure.update_yaxes(
        range=[-0.04, len(labels)],
        tickmode="array",
        tickvals=[len(labels) - 1 - at + 0.12 for at in range(len(labels))],
        ticktext=[f"{name}  " for name in names],
        ticks="",
        showgrid=False,
        dtick=None,
    )


def bin_words(row: Row) -> str:
    return f"{row['from']:g} to {row['to']:g} %"
