"""An index at one moment of the catalogue, and how it is brought to a later one."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pixplore.catalogue import feed
from pixplore.catalogue.snapshot import Connection
from pixplore.errors import Damaged
from pixplore.index.build import build
from pixplore.index.index import Index, open_index

_PART = 10_000
"""Images read at a time: about 20 MB."""


@dataclass(frozen=True, slots=True)
class View:
    """An index and the moment of the catalogue that it shows."""

    index: Index
    moment: feed.Moment


def applied(connection: Connection, view: View, changes: feed.Changes, hear: Callable[[], None]) -> View:
    """The view with these changes, which come from the connection's snapshot. `hear` is called once a part is read."""
    index, version = view.index, changes.moment.complete
    if not changes.images:
        if changes.moment.newest == view.moment.newest and version == index.version:
            return View(index, changes.moment)
        index = index.apply(feed.rows_of(connection, ()), (), version, {})
    for start in range(0, len(changes.images), _PART):
        part = changes.images[start : start + _PART]
        rows = feed.rows_of(connection, part)
        hear()
        there = {raw.tobytes() for raw in rows.ids}
        gone = [one for one in part if one.bytes not in there]
        index = index.apply(rows, gone, version, feed.labels_of(connection, rows))
    return View(index, changes.moment)


def index_in(folder: Path) -> Index:
    """Raises Damaged, also for a snapshot that another version of this program wrote."""
    try:
        return open_index(folder)
    except (TypeError, ValueError, LookupError) as error:
        raise Damaged(f"The snapshot {folder.name} is of another version ({error}).") from error


def empty() -> Index:
    """The index of a catalogue without images."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "base"
        build((), {}, made)
        return open_index(made)
