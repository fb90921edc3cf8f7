"""`python -m pixplore recover-original` and `rebuild`: what they say on the screen, and their exit status."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

from pixplore import rebuilding
from pixplore.backup.at_once import AT_ONCE, in_order, patiently
from pixplore.backup.folder import Folder
from pixplore.catalogue import originals
from pixplore.catalogue.database import open_engine
from pixplore.catalogue.originals import Kept
from pixplore.catalogue.snapshot import Engine, transaction
from pixplore.errors import PixploreError
from pixplore.originals import ARCHIVED, FINE, LOST, Recovery
from pixplore.settings import DatabaseSettings, QueueSettings, StorageSettings, load
from pixplore.sweeping import Places

DONE, SOME_LOST, BROKEN_OFF = 0, 1, 2
_PART = 1_000


def recover_originals(ids: Sequence[UUID], backup: Path | None, actor: str) -> int:
    """Look after the files of these pictures (none named: of all). The exit status."""
    storage = load(StorageSettings)
    engine = open_engine(load(DatabaseSettings).database_url)
    recover = Recovery(engine, storage.originals_bucket, storage.renditions_bucket, Folder(backup) if backup else None,
                       actor)  # fmt: skip

    def work() -> int:
        pictures = _named(engine, ids) if ids else _all(engine)
        counts = Counter[str]()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for picture, how in in_order(pool, lambda one: patiently(lambda: recover(one)), pictures):
                counts[how if how in (FINE, LOST, ARCHIVED) else "recovered"] += 1
                if how != FINE or ids:
                    print(f"{picture.id}  {picture.name}: {how}", flush=True)
        print(f"{counts[FINE]:,} in order, {counts['recovered']:,} recovered, {counts[LOST]:,} lost")
        if counts[ARCHIVED]:
            print(f"{counts[ARCHIVED]:,} asked back from the archive: run this again in two days")
        if counts[LOST] and backup is None:
            print("Look in a backup: --from FOLDER. What is nowhere must be sent again.", file=sys.stderr)
        return SOME_LOST if counts[LOST] + counts[ARCHIVED] else DONE

    return _told(engine, work)


def rebuild(export: Path | None, actor: str) -> int:
    """Send every file that the catalogue does not know through labelling; or lay an export over what came of it."""
    queues = load(QueueSettings)
    engine = open_engine(load(DatabaseSettings).database_url, statement_timeout_ms=600_000)
    places = Places(engine, load(StorageSettings).originals_bucket, queues.queue_url, queues.dlq_url)

    def send() -> int:
        looked = sent = 0
        for looked, sent in rebuilding.send_unknown(places):
            print(f"{looked:,} files looked at, {sent:,} sent to be labelled", flush=True)
        print(f"rebuild {sent} of {looked}; once the queue is empty: python -m pixplore rebuild --export FILE")
        return DONE

    def lay_over() -> int:
        from pixplore.importing.command import import_file

        assert export is not None  # noqa: S101 - else `send` runs
        if left := rebuilding.unfinished(places):
            # An entry that the export makes first would keep its picture out.
            print(f"{left:,} files are still on their way: wait until the queue is empty.", file=sys.stderr)
            return BROKEN_OFF
        status = import_file(export, "update", actor, None)
        if status == BROKEN_OFF:
            return status
        print(f"labels that people stand for: {rebuilding.people(engine, export, actor):,} accepted again")
        return status

    return _told(engine, send if export is None else lay_over)


def _named(engine: Engine, ids: Iterable[UUID]) -> Iterator[Kept]:
    for image_id in ids:
        with transaction(engine) as connection:
            found = originals.kept(connection, image_id)
        if found is None:
            raise PixploreError(f"The catalogue has no picture {image_id}.", "not_found")
        yield found


def _all(engine: Engine) -> Iterator[Kept]:
    last = None
    while True:
        with transaction(engine) as connection:
            part = originals.after(connection, last, _PART)
        if not part:
            return
        yield from part
        last = part[-1].id


def _told(engine: Engine, work: Callable[[], int]) -> int:
    try:
        return work()
    except PixploreError as error:
        print(f"Broken off: {error} What was done stays; run it again to go on.", file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped. What was done stays; run it again to go on.", file=sys.stderr)
        return 130
    finally:
        engine.dispose()
    return BROKEN_OFF
