"""The gallery: justified rows of lazy pictures, chosen and opened in the browser, without a rerun for choosing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "pixplore_gallery",
    html=(_HERE / "gallery.html").read_text(),
    css=(_HERE / "gallery.css").read_text(),
    js=(_HERE / "gallery.js").read_text(),
)


@dataclass(frozen=True, slots=True)
class Tile:
    """One picture. `src` is None for an entry without picture, `ratio` width / height, `labels` and `why` one line."""

    id: str
    name: str
    src: str | None
    width: int | None
    height: int | None
    ratio: float
    labels: str
    why: str


@dataclass(frozen=True, slots=True)
class Action:
    """A button of the bar that appears when pictures are chosen; `name` comes back in `act`."""

    name: str
    label: str
    danger: bool = False


@dataclass(frozen=True, slots=True)
class GalleryEvents:
    """What just happened: an id to open, more wanted, or an action on chosen ids."""

    opened: str | None
    more: bool
    act: tuple[str, tuple[str, ...]] | None


def tile_of(image: Mapping[str, Any], shown_labels: int = 3) -> Tile:
    """The Tile of an Image as the search API answers it."""
    width, height = image.get("width"), image.get("height")
    best = sorted(image.get("labels") or [], key=lambda label: -label["confidence"])[:shown_labels]
    return Tile(
        id=image["id"],
        name=image.get("title") or image["name"],
        src=image.get("thumbnail_url"),
        width=width,
        height=height,
        ratio=width / height if width and height else 1.0,
        labels=", ".join(f"{label['name']} {label['confidence']:.0f} %" for label in best),
        why=_why(image.get("matched") or []),
    )


def _why(matched: Sequence[Mapping[str, Any]]) -> str:
    reasons = [reason["text"] for reason in matched[:2]]
    return "Here because: " + "; ".join(reasons) if reasons else ""


def gallery(
    tiles: Sequence[Tile],
    *,
    key: str,
    epoch: str,
    href: str,
    more: bool,
    auto: bool = True,
    opened: str | None = None,
    size: str = "medium",
    actions: Sequence[Action] = (),
    cleared: int = 0,
    more_label: str = "Load more",
    on_event: Callable[[], None] | None = None,
) -> GalleryEvents:
    """Show `tiles`; `epoch` names the query (another one forgets what was chosen), `href` + id is a picture's address.

    `auto` asks for more by scrolling, else only by the button; another `cleared` empties the selection.
    """
    nothing = on_event or (lambda: None)
    result = _mount(
        key=key,
        data={
            "items": [{name: getattr(tile, name) for name in Tile.__slots__} for tile in tiles],
            "epoch": epoch,
            "href": href,
            "more": more,
            "auto": auto,
            "opened": opened,
            "size": size,
            "actions": [asdict(action) for action in actions],
            "cleared": cleared,
            "more_label": more_label,
        },
        on_open_change=nothing,
        on_more_change=nothing,
        on_act_change=nothing,
    )
    act = result.act
    return GalleryEvents(result.open, result.more is not None, (act["action"], tuple(act["ids"])) if act else None)
