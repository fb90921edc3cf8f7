"""The parts of the Upload page: what to know about new pictures, one batch with its files, the batches so far."""

from datetime import datetime
from typing import Any

import streamlit as st

from dashboard import theme, uploads
from dashboard.figures import figures

WORDS = {
    "expected": "Not sent yet",
    "received": "In the queue",
    "processing": "Being looked at",
    "ready": "Searchable",
    "duplicate": "In the catalogue already",
    "rejected": "Not taken",
    "failed": "Failed",
}
"""Status of a manifest item -> what people read."""
BADGES = {
    "ready": ("searchable", "green"),
    "processing": ("being looked at", "blue"),
    "received": ("in the queue", "blue"),
    "duplicate": ("already there", "violet"),
    "rejected": ("not taken", "red"),
    "failed": ("failed", "red"),
    "expected": ("not sent", "gray"),
}
EVERY = 2.0
"""Seconds between two looks at a batch that is under way."""


def when(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%-d %b %Y, %H:%M} UTC"


def details() -> tuple[str, dict[str, Any]]:
    """(name of the batch, defaults of its pictures) as the person puts them in."""
    left, middle, right = st.columns(3)
    usual = f"Upload of {datetime.now():%-d %B, %H:%M}"
    name = left.text_input("Name of this upload", placeholder=usual, max_chars=100)
    category = middle.text_input("Category for all pictures", placeholder="None", max_chars=100)
    tags = right.multiselect(
        "Tags for all pictures", [], accept_new_options=True, max_selections=20, placeholder="Type a tag, press Enter"
    )
    defaults: dict[str, Any] = {}
    if category.strip():
        defaults["category"] = category.strip()
    if tags:
        defaults["tags"] = [tag.strip() for tag in tags if tag.strip()]
    return name.strip() or usual, defaults


def batch_list() -> None:
    """Every batch so far, newest first, with how its files fared."""
    cursors: list[str | None] = st.session_state.setdefault("px_batch_pages", [None])
    pages = [uploads.batches(cursor) for cursor in cursors]
    rows = [row for page in pages for row in page["items"]]
    if not rows:
        theme.empty(
            "No uploads yet", "What you upload is listed here with the fate of every file.", icon="cloud_upload"
        )
        return
    for row in rows:
        with st.container(
            horizontal=True, border=True, vertical_alignment="center", gap="small", key=f"px-batch-{row['batch_id']}"
        ):
            n = sum(row["counts"].values())
            with st.container(gap=None, width="stretch"):
                st.markdown(f"**{theme.plain(row['name'] or 'Upload')}**")
                st.caption(f"{when(row['created_at'])} · {n:,} file{'' if n == 1 else 's'}")
            for status, (word, colour) in BADGES.items():
                if row["counts"].get(status):
                    st.badge(f"{row['counts'][status]:,} {word}", color=colour, width="content")
            if st.button("Open", key=f"px-open-{row['batch_id']}", help=f"Open {row['name'] or 'this upload'}"):
                st.query_params["batch"] = row["batch_id"]
                st.rerun()
    following = pages[-1].get("next_cursor")
    if following and st.button("Show earlier uploads", icon=":material/expand_more:"):
        cursors.append(following)
        st.rerun()


def batch_state(batch_id: str, live: bool) -> None:
    """The numbers of one batch and what to do with it: moving while this tab uploads (`live`) or work is under way."""
    counts = uploads.batch(batch_id)["counts"]
    moving = live or uploads.under_way(counts) or counts.get("expected")
    st.fragment(_batch_state, run_every=EVERY if moving else None)(batch_id)
    st.page_link(
        st.session_state["pages"]["catalogue"],
        label="Show in the catalogue",
        icon=":material/grid_view:",
        query_params={"batch_id": batch_id},
    )


def _batch_state(batch_id: str) -> None:
    counts = uploads.batch(batch_id)["counts"]
    shown = [
        ("Files", sum(counts.values())),
        ("Searchable", counts.get("ready", 0)),
        ("Under way", uploads.under_way(counts)),
        ("Already there", counts.get("duplicate", 0)),
        ("Not taken", counts.get("rejected", 0)),
        ("Failed", counts.get("failed", 0)),
        ("Not sent", counts.get("expected", 0)),
    ]
    figures((label, n) for label, n in shown if n or label in ("Files", "Searchable"))
    with st.container(horizontal=True, gap="small"):
        if counts.get("failed") and st.button("Retry all failed", icon=":material/refresh:", type="primary"):
            uploads.retry(batch_id)
            st.rerun(scope="app")
        troubled = sum(counts.get(status, 0) for status in ("rejected", "failed", "duplicate"))
        if troubled:
            st.download_button(
                f"Not taken and duplicates as CSV ({troubled:,})",
                _errors(batch_id, troubled),
                file_name=f"upload-{batch_id[:8]}-errors.csv",
                mime="text/csv",
                icon=":material/download:",
                on_click="ignore",
            )


def _errors(batch_id: str, troubled: int) -> bytes:
    """The errors of a batch, fetched anew when their number changes (a download has no session to fetch them with)."""
    kept: tuple[tuple[str, int], bytes] | None = st.session_state.get("px_errors")
    if kept is None or kept[0] != (batch_id, troubled):
        kept = st.session_state["px_errors"] = ((batch_id, troubled), uploads.errors_csv(batch_id))
    return kept[1]


@st.fragment
def files(batch_id: str) -> None:
    """The files of a batch with their fate, by status, page after page."""
    counts = uploads.batch(batch_id)["counts"]
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = st.pills(
            "Show",
            ["all", *(status for status in WORDS if counts.get(status))],
            default="all",
            format_func=lambda s: f"All files {sum(counts.values()):,}" if s == "all" else f"{WORDS[s]} {counts[s]:,}",
            label_visibility="collapsed",
            key=f"px-status-{batch_id}",
        )
        st.button("Look again", icon=":material/refresh:", type="tertiary", key=f"px-look-{batch_id}")
    status = None if chosen in (None, "all") else chosen
    shown: dict[str, list[str | None]] = st.session_state.setdefault(f"px-pages-{batch_id}", {})
    cursors = shown.setdefault(status or "all", [None])
    loaded = [uploads.batch(batch_id, status, cursor) for cursor in cursors]
    table = [_row(item) for page in loaded for item in page["items"]]
    st.dataframe(
        table,
        hide_index=True,
        column_config={
            "Size": st.column_config.NumberColumn(format="bytes"),
            "Reason": st.column_config.TextColumn(width="large"),
            "Picture": st.column_config.LinkColumn(display_text="Open"),
        },
        key=f"px-files-{batch_id}",
    )
    following = loaded[-1].get("next_cursor")
    if following and st.button("Show more files", icon=":material/expand_more:", key=f"px-more-{batch_id}"):
        cursors.append(following)
        st.rerun(scope="fragment")


def _row(item: dict[str, Any]) -> dict[str, Any]:
    picture = {"ready": item["image_id"], "duplicate": item.get("duplicate_of")}.get(item["status"])
    return {
        "File": item["name"],
        "State": WORDS.get(item["status"], item["status"]),
        "Reason": (item.get("error") or {}).get("message", ""),
        "Size": item.get("size"),
        "Picture": f"{uploads.HREF}{picture}" if picture else None,
    }
