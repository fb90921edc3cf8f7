"""Insights on labels: which there are, how they hang together, in which categories; how sure the recogniser is."""

import streamlit as st

from dashboard.catalogue.catalogue_state import State
from dashboard.insights import charts_labels, insight_address, insight_calls
from dashboard.insights.insight_frame import Panel, Row, heading, nothing, show
from pixplore.domain import KEPT_CONFIDENCE, SHOWN_CONFIDENCE

MOST = 1_000
"""Labels that the search API gives at most."""
TOPS = {"20": "Top 20", "10": "Top 10", "50": "Top 50", "100": "Top 100", str(MOST): "All labels"}
SHAPES = {"bars": "Bars", "tiles": "Hierarchy", "category": "By category"}
MOST_SPLIT, MOST_TILES = 50, 150
RIDGE = 6
"""Labels of the ridge until others are chosen."""
COLUMNS = {"label": "Label", "count": "Pictures", "parents": "Kind of"}


def distribution(here: State, total: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="px-controls-labels"):
        shape = insight_address.choose("Shape", "shape", SHAPES)
        top = insight_address.said("top", list(TOPS), "20")
        if shape != "tiles":
            insight_address.pick("How many labels", "top", TOPS, top, width=150)
    if shape == "category":
        answer = insight_calls.ask("labels", here, limit=min(int(top), MOST_SPLIT), by="category")
        panel = _split(answer["rows"], int(top))
    else:
        answer = insight_calls.ask("labels", here, limit=MOST)
        panel = _tiles(answer, total) if shape == "tiles" else _bars(answer, int(top), total)
    if not answer["rows"]:
        nothing("No label here", "These pictures carry no label at this confidence. Lower it in the filters.", "label")
        return
    show(panel)


def _bars(answer: dict[str, list[Row]], top: int, total: int) -> Panel:
    rows = answer["rows"]
    distinct = int(str(answer["distinct"]))
    notes = [f"The {len(rows):,} most frequent of {distinct:,} labels."] if distinct > len(rows) else []
    return Panel(
        "labels", "Labels by number of pictures",
        "The longer the bar, the more pictures carry the label. A click on a bar opens them.",
        charts_labels.label_bars(rows[:top], total), rows[:top], COLUMNS, _spoken(rows), rows, notes,
    )  # fmt: skip


def _tiles(answer: dict[str, list[Row]], total: int) -> Panel:
    rows = answer["rows"]
    return Panel(
        "hierarchy", "Labels by hierarchy",
        "A tile inside a tile is a kind of it; the number counts all pictures within. A click on a tile opens them.",
        charts_labels.label_tiles(rows[:MOST_TILES], total), rows[:MOST_TILES], COLUMNS, _spoken(rows), rows,
    )  # fmt: skip


def _split(rows: list[Row], top: int) -> Panel:
    named = [{**row, "category": row["category"] or charts_labels.NONE} for row in rows]
    notes = [f"The {MOST_SPLIT} most frequent labels."] if top > MOST_SPLIT else []
    return Panel(
        "categories", "Labels by category",
        "Each bar is a label; its parts are the categories of its pictures. A click on a part opens them.",
        charts_labels.category_bars(rows), named, {"label": "Label", "category": "Category", "count": "Pictures"},
        _spoken(rows), None, notes,
    )  # fmt: skip


def _spoken(rows: list[Row]) -> str:
    return ", ".join(f"{row['label']} {row['count']:,}" for row in rows[:8]) + ". The table below has it all."


def confidence(here: State, total: int) -> None:
    """From the lowest confidence that is kept, unless the filters say otherwise: also what is not shown counts here."""
    low = here.value("min_confidence") or f"{KEPT_CONFIDENCE:g}"
    wide = here.with_values("min_confidence", [low])
    known = [row["label"] for row in insight_calls.ask("labels", wide, limit=200)["rows"]]
    if not known:
        nothing("No label, no confidence", "These pictures carry no label. Take a filter back above.", "label")
        return
    with st.container(horizontal=True, vertical_alignment="center", key="px-controls-confidence"):
        draw = insight_address.choose("Shape", "confidence", {"one": "One label", "several": "Several labels"})
        if draw == "one":
            of = st.query_params.get("of") or known[0]
            insight_address.pick("Label", "of", {name: name for name in known}, of)
    if draw == "one":
        _one(wide, of)
    else:
        _several(wide, known)


def _one(wide: State, of: str) -> None:
    rows = insight_calls.ask("confidence", wide, of=of)["rows"]
    title = f"Confidence of {of}"
    if not any(row["count"] for row in rows):
        heading(title, "No picture of this result carries that label.")
        return
    told = [{**row, "label": of} for row in rows]
    spoken = ", ".join(f"{charts_labels.bin_words(row)} {row['count']:,}" for row in rows if row["count"])
    show(
        Panel(
            f"confidence-{in_name(of)}", title,
            "Further right the recogniser is surer. The dotted line is where labels begin to be shown.",
            charts_labels.confidence_bars(rows, SHOWN_CONFIDENCE), told,
            {"label": "Label", "from": "From %", "to": "To %", "count": "Pictures"}, spoken,
            notes=["Kinds of a label count as the label too, so one picture can stand in several bars."],
        )
    )  # fmt: skip


def _several(wide: State, known: list[str]) -> None:
    key = "px-in-labels"
    chosen = st.query_params.get_all("of") or known[:RIDGE]
    st.session_state[key] = chosen
    st.multiselect(
        "Labels", list(dict.fromkeys([*known, *chosen])), key=key, max_selections=12,
        on_change=lambda: insight_address.put("of", st.session_state[key]),
    )  # fmt: skip
    found = [(name, insight_calls.ask("confidence", wide, of=name)["rows"]) for name in chosen[:12]]
    told = [{**row, "label": name} for name, rows in found for row in rows]
    show(
        Panel(
            "confidence-of-several", "Confidence of several labels",
            "One row a label, each as high as its own most. A hump at the left: the recogniser is unsure of it.",
            charts_labels.ridge(found, SHOWN_CONFIDENCE), told,
            {"label": "Label", "from": "From %", "to": "To %", "count": "Pictures"}, ", ".join(chosen),
        )
    )  # fmt: skip


def in_name(label: str) -> str:
    """A label as a part of a file's name."""
    return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in label.lower())[:60]
