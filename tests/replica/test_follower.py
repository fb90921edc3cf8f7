"""The live index: what is committed is soon found, nothing is lost, and no harm to its files harms an answer."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from pixplore.catalogue import changes, edit
from pixplore.catalogue.search import SqlFinder
from pixplore.catalogue.snapshot import snapshot, transaction
from pixplore.index import changed
from pixplore.query import Query
from pixplore.replica import builder as building
from pixplore.replica import follower as following
from pixplore.replica.generations import Generation, Generations
from tests.contract import catalogues
from tests.contract.catalogues import picture
from tests.replica.conftest import Start, ids, until, viewed


def newest(engine: Engine) -> int:
    with snapshot(engine) as connection:
        return changes.version(connection)


def by_sql(engine: Engine) -> set[UUID]:
    with snapshot(engine) as connection:
        return set(SqlFinder(connection).ids(Query()))


def test_what_is_committed_is_soon_found(engine: Engine, start: Start) -> None:
    follower = start()
    assert len(ids(viewed(follower, newest(engine)))) == 5
    waits = []
    for n in range(20):
        with transaction(engine) as connection:
            catalogues.write(connection, [picture(10 + n)])
        began = time.monotonic()
        view = viewed(follower, newest(engine))
        waits.append(time.monotonic() - began)
        assert picture(10 + n).id in ids(view)
    assert sorted(waits)[10] < 0.25


def test_every_kind_of_change_and_a_deleted_row(engine: Engine, start: Start) -> None:
    forgotten: list[UUID] = []
    follower = start(forget=lambda some: forgotten.extend(some or ()))
    viewed(follower, newest(engine))
    one, other = picture(0).id, picture(1).id
    with transaction(engine) as connection:
        edit.trash(connection, one, "ada@example.com")
        connection.execute(text("delete from image where id = :id"), {"id": other})
        version = changes.record(connection, "ada@example.com", "purge", [other])
    view = viewed(follower, version)
    assert ids(view) == by_sql(engine) == {picture(n).id for n in (2, 3, 4)}
    assert view.index.count(Query(trashed=True))[0] == 1
    assert {one, other} <= set(forgotten)


def test_a_late_commit_is_found_too(engine: Engine, start: Start) -> None:
    follower = start()
    viewed(follower, newest(engine))
    with transaction(engine) as slow:
        catalogues.write(slow, [picture(20)])
        with transaction(engine) as quick:
            catalogues.write(quick, [picture(21)])
        until(lambda: (view := follower.view()) and picture(21).id in ids(view))
    until(lambda: (view := follower.view()) and picture(20).id in ids(view))
    assert ids(viewed(follower, newest(engine))) == by_sql(engine)


def test_an_emptied_catalogue_is_begun_anew(engine: Engine, start: Start) -> None:
    follower = start()
    viewed(follower, newest(engine))
    with transaction(engine) as connection:
        catalogues.empty(connection)
        catalogues.write(connection, [picture(n) for n in range(30, 36)])
    until(lambda: (view := follower.view()) and ids(view) == by_sql(engine))


def test_a_large_catalogue_gets_a_snapshot_and_the_next_start_goes_on_from_it(
    engine: Engine, start: Start, tmp_path: Path
) -> None:
    first = start(small=0)
    assert ids(viewed(first, newest(engine))) == by_sql(engine)
    until(lambda: first.builder.built == 1)
    first.close()
    with transaction(engine) as connection:
        catalogues.write(connection, [picture(40)])
        edit.trash(connection, picture(0).id, "ada@example.com")
    second = start(small=0)
    assert ids(viewed(second, newest(engine))) == by_sql(engine)
    assert second.builder.built == 0
    assert second.built_in_s > 0


def test_many_changes_call_for_a_new_snapshot(
    engine: Engine, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the old one goes, once nobody uses it."""
    monkeypatch.setattr(following, "COMPACT_AT", 3)
    follower = start(small=0)
    view = viewed(follower, newest(engine))
    with transaction(engine) as connection:
        catalogues.write(connection, [picture(n) for n in range(50, 60)])
    until(lambda: follower.builder.built == 2 and (new := follower.view()) and new.index.changes == 0)
    assert ids(viewed(follower, newest(engine))) == by_sql(engine)
    assert len(ids(view)) == 5, "whoever holds the old view keeps it"
    folder = next((tmp_path / "index").iterdir())
    Generations(tmp_path / "index", folder.name).sweep()
    assert [path.name for path in folder.glob("g-*")] == ["g-2"]


