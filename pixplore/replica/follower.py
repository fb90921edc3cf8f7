"""The thread that keeps one process's index at the catalogue's newest moment.

It starts from the snapshot on disk, or where there is none from the catalogue itself if that is small; while neither
is ready SQL answers, exactly. Then it asks about 20 times a second what has changed, makes of the index it has one
that knows it, and puts that in its place. Readers hold what they hold: they never wait, and never see half of it.
While very much changes at once the view stays behind for a while: it is one moment of the catalogue all the same.
What takes longer (folding segments, opening a snapshot) is done beside it, so that nothing is found later for it.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from pixplore.catalogue import feed
from pixplore.catalogue.database import reachable
from pixplore.catalogue.labels import shown_as_now
from pixplore.catalogue.overview import has_at_most
from pixplore.catalogue.snapshot import Connection, snapshot
from pixplore.errors import Damaged, PixploreError
from pixplore.index.changed import Folded
from pixplore.index.mapped import trim
from pixplore.replica import compiled_cache, lifeline
from pixplore.replica.beside import Beside
from pixplore.replica.builder import Builder
from pixplore.replica.generations import Generation, Generations
from pixplore.replica.view import View, applied, empty, index_in

log = logging.getLogger("pixplore.replica")
PAUSE_S = 0.05
"""Between two looks at the catalogue."""
SMALL = 20_000
"""So many images are read by each process itself: no snapshot is worth its while."""
COMPACT_AT = 50_000
"""Changes since the snapshot that call for a new one."""
OLD_S = 3 * 86_400
"""A snapshot as old as that is made anew when anything has changed since: what was deleted must leave the disk."""
MOST_CHANGES = 100_000
"""More than this at once are not applied, and with twice as many applied nothing more is (they lie in memory): a new
snapshot brings them. Until then the old view stays, for STALE_S."""
STALE_S = 30.0
"""So much older than the catalogue a view may be, as long as the catalogue answers; after that SQL answers instead."""
_SILENT_S = 10.0
"""A catalogue that has said nothing for so long may have become any."""
_TOO_MANY_PAUSE_S = 1.0
_BULK, _BULK_S = 1_000, 2.0
"""So many changes at once are part of more to come: what can wait is done when none have come for so long."""
_LOOK_AGAIN_S = 2.0
"""How labels are shown may change with a change of no image, and ancestors of a label without any: so often that is
looked at."""

Forget = Callable[[Sequence[UUID] | None], None]


@dataclass(frozen=True, slots=True)
class _Opened:
    """A snapshot held open, and what it shows; None where it is of no use."""

    path: Path
    generation: Generation | None
    view: View | None


class Follower:
    """`forget` is called with the ids of images that have changed (None: with all) before a view shows it."""

    def __init__(self, url: str, root: Path, forget: Forget, pause_s: float = PAUSE_S) -> None:
        self.builder = Builder(url, root)
        self._root, self._forget, self._pause = root, forget, pause_s
        self._reader = feed.open_feed(url)
        self._probe: Connection | None = None
        self._generations: Generations | None = None
        self._held: Generation | None = None
        self._bad: Path | None = None
        self._view: View | None = None
        self._stamp = ""
        self._stamped_at = 0.0
        self._looked_at = self._heard_at = 0.0
        self._not_before = 0.0
        self._folding: Beside[Folded] = Beside("index folding")
        self._opening: Beside[_Opened] = Beside("index opening")
        self._trouble = ""
        self._busy = False
        self._bulk_until = 0.0
        self._ending = threading.Event()
        self._wake = threading.Event()
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="index", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._ending.set()
        self._wake.set()
        self._thread.join(3)
        self.builder.close()
        self._reader.dispose()

    @property
    def lag_s(self) -> float:
        """Seconds since the view was known to be the newest there is."""
        return time.monotonic() - self._looked_at

    @property
    def built_in_s(self) -> float:
        """What building the snapshot in use took; 0 without one."""
        return self._held.note.seconds if self._held else 0.0

    def view(self) -> View | None:
        """The newest; None while there is none, or while it is too old or not known how old."""
        heard = time.monotonic() - self._heard_at < _SILENT_S
        return self._view if heard and self.lag_s < STALE_S else None

    def wait(self, has: Callable[[View], bool], seconds: float) -> View | None:
        """A view that `has` what is wanted, looked for at once; None if there is none in time."""
        deadline = time.monotonic() + seconds
        while (view := self.view()) is not None and not has(view):
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            with self._news:
                if self._view is view:
                    self._wake.set()
                    self._news.wait(min(0.1, left))
        return view

    # Everything below runs in the thread.

    def _run(self) -> None:
        self._compile()
        while not self._ending.is_set():
            try:
                with reachable():
                    self._step()
                pause, self._trouble = self._pause, ""
            except PixploreError as error:
                self._lost(str(error))
                pause = 0.5
            except Exception:  # whatever it is: SQL answers, and the next start is a fresh one
                log.exception("following the catalogue failed; starting again from the snapshot")
                self._lost("a fault")
                self._drop()
                pause = 5.0
            self._wake.wait(pause)
            self._wake.clear()
        self._drop()
        self._close_probe()
        with contextlib.suppress(Exception):
            if (opened := self._opening.take(3)) is not None:
                self._reject(opened)

    def _compile(self) -> None:
        """In a process of its own, if that was not done before; SQL answers meanwhile."""
        if (mark := compiled_cache.missing()) is None:
            return
        process = lifeline.start("pixplore.replica.warm")
        while process.poll() is None:
            if self._ending.wait(0.05):
                lifeline.end(process)
                return
        process.communicate()
        if process.returncode == 0:
            compiled_cache.note(mark)

    def _step(self) -> None:
        self.builder.look()
        began = time.monotonic()
        if self._view is None:
            self._begin()
        else:
            self._look_at_snapshots()
        if self._view is None:
            return
        if not self._busy and self._quiet(self._view.moment):
            self._looked_at = began
        elif began >= self._not_before:
            self._follow(self._view, began)
        if began - self._stamped_at > _LOOK_AGAIN_S:
            self._look_at_labels()
        self._look_at_changes()

    def _look_at_changes(self) -> None:
        """Many segments are folded, many changes call for a new snapshot; not while still more of them come at once."""
        if self._view is None:
            return
        bulk = time.monotonic() < self._bulk_until
        if (done := self._folding.take()) is not None:
            self._show(replace(self._view, index=self._view.index.with_folded(done)), ())
            del done
            trim()
        if self._folding.idle and (fold := self._view.index.folding(bulk)) is not None:
            self._folding.start(fold)
        if self._old(self._view) or self._view.index.changes > (COMPACT_AT + MOST_CHANGES if bulk else COMPACT_AT):
            self.builder.want()

    def _old(self, view: View) -> bool:
        held = self._held
        return held is not None and held.made_at < time.time() - OLD_S and held.note.moment.newest < view.moment.newest

    def _look_at_snapshots(self) -> None:
        """Go on from a newer snapshot, once it is open and knows what the view does."""
        if self._opening.idle:
            if (current := self._newer_snapshot()) is not None:
                self._opening.start(lambda: self._opened(current))
        elif (opened := self._opening.take()) is not None:
            self._take_over(opened)

    def _take_over(self, opened: "_Opened") -> None:
        began, view = time.monotonic(), self._view
        caught_up = self._caught_up(opened.view) if opened.view else None
        held = self._held is not None and self._held.path == opened.path
        if view is None or caught_up is None or held:
            self._reject(opened)
        elif not caught_up[1].too_many:
            self._take(opened, caught_up[0], caught_up[1].images)
            self._looked_at = began
        elif caught_up[0].moment.newest > view.moment.newest:  # not the newest, but further than what there is
            self._take(opened, caught_up[0], None)
        else:
            self._reject(opened)

    def _take(self, opened: "_Opened", view: View, changed: Sequence[UUID] | None) -> None:
        if self._held:
            self._held.close()
        self._held = opened.generation
        self._not_before = 0.0
        self._show(view, changed)
        trim()

    def _reject(self, opened: "_Opened") -> None:
        self._bad = opened.path
        if opened.generation:
            opened.generation.close()

    def _quiet(self, moment: feed.Moment) -> bool:
        if self._probe is None:
            self._probe = self._reader.connect().execution_options(isolation_level="AUTOCOMMIT")
        quiet = feed.quiet_since(self._probe, moment)
        self._hear()
        return quiet

    def _hear(self) -> None:
        """The catalogue has said something."""
        self._heard_at = time.monotonic()

    def _begin(self) -> None:
        with snapshot(self._reader) as connection:
            now = feed.moment(connection)
            self._generations = self._generations or self._folder(now)
            few = has_at_most(connection, SMALL)
            if few:
                self._read_all(connection, now)
                return
        current = self._newer_snapshot()
        if self._generations and not (current is not None and self._open_snapshot(current)):
            self.builder.want()

    def _folder(self, now: feed.Moment) -> Generations | None:
        try:
            return Generations(self._root, now.database)
        except OSError as error:
            log.error("the index has no folder for its snapshot, SQL answers: set PIXPLORE_INDEX_DIR (%s)", error)
            return None

    def _read_all(self, connection: Connection, now: feed.Moment) -> None:
        index = empty()
        for rows in feed.everything(connection):
            index = index.apply(rows, (), now.complete, feed.labels_of(connection, rows))
        self._show(View(index, now), None)

    def _newer_snapshot(self) -> Path | None:
        current = self._generations.current() if self._generations else None
        held = self._held.path if self._held else None
        return None if current in (held, self._bad) else current

    def _open_snapshot(self, path: Path) -> bool:
        """Go on from the snapshot on disk. False where it is of no use."""
        began = time.monotonic()
        opened = self._opened(path)
        if opened.view is None:
            self._reject(opened)
            return False
        self._take(opened, opened.view, None)
        self._looked_at = began
        return True

    def _opened(self, path: Path) -> "_Opened":
        """A snapshot brought to now; without a view where it is damaged or too old. May run beside the thread."""
        try:
            generation = Generation(path)
            try:
                caught_up = self._caught_up(View(index_in(path), generation.note.moment))
            except BaseException:
                generation.close()
                raise
        except Damaged as error:
            log.warning("%s A new one is being built.", error.detail)
            return _Opened(path, None, None)
        if caught_up is None or caught_up[1].too_many:
            return _Opened(path, generation, None)
        return _Opened(path, generation, caught_up[0])

    def _caught_up(self, view: View) -> tuple[View, feed.Changes] | None:
        """The view brought to now, and what has changed since it; where that is too much, it is as it was.

        None where the catalogue is another one.
        """
        with snapshot(self._reader) as connection:
            changes = feed.changes_since(connection, view.moment, MOST_CHANGES)
            self._hear()
            if changes is None or changes.too_many:
                return None if changes is None else (view, changes)
            return applied(connection, view, changes, self._hear), changes

    def _follow(self, view: View, began: float) -> None:
        if view.index.changes > 2 * MOST_CHANGES:
            self._wait_for_snapshot()
            return
        caught_up = self._caught_up(view)
        if caught_up is None:
            self._drop()
            return
        newer, changes = caught_up
        if changes.too_many:
            self._wait_for_snapshot()
            return
        if changes.noted:
            self._look_at_labels()
        self._show(newer, changes.images)
        self._looked_at = began
        if len(changes.images) > _BULK:
            self._bulk_until = time.monotonic() + _BULK_S
        self._busy = bool(changes.images)  # more may follow: no need to ask whether there is any

    def _wait_for_snapshot(self) -> None:
        self.builder.want()
        self._busy = False
        self._not_before = time.monotonic() + _TOO_MANY_PAUSE_S

    def _look_at_labels(self) -> None:
        with snapshot(self._reader) as connection:
            stamp = shown_as_now(connection)
        if stamp != self._stamp:
            self._stamp = stamp
            self._forget(None)
        self._stamped_at = time.monotonic()

    def _show(self, view: View, changed: Sequence[UUID] | None) -> None:
        if changed is None or changed:
            self._forget(changed)
        with self._news:
            self._view = view
            self._news.notify_all()

    def _lost(self, why: str) -> None:
        """The catalogue is away: whether the view holds is not known, so that nobody gets it."""
        if why != self._trouble:
            log.warning("the index cannot follow the catalogue, SQL answers: %s", why)
        self._trouble = why
        self._looked_at = 0.0
        self._close_probe()

    def _drop(self) -> None:
        self._show_none()
        if self._held:
            self._held.close()
            self._held = None

    def _show_none(self) -> None:
        with self._news:
            self._view = None
            self._news.notify_all()
        self._forget(None)

    def _close_probe(self) -> None:
        if self._probe is not None:
            self._probe.invalidate()
            self._probe.close()
            self._probe = None
