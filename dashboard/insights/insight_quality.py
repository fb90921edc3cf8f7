"""Insights on quality and money: the health score and what to do next, gaps, colours, cost."""

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from dashboard.catalogue.catalogue_state import State
from dashboard.insights import charts_quality, charts_spread, insight_calls
from dashboard.insights.charts_quality import dollars
from dashboard.insights.insight_frame import Panel, Row, heading, nothing, show
from dashboard.insights.insight_links import address, link
from dashboard.look.wording import counted, grade

MISSING = {"labelled": "unlabelled", "sure": "unsure", "sku": "no_sku", "category": "no_category", "large": "low"}
"""What a part of the score is lost by, as /v1/insights/coverage names it."""
NEXT = {
    "labelled": "Label the pictures that carry none: tag them by hand, or lower the confidence",
    "sure": "Look through the unsure labels in Review",
    "sku": "Join pictures to products: import the product list with SKU or file name",
    "category": "Give a category to the pictures without one",
    "large": "Ask for larger originals of the small pictures",
}


def health(here: State, total: int) -> None:
    answer = insight_calls.ask("health", here)
    gaps = insight_calls.ask("coverage", here)["rows"]
    score = answer["score"] or 0.0
    left, right = st.columns([2, 3], gap="large")
    with left:
        heading("Health of these pictures", "Points for what a good catalogue has, out of 100.")
        st.html(_score(score))
        heading("What to do next", "The largest gains first.")
        st.html(_next(answer["rows"], missing(gaps)))
    with right:
        show(_parts(answer["rows"], missing(gaps)))
    st.divider()
    show(_gaps(gaps))


def missing(gaps: Sequence[Row]) -> dict[str, Row]:
    """The gap behind each part of the score."""
    known = {gap["name"]: gap for gap in gaps}
    return {part: known[gap] for part, gap in MISSING.items() if gap in known}


def _score(score: float) -> str:
    return (
        f'<div class="px-score" style="--part: {score:.1f}"><b>{score:.0f}</b>'
        f"<span>{grade(score)[0]}<small>of 100 points</small></span></div>"
    )


def _next(parts: Sequence[Row], gaps: Mapping[str, Row]) -> str:
    ranked = sorted(parts, key=lambda part: part["points"] - part["weight"])
    items = []
    for part in ranked[:3]:
        lost, gap = part["weight"] - part["points"], gaps.get(part["name"])
        if lost < 0.05:
            continue
        pictures = link(counted(gap["count"], "picture"), address(gap)) if gap else ""
        said = escape(NEXT.get(part["name"], part["text"]))
        items.append(f"<li><b>+{lost:.0f}</b><span>{said}. {pictures}</span></li>")
    return (
        f'<ol class="px-next px-opens">{"".join(items) or "<li><span>Nothing: all points are earned.</span></li>"}</ol>'
    )


def _parts(parts: Sequence[Row], gaps: Mapping[str, Row]) -> Panel:
    return Panel(
        "health", "Where the points come from",
        "Coloured: points earned, a click opens the pictures that have it. Grey: still to earn, a click opens those "
        "that lack it.",
        charts_quality.health_bars(parts, gaps), parts,
        {"text": "Part", "count": "Pictures", "share": "Of all", "points": "Points", "weight": "Of"},
        ", ".join(f"{part['text']} {part['points']:.0f} of {part['weight']}" for part in parts),
    )  # fmt: skip


def _gaps(gaps: Sequence[Row]) -> Panel:
    return Panel(
        "gaps", "What pictures lack",
        "The longer the bar, the more pictures have this gap. A click on a bar opens them.",
        charts_quality.gap_bars(gaps), gaps, {"text": "Gap", "count": "Pictures", "share": "Of all"},
        ", ".join(f"{gap['text']} {gap['count']:,}" for gap in gaps),
    )  # fmt: skip


def colours(here: State, total: int) -> None:
    rows = insight_calls.ask("colours", here, limit=50)["rows"]
    if not rows:
        nothing("No colours yet", "No colour is known of these pictures.", "palette")
        return
    show(
        Panel(
            "colours", "Pictures by colour",
            "The larger the tile, the more pictures show the colour; a picture of two colours is in both.",
            charts_spread.colour_tiles(rows), rows, {"value": "Colour", "count": "Pictures", "share": "Of all"},
            ", ".join(f"{row['value']} {row['count']:,}" for row in rows[:10]),
        )
    )  # fmt: skip


def cost(here: State, total: int) -> None:
    answer = insight_calls.ask("cost", here)
    rows = answer["rows"]
    if not rows[0]["count"]:
        nothing("Nothing spent here", "These entries came without a picture, so nothing was looked at.", "payments")
        return
    cells = (
        ("A picture, once", dollars(answer["per_image"] or 0)),
        ("All of these, once", dollars(answer["once"])),
        ("Keeping them, a month", dollars(answer["monthly"])),
    )
    made = "".join(f"<div><b>{escape(value)}</b><span>{escape(name)}</span></div>" for name, value in cells)
    st.html(f'<div class="px-figures">{made}</div>')
    told = [{**row, "name": charts_quality.cost_name(row), "pays": "a month" if row["monthly"] else "once"}
            for row in rows]  # fmt: skip
    show(
        Panel(
            "cost", "Where the money goes",
            "List prices of AWS in US dollars; your contract may differ. A click opens the pictures that are counted.",
            charts_quality.cost_bars(rows), told,
            {"name": "For", "text": "Service", "count": "Pictures", "unit_price": "Each $", "amount": "Sum $",
             "pays": "Paid"},
            ", ".join(f"{charts_quality.cost_name(row)} {dollars(row['amount'])}" for row in rows),
        )
    )  # fmt: skip
