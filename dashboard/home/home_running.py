"""The first screen's parts for administrators: uploads on their way, what failed, dead letters, spend."""

import html
from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard import client
from dashboard.home.home_views import aside, heading, link, tile
from dashboard.look import theme
from dashboard.operations import operation_live
from dashboard.operations.spend_views import dollars
from dashboard.upload.uploads import WORDS

OPEN = ("expected", "received", "processing")
"""States of a file that is still on its way."""
UPLOADS = 4


@st.fragment(parallel=True, run_every="30s")
def figures() -> None:
    """Is everything moving? Four numbers, each with the way to what it counts."""
    with theme.part("Operations"):
        with theme.skeleton("figures"):
            found = operation_live.operations()
        items, queue = found["items"], found["queue"]
        waiting = sum(items[state] for state in OPEN)
        with st.container(horizontal=True, key="px-figures"):
            tile("moving", "Files on their way", theme.number(waiting), "See the uploads", "upload")
            failed, dead = items["failed"], queue["dead"]
            tile("failed", "Failed", theme.number(failed), _way(failed, "Look and retry"), *_at("Failures"))
            tile("dead", "Dead letters", theme.number(dead), _way(dead, "Send again"), *_at("Dead letters"))
            with theme.part("Spend"):
                _spend()


def _at(tab: str) -> tuple[str, dict[str, str]]:
    """The page of operations with this tab open."""
    return "operations", {"tab": tab}


def _way(number: int, what: str) -> str:
    return what if number else "All is well"


def _spend() -> None:
    month = operation_live.budget()
    limit = month["limit"]
    way = "Set a budget" if limit is None else f"Of {dollars(limit)} budget"
    tile("spend", "Estimated this month", dollars(month["spent"]), way, *_at("Spend"))


@st.fragment(parallel=True, run_every="30s")
def uploads() -> None:
    """The latest uploads, how far each is."""
    with theme.card("uploads"), theme.part("Uploads"):
        heading("Latest uploads", "upload", "All uploads")
        with theme.skeleton("lines"):
            newest = client.get("/uploads", api=client.UPLOADS)["items"]
            found = sorted(newest, key=lambda batch: not _waiting(batch))[:UPLOADS]  # those on their way first
        if not found:
            st.html('<p class="px-none">No upload yet.</p>')
        for batch in found:
            _upload(batch)


def _waiting(batch: Mapping[str, Any]) -> int:
    return sum(batch.get("counts", {}).get(state, 0) for state in OPEN)


def _upload(batch: Mapping[str, Any]) -> None:
    counts, waiting = batch.get("counts", {}), _waiting(batch)
    total, failed = sum(counts.values()), counts.get("failed", 0)
    with st.container(gap=None, key=f"px-tile-upload-{batch['batch_id']}"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
            link("upload", batch["name"] or "Upload", {"batch": batch["batch_id"]})
            aside(theme.when(batch["created_at"]))
        shares = [(kind, 100 * n / max(total, 1)) for kind, n in (("done", total - waiting - failed), ("bad", failed))]
        bars = "".join(f'<i data-kind="{kind}" style="width:{share:.1f}%"></i>' for kind, share in shares)
        st.html(f'<div class="px-bar">{bars}</div><p class="px-none">{html.escape(_words(counts, total, waiting))}</p>')


def _words(counts: Mapping[str, int], total: int, waiting: int) -> str:
    """ "20 of 25 searchable, 4 on their way, 1 failed"."""
    named = [
        ("on their way", waiting),
        *((WORDS[state].lower(), counts.get(state, 0)) for state in ("duplicate", "rejected", "failed")),
    ]
    parts = [f"{theme.number(counts.get('ready', 0))} of {theme.number(total)} {WORDS['ready'].lower()}"]
    return ", ".join([*parts, *(f"{theme.number(n)} {name}" for name, n in named if n)])