def test_what_was_deleted_leaves_the_disk(
    engine: Engine, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One change is reason enough for a new snapshot once the old one is old."""
    gone = uuid4()
    with transaction(engine) as connection:
        catalogues.write(connection, [picture(70, id=gone)])
    first = start(small=0)
    viewed(first, newest(engine))
    first.close()
    (held,) = (tmp_path / "index").glob("*/g-1")
    content = [path.read_bytes() for path in held.rglob("*") if path.is_file()]
    assert any(gone.bytes in one for one in content)
    with transaction(engine) as connection:
        connection.execute(text("delete from image where id = :id"), {"id": gone})
        changes.record(connection, "system", "purge", [gone])
    monkeypatch.setattr(following, "OLD_S", 0.0)
    second = start(small=0)
    until(lambda: second.builder.built and second._held and second._held.path.name != "g-1")
    Generations(held.parent.parent, held.parent.name).sweep()
    left = [path for path in (tmp_path / "index").rglob("*") if path.is_file()]
    assert left
    assert [path for path in left if gone.bytes in path.read_bytes()] == []


def test_more_changes_than_can_be_applied_are_read_from_a_new_snapshot(
    engine: Engine, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then the older moment answers; once it is too old, nobody gets it."""
    monkeypatch.setattr(following, "MOST_CHANGES", 4)
    follower = start(small=0)
    viewed(follower, newest(engine))
    with transaction(engine) as connection:
        catalogues.write(connection, [picture(n) for n in range(60, 70)])
    version, seen = newest(engine), set()
    until(lambda: (view := follower.view()) is None or seen.add(len(ids(view))) or view.index.version >= version)
    assert seen == {5, 15}
    assert ids(viewed(follower, version)) == by_sql(engine)

    monkeypatch.setattr(follower.builder, "want", lambda: None)
    monkeypatch.setattr(following, "STALE_S", 1.0)
    with transaction(engine) as connection:
        catalogues.write(connection, [picture(n) for n in range(70, 80)])
    until(lambda: follower.lag_s > 0.5)
    view = follower.view()
    assert view is not None
    assert len(ids(view)) == 15
    until(lambda: follower.view() is None, 5)


def test_large_segments_are_folded_beside_the_changes(
    engine: Engine, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changed, "TIERS", (1, 2))
    follower = start(small=0)
    for n in range(80, 140, 5):
        with transaction(engine) as connection:
            catalogues.write(connection, [picture(n + more) for more in range(5)])
        viewed(follower, newest(engine))
    until(lambda: (view := follower.view()) and view.index.folding() is None)
    assert len(viewed(follower, newest(engine)).index.parts) <= 4, "twelve times five, in few segments"
    assert ids(viewed(follower, newest(engine))) == by_sql(engine)


@pytest.mark.parametrize("harm", ["flipped", "cut", "no note", "half a note", "gone"])
def test_a_damaged_snapshot_is_built_again(engine: Engine, start: Start, tmp_path: Path, harm: str) -> None:
    first = start(small=0)
    viewed(first, newest(engine))
    first.close()
    folder = next((tmp_path / "index").glob("*/g-1"))
    data, note = folder / "data.bin", folder / "feed.json"
    if harm == "flipped":
        raw = bytearray(data.read_bytes())
        raw[len(raw) // 2] ^= 1
        data.write_bytes(raw)
    elif harm == "cut":
        os.truncate(data, data.stat().st_size // 2)
    elif harm == "no note":
        note.unlink()
    elif harm == "half a note":
        note.write_text(note.read_text()[:50])
    else:
        (folder.parent / "CURRENT").write_text("g-77")
    second = start(small=0)
    assert ids(viewed(second, newest(engine))) == by_sql(engine)
    until(lambda: second.builder.built == 1)


def test_a_builder_killed_half_way_harms_nothing(
    database_url: str, engine: Engine, start: Start, tmp_path: Path
) -> None:
    """Nor does the death of who started it: the builder ends with it, and the next one clears up."""
    first = start(small=0)
    viewed(first, newest(engine))
    database = next((tmp_path / "index").iterdir()).name
    code = (
        "import os, sys, time; from pathlib import Path; from pixplore.replica.generations import Generations\n"
        "with Generations(Path(sys.argv[1]), sys.argv[2]).building() as part:\n"
        "    part.mkdir(); (part / 'data.bin').write_bytes(b'half'); print('at it', flush=True); time.sleep(60)"
    )
    killed = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "index"), database], stdout=subprocess.PIPE, text=True
    )
    assert killed.stdout is not None
    assert killed.stdout.readline() == "at it\n"
    busy = building.Builder(database_url, tmp_path / "index")
    busy.want()
    until(lambda: busy.look() or not busy.running)
    assert busy.built == 0, "one builder at a time"
    killed.send_signal(signal.SIGKILL)
    killed.wait()

    after = building.Builder(database_url, tmp_path / "index")
    after.want()
    until(lambda: after.look() or not after.running)
    assert after.built == 1
    assert not list((tmp_path / "index" / database).glob("part-*"))
    assert ids(viewed(first, newest(engine))) == by_sql(engine)


def test_a_snapshot_in_use_is_not_removed(engine: Engine, start: Start, tmp_path: Path) -> None:
    follower = start(small=0)
    viewed(follower, newest(engine))
    path = next((tmp_path / "index").glob("*/g-1"))
    held = Generation(path)
    follower.close()
    generations = Generations(tmp_path / "index", path.parent.name)
    (path.parent / "CURRENT").write_text("g-2")
    generations.sweep()
    assert path.exists()
    held.close()
    generations.sweep()
    assert not path.exists()


def test_while_the_database_is_away_nobody_gets_the_index(
    database_url: str, new_database, engine: Engine, start: Start
) -> None:
    follower = start()
    viewed(follower, newest(engine))
    from pixplore.catalogue.database import open_engine

    name = engine.url.database
    door = open_engine(new_database(empty=True))
    with door.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"alter database {name} allow_connections false"))
        connection.execute(
            text("select pg_terminate_backend(pid) from pg_stat_activity where datname = :n"), {"n": name}
        )
        until(lambda: follower.view() is None, 2)
        connection.execute(text(f"alter database {name} allow_connections true"))
    door.dispose()
    with transaction(engine) as connection:
        catalogues.write(connection, [picture(70)])
    assert ids(viewed(follower, newest(engine))) == by_sql(engine)
