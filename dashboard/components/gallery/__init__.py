"""The gallery: justified rows of pictures of which only those near the screen exist.

Choosing, looking closer and scrolling happen in the browser without a rerun. Where a `Source` says how to go on, the
component fetches the pages behind the first one itself, from the search API on the dashboard's own origin; and the
first one too when the filter panel says (`px-filters` on the document) that other filters are on their way (ahead.js).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent
_PARTS = ("element.js", "layout.js", "pages.js", "tiles.js", "choosing.js", "keys.js", "quick.js", "picture.js",
          "ahead.js", "gallery.js")  # fmt: skip
_mount = st.components.v2.component(
    "pixplore_gallery",
    html=(_HERE / "gallery.html").read_text(),
    css="\n".join((_HERE / name).read_text() for name in ("gallery.css", "quick.css")),
    js="\n".join((_HERE / part).read_text() for part in _PARTS),
)


@dataclass(frozen=True, slots=True)
class Tile:
    """One picture, under the API's own names but with only what a tile shows. No `thumbnail_url`: no picture yet."""

    id: str
    name: str
    title: str | None
    width: int | None
    height: int | None
    thumbnail_url: str | None
    preview_url: str | None
    labels: tuple[tuple[str, float], ...]
    matched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """A button of the bar that appears when pictures are chosen; `name` comes back in `act`.

    `least` and `most` say for how many pictures it is there; one with a `most` is never for the whole result.
    """

    name: str
    label: str
    danger: bool = False
    least: int = 1
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where the pictures behind the given tiles come from.

    `path` with `query` (filters and sort) is what the tiles answer; `cursor` continues behind them (None: that is all),
    `version` is the least that a page may be of, `limit` its size.
    """

    path: str
    query: str
    cursor: str | None
    total: int
    version: int
    limit: int


@dataclass(frozen=True, slots=True)
class Like:
    """The pictures are those most like this one; the gallery says so, and offers the way back."""

    name: str
    thumbnail_url: str | None


@dataclass(frozen=True, slots=True)
class GalleryEvents:
    """What just happened: an id to open, or an action on chosen pictures, or pictures like one are asked for.

    `act` is (the action's name, ids, everything): where `everything` is true the whole result is meant but for the ids.
    `like` is an id, or empty for the way back from pictures like one.
    """

    opened: str | None
    act: tuple[str, tuple[str, ...], bool] | None
    like: str | None = None


def tile_of(image: Mapping[str, Any], shown_labels: int = 6) -> Tile:
    """The Tile of an Image as the search API answers it."""
    best = sorted(image.get("labels") or [], key=lambda label: -label["confidence"])[:shown_labels]
    return Tile(
        **{name: image.get(name) for name in Tile.__slots__ if name not in ("labels", "matched")},
        labels=tuple((label["name"], label["confidence"]) for label in best),
        matched=(*_alike(image), *(reason["text"] for reason in (image.get("matched") or [])[:2])),
    )


def _alike(image: Mapping[str, Any]) -> tuple[str, ...]:
    return (f"{image['likeness'] * 100:.0f} % alike",) if "likeness" in image else ()


def gallery(
    tiles: Sequence[Tile],
    *,
    key: str,
    epoch: str,
    href: str,
    source: Source | None = None,
    opened: str | None = None,
    actions: Sequence[Action] = (),
    cleared: int = 0,
    gone: Sequence[str] = (),
    like: Like | None = None,
    notice: str = "",
    by_picture: bool = False,
    similar: bool = False,
    owner: str = "",
    name: str = "Pictures",
) -> GalleryEvents:
    """Show `tiles`; `epoch` names the query (another one forgets what was chosen), `href` + id is a picture's address.

    Another `cleared` empties the selection; ids in `gone` are shown no longer. `by_picture` lets people search by a
    picture of their own (meanwhile the state `mine` is true), `similar` by one of the gallery. The size of the tiles is
    remembered under `owner`. `name`: what a screen reader calls it, another one for each gallery of a page.
    """
    result = _mount(
        key=key,
        data={
            "items": [{name: getattr(tile, name) for name in Tile.__slots__} for tile in tiles],
            "epoch": epoch,
            "href": href,
            "source": asdict(source) if source else None,
            "opened": opened,
            "actions": [asdict(action) for action in actions],
            "cleared": cleared,
            "gone": list(gone),
            "like": asdict(like) if like else None,
            "notice": notice,
            "by_picture": by_picture,
            "similar": similar,
            "owner": owner,
            "name": name,
        },
        on_open_change=_nothing,
        on_act_change=_nothing,
        on_like_change=_nothing,
        on_mine_change=_nothing,
    )
    act = result.act
    return GalleryEvents(
        opened=result.open,
        act=(str(act["action"]), tuple(act["ids"]), bool(act["everything"])) if act else None,
        like=result.like,
    )


def _nothing() -> None:
    """The events are read where the gallery is drawn."""
