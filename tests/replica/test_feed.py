"""The feed of the index: every change is learned of exactly once, whenever it commits, and rows are as SQL has them."""

import json
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from pixplore.catalogue import changes, feed
from pixplore.catalogue.database import open_engine
from pixplore.catalogue.snapshot import snapshot, transaction


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = open_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def reader(database_url: str) -> Iterator[Engine]:
    made = feed.open_feed(database_url)
    yield made
    made.dispose()


def now(reader: Engine) -> feed.Moment:
    with snapshot(reader) as connection:
        return feed.moment(connection)


def since(reader: Engine, known: feed.Moment) -> feed.Changes:
    with snapshot(reader) as connection:
        found = feed.changes_since(connection, known)
    assert found is not None
    return found


def test_a_late_commit_below_the_highest_version_is_not_lost(engine: Engine, reader: Engine) -> None:
    early, late = uuid4(), uuid4()
    start = now(reader)
    with transaction(engine) as slow:
        lower = changes.record(slow, "test", "edit", [late])
        with transaction(engine) as quick:
            higher = changes.record(quick, "test", "edit", [early])
        assert lower < higher
        first = since(reader, start)
    with snapshot(reader) as connection:
        above = text("select image_id from change where seq > :seq")
        naive = connection.execute(above, {"seq": first.moment.newest}).scalars().all()
    second = since(reader, first.moment)

    assert first.images == [early]
    assert naive == [], "a watermark would never meet it: that is the trap"
    assert second.images == [late]
    assert since(reader, second.moment).images == []


def test_a_version_is_complete_only_when_nothing_below_it_may_come(engine: Engine, reader: Engine) -> None:
    with transaction(engine) as connection:
        before = changes.record(connection, "test", "edit", [uuid4()])
    start = now(reader)
    assert start.complete == before
    with transaction(engine) as slow:
        lower = changes.record(slow, "test", "edit", [uuid4()])
        with transaction(engine) as quick:
            higher = changes.record(quick, "test", "edit", [uuid4()])
        between = since(reader, start).moment
        with snapshot(reader) as connection:
            written_by = changes.transaction_of(connection, higher)
    after = since(reader, between).moment

    assert (between.newest, between.complete) == (higher, before)
    assert written_by is not None
    assert between.holds(written_by), "that version is in it all the same"
    assert lower < higher == after.complete


def test_a_transaction_given_up_holds_nothing_back(engine: Engine, reader: Engine) -> None:
    start = now(reader)
    with engine.connect() as lost, lost.begin() as given_up:
        changes.record(lost, "test", "edit", [uuid4()])
        with transaction(engine) as quick:
            version = changes.record(quick, "test", "edit", [uuid4()])
        between = since(reader, start).moment
        given_up.rollback()
    with reader.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        assert not feed.quiet_since(connection, between)
    after = since(reader, between)

    assert (after.images, after.moment.complete) == ([], version)
    with reader.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        assert feed.quiet_since(connection, after.moment)


def test_an_emptied_catalogue_is_another_one(engine: Engine, reader: Engine) -> None:
    start = now(reader)
    with transaction(engine) as connection:
        connection.execute(text("truncate image, change restart identity cascade"))
        changes.record(connection, "test", "import", [uuid4()])
    with snapshot(reader) as connection:
        assert feed.changes_since(connection, start) is None


_steps = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["write", "commit", "abort", "read"])), max_size=25)


@settings(max_examples=25, deadline=None)
@given(_steps)
def test_whatever_the_order_of_commits_each_is_read_once(postgres, new_database, steps) -> None:
    url = new_database()
    engine, reader = open_engine(url), feed.open_feed(url)
    open_ones: dict[int, tuple[object, object, list[UUID]]] = {}
    committed: list[UUID] = []
    read: list[UUID] = []
    known = now(reader)
    for who, what in [*steps, *((n, "commit") for n in range(4)), (0, "read")]:
        if what == "read":
            found = since(reader, known)
            read += found.images
            known = found.moment
            assert set(read) == set(committed)
        elif what == "write":
            if who not in open_ones:
                link = engine.connect()
                open_ones[who] = (link, link.begin(), [])
            one = uuid4()
            changes.record(open_ones[who][0], "test", "edit", [one])  # type: ignore[arg-type]
            open_ones[who][2].append(one)
        elif who in open_ones:
            link, work, ids = open_ones.pop(who)
            (work.commit if what == "commit" else work.rollback)()  # type: ignore[attr-defined]
            link.close()  # type: ignore[attr-defined]
            committed += ids if what == "commit" else []
    engine.dispose()
    reader.dispose()
    assert sorted(read) == sorted(committed), "each once, none lost"


