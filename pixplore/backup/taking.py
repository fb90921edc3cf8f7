"""Taking a backup while everybody goes on working.

The database first, in one snapshot, then the objects that this snapshot names, then the people. That order is what
makes it whole: a picture's row is written after its files, and neither a version of an original nor a rendition is
ever written anew, so whatever the snapshot names is in the buckets already and stays as it was. The other way round
a picture that arrives in between would have a row without a file. People are listed last: whoever did something that
the snapshot shows has an account by then.
"""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from pixplore.aws import accounts, storage
from pixplore.backup.at_once import AT_ONCE, in_order, patiently
from pixplore.backup.folder import FORMAT, Folder, Kept, KeptTable, Manifest, Stored
from pixplore.catalogue import backup
from pixplore.catalogue.snapshot import Engine, snapshot, transaction
from pixplore.errors import NotFound, PixploreError

_WANTED = "wanted.gz"

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Places:
    """Where an installation keeps its things. `buckets` maps originals and renditions to their names."""

    engine: Engine
    buckets: dict[str, str]
    user_pool_id: str


class Wanted(NamedTuple):
    """An object that the snapshot names. `needed`: a picture is nothing without it."""

    bucket: str
    key: str
    version: str | None
    sha256: str | None
    needed: bool

    @property
    def image_id(self) -> UUID:
        return UUID(self.key.split("/")[0 if self.bucket == "renditions" else 1])


def take(places: Places, folder: Folder, older: Folder | None, tell: Tell) -> Manifest:
    """Write a backup into the empty `folder`; of `older` those objects are taken that are the same (hard links).

    Raises Conflict (the folder), Damaged (the older one), Unavailable.
    """
    before = older.manifest() if older else None
    folder.make()
    revision, taken_at, tables, wanted = _tables(places.engine, folder, tell)
    known = _Known(older.objects(before)) if older and before else _Known(iter(()))
    objects, size, absent = _objects(places, folder, wanted, older, known, tell)
    (folder.root / _WANTED).unlink()
    missing = patiently(lambda: _missed(places.engine, absent))
    people = _people(places.user_pool_id, folder)
    tell(f"people: {people.rows:,}")
    manifest = Manifest(
        FORMAT, str(uuid4()), taken_at.isoformat(), datetime.now(UTC).isoformat(), revision, tables, people,
        objects, size, places.buckets, missing,
    )  # fmt: skip
    folder.finish(manifest)
    return manifest


def _tables(engine: Engine, folder: Folder, tell: Tell) -> tuple[str, datetime, list[KeptTable], Kept]:
    kept = []
    with snapshot(engine) as connection:
        revision, taken_at = backup.begin(connection)
        if revision is None:
            raise PixploreError("The database has no catalogue in it: there is nothing to keep.", "empty")
        for name, columns in backup.tables():
            with folder.writing(f"tables/{name}.gz") as out:
                out.rows = backup.copy_out(connection, name, columns, out).rows  # type: ignore[arg-type]
            kept.append(KeptTable(name, columns, out.kept()))
        with folder.writing(_WANTED) as out:
            out.rows = backup.objects(connection, out)  # type: ignore[arg-type]
    tell(f"catalogue as of {taken_at:%Y-%m-%d %H:%M:%S} UTC: {sum(one.kept.rows for one in kept):,} rows")
    return revision, taken_at, kept, out.kept()


def _objects(
    places: Places, folder: Folder, wanted: Kept, older: Folder | None, known: "_Known", tell: Tell
) -> tuple[Kept, int, list[Wanted]]:  # fmt: skip
    """Their list, the bytes of all of them, and those that pictures need and S3 has not."""
    size, absent, linked = 0, list[Wanted](), 0

    def keep(asked: tuple[Wanted, Stored | None]) -> tuple[Stored | None, bool]:
        one, same = asked
        if same and older and folder.link_object(same, older):
            return same, True
        return _fetched(places.buckets, folder, one), False

    with folder.writing("objects.gz") as out, folder.reading(wanted) as file, ThreadPoolExecutor(AT_ONCE) as pool:
        named = ((one, known.same(one)) for one in map(_wanted, file))
        for (one, _), (stored, was_linked) in in_order(pool, keep, named):
            if stored:
                out.line(asdict(stored))
                size, linked = size + stored.bytes, linked + was_linked
                if out.rows % 1_000 == 0:
                    tell(f"objects: {out.rows:,} of {wanted.rows:,}")
            elif one.needed:
                absent.append(one)
    tell(
        f"objects: {out.rows:,}, {size / 1e6:,.1f} MB"
        + (f" ({linked:,} shared with the older backup)" if linked else "")
    )
    return out.kept(), size, absent


def _fetched(buckets: dict[str, str], folder: Folder, one: Wanted) -> Stored | None:
    try:
        found = patiently(lambda: storage.fetch(buckets[one.bucket], one.key, one.version))
    except NotFound:
        return None
    digest = hashlib.sha256(found.content).hexdigest()
    if one.sha256 and digest != one.sha256:
        return None  # not the bytes that were looked at: as good as lost
    stored = Stored(one.bucket, one.key, found.version, len(found.content), digest, found.content_type, found.metadata)
    folder.write_object(stored, found.content)
    return stored


def _missed(engine: Engine, absent: list[Wanted]) -> list[str]:
    """What is really missing: somebody may have removed a picture for good since the snapshot."""
    with transaction(engine) as connection:
        named = backup.still_named(connection, {one.image_id for one in absent})
    return [f"{one.bucket}/{one.key}" for one in absent if one.image_id in named]


def _people(user_pool_id: str, folder: Folder) -> Kept:
    with folder.writing("people.gz") as out:
        for account in accounts.accounts(user_pool_id):
            out.line(asdict(account))
    return out.kept()


def _wanted(line: bytes) -> Wanted:
    cells = line.decode().rstrip("\n").split("\t")  # nothing in them that COPY would escape
    bucket, key, version, sha256, needed = (None if cell == r"\N" else cell for cell in cells)
    return Wanted(bucket or "", key or "", version, sha256, needed == "t")


class _Known:
    """The objects of an older backup, read beside the wanted ones: both are in the order of bucket and key."""

    def __init__(self, objects: Iterator[Stored]) -> None:
        self._rest = objects
        self._next = next(objects, None)

    def same(self, one: Wanted) -> Stored | None:
        while self._next and (self._next.bucket, self._next.key) < (one.bucket, one.key):
            self._next = next(self._rest, None)
        there = self._next
        if there is None or (there.bucket, there.key) != (one.bucket, one.key):
            return None
        # A rendition is never written anew; of an original the very version counts.
        return there if one.bucket == "renditions" or (one.version and there.version == one.version) else None
