"""Insights on time: how the catalogue grew by day, week, month and upload."""

import streamlit as st

from dashboard.catalogue.catalogue_state import State
from dashboard.insights import charts_spread, insight_address, insight_calls
from dashboard.insights.insight_frame import Panel, nothing, show

BY = {"month": "Month", "week": "Week", "day": "Day", "batch": "Upload"}
SPLIT = {"": "All together", "label": "By label", "category": "By category"}
UNSET = "__unset__"


def trend(here: State, total: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="px-controls-trend"):
        by = insight_address.choose("Steps", "by", BY)
        split = insight_address.choose("Split", "split", SPLIT) if by != "batch" else ""
    rows = insight_calls.ask("trend", here, by=by, split=split or None, limit=5)["rows"]
    if by == "batch":
        _batches(here, rows, total)
    elif not rows:
        nothing("No dates here", "These pictures have no date on which they were added.", "event")
    elif split:
        _lines(rows, by, split)
    else:
        spoken = ", ".join(f"{charts_spread.step_words(r, by, True)} {r['count']:,}" for r in rows[-8:])
        told = [{**row, "step": charts_spread.step_words(row, by, True)} for row in rows]
        show(
            Panel(
                f"trend-by-{by}", f"Pictures added by {by}",
                f"One bar a {by}, by the date on which pictures were added. A click on a bar opens them.",
                charts_spread.trend_columns(rows, by), told, {"step": BY[by], "count": "Pictures"}, spoken,
                notes=_alone(rows, by),
            )
        )  # fmt: skip


def _alone(rows: list[dict[str, object]], by: str) -> list[str]:
    return [f"All pictures were added in one {by}. Choose smaller steps to see more."] if len(rows) == 1 else []


def _lines(rows: list[dict[str, object]], by: str, split: str) -> None:
    told = [{**row, "step": charts_spread.step_words(row, by, True)} for row in rows]
    names = list(dict.fromkeys(str(row["value"]) for row in rows))
    show(
        Panel(
            f"trend-by-{by}-{split}", f"Pictures added by {by}, the {len(names)} most frequent "
            + ("labels" if split == "label" else "categories"),
            "One line each. A picture with two labels counts in both. A click on a point opens its pictures.",
            charts_spread.trend_lines(rows, by), told,
            {"step": BY[by], "value": split.capitalize(), "count": "Pictures"}, ", ".join(names),
        )
    )  # fmt: skip


def _batches(here: State, rows: list[dict[str, object]], total: int) -> None:
    titles = insight_calls.titles(here) | {UNSET: "Came by an import"}
    told = [{**row, "upload": titles.get(str(row["period"])) or str(row["period"])[:8]} for row in rows]
    one = ["One upload brought all of these pictures."] if len(rows) == 1 else []
    show(
        Panel(
            "batches", "Pictures by upload",
            "One bar an upload, the largest on top. A click on a bar opens its pictures.",
            charts_spread.batch_bars(rows, titles, total), told, {"upload": "Upload", "count": "Pictures"},
            ", ".join(f"{row['upload']} {row['count']:,}" for row in told[:8]), notes=one,
        )
    )  # fmt: skip
