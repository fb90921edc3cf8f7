"""The parts of the Upload page: what to know about new pictures, one batch with its files, the batches so far."""

from typing import Any

import streamlit as st

from dashboard import live, session
from dashboard.look import theme
from dashboard.look.figures import figures
from dashboard.upload import alike_views, uploads
from dashboard.upload.uploads import WORDS

COLOURS = {
    "ready": "green",
    "processing": "blue",
    "received": "blue",
    "duplicate": "violet",
    "rejected": "red",
    "failed": "red",
    "expected": "gray",
}
"""Status of a manifest item -> the colour of its number, in the order in which they are shown."""
EVERY = 2.0
"""Seconds between two looks at a batch that is under way."""


def details() -> None:
    """What to know about the pictures of a new upload: `uploads.about` reads it when the first file is sent."""
    left, middle, right = st.columns(3)
    name, category, tags = uploads.ABOUT
    left.text_input("Name of this upload", placeholder=uploads.usual_name(), max_chars=100, key=name)
    middle.text_input("Category for all pictures", placeholder="None", max_chars=100, key=category)
    right.multiselect(
        "Tags for all pictures", [], accept_new_options=True, max_selections=20, placeholder="Type a tag, press Enter",
        key=tags,
    )  # fmt: skip


def unfinished() -> None:
    """The way back to uploads of one's own that were cut off: the newest three with files that never arrived."""
    person = session.current()
    with theme.skeleton("lines"):
        newest = uploads.batches(None)["items"]
    mine = [
        row for row in newest
        if row["counts"].get("expected") and person and row["created_by"] == person.email
    ]  # fmt: skip
    for row in mine[:3]:
        n = row["counts"]["expected"]
        here = uploads.under_way_here(row["batch_id"])
        with st.container(horizontal=True, border=True, vertical_alignment="center", key=f"px-cut-{row['batch_id']}"):
            st.markdown(
                f":material/history: {n:,} file{'' if n == 1 else 's'} of **{theme.plain(row['name'] or 'an upload')}**"
                + (" being sent from here." if here else " still to send."),
                width="stretch",
            )
            if st.button("Show it" if here else "Go on with it", key=f"px-go-on-{row['batch_id']}"):
                st.query_params["batch"] = row["batch_id"]
                st.rerun()


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
                st.html(f'<p class="px-none">{theme.when(row["created_at"])} · {theme.counted(n, "file")}</p>')
            for status, colour in COLOURS.items():
                if row["counts"].get(status):
                    st.badge(f"{row['counts'][status]:,} {WORDS[status].lower()}", color=colour, width="content")
            named = theme.plain(row["name"] or "this upload")
            if st.button("Open", key=f"px-open-{row['batch_id']}", help=f"Open {named}"):
                st.query_params["batch"] = row["batch_id"]
                st.rerun()
    following = pages[-1].get("next_cursor")
    if following and st.button("Show earlier uploads", icon=":material/expand_more:"):
        cursors.append(following)
        st.rerun()


def batch_state(batch_id: str, here: bool) -> None:
    """The numbers of one batch and what to do with it: moving while this tab uploads (`here`) or work is under way."""
    counts = uploads.batch(batch_id)["counts"]
    moving = here or uploads.under_way(counts) or counts.get("expected")
    st.fragment(_batch_state, run_every=EVERY if moving else None)(batch_id, here)


def _batch_state(batch_id: str, here: bool) -> None:
    with live.steady():
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
        if not here:  # the uploader of this tab counts for itself, and knows what the manifest does not
            figures((label, n) for label, n in shown if n or label in ("Files", "Searchable"))
        _next_steps(batch_id, counts, here)
        if counts.get("ready") and not uploads.under_way(counts) and not counts.get("expected"):
            alike_views.near_duplicates(batch_id, counts["ready"])


def _next_steps(batch_id: str, counts: dict[str, int], here: bool) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.page_link(
            st.session_state["pages"]["catalogue"],
            label="Show in the catalogue",
            icon=":material/grid_view:",
            query_params={"batch_id": batch_id},
            width="content",
        )
        if counts.get("failed") and not here and st.button("Retry all failed", icon=":material/refresh:"):
            uploads.retry(batch_id)
            st.rerun(scope="app")
        troubled = sum(counts.get(status, 0) for status in ("rejected", "failed", "duplicate"))
        if troubled and not here:  # the uploader of this tab has a list of its own, which knows ZIPs too
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