VALUES = [
    "red",
    "",
    'a"b\\c',
    "l'été\n\t\x1f",
    "{}",
    "日本",
    "null",
    10,
    10.50,
    -3,
    1e300,
    True,
    None,
    [1, {"a": "}"}],
    {"x": '"'},
]


def test_rows_are_as_sql_gives_them(engine: Engine, reader: Engine) -> None:
    """Everything that the index is told, against a plain select of the same."""
    with transaction(engine) as connection:
        connection.execute(text(_FILL), {"values": json.dumps(VALUES)})
        connection.execute(text("update image set embedding = null, phash = null, terms = '{}' where name = 'N4'"))
        connection.execute(text("insert into collection values (:i, 'c', '', 'me', now())"), {"i": UUID(int=9)})
        connection.execute(text("insert into collection_image select :i, id from image limit 3"), {"i": UUID(int=9)})
    with snapshot(reader) as connection:
        parts = list(feed.everything(connection))
        plain = connection.execute(text(_PLAIN)).mappings().all()
        same = feed.rows_of(connection, [row["id"] for row in plain])
        nothing = feed.rows_of(connection, [uuid4()])
    assert sum(map(len, parts)) == len(same) == len(VALUES)
    assert (len(nothing), nothing.attributes) == (0, {})
    for rows in (*parts, same):
        _agree(rows, {row["id"]: row for row in plain})


_FILL = r"""
    insert into image (id, name, name_key, attributes, tags, terms, words, created_at, width, sku, phash, embedding,
                       deleted_at)
    select gen_random_uuid(), 'N' || n, 'n' || n, jsonb_build_object('plain', n, 'a"\ü', v), tags,
           array[n * 1024 + 5, 7 * 1024 + 1000], E' ab cd \n' || n || E' \x1f\x1f x \x1f',
           timestamptz '1960-02-29 12:00:00.000001+00' + n * interval '13 days', nullif(n, 3),
           nullif(v::text, '10'), -n, decode(repeat('003c', 256), 'hex'), case when n % 2 = 0 then now() end
      from (select v, n::int as n from jsonb_array_elements(cast(:values as jsonb)) with ordinality given(v, n)) given,
           lateral (select array_remove(array['t', v::text, 't'], '10') as tags) made
"""
_PLAIN = """
    select id, extract(epoch from created_at) * 1000000 as created, deleted_at is not null as trashed, width, name_key,
           terms, words, phash, embedding, tags, sku,
           (select jsonb_object_agg(key, value) from jsonb_each_text(attributes)) as attributes,
           array(select collection_id::text from collection_image where image_id = image.id) as collections
      from image
"""


def _agree(rows: feed.Rows, plain: dict[UUID, object]) -> None:
    for n, raw in enumerate(rows.ids):
        row = plain[UUID(bytes=raw.tobytes())]
        told = {name: one.values[one.codes[n]] for name, one in rows.attributes.items() if one.codes[n] >= 0}
        assert told == {name: value for name, value in row["attributes"].items() if value is not None}
        assert rows.created[n] == row["created"]
        assert rows.trashed[n] == row["trashed"]
        assert rows.width[n] == (-1 if row["width"] is None else row["width"])
        assert rows.name_keys[n] == row["name_key"]
        assert rows.terms[rows.term_offsets[n] : rows.term_offsets[n + 1]].tolist() == row["terms"]
        assert rows.has_phash[n] == (row["phash"] is not None)
        assert rows.phash[n] == (row["phash"] or 0)
        assert rows.has_embedding[n] == (row["embedding"] is not None)
        assert rows.embeddings[n].tobytes() == bytes(row["embedding"] or bytes(512))
        sku = rows.single["sku"]
        assert (sku.values[sku.codes[n]] if sku.codes[n] >= 0 else None) == row["sku"]
        assert _listed(rows.many["tag"], n) == row["tags"]
        assert _listed(rows.many["collection"], n) == row["collections"]
        spaced = row["words"].replace("\n", " \n ").replace("\x1f", " \x1f ")
        assert _listed(rows.words, n) == [token for token in spaced.split(" ") if token]
    for column in (*rows.attributes.values(), *rows.many.values(), rows.words):
        assert len(set(column.values)) == len(column.values)


def _listed(column: feed.Coded, row: int) -> list[str]:
    assert column.offsets is not None
    return [column.values[code] for code in column.codes[column.offsets[row] : column.offsets[row + 1]]]
