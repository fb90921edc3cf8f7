"""Random questions, and whether an engine answers them as the oracle does: the same for every Finder."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from pixplore.finding import SORTS, Finder
from pixplore.query import Query, as_filters, parse_query
from tests.contract import catalogues as c
from tests.contract.oracle import UNSET, Oracle, Pairs

FACETS = ("label", "tag", "category", "colour", "status", "uploader", "batch_id", "orientation", "collection", "sku",
          "date", "day", "attribute", "attr.brand", "attr.price", "attr.sold out")  # fmt: skip
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
WORDS = """re|shoe|CAFE|café|42e|eu|img 00|"red shoe"|red-sh|ab-1|foot|zz|"running shoe"|summer|acm|10|100|jpg x
sumer|sumnre|running-sho shoe|fotwear|footwaer ab|tabelwrae|"sumer"|umlauts|42eu|42eux|gloobex red|shoo|&&|ete
runing shoe|crme|cremes x|red x shoe|0042i|zzzzzzzz|red red|x "img"|ab-1 ab""".replace("\n", "|").split("|")
PLAIN = st.fixed_dictionaries(
    {},
    optional={
        "q": st.sampled_from(WORDS),
        "created_from": st.integers(0, 12).map(lambda n: (c.START + c.timedelta(hours=n * 9)).isoformat()),
        "min_width": st.sampled_from(["0", "11", "60"]),
        "min_height": st.sampled_from(["0", "60"]),
        "max_width": st.sampled_from(["60", "99", "100"]),
        "max_height": st.sampled_from(["60", "100"]),
        "attr.price.gte": st.sampled_from(["-5", "5", "7.5", "1e1"]),
        "attr.price.lte": st.sampled_from(["10", "10.5", "100"]),
        "trashed": st.sampled_from(["true", "false"]),
        "min_confidence": c.confidences.map(str) | st.sampled_from(["0", "54.95", "79.99", "55.0000000001"]),
        "max_confidence": c.confidences.map(str) | st.sampled_from(["54.95", "80.05"]),
    },
)


def bare(name: str) -> str:
    return name.removeprefix("not_").removeprefix("any_")


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


@dataclass(frozen=True)
class Question:
    """`within` is another query around it; `limit` the page's, `top` the facets'."""

    pairs: Pairs
    within: Pairs | None
    facets: list[str]
    top: int
    sort: str
    prefix: str
    limit: int
    any_word: bool = True

    @property
    def query(self) -> Query:
        query, _ = parse_query(self.pairs)
        assert parse_query(spread(as_filters(query)))[0] == query
        return query if self.within is None else replace(query, within=parse_query(self.within)[0])


questions: st.SearchStrategy[Question] = st.builds(
    Question,
    pairs=queries(),
    within=st.none() | st.none() | st.none() | queries(),
    facets=st.lists(st.sampled_from(FACETS), min_size=1, max_size=4, unique=True),
    top=st.sampled_from([1, 2, 1000]),
    sort=st.sampled_from(SORTS),
    prefix=st.sampled_from(["s", "É", "1", "%", "A"]),
    any_word=st.booleans(),
    limit=st.integers(1, 5),
)


def agree(finder: Finder, pictures: list[c.Picture], asked: Question) -> None:
    """Assert that every answer to the question is the oracle's: ids, order, totals, facets, pages, likeness."""
    oracle, query = Oracle(pictures, asked.pairs, asked.within), asked.query
    sort = asked.sort if asked.sort != "relevance" or oracle.phrases else "newest"
    page = finder.page(query, asked.sort, 200, facets=asked.facets, facet_limit=asked.top)
    assert (page.total, page.spelling, page.next_cursor) == (oracle.total(), oracle.spelling, None)
    assert list(map(str, page.ids)) == oracle.ids(sort)
    for name, facet in page.facets.items():
        assert (facet.values, facet.unset, facet.distinct) == oracle.facet(name, asked.top), name
    assert walk(finder, query, asked.sort, asked.limit) == page.ids
    assert list(map(str, finder.ids(query))) == oracle.ids("newest")
    total, facets = finder.count(query, asked.facets, asked.top)
    assert total == page.total
    for name, facet in facets.items():
        assert (facet.values, facet.unset, facet.distinct) == oracle.facet(name, asked.top, own=True), name
    one = finder.facet(query, asked.facets[0], asked.top, asked.prefix, asked.any_word)
    begun = oracle.facet(asked.facets[0], asked.top, asked.prefix, any_word=asked.any_word)
    assert (one.values, one.unset, one.distinct) == begun
    assert finder.likest(query, looks(UUID(int=1)), asked.limit) == likest(oracle, asked.limit)
    seen = finder.hashed(query)
    assert {(UUID(bytes=i.tobytes()), at, h) for i, at, h in zip(seen.ids, seen.created, seen.hashes, strict=True)} == {
        (one.id, micros(one.created_at), looks_hash(one.id))
        for one in oracle.found()
        if looks(one.id) and looks_hash(one.id) is not None
    }


def walk(finder: Finder, query: Query, sort: str, limit: int) -> list[UUID]:
    """The ids of all pages."""
    seen, after = [], None
    while True:
        page = finder.page(query, sort, limit, after)
        seen += page.ids
        if (after := page.next_cursor) is None:
            return seen
        assert len(page.ids) == limit


def spread(filters: dict[str, object]) -> Pairs:
    return [(k, str(v)) for k, many in filters.items() for v in (many if isinstance(many, list) else [many])]


def looks(image_id: UUID) -> bytes:
    """One of seven embeddings, so that some are equal; none for an eighth."""
    kind = image_id.int % 8
    drawn = np.random.default_rng(kind).standard_normal(256)
    return (drawn / np.linalg.norm(drawn)).astype("<f2").tobytes() if kind else b""


def looks_hash(image_id: UUID) -> int | None:
    """A perceptual hash, the signed extremes among them; none for every third."""
    return [None, -(2**63), 2**63 - 1, -1, 0, 77][image_id.int % 6] if image_id.int % 3 else None


def micros(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def embed(connection: Connection, pictures: list[c.Picture]) -> None:
    """Give the pictures that are written their embeddings and perceptual hashes."""
    rows = [{"i": one.id, "e": looks(one.id) or None, "h": looks_hash(one.id)} for one in pictures]
    if rows:
        connection.execute(text("update image set embedding = :e, phash = :h where id = :i"), rows)


def likest(oracle: Oracle, limit: int) -> list[tuple[UUID, float]]:
    number: Callable[[bytes], list[float]] = lambda raw: np.frombuffer(raw, "<f2").tolist()  # noqa: E731
    wanted = number(looks(UUID(int=1)))
    alike = {
        one.id: sum(a * b for a, b in zip(wanted, number(seen), strict=True))
        for one in oracle.found()
        if (seen := looks(one.id))
    }
    return sorted(alike.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]
