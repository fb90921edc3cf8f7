"""What the catalogue's pages ask of the search API, each answer kept for as long as it is certainly the same."""

import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from threading import Lock

import streamlit as st

from dashboard import client
from dashboard.catalogue.catalogue_state import State
from dashboard.components.gallery import Like, Tile, tile_of

PAGE = 100
"""Pictures asked for at a time. Only the first page comes with the rerun: the gallery fetches the others itself."""
MOST_ALIKE = 200
FRESH = 4.0
"""Seconds for which an answer may serve another run: choosing and opening rerun the page, the catalogue is the same."""
_KEPT = 48


@dataclass(frozen=True, slots=True)
class Pages:
    """The first page of a result. `epoch` names the result.

    `spelling` are the words of the search that no picture has, with those they were taken for. `like` is the picture
    that these are most like, `reason` why there is nothing to compare it with. `gone` left since it was first shown.
    """

    epoch: str
    tiles: tuple[Tile, ...]
    total: int
    cursor: str | None
    version: int
    at: float
    spelling: dict[str, list[str]]
    like: Like | None = None
    reason: str | None = None
    gone: tuple[str, ...] = ()

    @property
    def ids(self) -> list[str]:
        return [tile.id for tile in self.tiles]


_answers: OrderedDict[str, Pages] = OrderedDict()
"""By epoch, for all sessions: what everybody may look at is the same for everybody."""
_lock = Lock()


def ask(state: State) -> dict[str, list[str]]:
    """The filters of a state as the client takes parameters."""
    asked: dict[str, list[str]] = {}
    for name, value in state.query():
        asked.setdefault(name, []).append(value)
    return asked


def kept() -> bool:
    """Whether this session has seen a result already, so that there is something to look at meanwhile."""
    return "px_pages" in st.session_state


def first(state: State) -> Pages:
    """The result's first page.

    Raises what client.get raises.
    """
    epoch = repr((state.filters, state.shown_sort, state.similar, st.session_state.get("px_turn", 0)))
    before: Pages | None = st.session_state.get("px_pages")
    pages = _known(epoch, st.session_state.get("px_written", 0.0))
    if pages is None:
        pages = _alike(epoch, state) if state.similar else _found(epoch, state)
        _keep(pages)
    if before and before.epoch == epoch:
        pages = replace(pages, gone=before.gone)
    st.session_state["px_pages"] = pages
    return pages


def _found(epoch: str, state: State) -> Pages:
    at = time.monotonic()
    answer = client.images({**ask(state), "sort": state.shown_sort, "limit": PAGE, "min_version": _version()})
    tiles = tuple(tile_of(image) for image in answer["items"])
    return Pages(epoch, tiles, answer["total"], answer["next_cursor"], answer["version"], at, answer["spelling"])


def _alike(epoch: str, state: State) -> Pages:
    """The pictures most like one, among those that the filters find."""
    at = time.monotonic()
    where = f"/v1/images/{state.similar}"
    answer = client.get(f"{where}/similar", {**ask(state), "limit": MOST_ALIKE, "min_version": _version()})
    image, whole = client.get(where), client.images({**ask(state), "limit": 1})
    tiles = tuple(tile_of(each) for each in answer["items"])
    like = Like(image.get("title") or image["name"], image.get("thumbnail_url"))
    return Pages(epoch, tiles, whole["total"], None, answer["version"], at, whole["spelling"], like, answer["reason"])


def _version() -> int | None:
    """The least version that an answer may be of: that of this session's own last write."""
    found: int | None = st.session_state.get("px_version")
    return found


def _known(epoch: str, written: float) -> Pages | None:
    with _lock:
        pages = _answers.get(epoch)
    return pages if pages and max(written, time.monotonic() - FRESH) < pages.at else None


def _keep(pages: Pages) -> None:
    with _lock:
        _answers[pages.epoch] = pages
        _answers.move_to_end(pages.epoch)
        while len(_answers) > _KEPT:
            _answers.popitem(last=False)


def changed(ids: Iterable[str] = (), gone: bool = False, version: int | None = None) -> None:
    """A write happened (of this `version`): ask anew. Pictures that are `gone` are shown no longer; `gone` without
    ids means that any may be, so that the gallery begins from the first."""
    state = st.session_state
    state["px_writes"] = state.get("px_writes", 0) + 1  # the panel counts anew
    state["px_written"] = time.monotonic()
    if version is not None:
        state["px_version"] = max(version, state.get("px_version", 0))
    lost = tuple(ids)
    pages: Pages | None = state.get("px_pages")
    if gone and not lost:
        state["px_turn"] = state.get("px_turn", 0) + 1
    elif gone and pages:
        state["px_pages"] = replace(pages, gone=(*pages.gone, *lost))


def total(state: State) -> int:
    """How many pictures a state finds."""
    return int(client.images({**ask(state), "limit": 1})["total"])


def spelled(pages: Pages) -> str:
    """What the search took for something else, as a sentence; empty where it found the words as they are."""
    said = [f"“{'” or “'.join(taken)}” instead of “{word}”" for word, taken in pages.spelling.items() if taken]
    return f"Showing results for {', '.join(said)}." if said else ""
