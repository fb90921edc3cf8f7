"""Bulk work that is under way or just ended: a bar that follows it, tells what failed and takes it back; and a list of
a person's recent changes.

The jobs are the service's; a reload finds them there again.
"""

import html
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import client
from dashboard.bulk import bulk_words
from dashboard.bulk.bulk_words import OPEN
from dashboard.catalogue import catalogue_calls, filter_panel
from dashboard.look import theme
from dashboard.look.wording import moment, when
from pixplore.domain import Person
from pixplore.errors import PixploreError, Unauthenticated

EVERY = 1.0
"""Seconds between two looks at work under way."""
RECENT = 30
"""Seconds for which what has ended is told (changes.css), also after a reload; "Recent changes" tells it for longer."""
_SETTLES = (0.15, 0.25, 0.4)
Job = dict[str, Any]


def begin(ids: Sequence[str], gone: Sequence[str] = (), everything: bool = False) -> None:
    """Follow these jobs from now on. `gone`: pictures that leave the list with them; `everything`: all of it."""
    st.session_state["px_jobs"] = {
        "ids": list(ids), "open": True, "gone": tuple(gone), "everything": everything, "told": None,
    }  # fmt: skip
    try:
        for pause in _SETTLES:  # what is done in a blink is told at once, and drawn once
            time.sleep(pause)
            if all(_job(one)["state"] not in OPEN for one in ids):
                break
    except PixploreError:  # it goes on all the same, and the bar says how
        return


def bar(person: Person) -> None:
    """The bar, where there is something to tell. Draws itself again while work goes on, and nothing else."""
    st.html(Path(__file__).with_name("changes.css"))
    place = st.container(key="px-changes-place")  # always there: what follows keeps its place on the page
    if "px_jobs" not in st.session_state:
        with place, theme.skeleton("lines"):
            st.session_state["px_jobs"] = _after_reload(person)
    followed = st.session_state["px_jobs"]
    if followed and followed["told"] and time.monotonic() - followed["told"] > RECENT:
        followed = st.session_state["px_jobs"] = None
    if followed and followed["ids"]:
        with place:
            st.fragment(_bar, run_every=EVERY if followed["open"] else None)()


def menu(person: Person) -> None:
    """“Recent changes”: this person's last bulk work, each with its way back."""
    st.fragment(_menu)(person)


def _after_reload(person: Person) -> dict[str, Any] | None:
    try:
        found = client.get("/v1/jobs", {"created_by": person.email, "limit": 5})["items"]
    except Unauthenticated:
        raise
    except PixploreError:
        return None
    fresh = [one["id"] for one in found if one["state"] in OPEN or (_age(one) < RECENT and not one["undone_by"])]
    return {"ids": fresh[:1], "open": True, "gone": (), "everything": False, "told": None} if fresh else None


def _age(job: Job) -> float:
    return (datetime.now(UTC) - moment(job["ended_at"] or job["created_at"])).total_seconds()


def _job(job_id: str) -> Job:
    found: Job = client.get(f"/v1/jobs/{job_id}")
    return found


def _names(jobs: Sequence[Job]) -> dict[str, str]:
    """Names of the collections that these are about, asked for once."""
    kept: dict[str, str] = st.session_state.setdefault("px_board_names", {})
    wanted = {str(one["value"]) for one in jobs if one["action"] in ("add_to_collection", "remove_from_collection")}
    for board in wanted - set(kept):
        try:
            kept[board] = client.get(f"/v1/collections/{board}")["name"]
        except Unauthenticated:
            raise
        except PixploreError:
            kept[board] = ""  # deleted since
    return kept


def _bar() -> None:
    followed = st.session_state.get("px_jobs")
    if not followed or not followed["ids"]:
        return
    with st.container(key="px-changes", border=True):
        try:
            jobs = [_job(one) for one in followed["ids"]]
            names = _names(jobs)
        except Unauthenticated:
            st.rerun(scope="app")
        except PixploreError as problem:
            _line(f"The work goes on. {problem.detail}")
            return
        running = [one for one in jobs if one["state"] in OPEN]
        if running:
            for one in running:
                _progress(one, names)
            return
        if followed["open"]:
            followed["open"] = False
            _refresh(followed, jobs)
            st.rerun(scope="app")
        if not any(one["failed"] or one["state"] == "failed" for one in jobs):
            followed["told"] = followed["told"] or time.monotonic()
        _ended(jobs, names, passing=followed["told"] is not None)


