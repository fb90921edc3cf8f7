"""The review queue in the browser: one picture a key, or many of one label at once.

It reads the queue and sends the verdicts by itself, over /data/v1; Python only keeps its address. The parts that other
components of the review page are made of as well (`frame`) lie here too.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

from pixplore.domain import Person

_HERE = Path(__file__).parent


def frame(name: str) -> str:
    """The text of a part: answers.js, outbox.js, frame.css."""
    return (_HERE / name).read_text() + "\n"


_mount = st.components.v2.component(
    "pixplore_review",
    html=(_HERE / "review.html").read_text(),
    css=frame("frame.css") + frame("review.css"),
    js="".join(frame(part) for part in ("answers.js", "outbox.js", "one.js", "grid.js", "review.js")),
)


@dataclass(frozen=True, slots=True)
class Teaching:
    """A taught label whose suggestions are judged in place of the queue."""

    id: str
    label: str


def review(
    person: Person,
    *,
    key: str,
    href: str,
    filters: str = "",
    of: str = "",
    mode: str = "one",
    teaching: Teaching | None = None,
    on_go: Callable[[str, str], None] | None = None,
) -> None:
    """Show the queue under `filters` (a query string), of the label `of` only if given; `mode` is one or grid.

    `href` + id is a picture's address. `on_go` gets label and mode when the person chooses others.
    """

    def went() -> None:
        if on_go and (to := st.session_state[key].get("go")):
            on_go(str(to["of"]), "grid" if to["mode"] == "grid" else "one")

    _mount(
        key=key,
        data={
            "person": person.sub,
            "email": person.email,
            "href": href,
            "filters": filters,
            "of": of,
            "mode": mode,
            "teach": asdict(teaching) if teaching else None,
        },
        on_go_change=went,
    )
