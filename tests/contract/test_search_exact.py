"""Search, facets and cursors in SQL against a brute-force oracle, on random catalogues and random queries.

PIXPLORE_EXAMPLES says how many catalogues; `make test-search` asks for many.
"""

import os
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from pixplore.catalogue.database import open_engine
from pixplore.catalogue.search import SqlFinder
from pixplore.catalogue.snapshot import snapshot, transaction
from pixplore.query import parse_query
from tests.contract import catalogues as c
from tests.contract.edges import BARE, BARE_EDGES, EDGES, SHELF
from tests.contract.questions import Question, agree, embed, questions

BOUNDED = settings(
    max_examples=int(os.environ.get("PIXPLORE_EXAMPLES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def engine(new_database: Callable[..., str]) -> Iterator[Engine]:
    made = open_engine(new_database())
    yield made
    made.dispose()


def fill(engine: Engine, pictures: list[c.Picture]) -> None:
    with transaction(engine) as connection:
        c.empty(connection)
        c.write(connection, pictures)
        embed(connection, pictures)


@BOUNDED
@given(pictures=c.catalogues, asked=st.lists(questions, min_size=3, max_size=3))
def test_every_answer_is_the_oracles(engine: Engine, pictures: list[c.Picture], asked: list[Question]) -> None:
    fill(engine, pictures)
    for one in asked:
        with snapshot(engine) as connection:
            agree(SqlFinder(connection), pictures, one)


@pytest.mark.parametrize(("pictures", "asked"), [(SHELF, EDGES), (BARE, BARE_EDGES), ([], BARE_EDGES + EDGES[:4])])
def test_edges(engine: Engine, pictures: list[c.Picture], asked: list[Question]) -> None:
    fill(engine, pictures)
    with snapshot(engine) as connection:
        for one in asked:
            agree(SqlFinder(connection), pictures, one)


@settings(BOUNDED, max_examples=15)
@given(pictures=c.catalogues, late=st.lists(c.pictures, max_size=4, unique_by=lambda p: p.id),
       sort=st.sampled_from(["newest", "oldest", "name", "relevance"]))  # fmt: skip
def test_pages_hold_while_images_arrive(
    engine: Engine, pictures: list[c.Picture], late: list[c.Picture], sort: str
) -> None:
    fill(engine, pictures)
    late = [one for one in late if one.id not in {p.id for p in pictures}]
    query, _ = parse_query([])
    seen: list[str] = []
    after = None
    while True:
        with snapshot(engine) as connection:
            page = SqlFinder(connection).page(query, sort, 2, after)
        seen += map(str, page.ids)
        if (after := page.next_cursor) is None:
            break
        if late:
            with transaction(engine) as connection:
                c.write(connection, [late.pop()])
    assert len(seen) == len(set(seen))
    assert {str(p.id) for p in pictures if not p.deleted} <= set(seen)
