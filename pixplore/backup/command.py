"""`python -m pixplore backup` and `restore`: progress on the screen, a sentence at the end, an exit status."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from pixplore.backup import restoring, taking
from pixplore.backup.folder import Folder
from pixplore.catalogue.backup import unhurried_engine
from pixplore.errors import PixploreError
from pixplore.settings import DatabaseSettings, PoolSettings, StorageSettings, load

DONE, INCOMPLETE, BROKEN_OFF = 0, 1, 2
"""Exit statuses: all kept or restored; pictures whose files are lost already; nothing to rely on."""
_SHOWN = 10


def backup(root: Path, like: Path | None) -> int:
    """Write a backup; the exit status."""

    def take() -> int:
        places = _places()
        folder = Folder(root)
        try:
            manifest = taking.take(places, folder, Folder(like) if like else None, _tell)
        finally:
            places.engine.dispose()
        print(f"backup of {manifest.taken_at} in {folder.root}")
        if not manifest.missing:
            return DONE
        print(
            f"{len(manifest.missing):,} files of pictures are not in storage as they were taken in; all else is kept. "
            "Try `python -m pixplore recover-original --all`, then back up again. Missing:",
            *manifest.missing[:_SHOWN], sep="\n  ", file=sys.stderr,
        )  # fmt: skip
        return INCOMPLETE

    return _told(take, "The backup was broken off and is of no use")


def restore(root: Path, only_check: bool) -> int:
    """Bring a backup back, or only read all of it and compare; the exit status."""

    def bring_back() -> int:
        began, folder = time.monotonic(), Folder(root)
        manifest = restoring.checked(folder, _tell)
        if only_check:
            print(f"{folder.root} is whole")
            return DONE
        places = _places()
        try:
            done = restoring.restore(places, folder, manifest, _tell)
        finally:
            places.engine.dispose()
        people = done.people
        print(f"people: {people.get('made', 0):,} made, {people.get('there', 0):,} there already")
        if people.get("made"):
            print("  passwords are not in a backup: each of them chooses one by “Forgot password”")
        if people.get("app"):
            print(f"  {people['app']:,} had an authenticator app and set it up anew, on the Account page")
        if people.get("never confirmed"):
            print(f"  {people['never confirmed']:,} never confirmed their address and sign up again")
        print(f"restored the backup of {manifest.taken_at}: {done.placed:,} objects put, {done.there:,} there already, "
              f"{time.monotonic() - began:,.0f} s")  # fmt: skip
        if manifest.missing:
            print(f"{len(manifest.missing):,} files were missing already when the backup was made", file=sys.stderr)
        return DONE

    return _told(bring_back, "Nothing more is restored")


def _places() -> taking.Places:
    storage = load(StorageSettings)
    buckets = {"originals": storage.originals_bucket, "renditions": storage.renditions_bucket}
    engine = unhurried_engine(load(DatabaseSettings).database_url)
    return taking.Places(engine, buckets, load(PoolSettings).user_pool_id)


def _told(does: Callable[[], int], broken_off: str) -> int:
    try:
        return does()
    except PixploreError as error:
        print(f"{broken_off}: {error}", file=sys.stderr)
    except OSError as error:
        print(f"{broken_off}: {error.strerror}. Make room, or name another folder.", file=sys.stderr)
    except KeyboardInterrupt:
        print(f"{broken_off}: stopped.", file=sys.stderr)
        return 130
    return BROKEN_OFF


def _tell(line: str) -> None:
    print(line, flush=True)
