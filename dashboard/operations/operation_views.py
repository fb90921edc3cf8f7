"""The parts of the operations page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from dashboard import client, live
from dashboard.bulk import bulk_words
from dashboard.look import theme, wording
from dashboard.operations import operation_live, throughput_views
from pixplore.errors import PixploreError

Row = dict[str, Any]
LONG = 120
"""Seconds after which a waiting file is worth a word."""


@st.fragment(run_every=operation_live.EVERY)
def figures() -> None:
    """Queue and manifest in numbers, and a word where something needs a hand."""
    with live.steady("The numbers of the queue"):
        found = operation_live.operations()
        queue, items = found["queue"], found["items"]
        with st.container(horizontal=True, key="px-figures"):
            for label, shown, told in (
                ("Waiting", f"{queue['waiting'] + queue['delayed']:,}", "Files that wait in the queue"),
                ("In work", f"{queue['in_flight']:,}", "Files that a worker has in hand"),
                ("Oldest", _duration(queue["oldest_seconds"]), "How long the oldest file waits"),
                ("Dead letters", f"{queue['dead']:,}", "Files set aside after five broken tries"),
                ("Failed files", f"{items.get('failed', 0):,}", "Files that can be tried again"),
                ("Pictures", f"{found['images']:,}", f"{found['trashed']:,} more are in the trash"),
            ):
                st.metric(label, shown, border=True, help=told)
        if (queue["oldest_seconds"] or 0) > LONG and not queue["in_flight"]:
            st.warning(
                "A file has waited for more than two minutes and nothing works on it. What was sent is safe, and goes "
                "on by itself as soon as the workers are back. If this stays, ask the people who run Pixplore for you "
                "to look at its worker, “label_image”.",
                icon=":material/warning:",
            )


def now() -> None:
    """What ended in the last hour, bulk work under way, and how fresh searches are."""
    live.ahead("lines", operation_live.operations, operation_live.jobs, operation_live.index)
    _now()


@st.fragment(run_every=operation_live.EVERY)
def _now() -> None:
    with live.steady("What is going on"):
        throughput_views.throughput(operation_live.operations()["throughput"])
        _jobs([job for job in operation_live.jobs() if job["state"] in ("waiting", "running")])
    with live.steady("The state of the search index"):
        st.caption(f":material/manage_search: {operation_live.index()}")


def _jobs(running: Sequence[Row]) -> None:
    """Bulk work of everybody that has not ended."""
    for job in running:
        share = job["done"] / job["total"] if job["total"] else 0.0
        said = f"{bulk_words.doing(job)}: {bulk_words.left(job)}, begun by {job['created_by']}"
        st.progress(min(1.0, share), text=theme.plain(said))
    if not running:
        st.caption(":material/check: No bulk work is under way.")


def dead_letters() -> None:
    """Messages that were tried as often as allowed, with the reason; all of them, or those ticked, go back."""
    live.ahead("lines", _letters)
    _dead_letters()


def _letters() -> tuple[int, list[Row]]:
    """How many there are, and the first of them.

    Looking at them hides them for a moment, so that they are fetched anew only when their number changes.
    """
    number = operation_live.operations()["queue"]["dead"]
    kept: tuple[int, list[Row]] | None = st.session_state.get("px_letters")
    if kept is None or kept[0] != number or (number and not kept[1]):  # none: another look has hidden them
        kept = (number, client.get("/v1/operations/dead-letters", {"limit": 200})["items"])
        st.session_state["px_letters"] = kept
    return kept


@st.fragment(run_every=operation_live.EVERY)
def _dead_letters() -> None:
    st.caption(
        "A dead letter is a file whose processing broke off five times, mostly because a service was away. It is set "
        "aside, so that it holds up nobody else, and kept here for 14 days. Mend the reason, then put it back."
    )
    with live.steady("Dead letters"):
        number, letters = _letters()
        if not letters:
            if number:
                st.caption("They are being looked at elsewhere. They appear here in a moment.")
            else:
                theme.empty("No dead letters", "Every message found its end.", icon="mark_email_read")
            return
        rows = [
            {
                "File": (letter["item"] or {}).get("name", ""),
                "Reason": letter["reason"],
                "Tries": letter["receives"],
                "Sent": (sent := datetime.fromisoformat(letter["sent_at"])),
                wording.EXACTLY: sent,
            }
            for letter in letters
        ]
        if number > len(letters):
            st.caption(f"The first {len(letters):,} of {number:,}.")
        chosen = _table(rows, "px-letters", choosing=True)
        ids = [letters[place]["message_id"] for place in chosen]
        if st.button(_named("Put back", ids), type="primary", icon=":material/replay:", key="px-redrive"):
            st.session_state.pop("px_letters", None)
            _do("/v1/operations/redrive", {"message_ids": ids} if ids else None, "redriven", "back in the queue")


@st.fragment(run_every=operation_live.EVERY)
def failures() -> None:
    """The latest files that failed and can be tried again, and apart from them those that were refused for good."""
    with live.steady("Failures"):
        found = operation_live.operations()  # its failures are the latest only
        _failures(found["failures"], found["items"])


def _failures(items: Sequence[Row], counted: dict[str, int]) -> None:
    failed, refused = counted.get("failed", 0), counted.get("rejected", 0)
    if not (failed or refused):
        theme.empty("No failures", "Every file of late became a picture.", icon="task_alt")
        return
    st.header(f"Can be tried again ({failed:,})", anchor=False)
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
        st.header(f"Not taken ({refused:,})", anchor=False)
        st.caption("Not pictures that Pixplore takes: trying again would change nothing. Send a mended file instead.")
        if latest := [item for item in items if item["status"] == "rejected"]:
            _table(_files(latest), "px-refused", choosing=False)


def _files(items: Sequence[Row]) -> list[Row]:
    return [
        {
            "File": item["name"],
            "Reason": (item["error"] or {}).get("message") or "",
            "Tries": item["attempts"],
            "When": (at := datetime.fromisoformat(item["updated_at"])),
            wording.EXACTLY: at,
            "Upload": f"/upload?batch={item['batch_id']}",
        }
        for item in items
    ]


def _table(rows: Sequence[Row], key: str, choosing: bool) -> list[int]:
    """A table of these rows; returns the numbers of those that are ticked."""
    columns = {
        **wording.when_columns("When"),
        **wording.when_columns("Sent"),
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
        st.error(theme.plain(problem.detail), icon=":material/error:")
        return
    operation_live.forget()
    st.toast(f"{number:,} {said}", icon=":material/check_circle:")
    st.rerun()


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "none"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
