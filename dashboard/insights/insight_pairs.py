"""Insights on pairs: labels that come together more or less often than by chance, and labels out of place."""

import streamlit as st

from dashboard.catalogue.catalogue_state import State
from dashboard.insights import charts_pairs, charts_quality, insight_address, insight_calls
from dashboard.insights.insight_frame import Panel, Row, nothing, show
from dashboard.insights.insight_links import address

SIZES = {"12": "12 labels", "8": "8 labels", "20": "20 labels", "30": "30 labels"}
COLUMNS = {"label": "Label", "other": "And", "count": "Pictures", "expected": "By chance", "lift": "Lift"}


def together(here: State, total: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="px-controls-pairs"):
        draw = insight_address.choose("Shape", "pairs", {"matrix": "Matrix", "network": "Network"})
        size = insight_address.said("size", list(SIZES), "12")
        insight_address.pick("How many labels", "size", SIZES, size, width=150)
    labels = insight_calls.ask("labels", here, limit=int(size))["rows"]
    rows = insight_calls.ask("cooccurrence", here, limit=1000, least=1, among=max(2, int(size)))["rows"]
    if not rows:
        hint = "No two labels come together in these pictures, apart from a label and its kinds."
        nothing("No pairs here", hint, "hub")
        return
    show(_matrix(labels, rows) if draw == "matrix" else _network(labels, rows))


def _told(rows: list[Row]) -> list[Row]:
    return [{**row, "expected": round(charts_pairs.expected(row), 1)} for row in rows]


def _spoken(rows: list[Row]) -> str:
    return ", ".join(f"{row['label']} and {row['other']} {row['count']:,}" for row in rows[:6])


def _dark() -> bool:
    return bool(st.context.theme.type == "dark")


def _matrix(labels: list[Row], rows: list[Row]) -> Panel:
    names = [row["label"] for row in labels]
    return Panel(
        "pairs", "Labels that come together",
        "A cell is a pair, with its number of pictures. Blue-green: more often than by chance; brown: more seldom; "
        "blank: never, or one is a kind of the other.",
        charts_pairs.matrix(names, rows, _dark()), _told(rows), COLUMNS, _spoken(rows),
        notes=["The colours show lift: how many times as often as by chance. 1 is chance, 2 is twice as often."],
    )  # fmt: skip


def _network(labels: list[Row], rows: list[Row]) -> Panel:
    counts = {row["label"]: row["count"] for row in labels}
    to = {row["label"]: address(row) for row in labels}
    return Panel(
        "network", "Labels that belong together",
        "A line joins labels that come together more often than by chance, thicker for a higher lift. A click on a "
        "label, or on the ring in the middle of a line, opens the pictures.",
        charts_pairs.network(counts, to, rows, _dark()), _told(charts_pairs.strong(rows, counts)), COLUMNS,
        _spoken(rows),
    )  # fmt: skip


def misfits(here: State, total: int) -> None:
    rows = insight_calls.ask("mismatch", here, limit=100)["rows"]
    if not rows:
        hint = "Labels and categories agree: no label is rare in one category and at home in another."
        nothing("Nothing out of place", hint, "check_circle")
        return
    show(
        Panel(
            "misfits", "Labels that do not fit their category",
            "Rare in this category, at home in another: the label or the category may be wrong. A click opens them.",
            charts_quality.misfit_bars(rows[:20]), rows[:20],
            {"label": "Label", "category": "In category", "usual": "Usual in", "count": "Pictures",
             "share": "Of category", "lift": "Lift"},
            ", ".join(f"{row['label']} in {row['category']} {row['count']:,}" for row in rows[:6]), rows,
            [f"The 20 most surprising of {len(rows):,}; the table has them all."] if len(rows) > 20 else [],
        )
    )  # fmt: skip
