"""The parts of the insights page: its own choices, the label chart, the histogram; each with its table and its CSV."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from dashboard import catalogue_calls, charts, client
from dashboard.catalogue_state import State, params, read
from dashboard.components.follow import follow
from pixplore.domain import KEPT_CONFIDENCE, SHOWN_CONFIDENCE, UNSET

Row = Mapping[str, Any]
USUAL_TOP = 20
MOST = 1000
"""Labels that the search API gives at most."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What this page's own controls say; they stand in the address beside the filters."""

    top: int
    by_category: bool
    label: str

    def controls(self, tops: Sequence[int]) -> None:
        """How many labels, and whether they are split by category."""
        st.session_state["px-top"], st.session_state["px-by"] = self.top, self.by_category
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            st.toggle("By category", key="px-by", on_change=lambda: _put("by", "category", st.session_state["px-by"]))
            st.selectbox(
                "How many labels",
                sorted({*tops, self.top}),
                key="px-top",
                format_func=lambda number: f"Top {number}",
                label_visibility="collapsed",
                width=120,
                on_change=lambda: _put("top", str(st.session_state["px-top"]), True),
            )


def choices() -> Choices:
    top = st.query_params.get("top", "")
    return Choices(
        min(MOST, max(1, int(top))) if top.isdecimal() else USUAL_TOP,
        st.query_params.get("by") == "category",
        st.query_params.get("of", ""),
    )


def _put(name: str, value: str, wanted: bool) -> None:
    if wanted:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)


def figures(here: State, overview: Mapping[str, Any]) -> None:
    """Three numbers at a glance, each a link to its pictures."""
    label, category = overview["facets"]["label"], overview["facets"]["category"]
    cells = [
        ("Pictures", overview["total"], here),
        ("Different labels", label["distinct"], None),
        ("Without label", label["unset"], here.with_values("any_label", [UNSET])),
        ("Without category", category["unset"], here.with_values("category", [UNSET])),
    ]
    st.html(f'<div class="px-figures">{"".join(_figure(*cell) for cell in cells)}</div>')


def _figure(name: str, number: int, state: State | None) -> str:
    inner = f"<b>{number:,}</b><span>{escape(name)}</span>"
    return f'<a href="{_address(state)}">{inner}</a>' if state and number else f"<div>{inner}</div>"


def labels(found: Sequence[Row], own: Choices) -> None:
    """The label chart; a click opens the row's own query. The CSV has all of `found`, the chart as many as chosen."""
    rows = found if own.by_category else found[: own.top]
    if not rows:
        st.markdown("These pictures carry no label at this confidence.")
        return
    figure = charts.category_bars(rows) if own.by_category else charts.label_bars(rows)
    spoken = ", ".join(f"{row['label']} {row['count']}" for row in rows[:10])
    _chart(figure, rows, "labels", f"Bar chart of labels by number of pictures: {spoken}. The table below has it all.")
    columns = ["label", "category", "count"] if own.by_category else ["label", "count"]
    every = not own.by_category and len(found) < MOST
    title = "All labels as CSV" if every else f"Top {own.top if own.by_category else MOST:,} as CSV"
    _table(rows, columns, "labels", title, _csv(found, columns))


