"""The viewer: one picture over the page, its labels and boxes, everything known of it, its edits.

It lives in the browser and asks for what it shows itself: the picture in words at /detail/{id}, the rest at
/data/v1/... A gallery opens it by an event (boxes.js says which); Python hears of what changes the page. Its parts:

    calls.js   asking, and what to say when the answer is no        labels.js  labels, verdicts and their undo
    when.js    a moment, from now and exactly                       facts.js   what is known, similar pictures
    zoom.js    zooming and panning                                  edit.js    edits, collections, the trash
    stage.js   the picture with its boxes
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from pixplore.domain import Person, Role

HERE = Path(__file__).parent
_PARTS = ("calls.js", "when.js", "zoom.js", "stage.js", "labels.js", "facts.js", "edit.js", "boxes.js")
_mount = st.components.v2.component(
    "pixplore_boxes",
    html=(HERE / "boxes.html").read_text(),
    css=(HERE / "boxes.css").read_text(),
    js="\n".join((HERE / part).read_text() for part in _PARTS),
)


def boxes(
    opened: str | None,
    person: Person,
    *,
    key: str,
    shown: float,
    siblings: Sequence[str],
    total: int,
    why: Sequence[str],
    on_closed: Callable[[dict[str, Any]], None],
    on_find: Callable[[dict[str, Any]], None] | None,
) -> None:
    """Have the viewer on the page, open where the address says so (`opened`), else waiting for a gallery's event.

    `siblings` are the first ids of `total` to step through; `why` says why `opened` was found. Labels
    below `shown` (0-100) are folded away. `on_closed` gets the ids that were `changed` and that are `gone` from their
    list, the `version` of the last write, and `left` where another page's address stands there already; `on_find` the
    same with the `params` of the pictures to show instead. Without `on_find` such links lead to the catalogue's page.
    """
    _mount(
        key=key,
        data={
            "opened": opened,
            "siblings": list(siblings),
            "why": list(why),
            "total": total,
            "shown": shown,
            "me": person.email,
            "finds": on_find is not None,
            "may": {"review": Role.ANALYST in person.role.includes, "delete": Role.ADMIN in person.role.includes},
        },
        on_closed_change=lambda: on_closed(st.session_state[key].get("closed") or {}),
        on_find_change=lambda: on_find(st.session_state[key].get("find") or {}) if on_find else None,
    )
