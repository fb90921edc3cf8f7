"""Figures of what the catalogue lacks: gaps, the health score's parts, labels out of place; and of what it costs."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard.insights.charts import QUIET, Mark, bars, hover, laid_out, pictures
from dashboard.insights.insight_links import address
from dashboard.look.tokens import CHART_COLOURS

Row = Mapping[str, Any]


SHORT = {
    "labelled": "Has a label", "sure": "Has a sure label", "sku": "Has a product", "category": "Has a category",
    "large": "Large enough", "unlabelled": "No label", "unsure": "No sure label", "no_sku": "No SKU",
    "no_category": "No category", "no_tag": "No tag", "narrow": "Not wide enough", "low": "Not high enough",
}  # fmt: skip
"""Parts and gaps on an axis; their `text` says it exactly."""


def short(row: Row) -> str:
    return SHORT.get(row["name"], row["text"])


def points(part: Row) -> str:
    """With a tenth where there is one, so that the parts add up to the score that is shown."""
    return f"{part['points']:.1f}".removesuffix(".0")


def gap_marks(rows: Sequence[Row]) -> list[Mark]:
    return [
        Mark(short(row), 100 * row["share"], f"{row['count']:,}",
             hover(row["text"], f"{pictures(row['count'])}, {100 * row['share']:.1f} % of all"),
             address(row), CHART_COLOURS[1])
        for row in rows
    ]  # fmt: skip


def gap_bars(rows: Sequence[Row]) -> go.Figure:
    """What is missing in how many pictures, of all of them."""
    return bars(gap_marks(rows), most=100)


def health_bars(parts: Sequence[Row], gaps: Mapping[str, Row]) -> go.Figure:
    """The points that each part earns of its weight; the rest of a bar opens what is missing (`gaps` by part)."""
    lost = [gaps.get(part["name"]) for part in parts]
    figure = go.Figure()
    figure.add_bar(
        x=[part["points"] for part in parts], y=list(range(len(parts))), orientation="h", marker_color=CHART_COLOURS[0],
        customdata=[address(part) for part in parts], name="Points earned",
        hovertext=[
            hover(part["text"], f"{points(part)} of {part['weight']} points",
                  f"{pictures(part['count'])}, {100 * part['share']:.1f} %") for part in parts
        ],
        hovertemplate="%{hovertext}<extra></extra>",
    )  # fmt: skip
    figure.add_bar(
        x=[part["weight"] - part["points"] for part in parts], y=list(range(len(parts))), orientation="h",
        marker_color=QUIET, customdata=[address(gap) if gap else "" for gap in lost], name="Still to earn",
        text=[f"  {points(part)} of {part['weight']}" for part in parts], textposition="outside", textangle=0,
        cliponaxis=False,
        hovertext=[
            hover(gap["text"], f"{pictures(gap['count'])} lack it") if gap and gap["count"]
            else hover(part["text"], f"{part['weight'] - part['points']:.1f} points to earn", opens=False)
            for part, gap in zip(parts, lost, strict=True)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
    )  # fmt: skip
    laid_out(figure, [short(part) for part in parts], top=40)
    figure.update_xaxes(range=[0, max((part["weight"] for part in parts), default=1)])
    return figure.update_layout(barmode="stack", margin_r=88, legend_itemclick=False, legend_itemdoubleclick=False)


def misfit_marks(rows: Sequence[Row]) -> list[Mark]:
    return [
        Mark(f"{plain_line(row['label'])}\nin {plain_line(row['category'])}", row["count"], f"{row['count']:,}",
             hover(f"{row['label']} in {row['category']}", pictures(row["count"]),
                   f"{100 * row['share']:.1f} % of this category; usual in {row['usual']}"),
             address(row), CHART_COLOURS[3])
        for row in rows
    ]  # fmt: skip


def misfit_bars(rows: Sequence[Row]) -> go.Figure:
    """Labels out of place: how many pictures carry them in a category where they are rare."""
    return bars(misfit_marks(rows))


def plain_line(text: str) -> str:
    return " ".join(text.split())


def cost_marks(rows: Sequence[Row]) -> list[Mark]:
    """What each service costs; monthly ones in their own colour."""
    return [
        Mark(cost_name(row), row["amount"], dollars(row["amount"]) + ("/month" if row["monthly"] else ""),
             hover(row["text"], f"{pictures(row['count'])} at {dollars(row['unit_price'])}",
                   f"{dollars(row['amount'])} {'every month' if row['monthly'] else 'once'}"),
             address(row), CHART_COLOURS[2 if row["monthly"] else 0])
        for row in rows
    ]  # fmt: skip


def cost_bars(rows: Sequence[Row]) -> go.Figure:
    return bars(cost_marks(rows))


def cost_name(row: Row) -> str:
    names = {"labels": "Labels", "properties": "Colours and sharpness", "text": "Text in pictures",
             "moderation": "Unsafe content", "storage": "Keeping originals"}  # fmt: skip
    return names.get(row["name"], row["text"])


def dollars(amount: float) -> str:
    """Cents as they are, parts of a cent with two telling digits."""
    if amount >= 0.995 or not amount:
        return f"${amount:,.2f}"
    return f"${amount:.6f}".rstrip("0") if amount < 0.0995 else f"${amount:.2f}"