def confidence(here: State, own: Choices, known: Sequence[Row]) -> None:
    """How sure the recogniser is of one label, over all that is kept of it."""
    names = list(dict.fromkeys(row["label"] for row in known))
    st.header("Confidence", anchor=False)
    if not names:
        st.markdown("No label, no confidence.")
        return
    chosen = own.label or names[0]
    st.session_state["px-of"] = chosen
    st.selectbox(
        "Label",
        list(dict.fromkeys([*names, chosen])),
        key="px-of",
        accept_new_options=True,
        on_change=lambda: _put("of", st.session_state["px-of"] or "", bool(st.session_state["px-of"])),
    )
    # From the lowest confidence that is kept, unless the filters say otherwise: also what is not shown counts here.
    low = here.value("min_confidence") or f"{KEPT_CONFIDENCE:g}"
    rows = client.get("/v1/insights/confidence", {**catalogue_calls.ask(here), "min_confidence": low, "of": chosen})[
        "rows"
    ]
    if not any(row["count"] for row in rows):
        st.markdown("No picture of this result carries that label.")
        return
    spoken = ", ".join(f"{row['from']:g} to {row['to']:g} % {row['count']}" for row in rows if row["count"])
    _chart(
        charts.confidence_bars(rows, SHOWN_CONFIDENCE),
        rows,
        "confidence",
        f"Histogram of the confidence of {chosen}: {spoken}. The table below has it all.",
    )
    st.caption("Kinds of a label count as the label too, so one picture can stand in several bars.")
    told = _csv([{"label": chosen, **row} for row in rows], ["label", "from", "to", "count"])
    _table(rows, ["from", "to", "count"], f"confidence-{_in_name(chosen)}", "CSV", told)


def _chart(figure: Any, rows: Sequence[Row], name: str, spoken: str) -> None:
    key = f"px-chart-{name}"
    st.plotly_chart(
        figure,
        key=key,
        config=charts.CONFIG,
        on_select=lambda: _clicked(key, rows),
        selection_mode="points",
        alt=spoken,
    )
    if (to := st.session_state.pop("px-open", None)) is not None:
        follow(st.session_state["pages"]["catalogue"], "Open these pictures", to)


def _clicked(key: str, rows: Sequence[Row]) -> None:
    """Remember where to go: a callback itself draws nothing."""
    points = st.session_state[key]["selection"]["points"]
    if points:
        number = points[0]["customdata"]
        row = rows[int(number[0] if isinstance(number, list) else number)]
        st.session_state["px-open"] = params(state_of(row))


def state_of(row: Row) -> State:
    """The catalogue's state for a row's own query."""
    return read(
        {
            name: [str(one) for one in (value if isinstance(value, list) else [value])]
            for name, value in row["query"].items()
        }
    )


def _address(state: State) -> str:
    return escape(f"/catalogue?{urlencode(params(state), doseq=True)}", quote=True)


def _csv(rows: Sequence[Row], columns: Sequence[str]) -> Callable[[], bytes]:
    """Some columns as a CSV, made when it is asked for."""
    return lambda: charts.as_csv([{column: row[column] for column in columns} for row in rows])


def _in_name(label: str) -> str:
    """A label as a part of a file's name."""
    return "".join(letter if letter.isalnum() else "-" for letter in label.lower())[:60]


def _table(rows: Sequence[Row], columns: Sequence[str], name: str, title: str, data: Callable[[], bytes]) -> None:
    """The chart's data: as a table behind a fold, and as a CSV."""
    with st.container(horizontal=True, vertical_alignment="top"):
        with st.expander("Data as a table", icon=":material/table_rows:"):
            st.html(_html(rows, columns))
        st.download_button(
            title,
            data,
            file_name=f"pixplore-{name}.csv",
            mime="text/csv",
            icon=":material/download:",
            key=f"px-csv-{name.partition('-')[0]}",
            help="Download this chart's data",
            on_click="ignore",
        )


def _html(rows: Sequence[Row], columns: Sequence[str]) -> str:
    head = "".join(f'<th scope="col">{escape(column.capitalize())}</th>' for column in columns)
    body = "".join(
        "<tr>" + "".join(_cell(row, column, at == 0) for at, column in enumerate(columns)) + "</tr>" for row in rows
    )
    return f'<table class="px-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _cell(row: Row, column: str, leads: bool) -> str:
    value = row[column]
    text = "none" if value is None else f"{value:,}" if isinstance(value, int) else f"{value}"
    inner = f'<a href="{_address(state_of(row))}">{escape(text)}</a>' if column == "count" else escape(text)
    return f'<th scope="row">{inner}</th>' if leads else f"<td>{inner}</td>"