def _refresh(followed: dict[str, Any], jobs: Sequence[Job]) -> None:
    """The gallery asks anew, and for an answer that knows of what was written."""
    version = max((one["version"] or 0 for one in jobs), default=0) or None
    gone = () if followed["everything"] else followed["gone"]
    catalogue_calls.changed(gone, gone=followed["everything"] or bool(gone), version=version)
    if any(one["action"] == "set_attribute" for one in jobs):
        filter_panel.forget(version)


def _progress(job: Job, names: dict[str, str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        share = job["done"] / job["total"] if job["total"] else 1.0
        words = f"{theme.plain(bulk_words.doing(job, names))}: {bulk_words.left(job)}"
        st.progress(share, text=words)
        if st.button("Cancel", key=f"px-cancel-{job['id']}"):
            theme.written(lambda: client.post(f"/v1/jobs/{job['id']}/cancel"))


def _ended(jobs: Sequence[Job], names: dict[str, str], passing: bool) -> None:
    """`passing`: all went well, so that it goes by itself after a while; what failed stays until it is closed."""
    with st.container(horizontal=True, vertical_alignment="center"):
        said = ". ".join(bulk_words.done(one, names) for one in jobs)
        _line(" ".join([f"{said}.", *filter(None, map(bulk_words.troubles, jobs))]), passing)
        failed = [one for one in jobs if one["failed"]]
        if failed:
            with st.popover("What failed", icon=":material/error:"):
                for one in failed:
                    failures(one)
        for board in dict.fromkeys(one["value"] for one in jobs if bulk_words.collected(one)):
            if names.get(str(board)):  # else it was deleted since
                open_it = {"query_params": {"collection": board}, "width": "content"}
                st.page_link(st.session_state["pages"]["collections"], label="Open the collection", **open_it)
        can = [one["id"] for one in jobs if bulk_words.can_undo(one)]
        if can and st.button("Undo", icon=":material/undo:", key="px-undo"):
            undo(can)
        if st.button("Close", icon=":material/close:", type="tertiary", key="px-changes-close"):
            st.session_state["px_jobs"] = None
            st.rerun(scope="app")


def failures(job: Job) -> None:
    """The first pictures that could not be changed, and all of them as a file."""
    rows = "".join(
        f"<li><b>{html.escape(one['name'] or 'Gone')}</b><span>{html.escape(one['error'])}</span></li>"
        for one in job["failures"]
    )
    st.html(f'<ul class="px-failures">{rows}</ul>')
    what = "Download the list" if job["failed"] <= len(job["failures"]) else f"Download all {job['failed']:,}"
    st.html(f'<a class="px-link" href="/data/v1/jobs/{html.escape(job["id"])}/failures.csv" download>{what} (CSV)</a>')


def undo(ids: Sequence[str]) -> None:
    """Put back what these jobs changed, the last one first, and follow that."""
    started: list[str] = []

    def write() -> None:
        started.extend(client.post(f"/v1/jobs/{one}/undo")["id"] for one in reversed(ids))

    if theme.written(write) and started:
        begin(started)
        st.rerun(scope="app")


def _line(words: str, passing: bool = False) -> None:
    more = " px-passing" if passing else ""
    st.html(f'<p class="px-said{more}" role="status">{html.escape(words)}</p>')


def _menu(person: Person) -> None:
    box = st.popover("Recent changes", icon=":material/history:", key="px-recent", on_change="rerun")
    if not box.open:
        return
    with box:
        try:
            found = client.get("/v1/jobs", {"created_by": person.email, "limit": 12})["items"]
            names = _names(found)
        except Unauthenticated:
            st.rerun(scope="app")
        except PixploreError as problem:
            st.error(theme.plain(problem.detail))
            return
        if not found:
            st.markdown("Nothing yet. What you change on many pictures at once is listed here, with a way back.")
        for one in found:
            with st.container(horizontal=True, vertical_alignment="center", key=f"px-recent-{one['id']}"):
                _recent(one, names)


def _recent(job: Job, names: dict[str, str]) -> None:
    words = bulk_words.doing(job, names) if job["state"] in OPEN else bulk_words.done(job, names)
    undone = ", undone since" if job["undone_by"] else ""
    trouble = bulk_words.troubles(job)
    more = f" {html.escape(trouble)}" if trouble else ""
    at = when(job["ended_at"] or job["created_at"])
    st.html(f'<div class="px-lines"><b>{html.escape(words)}</b><span>{at}{undone}.{more}</span></div>')
    if bulk_words.can_undo(job) and st.button("Undo", key=f"px-undo-{job['id']}"):
        undo([job["id"]])
