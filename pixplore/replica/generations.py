"""Snapshots of the index on disk, each a folder that is whole or not there; `CURRENT` names the one that holds.

Whoever has one open holds a shared lock on it, whoever builds holds the folder's: both end with the process, however
it ends. So leftovers of a builder that died are known as such, and nothing is removed under anybody's feet.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from pixplore.catalogue.feed import Moment
from pixplore.errors import Damaged

FORMAT = 1
_CURRENT, _BUILDING, _IN_USE, _FEED = "CURRENT", "building.lock", "in-use.lock", "feed.json"
_PART = "part-"


@dataclass(frozen=True, slots=True)
class Note:
    """What is known of a snapshot beside the index: the moment it shows, and what building it took."""

    moment: Moment
    seconds: float


class Generation:
    """One snapshot, held open: it stays on disk until `close`. Raises Damaged where it cannot be used.

    `made_at` in seconds since 1970.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._lock = (path / _IN_USE).open("rb")
        except OSError as error:
            raise Damaged(f"The snapshot {path.name} is not there.") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            self.note = _read_note(path / _FEED)
            self.made_at = (path / _FEED).stat().st_mtime
        except (OSError, ValueError, TypeError, KeyError) as error:
            self.close()
            raise Damaged(f"The snapshot {path.name} is damaged, or being removed.") from error

    def close(self) -> None:
        self._lock.close()


class Generations:
    """All snapshots of one database, in a folder of its own under `root`, which is made. Raises OSError."""

    def __init__(self, root: Path, database: str) -> None:
        self.root = root / database
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def current(self) -> Path | None:
        """The snapshot that holds; None where there is none."""
        try:
            name = (self.root / _CURRENT).read_text().strip()
        except OSError:
            return None
        return self.root / name if name.startswith("g-") and "/" not in name else None

    @contextmanager
    def building(self) -> Iterator[Path | None]:
        """A fresh folder to build in, for one builder at a time; None while another is at it.

        Leftovers of builders that died are removed first. What `keep` does not take is removed in the end.
        """
        with (self.root / _BUILDING).open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
                return
            for left in self.root.glob(f"{_PART}*"):
                shutil.rmtree(left, ignore_errors=True)
            part = self.root / f"{_PART}{os.getpid()}"
            try:
                yield part
            finally:
                shutil.rmtree(part, ignore_errors=True)

    def keep(self, part: Path, note: Note) -> Path:
        """Make what was built the current snapshot, and remove those that nobody uses any more."""
        (part / _IN_USE).touch()
        _write(part / _FEED, _noted(note))
        taken = [int(path.name[2:]) for path in self.root.glob("g-*") if path.name[2:].isdigit()]
        made = self.root / f"g-{max(taken, default=0) + 1}"
        part.rename(made)
        _write(self.root / _CURRENT, made.name)
        _settle(self.root)
        self.sweep()
        return made

    def sweep(self) -> None:
        """Remove all but the current snapshot and those in use. For the builder only."""
        current = self.current()
        for path in self.root.glob("g-*"):
            if path != current:
                _remove_unused(path)


def _remove_unused(path: Path) -> None:
    try:
        with (path / _IN_USE).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)
    except FileNotFoundError:
        shutil.rmtree(path, ignore_errors=True)
    except BlockingIOError:
        return


def _noted(note: Note) -> str:
    body = json.dumps({"format": FORMAT, "moment": asdict(note.moment), "seconds": note.seconds})
    return json.dumps([blake2b(body.encode(), digest_size=16).hexdigest(), body])


def _read_note(path: Path) -> Note:
    total, body = json.loads(path.read_text())
    read: dict[str, Any] = json.loads(body)
    if total != blake2b(body.encode(), digest_size=16).hexdigest() or read["format"] != FORMAT:
        raise ValueError("damaged, or of another version")
    moment = read["moment"]
    steps = tuple((int(xmax), int(newest)) for xmax, newest in moment.pop("steps"))
    return Note(Moment(**{**moment, "open": tuple(moment["open"])}, steps=steps), float(read["seconds"]))


def _write(path: Path, content: str) -> None:
    """So that a reader sees the old file or the whole new one."""
    part = path.with_name(f".{path.name}.part")
    with part.open("w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _settle(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
