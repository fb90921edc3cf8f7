"""Bringing a backup back into an installation that is running and empty.

Everything is read and compared first: nothing is written from a backup that is damaged. Then the tables in one
transaction, then the objects, then the people. The tables come first because an object that arrives without a row
would be taken for a new file; each arrival finds its row, has nothing to do, and files that had been waiting are
looked at. A restore that was broken off goes on where it stopped when it is started again.
"""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from pixplore.arrivals import Arrival, is_ours
from pixplore.aws import accounts, storage
from pixplore.aws.accounts import Account
from pixplore.backup.at_once import AT_ONCE, in_order, patiently
from pixplore.backup.folder import Folder, Manifest, Stored
from pixplore.backup.taking import Places, Tell
from pixplore.catalogue import backup
from pixplore.catalogue.revision import knows
from pixplore.catalogue.snapshot import transaction
from pixplore.errors import Conflict

_PART = 500


@dataclass(frozen=True, slots=True)
class Restored:
    """`there`: objects that lay in the bucket already; `people`: made, already there, never confirmed, with an app."""

    again: bool
    placed: int
    there: int
    people: dict[str, int]


def checked(folder: Folder, tell: Tell) -> Manifest:
    """What the backup holds, once all of it was read and compared. Raises Damaged, Conflict for a newer one."""
    manifest = folder.manifest()
    if not knows(manifest.schema):
        raise Conflict(
            f"This backup's schema is {manifest.schema}, which this Pixplore does not know: a newer one made it. "
            "Install that version or a later one, then restore."
        )
    size = f"{manifest.objects.rows:,} objects, {manifest.object_bytes / 1e6:,.1f} MB"
    tell(f"backup of {manifest.taken_at}: checking {size}")
    folder.check(manifest)
    return manifest


def restore(places: Places, folder: Folder, manifest: Manifest, tell: Tell) -> Restored:
    """Bring back what `checked` has read. Raises Conflict (not empty), Damaged, Unavailable."""
    kept = [backup.Copied(one.name, one.columns, one.kept.rows) for one in manifest.tables]
    files = {one.name: one.kept for one in manifest.tables}
    # All or nothing, so it may be tried again: programs that run meanwhile may hold tables in another order.
    fresh = patiently(lambda: backup.bring_back(
        places.engine, manifest.id, manifest.taken_at, manifest.schema, kept, lambda name: folder.reading(files[name])
    ))  # fmt: skip
    tell(f"catalogue: {sum(one.rows for one in kept):,} rows" if fresh else "catalogue: brought back before; going on")
    done = Counter[bool]()
    same_bucket = manifest.buckets.get("originals") == places.buckets["originals"]
    objects = folder.objects(manifest)
    while part := list(islice(objects, _PART)):
        for was_there, number in _place(places, folder, part, same_bucket).items():
            done[was_there] += number
        tell(f"objects: {done.total():,} of {manifest.objects.rows:,}")
    people = Counter[str]()
    known = accounts.names(places.user_pool_id)
    for account in _people(folder, manifest):
        people[_bring_back(places.user_pool_id, account, known)] += 1
        people["app"] += account.totp
    return Restored(not fresh, done[False], done[True], dict(people))


def _place(places: Places, folder: Folder, part: list[Stored], same_bucket: bool) -> Counter[bool]:
    """Put these objects into the buckets as far as they are not there; by whether they were."""
    open_ones, pictures = patiently(lambda: _known(places, [one for one in map(_picture, part) if one]))

    def put(one: Stored) -> tuple[bool, str | None]:
        bucket, image_id = places.buckets[one.bucket], _picture(one)
        if one.bucket == "renditions":
            there = patiently(lambda: storage.head(bucket, one.key))
            if there and there.size == one.bytes:
                return True, None
            patiently(lambda: storage.put(bucket, one.key, folder.read_object(one), one.content_type))
            return False, None
        if image_id in pictures and image_id not in open_ones:
            return True, None  # put there by a restore that was broken off
        if same_bucket and one.version and patiently(lambda: storage.head(bucket, one.key, one.version)):
            return True, one.version
        content = folder.read_object(one)
        return False, patiently(lambda: storage.put_original(bucket, one.key, content, one.content_type, one.metadata))

    done, versions = Counter[bool](), dict[UUID, str]()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for one, (was_there, version) in in_order(pool, put, part):
            done[was_there] += 1
            if version and (image_id := _picture(one)):
                versions[image_id] = version
    patiently(lambda: _note(places, versions))
    return done


def _known(places: Places, images: list[UUID]) -> tuple[set[UUID], set[UUID]]:
    """Which of these have no version noted yet, and which are in the catalogue at all."""
    with transaction(places.engine) as connection:
        return backup.unplaced(connection, images), backup.still_named(connection, images)


def _note(places: Places, versions: dict[UUID, str]) -> None:
    with transaction(places.engine) as connection:
        backup.placed(connection, versions)


def _picture(one: Stored) -> UUID | None:
    """Whose original it is."""
    return Arrival("", one.key).image_id if one.bucket == "originals" and is_ours(one.key) else None


def _people(folder: Folder, manifest: Manifest) -> Iterator[Account]:
    return folder.lines(manifest.people, Account)


def _bring_back(pool_id: str, account: Account, known: dict[str, str]) -> str:
    if account.status == accounts.NEVER_CONFIRMED:
        return "never confirmed"
    username = known.get(account.email.lower())
    patiently(lambda: accounts.bring_back(pool_id, account, username))
    return "there" if username else "made"
