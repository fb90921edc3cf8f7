"""`python -m pixplore.replica.compaction`: read the whole catalogue and make it the current snapshot of the index.

A process of its own, at low priority: what it takes of memory goes with it, and readers never wait for it. It ends
when its standard input does, so that it never outlives who started it. Exit code 3: another one is at it.
"""

import logging
import os
import sys
import time
from pathlib import Path

from pixplore import log_lines
from pixplore.catalogue import feed
from pixplore.catalogue.snapshot import snapshot
from pixplore.index.build import build
from pixplore.replica.generations import Generations, Note
from pixplore.replica.lifeline import hold_on
from pixplore.settings import DatabaseSettings, IndexSettings, load

BUSY = 3
log = logging.getLogger("pixplore.replica")


def compact(url: str, root: Path) -> Path | None:
    """The new snapshot; None where another builder is at it. Raises Unavailable, and OSError for a bad folder."""
    began = time.monotonic()
    reader = feed.open_feed(url)
    try:
        with snapshot(reader) as connection:
            moment = feed.moment(connection)
            generations = Generations(root, moment.database)
            with generations.building() as part:
                if part is None:
                    return None
                build(feed.everything(connection), feed.labels(connection), part, moment.complete)
                return generations.keep(part, Note(moment, round(time.monotonic() - began, 2)))
    finally:
        reader.dispose()


def main() -> int:
    hold_on()
    os.nice(10)
    log_lines.as_asked()
    try:
        made = compact(load(DatabaseSettings).database_url, load(IndexSettings).index_dir)
    except Exception:
        log.exception("no new snapshot of the index")
        return 1
    return BUSY if made is None else 0


if __name__ == "__main__":
    sys.exit(main())
