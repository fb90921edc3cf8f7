"""Checks of what an installation stands on: settings, disk, database, clocks, buckets, queues, recogniser, people."""

import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from pixplore.aws import clients, condition, queue, recognition, storage
from pixplore.catalogue import condition as database_condition
from pixplore.catalogue import originals, purge, repair
from pixplore.catalogue.snapshot import Engine, snapshot
from pixplore.doctor.finding import Finding
from pixplore.errors import NotFound, Unavailable
from pixplore.settings import DatabaseSettings, PoolSettings, QueueSettings, StorageSettings, TrashSettings, trouble

LEAST_DISK = 10**9  # bytes
MOST_SKEW_S = 30.0
"""Codes of authenticator apps change that often; signatures of AWS bear five minutes."""
LONG_S = 600
"""A file that has not moved for so long is stuck."""
LATE_S = 300
"""The sweep comes each minute."""
_NEWEST = 20
_MANY = 10_000


def settings() -> Iterator[Finding]:
    faults = [
        fault for kind in (DatabaseSettings, StorageSettings, QueueSettings, PoolSettings) if (fault := trouble(kind))
    ]
    for fault in faults:
        yield Finding("settings", False, f"{fault}. `make run` writes them for one machine.")
    if not faults:
        yield Finding("settings", True, "all are set")
    clients.credentials()


def home(folder: Path) -> Iterator[Finding]:
    """Room on the disk, and that nobody else reads the secrets. Only where this machine has a home."""
    if not folder.is_dir():
        return
    free = shutil.disk_usage(folder).free
    told = f"{free / 1e9:,.1f} GB are free where {folder} lies"
    yield Finding("disk", free >= LEAST_DISK, told if free >= LEAST_DISK else f"Only {told}: make room, at least 1 GB.")
    open_to_others = [
        path for path in (folder, folder / "secrets", *(folder / "secrets").glob("*"), folder / "endpoints.json")
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]  # fmt: skip
    for path in open_to_others:
        yield Finding("private files", False, f"Others on this machine may read {path}: run chmod go-rwx {path}.")
    if not open_to_others:
        yield Finding("private files", True, "only their owner reads them")


def models(folder: Path) -> Iterator[Finding]:
    """Only where this machine has a home that was started once."""
    if not folder.is_dir():
        return
    from pixplore.vision import model

    names = (model.CLASSIFIER_FILE, model.LIKENESS_FILE, model.MODERATION_FILE)
    missing = [name for name in names if not (folder / name).exists()]
    for name in missing:
        yield Finding(
            "models", False, f"{folder / name} is missing, and pictures wait: run `python -m pixplore models`."
        )
    if not missing:
        yield Finding("models", True, "are there")


def database(engine: Engine) -> Iterator[Finding]:
    with snapshot(engine) as connection:
        server, schema = database_condition.server(connection), database_condition.tables(connection)
    known = f"PostgreSQL {server.version // 10_000}.{server.version % 10_000}"
    if server.version < database_condition.LEAST_VERSION:
        yield Finding("database", False, f"This is {known}: Pixplore needs 15 or newer.")
    if server.read_only:
        yield Finding("database", False, "It only reads (a standby, perhaps): DATABASE_URL must name the writer.")
    if server.used > 0.9 * server.most:
        said = f"{server.used} of {server.most} connections are in use: raise max_connections, or run fewer workers."
        yield Finding("database", False, said)
    if schema.trouble:
        yield Finding("schema", False, schema.trouble)
        return
    yield Finding("database", True, f"{known} answers, {server.used} of {server.most} connections in use")
    yield Finding("schema", True, f"{schema.found}, the newest")


def clock(engine: Engine, now: datetime | None = None) -> Iterator[Finding]:
    """This machine's clock, or `now`, against the database's."""
    with snapshot(engine) as connection:
        theirs = database_condition.server(connection).now
    skew = ((now or datetime.now(UTC)) - theirs).total_seconds()
    if abs(skew) > MOST_SKEW_S:
        way = "ahead of" if skew > 0 else "behind"
        said = (f"This machine's clock is {abs(skew):,.0f} s {way} the database's: sign-ins and signed addresses fail. "
                "Set both by NTP.")  # fmt: skip
        yield Finding("clock", False, said)
    else:
        yield Finding("clock", True, "agrees with the database's")


def buckets() -> Iterator[Finding]:
    names = StorageSettings()  # type: ignore[call-arg]
    for part, name in (("originals", names.originals_bucket), ("renditions", names.renditions_bucket)):
        try:
            found = condition.bucket(name)
        except NotFound:
            yield Finding(part, False, f"There is no bucket {name}: make it, or set the right name.")
            continue
        except Unavailable as error:
            yield Finding(part, False, error.detail)
            continue
        if part == "originals" and not found.versioned:
            yield Finding(part, False, f"{name} keeps no versions: turn versioning on, or a deleted file is lost.")
        if part == "originals" and not found.announces:
            said = f"{name} does not tell EventBridge of new files: turn that on, or only the sweep finds them."
            yield Finding(part, False, said)
        if part == "renditions" or (found.versioned and found.announces):
            yield Finding(part, True, f"{name} answers")
        yield from _keeping(part, name, found.versioned)


