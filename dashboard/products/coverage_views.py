"""Coverage over time on the Products page: every mark opens the product list as it was when that month ended."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from dashboard import client
from dashboard.insights import charts_spread
from dashboard.insights.insight_frame import Panel, heading, show
from dashboard.look import theme
from dashboard.look.wording import counted

Row = dict[str, Any]
ALL, PICTURED = "Products", "With a picture"
LISTS = {ALL: "all", PICTURED: "complete"}
"""A line of the chart -> the list that its marks open (product_lists.py)."""


@st.cache_data(ttl=60, max_entries=2, show_spinner=False)
def coverage() -> list[Row]:
    found: list[Row] = client.get("/v1/products/coverage")["rows"]
    return found


def over_time() -> None:
    """Products and those of them with a picture, month by month."""
    with theme.skeleton("chart"):
        rows = coverage()
    if len(rows) < 2:
        heading("Coverage over time", "The chart begins with the second month.")
        return
    told = lines(rows)
    spoken = f"{counted(rows[-1]['products'], 'product')}, {rows[-1]['with_images']:,} of them with a picture"
    show(
        Panel(
            "coverage", "Coverage over time",
            "How many products there were when each month ended, and how many of them had a picture. A click on a "
            "point opens the list as it was then.",
            charts_spread.trend_lines(told, "month", lambda count: counted(count, "product")),
            [{**row, "month": charts_spread.step_words(row, "month", True)} for row in told],
            {"month": "Month", "value": "What", "count": "Products"}, spoken,
        )
    )  # fmt: skip


def lines(rows: Sequence[Row]) -> list[Row]:
    """The months as the rows of two lines, each with the address of its list."""
    return [
        {"period": row["month"], "value": name, "count": row["products" if name == ALL else "with_images"],
         "opens": f"/products?{urlencode({'view': view, 'until': row['month']})}"}
        for name, view in LISTS.items() for row in rows
    ]  # fmt: skip


def after(month: str) -> date | None:
    """The first day that no longer belongs to a month (2026-11); None for what is no month that has ended or begun."""
    try:
        return (date.fromisoformat(f"{month}-01") + timedelta(days=32)).replace(day=1)
    except (ValueError, OverflowError):
        return None
