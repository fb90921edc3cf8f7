"""A picture with its label boxes drawn over it, each switched on and off in the browser, and the list of labels."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "pixplore_boxes",
    html=(_HERE / "boxes.html").read_text(),
    css=(_HERE / "boxes.css").read_text(),
    js=(_HERE / "boxes.js").read_text(),
)


@dataclass(frozen=True, slots=True)
class BoxesEvents:
    """What just happened: the name of a label to look for, or the original wanted."""

    label: str | None
    download: bool


def boxes(
    image: Mapping[str, Any],
    *,
    key: str,
    shown: float,
    back: bool,
    on: bool,
    place: str,
    download: str | None,
    on_step: Callable[[int], None],
) -> BoxesEvents:
    """Show an Image of the search API; labels below `shown` (0-100) are folded away, `back` and `on` offer steps.

    `on_step` gets -1 or 1 before anything is drawn anew. `place` is a line under the name; `download` the original's
    address: the browser fetches each one once.
    """
    result = _mount(
        key=key,
        data={
            "picture": image["id"],
            "src": image.get("preview_url"),
            "alt": image.get("title") or image["name"],
            "no_picture": "This entry has no picture.",
            "width": image.get("width"),
            "height": image.get("height"),
            "shown": shown,
            "labels": [
                {
                    "name": label["name"],
                    "confidence": label["confidence"],
                    "source": label["source"],
                    "parents": list(label.get("parents") or []),
                    "boxes": list(label.get("boxes") or []),
                }
                for label in image.get("labels") or []
            ],
            "back": back,
            "on": on,
            "has_original": bool(image.get("preview_url")),
            "name": image.get("title") or image["name"],
            "place": place,
            "download": download,
        },
        on_step_change=lambda: on_step(int(st.session_state[key].get("step") or 0)),
        on_label_change=lambda: None,
        on_download_change=lambda: None,
    )
    return BoxesEvents(result.label, result.download is not None)