def _keeping(part: str, name: str, versioned: bool) -> Iterator[Finding]:
    """That nobody else reads the bucket, and that what docs/privacy.md promises is taken away in time."""
    try:
        found = condition.keeping(name)
    except Unavailable as error:
        yield Finding(part, False, error.detail)
        return
    if found.closed is False:
        yield Finding(part, False, f"{name} may be opened to everybody: turn all of its Block Public Access on.")
    if found.public:
        yield Finding(part, False, f"The policy of {name} opens it to everybody: take that statement out.")
    if found.aborts is False:
        said = f"{name} keeps pieces of uploads that broke off: give it a lifecycle rule that aborts them."
        yield Finding(part, False, said)
    endless = versioned and found.older_days == 0
    if endless:
        said = f"{name} keeps deleted and replaced files for ever: give it a lifecycle rule that ends older versions."
        yield Finding(part, False, said)
    unasked = [what for what, told in (
        ("public access", found.closed), ("its policy", found.public), ("its lifecycle rules", found.aborts),
    ) if told is None]  # fmt: skip
    if unasked:
        said = f"not checked of {name}: {', '.join(unasked)}; the storage does not tell, or not to this role"
        yield Finding(part, None, said)
    if found.closed and not found.public and found.aborts and not endless:
        older = f", and older versions after {found.older_days:,} days" if versioned else ""
        yield Finding(part, True, f"{name} is closed to the public; its rules end broken uploads{older}")


def pictures(engine: Engine) -> Iterator[Finding]:
    """Whether the newest pictures' files are where the catalogue believes them to be, and all can be compared."""
    names = StorageSettings()  # type: ignore[call-arg]
    with snapshot(engine) as connection:
        newest = originals.newest(connection, _NEWEST)
        unlike = len(repair.pictures_to_relabel(connection, True, None, _MANY))
    lost = [one.name for one in newest if storage.head(names.originals_bucket, one.key, one.version) is None]
    bare = [
        one.name for one in newest
        if one.has_renditions and storage.head(names.renditions_bucket, f"{one.id}/thumb.webp") is None
    ]  # fmt: skip
    for what, missing in (("originals", lost), ("thumbnails", bare)):
        if missing:
            said = (
                f"Of the {len(newest)} newest pictures {len(missing)} {what} are not in storage (“{missing[0]}”): run "
            )
            yield Finding("pictures", False, said + "`python -m pixplore recover-original --all`.")
    if unlike:  # an older release wrote them, which knew another kind of likeness
        said = f"{unlike:,}{' or more' * (unlike == _MANY)} of an older release are not found as similar: run "
        yield Finding("pictures", False, said + "`python -m pixplore relabel --missing-embedding`.")
    if not lost and not bare and not unlike:
        yield Finding("pictures", True, f"the files of the newest {len(newest)} are there")


def trash(engine: Engine) -> Iterator[Finding]:
    """Whether what was there for its time is deleted for good."""
    days = TrashSettings().trash_days
    with snapshot(engine) as connection:
        late = purge.overdue(connection, days)
    if late:
        said = f"{late:,} pictures should have been deleted for good a day ago: see the sweep's log and its rights."
        yield Finding("trash", False, said)
    else:
        yield Finding("trash", True, f"emptied after {days} days" if days else "kept for ever")


def queues(engine: Engine) -> Iterator[Finding]:
    urls = QueueSettings()  # type: ignore[call-arg]
    waiting, dead = queue.depth(urls.queue_url), queue.depth(urls.dlq_url)
    with snapshot(engine) as connection:
        work = database_condition.work(connection, LATE_S)
    if condition.dead_letters_go_to(urls.queue_url) != urlsplit(urls.dlq_url).path.rsplit("/", 1)[-1]:
        yield Finding(
            "queue", False, "It has no rule that moves dead letters to PIXPLORE_DLQ_URL: set its redrive policy."
        )
    if work.waiting and work.oldest_s > LONG_S:
        said = f"{work.waiting:,} files wait, the longest for {work.oldest_s / 60:,.0f} min: "
        yield Finding("queue", False, said + "see whether label_image runs (its log, its concurrency).")
    else:
        yield Finding(
            "queue", True, f"{waiting.waiting + waiting.delayed:,} messages wait, {waiting.in_flight:,} in hand"
        )
    if work.unswept:
        said = (
            f"{work.unswept:,} files should have been looked at minutes ago: the sweep does not run; see its schedule."
        )
        yield Finding("sweep", False, said)
    else:
        yield Finding("sweep", True, "no file is overdue")
    if letters := dead.waiting + dead.in_flight:
        said = (
            f"{letters:,} messages could not be processed: see why and put them back under Operations > Dead letters."
        )
        yield Finding("dead letters", False, said)
    else:
        yield Finding("dead letters", True, "none")


def recogniser() -> Iterator[Finding]:
    from pixplore.vision import sample

    model = recognition.model(sample.jpeg())
    yield Finding("recogniser", True, f"answers with model {model}")


def people() -> Iterator[Finding]:
    ids = PoolSettings()  # type: ignore[call-arg]
    found = condition.pool(ids.user_pool_id, ids.client_id)
    faults = []
    if found.missing_groups:
        faults.append(f"The user pool has no group {' or '.join(found.missing_groups)}: make it.")
    if "ALLOW_REFRESH_TOKEN_AUTH" not in found.flows or "ALLOW_USER_PASSWORD_AUTH" not in found.flows:
        faults.append("The app client does not allow USER_PASSWORD_AUTH and REFRESH_TOKEN_AUTH: nobody can sign in.")
    if found.has_secret:
        faults.append("The app client has a secret, which Pixplore does not send: make one without.")
    if not found.admins:
        faults.append("No admin can sign in: put somebody into the group admin.")
    for fault in faults:
        yield Finding("user pool", False, fault)
    if not faults:
        yield Finding("user pool", True, f"answers; {found.admins:,} admins")
