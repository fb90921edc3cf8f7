"""What ended in each of the last minutes, on Operations: every mark opens the list of its files."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import plotly.graph_objects as go
import streamlit as st

from dashboard import client
from dashboard.insights import charts
from dashboard.insights.insight_frame import Panel, show
from dashboard.look import theme
from dashboard.look.tokens import CHART_COLOURS
from dashboard.look.wording import counted

Row = dict[str, Any]
ENDS = {"ready": "Searchable", "rejected": "Not taken", "duplicate": "Already there", "failed": "Failed"}
"""How a file can end -> the word for it."""
MOST = 200
"""Files of one minute that are listed: the newest."""


def throughput(minutes: Sequence[Row]) -> None:
    told = marks_of(minutes)
    if not told:
        theme.empty("Quiet", "No file ended in the last hour.", icon="bedtime")
    else:
        sums = {name: sum(row["count"] for row in told if row["state"] == name) for name in ENDS.values()}
        show(
            Panel(
                "throughput", "Files that ended in the last hour",
                "One bar a minute (UTC), coloured by how its files ended. A click on a part lists its files below.",
                figure(minutes, told), told, {"minute": "Minute (UTC)", "state": "Ended as", "count": "Files"},
                ", ".join(f"{name} {count:,}" for name, count in sums.items() if count),
            )
        )  # fmt: skip
    _chosen()


def marks_of(minutes: Sequence[Row]) -> list[Row]:
    """A row for each minute and way in which files ended then, with the address that lists them."""
    return [
        {"minute": _clock(minute["at"]), "state": name, "count": minute[state], "kind": state, "at": minute["at"],
         "opens": f"/operations?{urlencode({'ended': state, 'minute': minute['at']})}"}
        for minute in minutes for state, name in ENDS.items() if minute[state]
    ]  # fmt: skip


def figure(minutes: Sequence[Row], told: Sequence[Row]) -> go.Figure:
    place = {minute["at"]: at for at, minute in enumerate(minutes)}
    made = go.Figure()
    for (state, name), shade in zip(ENDS.items(), CHART_COLOURS, strict=False):
        if own := [row for row in told if row["kind"] == state]:
            made.add_bar(
                x=[place[row["at"]] for row in own], y=[row["count"] for row in own], name=name, marker_color=shade,
                width=0.8,
                customdata=[row["opens"] for row in own],
                hovertext=[charts.hover(name, row["minute"], counted(row["count"], "file")) for row in own],
                hovertemplate="%{hovertext}<extra></extra>",
            )  # fmt: skip
    sums = [sum(minute[state] for state in ENDS) for minute in minutes]
    charts.upright(made, [_clock(minute["at"]) for minute in minutes], height=300)
    if max(sums, default=0) > 6:  # of the whole bar, not of its parts
        made.update_yaxes(dtick=None, nticks=6)
    return made.update_layout(
        barmode="stack", margin_t=48, showlegend=True, legend_itemclick=False, legend_itemdoubleclick=False
    )


def _clock(at: str) -> str:
    return f"{datetime.fromisoformat(at).astimezone(UTC):%H:%M}"


def _chosen() -> None:
    """The files behind the mark that the address names."""
    state, minute = st.query_params.get("ended", ""), st.query_params.get("minute", "")
    try:
        datetime.fromisoformat(minute).astimezone(UTC)
    except (ValueError, OverflowError):
        return
    if state not in ENDS:
        return
    files, total = _ended(state, minute)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        words = f"{_clock(minute)} UTC, {ENDS[state].lower()}: {counted(total, 'file')}"
        st.header(words, anchor=False, width="content")
        if st.button("Close the list", type="tertiary", icon=":material/close:"):
            for name in ("ended", "minute"):
                st.query_params.pop(name, None)
            st.rerun(scope="fragment")
    if not files:
        st.caption("None any more: these files were tried again, or came to another end.")
        return
    open_it = st.column_config.LinkColumn(display_text="Open", width="small")
    config = {"Picture": open_it, "Upload": open_it}
    st.dataframe([_row(one, state) for one in files], hide_index=True, column_config=config, key="px-ended",
                 placeholder="")  # fmt: skip
    if total > len(files):
        st.caption(f"The newest {len(files):,} are shown.")


@st.cache_data(ttl=8, max_entries=30, show_spinner=False)
def _ended(state: str, minute: str) -> tuple[list[Row], int]:
    """And how many there are in all. Only pages of administrators ask."""
    found = client.get("/v1/operations/ended", {"state": state, "at": minute, "limit": MOST})
    return found["items"], found["total"]


def _row(one: Row, state: str) -> Row:
    picture = {"ready": one["image_id"], "duplicate": one["duplicate_of"]}.get(state)
    return {
        "File": one["name"],
        "Reason": (one["error"] or {}).get("message", ""),
        "Picture": f"/catalogue?id={quote(picture)}" if picture else None,
        "Upload": f"/upload?batch={one['batch_id']}",
    }
