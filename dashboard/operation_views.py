"""The parts of the operations page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import plotly.graph_objects as go
import streamlit as st
import streamlit.elements.plotly_chart  # registers Streamlit's template before a figure is made

from dashboard import client, theme
from pixplore.errors import PixploreError

Row = dict[str, Any]
SHADES = {"ready": "#14938a", "duplicate": "#5b76e0", "rejected": "#d97f1e", "failed": "#c94f87"}
LONG = 120
"""Seconds after which a waiting file is worth a word."""


def figures(found: Row) -> None:
    """Queue and manifest in numbers, and a word where something needs a hand."""
    queue, items = found["queue"], found["items"]
    with st.container(horizontal=True, key="px-figures"):
        st.metric(
            "Waiting", f"{queue['waiting'] + queue['delayed']:,}", border=True, help="Files that wait in the queue"
        )
        st.metric("In work", f"{queue['in_flight']:,}", border=True, help="Files that a worker has in hand")
        st.metric("Oldest", _duration(queue["oldest_seconds"]), border=True, help="How long the oldest file waits")
        st.metric("Dead letters", f"{queue['dead']:,}", border=True, help="Files set aside after five broken tries")
        st.metric("Failed files", f"{items.get('failed', 0):,}", border=True, help="Files that can be tried again")
        st.metric("Pictures", f"{found['images']:,}", border=True, help=f"{found['trashed']:,} more are in the trash")
    if (queue["oldest_seconds"] or 0) > LONG and not queue["in_flight"]:
        st.warning("A file waits and nobody works on it. Look at the logs of label_image.", icon=":material/warning:")


def throughput(minutes: Sequence[Row]) -> None:
    """What ended in each of the last minutes, by state."""
    if not any(minute[state] for minute in minutes for state in SHADES):
        theme.empty("Quiet", "No file ended in the last hour.", icon="bedtime")
        return
    figure = go.Figure()
    for state, shade in SHADES.items():
        if any(minute[state] for minute in minutes):
            figure.add_bar(
                x=[minute["at"] for minute in minutes], y=[minute[state] for minute in minutes],
                name=state.capitalize(), marker_color=shade,
                hovertemplate="%{x|%H:%M}: %{y:,} %{fullData.name}<extra></extra>",
            )  # fmt: skip
    figure.update_layout(
        barmode="stack", height=300, margin={"l": 8, "r": 8, "t": 36, "b": 8}, bargap=0.15, dragmode=False,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0},
    )  # fmt: skip
    figure.update_xaxes(fixedrange=True, showgrid=False, title_text=None)
    figure.update_yaxes(fixedrange=True, rangemode="tozero", tickformat=",d", title_text=None)
    st.caption("Files that ended in each of the last 60 minutes (UTC)")
    st.plotly_chart(figure, config={"displayModeBar": False}, key="px-throughput")


def dead_letters() -> None:
    """Messages that were tried as often as allowed, with the reason; all of them, or those ticked, go back."""
    st.caption(
        "A dead letter is a file whose processing broke off five times, mostly because a service was away. It is set "
        "aside, so that it holds up nobody else, and kept here for 14 days. Mend the reason, then put it back."
    )
    letters = client.get("/v1/operations/dead-letters", {"limit": 200})["items"]
    if not letters:
        theme.empty("No dead letters", "Every message found its end.", icon="mark_email_read")
        return
    rows = [
        {
            "File": (letter["item"] or {}).get("name", ""),
            "Reason": letter["reason"],
            "Tries": letter["receives"],
            "Sent": datetime.fromisoformat(letter["sent_at"]),
        }
        for letter in letters
    ]
    chosen = _table(rows, "px-letters", choosing=True)
    ids = [letters[place]["message_id"] for place in chosen]
    if st.button(_named("Put back", ids), type="primary", icon=":material/replay:", key="px-redrive"):
        _do("/v1/operations/redrive", {"message_ids": ids} if ids else None, "redriven", "back in the queue")


def failures(items: Sequence[Row], counted: dict[str, int]) -> None:
    """The latest files that failed and can be tried again, and apart from them those that were refused for good.

    `counted` says how many there are by state: `items` holds the latest of them only.
    """
    failed, refused = counted.get("failed", 0), counted.get("rejected", 0)
    if not (failed or refused):
        theme.empty("No failures", "Every file of late became a picture.", icon="task_alt")
        return
    st.subheader(f"Can be tried again ({failed:,})", anchor=False)
    latest = [item for item in items if item["status"] == "failed"]
    ids: list[str] = []
    if latest:
        ids = [latest[place]["image_id"] for place in _table(_files(latest), "px-failures", choosing=True)]
    elif not failed:
        st.caption("None. A file that failed for a passing reason, such as a service that was away, would be here.")
    pressed = st.button(
        _named("Try again", ids), type="primary", disabled=not failed, icon=":material/replay:", key="px-retry"
    )
    if pressed:
        _do("/v1/operations/retry-failed", {"image_ids": ids} if ids else None, "retried", "on their way again")
    if refused:
        st.subheader(f"Refused ({refused:,})", anchor=False)
        st.caption("Not pictures that Pixplore takes: trying again would change nothing. Send a mended file instead.")
        if latest := [item for item in items if item["status"] == "rejected"]:
            _table(_files(latest), "px-refused", choosing=False)


def _files(items: Sequence[Row]) -> list[Row]:
    return [
        {
            "File": item["name"],
            "Reason": (item["error"] or {}).get("message") or "",
            "Tries": item["attempts"],
            "When": datetime.fromisoformat(item["updated_at"]),
            "Upload": f"/upload?batch={item['batch_id']}",
        }
        for item in items
    ]


def _table(rows: Sequence[Row], key: str, choosing: bool) -> list[int]:
    """A table of these rows; returns the numbers of those that are ticked."""
    columns = {
        "When": st.column_config.DatetimeColumn(format="D MMM, HH:mm:ss", width="small"),
        "Sent": st.column_config.DatetimeColumn(format="D MMM, HH:mm:ss", width="small"),
        "Tries": st.column_config.NumberColumn(width="small"),
        "Reason": st.column_config.TextColumn(width="large"),
        "Upload": st.column_config.LinkColumn(display_text="Open", width="small"),
    }
    shown = {name: column for name, column in columns.items() if name in rows[0]}
    options: Row = {"hide_index": True, "column_config": shown, "width": "stretch", "key": key, "placeholder": ""}
    if not choosing:
        st.dataframe(rows, **options)
        return []
    event = st.dataframe(rows, on_select="rerun", selection_mode="multi-row", **options)
    return [place for place in event.selection.rows if place < len(rows)]


def _named(verb: str, ids: Sequence[str]) -> str:
    return f"{verb}: {len(ids):,} chosen" if ids else f"{verb}: all"


def _do(path: str, body: Row | None, counted: str, said: str) -> None:
    try:
        number = client.post(path, body)[counted]
    except PixploreError as problem:
        st.error(problem.detail, icon=":material/error:")
        return
    st.toast(f"{number:,} {said}", icon=":material/check_circle:")
    st.rerun()


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "none"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
