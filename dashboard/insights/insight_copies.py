"""Insights on copies: pictures that are in the catalogue more than once in nearly the same form."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import streamlit as st

from dashboard import client
from dashboard.catalogue import catalogue_calls
from dashboard.catalogue.catalogue_state import State
from dashboard.insights.insight_frame import heading, nothing
from dashboard.insights.insight_links import of_state
from dashboard.look import theme
from dashboard.look.wording import counted
from dashboard.picture import compare

GROUPS, SHOWN = 20, 8
Picture = Mapping[str, Any]


def copies(here: State, total: int) -> None:
    with theme.loading(f"Comparing {counted(total, 'picture')}"):
        found = client.get("/v1/near-duplicates", {**catalogue_calls.ask(here), "limit": GROUPS})
    if not found["total"]:
        nothing("No copies", "None of these pictures is nearly equal to another of them.", "done_all")
        return
    groups, more = found["items"], found["total"] - len(found["items"])
    heading(
        f"{counted(found['total'], 'group')} of nearly equal pictures",
        f"{counted(found['images'], 'picture')} in all: the same one in another size, quality or crop. A picture opens "
        "by a click; up to four are compared side by side, where one that is too many goes to the trash.",
    )
    for group in groups:
        _group(group["images"], group["count"])
    if more:
        st.caption(f"The {len(groups)} largest are shown; {more:,} more. Filter to see others.")


def _group(pictures: Sequence[Picture], count: int) -> None:
    ids = [one["id"] for one in pictures]
    with st.container(border=True, key=f"px-copies-{ids[0]}"):
        tiles = "".join(map(_tile, pictures[:SHOWN]))
        left = f"<li>{count - SHOWN:,} more</li>" if count > SHOWN else ""
        st.html(f'<ul class="px-copies">{tiles}{left}</ul>')
        if st.button("Compare", icon=":material/compare:", key=f"px-copies-compare-{ids[0]}"):
            compare.show(ids)


def _tile(one: Picture) -> str:
    to, name = escape(of_state(State(opened=one["id"])), quote=True), escape(one["name"], quote=True)
    size = f"{one['width']:,} × {one['height']:,}" if one["width"] else "size unknown"
    source = escape(one["thumbnail_url"] or "", quote=True)
    picture = f'<img src="{source}" alt="" loading="lazy">' if source else ""
    return f'<li><a href="{to}" title="{name}">{picture}<span>{name}</span></a><small>{size}</small></li>'
