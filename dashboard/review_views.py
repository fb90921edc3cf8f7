"""The parts of the review page. The queue is asked of the search API anew after each verdict: who judged first wins."""

from typing import Any

import streamlit as st

from dashboard import client, theme
from pixplore.domain import KEPT_CONFIDENCE
from pixplore.errors import PixploreError

UNSURE = (int(KEPT_CONFIDENCE), 60)
Image = dict[str, Any]


def band() -> tuple[int, int]:
    """Which confidences are looked at, in per cent."""
    low, high = st.slider("Confidence looked at", 0, 100, UNSURE, step=5, format="%d %%", key="px-review-band")
    return low, high


def label(low: int, high: int) -> str | None:
    """The label to judge: of those with confidences in the band, the commonest first."""
    found = client.images(
        {"min_confidence": low, "max_confidence": high, "facets": "label", "facet_limit": 200, "limit": 1}
    )
    counts = {str(one["value"]): int(one["count"]) for one in found["facets"]["label"]["values"]}
    if not counts:
        theme.empty("Nothing to review", "No label has a confidence in this range.", undo, icon="task_alt")
        return None
    asked = st.query_params.get("label")
    names = list(counts)
    chosen = st.selectbox(
        "Label",
        names,
        index=names.index(asked) if asked in counts else 0,
        format_func=lambda name: f"{name} ({counts[name]:,})",
        key=f"px-review-label-{low}-{high}",
    )
    return str(chosen)


def queue(label: str, low: int, high: int) -> None:
    """One picture with its question; skipped ones come back with the next visit."""
    skipped: set[tuple[str, str]] = st.session_state.setdefault("px_skipped", set())
    found = client.images({"label": label, "min_confidence": low, "max_confidence": high, "limit": 200})
    waiting = [image for image in found["items"] if (image["id"], label) not in skipped and _own(image, label)]
    if not waiting:
        theme.empty(
            f"No more “{label}” to judge here",
            "Choose another label, or a wider range of confidence.",
            undo,
            icon="task_alt",
        )
        return
    image = min(waiting, key=lambda one: (float(_own(one, label)["confidence"]), one["id"]))
    _question(image, label, len(waiting), skipped)


def _own(image: Image, label: str) -> dict[str, Any]:
    """What the recogniser itself says of this label; nothing where a narrower label or a person brought the picture."""
    return next((one for one in image["labels"] if one["name"] == label and one["source"] == "ai"), {})


def _question(image: Image, label: str, waiting: int, skipped: set[tuple[str, str]]) -> None:
    with st.container(key="px-review"):
        picture, question = st.columns([3, 2], gap="large", vertical_alignment="top")
    with picture:
        if image["preview_url"]:
            st.image(image["preview_url"], width="stretch", alt=image["title"] or image["name"])
    with question:
        st.subheader(f"Is this “{label}”?", anchor=False)
        with st.container(horizontal=True, key="px-verdicts"):
            if st.button("Yes", type="primary", icon=":material/check:", shortcut="Y"):
                _decide(image, label, "accept")
            if st.button("No", icon=":material/close:", shortcut="N"):
                _decide(image, label, "reject")
            if st.button("Skip", shortcut="S", type="tertiary"):
                skipped.add((image["id"], label))
                st.rerun()
        st.markdown(f"{theme.plain(image['title'] or image['name'])}")
        st.caption(f"The recogniser is {_own(image, label)['confidence']:.0f} % sure. {waiting:,} left.")
        undo()


def undo() -> None:
    """Take the last verdict back."""
    last = st.session_state.get("px_last_verdict")
    if last and st.button(f"Undo: {last[2]} “{last[1]}”", icon=":material/undo:", type="tertiary", key="px-undo"):
        del st.session_state["px_last_verdict"]
        _post(last[0], last[1], "undo")
        st.rerun()


def _decide(image: Image, label: str, verdict: str) -> None:
    if _post(image["id"], label, verdict):
        st.session_state["px_last_verdict"] = (image["id"], label, "yes to" if verdict == "accept" else "no to")
        st.rerun()


def _post(image_id: str, label: str, verdict: str) -> bool:
    try:
        client.post("/v1/review/decisions", {"image_id": image_id, "label": label, "verdict": verdict})
    except PixploreError as problem:
        st.error(problem.detail, icon=":material/error:")
        return False
    return True
