"""How each chart stands on the page: its title, how to read it, the chart, its data as a table, its files."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboard.insights import charts
from dashboard.insights.insight_links import address, link
from dashboard.look import theme
from pixplore.cells import harmless

Row = Mapping[str, Any]
Columns = Mapping[str, str]
MOST_ROWS = 1_000
"""In a table; the CSV has them all."""
TALL = 640
"""Pixels beyond which a chart scrolls in its own frame."""


@dataclass(frozen=True)
class Panel:
    """`name` is for keys and files; `columns` (field: heading) of `rows` are the table and the CSV; `count` opens the
    pictures. `every` has more rows than the chart where there are more."""

    name: str
    title: str
    how: str
    figure: go.Figure
    rows: Sequence[Row]
    columns: Columns
    spoken: str
    every: Sequence[Row] | None = None
    notes: Sequence[str] = field(default_factory=tuple)


def heading(title: str, how: str) -> None:
    """The title of a chart and the line that says how to read it, both as they are."""
    st.html(f'<div class="px-chart-head"><h2>{escape(title)}</h2><p>{escape(how)}</p></div>')


def show(panel: Panel) -> None:
    heading(panel.title, panel.how)
    key = f"px-chart-{panel.name}"
    tall = (panel.figure.layout.height or 0) > TALL and panel.name in ("labels", "batches", "misfits")
    with st.container(height=TALL if tall else "content", border=False, key=f"px-frame-{panel.name}"):
        st.plotly_chart(panel.figure, key=key, config=charts.CONFIG, alt=f"{panel.title}: {panel.spoken}")
    for note in panel.notes:
        st.caption(theme.plain(note))
    _below(panel, key)


def _below(panel: Panel, key: str) -> None:
    rows = panel.every if panel.every is not None else panel.rows
    with st.container(horizontal=True, vertical_alignment="top", key=f"px-below-{panel.name}"):
        with st.container(width="stretch"):
            fold = st.expander(
                "Data as a table", icon=":material/table_rows:", key=f"px-table-{panel.name}", on_change="rerun"
            )
            if fold.open:
                with fold:
                    st.html(table(rows[:MOST_ROWS], panel.columns))
                    if len(rows) > MOST_ROWS:
                        st.caption(f"The first {MOST_ROWS:,} of {len(rows):,} rows. The CSV has them all.")
        with st.container(horizontal=True, width="content", gap="xsmall", key=f"px-take-{panel.name}"):
            st.html(_takers(panel, key), width="content")
            st.download_button(
                "CSV",
                lambda: as_csv(rows, panel.columns),
                file_name=f"pixplore-{panel.name}.csv",
                mime="text/csv",
                key=f"px-csv-{panel.name}",
                help="The data of this chart for a spreadsheet",
                on_click="ignore",
                type="tertiary",
            )


def _takers(panel: Panel, key: str) -> str:
    """Buttons that dashboard/components/marks answers to."""
    title = escape(panel.title, quote=True)
    made = "".join(
        f'<button type="button" data-px-take="{kind}" data-px-chart="{key}" data-px-title="{title}" '
        f'data-px-file="pixplore-{panel.name}" aria-label="{title} as {kind.upper()}">{kind.upper()}</button>'
        for kind in ("png", "svg")
    )
    return f'<div class="px-take"><span aria-hidden="true">Download</span>{made}</div>'


def table(rows: Sequence[Row], columns: Columns) -> str:
    """HTML; numbers with separators, the count as a link to its pictures."""
    head = "".join(f'<th scope="col" class="{_kind(name)}">{escape(title)}</th>' for name, title in columns.items())
    body = "".join(
        "<tr>" + "".join(_cell(row, name, at == 0) for at, name in enumerate(columns)) + "</tr>" for row in rows
    )
    return (
        '<div class="px-scroll px-opens" tabindex="0" role="region" aria-label="Data of this chart">'
        f'<table class="px-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _cell(row: Row, name: str, leads: bool) -> str:
    inner = link(f"{row['count']:,}", address(row)) if name == "count" else escape(shown(name, row[name]))
    return f'<th scope="row">{inner}</th>' if leads else f'<td class="{_kind(name)}">{inner}</td>'


_SHARES = ("share",)
_NUMBERS = ("count", "share", "lift", "expected", "from", "to", "points", "weight", "amount", "unit_price", "odds")


def _kind(name: str) -> str:
    return "n" if name in _NUMBERS else "t"


def shown(name: str, value: Any) -> str:
    if value is None:
        return "none"
    if name in _SHARES:
        return f"{100 * value:.1f} %"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def as_csv(rows: Sequence[Row], columns: Columns) -> bytes:
    """Rows as a CSV that spreadsheets open rightly: UTF-8 with a mark, and no cell that begins a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(map(harmless, columns.values()))
    for row in rows:
        cells = [", ".join(map(str, v)) if isinstance(v, list) else v for v in (row[name] for name in columns)]
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in cells])
    return text.getvalue().encode("utf-8-sig")


def nothing(title: str, hint: str, icon: str = "bar_chart") -> None:
    theme.empty(title, hint, icon=icon)
