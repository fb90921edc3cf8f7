"""What each part of the stack holds, looked at from outside every 15 seconds. Linux: it reads /proc."""

import contextlib
import os
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from sqlalchemy import Engine, text

from benchmarks.profile.watch import part_of
from pixplore.catalogue.database import open_engine
from tests.stack import Stack

EVERY_S = 15.0
DISK_EVERY = 4
"""Looks between two measurings of the disk, which walk over every file."""
_MEMORY = re.compile(r"^(Rss|Pss|Anonymous):\s+(\d+) kB", re.M)
_SIZES = text("select relname, pg_total_relation_size(oid) from pg_class where relkind = 'r' and relnamespace = "
              "'public'::regnamespace")  # fmt: skip
_LINKS = text("select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()")


@dataclass(slots=True)
class Held:
    """Of all processes of a part together. Memory in MB: `pss` shares what several use among them; `own` is what
    belongs to no file and no shared segment: what a leak would be made of.
    `cpu`: seconds of a core that those used who live."""

    processes: int = 0
    rss: float = 0
    pss: float = 0
    own: float = 0
    handles: int = 0
    threads: int = 0
    cpu: float = 0


@dataclass(frozen=True, slots=True)
class Look:
    """`links`: connections of clients to the database; `tables`: bytes with their indexes; `disk`: part of the home ->
    bytes, empty where it was not measured; `busy`: cores of the machine at work since the look before."""

    at: float
    parts: dict[str, Held]
    links: int
    tables: dict[str, int]
    busy: float
    disk: dict[str, int] = field(default_factory=dict)
    largest_log: int = 0


def held(stack: Stack) -> dict[str, Held]:
    parts: dict[str, Held] = {}
    for process in stack.tree():
        with contextlib.suppress(psutil.Error, OSError):
            memory = dict(_MEMORY.findall(Path(f"/proc/{process.pid}/smaps_rollup").read_text()))
            part = parts.setdefault(part_of(" ".join(process.cmdline())), Held())
            part.processes += 1
            part.rss += int(memory["Rss"]) / 1e3
            part.pss += int(memory["Pss"]) / 1e3
            part.own += int(memory["Anonymous"]) / 1e3
            part.handles += process.num_fds()
            part.threads += process.num_threads()
            part.cpu += sum(process.cpu_times()[:2])
    return parts


def disk(home: Path) -> dict[str, int]:
    """Bytes by part of the home, each as long as its files say."""
    sizes: dict[str, int] = {}
    for file in _files(home):
        with contextlib.suppress(OSError):
            part = _place(file.relative_to(home).parts)
            sizes[part] = sizes.get(part, 0) + file.stat().st_size
    return sizes


def _place(parts: tuple[str, ...]) -> str:
    if parts[0] == "postgres":
        return "PostgreSQL's log of writes (WAL)" if "pg_wal" in parts else "PostgreSQL's data"
    if parts[0] == "aws" and len(parts) > 2:
        kinds = {"originals": "originals", "renditions": "renditions"}
        return next((told for word, told in kinds.items() if word in "/".join(parts)), f"AWS endpoint: {parts[1]}")
    return parts[0] if len(parts) > 1 else "other"


def _files(home: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(home):
        yield from (Path(folder, name) for name in names)


def largest_log(home: Path) -> int:
    return max((file.stat().st_size for file in (home / "logs").iterdir()), default=0)


def rows(engine: Engine) -> dict[str, int]:
    """Table -> its rows, counted one by one."""
    with engine.connect() as link:
        names = [name for name, _ in link.execute(_SIZES)]
        return {name: link.execute(text(f'select count(*) from "{name}"')).scalar_one() for name in sorted(names)}


class Watch(threading.Thread):
    """Looks from its making until `end`, which returns what was seen."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(daemon=True)
        self.stack, self.looks = stack, list[Look]()
        self.engine = open_engine(stack.ends["database_url"], statement_timeout_ms=60_000)
        self._ended = threading.Event()
        psutil.cpu_percent()
        self.start()

    def run(self) -> None:
        due = time.monotonic()
        while not self._ended.wait(max(0.0, due - time.monotonic())):
            self.looks.append(self.look(len(self.looks) % DISK_EVERY == 0))
            due += EVERY_S

    def look(self, with_disk: bool) -> Look:
        busy = psutil.cpu_percent() / 100 * (os.cpu_count() or 1)
        with self.engine.connect() as link:
            links, tables = link.execute(_LINKS).scalar_one(), dict(link.execute(_SIZES).all())
        home = self.stack.home
        return Look(time.time(), held(self.stack), links, tables, busy, disk(home) if with_disk else {},
                    largest_log(home))  # fmt: skip

    def end(self) -> list[Look]:
        self._ended.set()
        self.join()
        self.looks.append(self.look(True))
        self.engine.dispose()
        return self.looks
