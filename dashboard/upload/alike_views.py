"""Pictures of one upload that are nearly the same as another of the catalogue, in pairs: keep both, or delete one."""

from typing import Any

import streamlit as st

from dashboard import client, live
from dashboard.look import wording
from dashboard.picture import compare
from pixplore.errors import PixploreError

SHOWN = 5
"""Pairs at once; more on request."""
Picture = dict[str, Any]


def pairs(groups: list[dict[str, Any]], batch_id: str) -> list[tuple[Picture, Picture]]:
    """The largest picture of each group beside each of the upload's, so that a choice is between two.

    Where the catalogue had some before, the largest of those: it is the one that the new ones are copies of.
    """
    found = []
    for group in groups:
        ordered = sorted(group["images"], key=lambda p: -(p["width"] or 0) * (p["height"] or 0))
        before = [one for one in ordered if one["batch_id"] != batch_id]
        best = (before or ordered)[0]
        found += [(best, one) for one in ordered if one is not best and one["batch_id"] == batch_id]
    return found


@st.fragment
def near_duplicates(batch_id: str, ready: int) -> None:
    """Asked for once for each number of searchable pictures; what was kept or deleted is not shown again."""
    with live.steady("Near-duplicates"):
        found, done, more = _found(batch_id, ready)
        left = [pair for pair in found if _name(pair) not in done and not {p["id"] for p in pair} & done]
        if not left:
            if more:
                are = "is" if more == 1 else "are"
                st.caption(
                    f"Every pair that fits here is looked at. {wording.counted(more, 'more picture')} {are} nearly "
                    "equal to these: delete some of these, then reload the page."
                )
            elif found:
                st.caption(":material/check: Every pair of nearly equal pictures is looked at.")
            return
        n = len(left)
        st.header(f"{n:,} pair{'' if n == 1 else 's'} of nearly equal pictures", anchor=False)
        st.caption(
            "The same picture in another size, quality or crop, in this upload or in the catalogue before. "
            "Keep both, or move one to the trash."
        )
        shown = st.session_state.setdefault(f"px-alike-{batch_id}", SHOWN)
        for pair in left[:shown]:
            _pair(pair, done, batch_id)
        if n > shown and st.button(f"Show more pairs ({n - shown:,})", icon=":material/expand_more:"):
            st.session_state[f"px-alike-{batch_id}"] = shown + 4 * SHOWN
            st.rerun(scope="fragment")


def _found(batch_id: str, ready: int) -> tuple[list[tuple[Picture, Picture]], set[str], int]:
    """The pairs, which of them are done with, and how many pictures the answer did not show."""
    kept = st.session_state.get("px_alike")
    if kept is None or kept[0] != (batch_id, ready):
        said = client.get("/v1/near-duplicates", {"batch_id": batch_id, "beside": "catalogue", "limit": 100})
        done = kept[2] if kept and kept[0][0] == batch_id else set()
        more = said["images"] - sum(len(group["images"]) for group in said["items"])
        kept = st.session_state["px_alike"] = ((batch_id, ready), pairs(said["items"], batch_id), done, more)
    return kept[1], kept[2], kept[3]


def _name(pair: tuple[Picture, Picture]) -> str:
    return "/".join(one["id"] for one in pair)


def _pair(pair: tuple[Picture, Picture], done: set[str], batch_id: str) -> None:
    name = _name(pair)
    with st.container(border=True, key=f"px-pair-{name.replace('/', '-')}"):
        for place, (column, one) in enumerate(zip(st.columns(2), pair, strict=True)):
            with column:
                _picture(one, batch_id)
                label = f"Move the {('first', 'second')[place]} to the trash"
                if st.button(label, icon=":material/delete:", key=f"px-alike-{name}-{place}", help=one["name"]):
                    _delete(one, done)
        with st.container(horizontal=True):
            if st.button("Keep both", icon=":material/check:", key=f"px-keep-{name}"):
                done.add(name)
                st.rerun(scope="fragment")
            if st.button("Compare", icon=":material/compare:", key=f"px-compare-{name}"):
                compare.show([one["id"] for one in pair])


def _picture(one: Picture, batch_id: str) -> None:
    if one["thumbnail_url"]:
        st.image(one["thumbnail_url"], width=220, alt=one["name"])
    size = f"{one['width']:,} × {one['height']:,}" if one["width"] else "size unknown"
    st.text(one["name"])
    here = one["batch_id"] == batch_id
    age = "in this upload" if here else f"added {wording.when(one['created_at'])}"
    st.html(f'<p class="px-none">{size} · {_weight(one["bytes"] or 0)} · {age}</p>')


def _weight(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:,.0f} kB"


def _delete(one: Picture, done: set[str]) -> None:
    try:
        client.delete(f"/v1/images/{one['id']}")
    except PixploreError as problem:
        st.error(problem.detail, icon=":material/error:")
        return
    done.add(one["id"])
    st.toast("Moved to the trash. It can be restored there.", icon=":material/delete:")
    st.rerun(scope="fragment")
