"""Every check, one line a finding; what stands on something that is away is not looked at."""

from collections.abc import Iterator

from pixplore import running
from pixplore.catalogue.database import open_engine
from pixplore.doctor import inside, outside
from pixplore.doctor.finding import Finding, looked
from pixplore.settings import AddressSettings, DatabaseSettings, PoolSettings, QueueSettings, StorageSettings, trouble

WELL, WRONG = 0, 1


def doctor() -> int:
    """Print what is found; 1 where anything is wrong."""
    wrong = 0
    for finding in findings():
        print(finding, flush=True)
        wrong += finding.well is False
    print("everything that was looked at is in order" if not wrong else f"{wrong} to be put right")
    return WRONG if wrong else WELL


def findings() -> Iterator[Finding]:
    if all(trouble(kind) for kind in (DatabaseSettings, StorageSettings, QueueSettings, PoolSettings)):
        said = (
            f"Nothing runs in {running.home()}, and the environment names no installation: start it with `make run`, "
        )
        yield Finding("settings", False, said + "set PIXPLORE_HOME to where it runs, or DATABASE_URL and the others.")
        return
    yield from looked("settings", inside.settings)
    yield from looked("disk", lambda: inside.home(running.home()))
    yield from looked("models", lambda: inside.models(running.home() / "models"))
    yield from _of_the_database()
    if not trouble(StorageSettings):
        yield from looked("buckets", inside.buckets)
    yield from looked("recogniser", inside.recogniser)
    if not trouble(PoolSettings):
        yield from looked("user pool", inside.people)
    addresses = AddressSettings()
    for part, address, check in (
        ("search API", addresses.search_api, outside.search_api),
        ("uploads API", addresses.uploads_api, outside.uploads_api),
        ("dashboard", addresses.dashboard, outside.dashboard),
    ):
        if address:
            yield from check(address.rstrip("/"))
        else:
            yield Finding(part, None, f"not looked at: PIXPLORE_{part.replace(' ', '_').upper()} is not set")


def _of_the_database() -> Iterator[Finding]:
    if trouble(DatabaseSettings):
        return
    engine = open_engine(DatabaseSettings().database_url, pool_size=1)  # type: ignore[call-arg]
    try:
        found = list(looked("database", lambda: inside.database(engine)))
        yield from found
        if not all(one.well for one in found if one.part in ("database", "schema")):
            yield Finding("pictures, queue", None, "not looked at while the database is not in order")
            return
        yield from looked("clock", lambda: inside.clock(engine))
        yield from looked("trash", lambda: inside.trash(engine))
        if not trouble(StorageSettings):
            yield from looked("pictures", lambda: inside.pictures(engine))
        if not trouble(QueueSettings):
            yield from looked("queue", lambda: inside.queues(engine))
    finally:
        engine.dispose()
