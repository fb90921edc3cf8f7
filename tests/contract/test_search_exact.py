"""Search, facets, cursors and charts against a brute-force oracle, on random catalogues and random queries."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from pixplore.catalogue import facets as facet_module
from pixplore.catalogue import insights
from pixplore.catalogue.database import open_engine
from pixplore.catalogue.search import search
from pixplore.catalogue.snapshot import snapshot, transaction
from pixplore.query import as_filters, parse_query
from tests.contract import catalogues as c
from tests.contract.oracle import UNSET, Oracle, Pairs

FACETS = ("label", "tag", "category", "colour", "status", "uploader", "batch_id", "orientation", "collection", "sku",
          "date", "day", "attribute", "attr.brand", "attr.price", "attr.sold out")  # fmt: skip
BOUNDED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture(scope="module")
def engine(new_database: Callable[..., str]) -> Iterator[Engine]:
    made = open_engine(new_database())
    yield made
    made.dispose()


VALUES: dict[str, list[str]] = {
    "label": [*c.LABELS, "Unknown"],
    "tag": [*c.TAGS, "unknown"],
    "category": c.CATEGORIES,
    "colour": c.COLOURS,
    "status": ["ready", "gone"],
    "uploader": c.UPLOADERS,
    "batch_id": [str(i) for i in c.BATCHES],
    "orientation": ["landscape", "portrait", "square"],
    "collection": [str(i) for i in c.COLLECTIONS],
    "sku": c.SKUS,
    "attr.brand": c.ATTRIBUTES["brand"],
    "attr.price": ["5", "10.5", "cheap", "-3"],
    "attr.sold out": ["true", "false"],
    "attr.none": ["x"],
}
NAMES = [kind + name for name in VALUES for kind in ("", "not_", "any_") if kind != "any_" or name in ("label", "tag")]
WORDS = (
    """re|shoe|CAFE|café|42e|eu|img 00|"red shoe"|red-sh|ab-1|foot|zz|"running shoe"|summer|acm|10|100|jpg x|x "img\""""
)
PLAIN = st.fixed_dictionaries(
    {},
    optional={
        "q": st.sampled_from(WORDS.split("|")),
        "created_from": st.integers(0, 12).map(lambda n: (c.START + c.timedelta(hours=n * 9)).isoformat()),
        "min_width": st.sampled_from(["0", "11", "60"]),
        "min_height": st.sampled_from(["0", "60"]),
        "attr.price.gte": st.sampled_from(["-5", "5", "7.5", "1e1"]),
        "attr.price.lte": st.sampled_from(["10", "10.5", "100"]),
        "trashed": st.sampled_from(["true", "false"]),
        "min_confidence": c.confidences.map(str) | st.just("0"),
        "max_confidence": c.confidences.map(str),
    },
)


@st.composite
def queries(draw: st.DrawFn) -> Pairs:
    plain = draw(PLAIN)
    if float(plain.get("min_confidence", 0)) > float(plain.get("max_confidence", 100)):
        del plain["max_confidence"]
    if "created_from" in plain and draw(st.booleans()):
        plain["created_to"] = (c.datetime.fromisoformat(plain["created_from"]) + c.timedelta(hours=40)).isoformat()
    chosen = draw(st.lists(st.sampled_from(NAMES), max_size=3, unique=True))
    # `label` and its any-of, so that multi-select has something to get wrong in most examples
    pairs = [
        (name, value)
        for name in chosen
        for value in draw(st.lists(st.sampled_from([*VALUES[bare(name)], UNSET]), min_size=1, max_size=4))
    ]
    return [*plain.items(), *pairs]


Question = tuple[Pairs, list[str], int, str, str]


def questions() -> st.SearchStrategy[Question]:
    return st.tuples(
        queries(),
        st.lists(st.sampled_from(FACETS), min_size=1, max_size=4, unique=True),
        st.sampled_from([1, 2, 1000]),
        st.sampled_from(["newest", "oldest", "name", "relevance"]),
        st.sampled_from(["s", "É", "1", "%", "A"]),
    )


def bare(name: str) -> str:
    return name.removeprefix("not_").removeprefix("any_")


def fill(engine: Engine, pictures: list[c.Picture]) -> None:
    with transaction(engine) as connection:
        c.empty(connection)
        c.write(connection, pictures)


@BOUNDED
@given(pictures=c.catalogues, asked=st.lists(questions(), min_size=3, max_size=3), limit=st.integers(1, 5))
def test_every_total_page_and_facet_is_the_oracles(
    engine: Engine, pictures: list[c.Picture], asked: list[Question], limit: int
) -> None:
    fill(engine, pictures)
    for pairs, names, top, sort, prefix in asked:
        oracle = Oracle(pictures, pairs)
        query, _ = parse_query(pairs)
        assert parse_query(_spread(as_filters(query)))[0] == query
        with snapshot(engine) as connection:
            found = search(connection, query, limit=200, facets=names, facet_limit=top)
            assert found.total == oracle.total() == len(found.entries)
            for name, facet in found.facets.items():
                assert (facet.values, facet.unset, facet.distinct) == oracle.facet(name, top), name
            walked = _walk(connection, query, sort, limit)
            if sort == "relevance" and query.q:
                assert sorted(walked) == sorted(oracle.ids("newest"))
            else:
                assert walked == oracle.ids("newest" if sort == "relevance" else sort)
            one = facet_module.facet(connection, query, names[0], top, prefix)
            assert (one.values, one.unset, one.distinct) == oracle.facet(names[0], top, prefix)


@settings(BOUNDED, max_examples=25)
@given(pictures=c.catalogues, pairs=queries(), by=st.booleans(), of=st.none() | st.sampled_from(c.LABELS),
       width=st.sampled_from(["5", "12.5", "33"]))  # fmt: skip
def test_every_row_of_every_chart_is_what_its_query_finds(
    engine: Engine, pictures: list[c.Picture], pairs: Pairs, by: bool, of: str | None, width: str
) -> None:
    fill(engine, pictures)
    query, _ = parse_query(pairs)
    with snapshot(engine) as connection:
        rows = [(row.count, row.query) for row in insights.labels(connection, query, 20, by).rows]
        rows += [(row.count, row.query) for row in insights.confidence(connection, query, c.Decimal(width), of)]
    for number, again in rows:
        assert number == Oracle(pictures, _spread(as_filters(again))).total()


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
            page = search(connection, query, sort, 2, after)
        seen += [str(entry.id) for entry in page.entries]
        if (after := page.next_cursor) is None:
            break
        if late:
            with transaction(engine) as connection:
                c.write(connection, [late.pop()])
    assert len(seen) == len(set(seen))
    assert {str(p.id) for p in pictures if not p.deleted} <= set(seen)


def _walk(connection: c.Connection, query: object, sort: str, limit: int) -> list[str]:
    seen, after = [], None
    while True:
        page = search(connection, query, sort, limit, after)
        seen += [str(entry.id) for entry in page.entries]
        if (after := page.next_cursor) is None:
            return seen
        assert len(page.entries) == limit


def _spread(filters: dict[str, object]) -> Pairs:
    return [(k, str(v)) for k, many in filters.items() for v in (many if isinstance(many, list) else [many])]
