"""Index, SQL and the oracle: one catalogue in PostgreSQL, read into the index as replicas read it, then changed."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from pixplore.catalogue import feed
from pixplore.catalogue.database import open_engine
from pixplore.catalogue.search import SqlFinder
from pixplore.catalogue.snapshot import snapshot, transaction
from pixplore.index.build import build
from pixplore.index.index import Index, open_index
from tests.contract import catalogues as c
from tests.contract.questions import Question, agree, embed, questions


@pytest.fixture(scope="module")
def engine(new_database: Callable[..., str]) -> Iterator[Engine]:
    made = open_engine(new_database())
    yield made
    made.dispose()


@settings(
    max_examples=int(os.environ.get("PIXPLORE_EXAMPLES", "60")) // 3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    first=c.catalogues, more=c.catalogues, keep=st.integers(0, 14), asked=st.lists(questions, min_size=3, max_size=3)
)
def test_all_three_agree(
    engine: Engine, first: list[c.Picture], more: list[c.Picture], keep: int, asked: list[Question]
) -> None:
    pictures = {one.id: one for one in first}
    with TemporaryDirectory() as folder:
        with transaction(engine) as connection:
            c.empty(connection)
            c.write(connection, first)
            embed(connection, first)
        with snapshot(engine) as connection:
            build(feed.everything(connection), feed.labels(connection), Path(folder) / "index", 1)
            index = open_index(Path(folder) / "index")
            for one in asked:
                _all(index, SqlFinder(connection), pictures, one)
        gone = [one.id for one in first[keep:]]
        came = [one for one in more if one.id not in pictures or one.id in gone]
        with transaction(engine) as connection:
            connection.execute(text("delete from image where id = any(:ids)"), {"ids": gone})
            c.write(connection, came)
            embed(connection, came)
        pictures = {one.id: one for one in [*first[:keep], *came]}
        with snapshot(engine) as connection:
            rows = feed.rows_of(connection, [one.id for one in came])
            index = index.apply(rows, gone, 2, feed.labels_of(connection, rows))
            for one in asked:
                _all(index, SqlFinder(connection), pictures, one)


def _all(index: Index, sql: SqlFinder, pictures: dict[object, c.Picture], asked: Question) -> None:
    for finder in (index, sql):
        agree(finder, list(pictures.values()), asked)
    ours, theirs = (finder.page(asked.query, asked.sort, asked.limit) for finder in (index, sql))
    assert ours == theirs  # the cursor too: either engine goes on where the other stopped
