"""Tantivy: integers as terms for what is asked, as fast columns for what is counted.

Its aggregations cannot compare inside a list, so labels are kept at each 5 % of confidence, and as pairs with the
confidence in between: any confidence is one step and what lies between two. An aggregation gives 65,000 values at most:
pairs are counted 2.5 % at a time.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import tantivy
from tantivy import FieldType, Occur, Order, Query

from benchmarks.database import memory
from benchmarks.peers.answers import Answer, Counts, most_frequent
from benchmarks.peers.plain import ATTRIBUTES, SHOWN, STEPS, Dictionary, Images, Plain, around, images
from benchmarks.peers.texts import codes, joined, several, single
from benchmarks.queries import LIMIT
from pixplore.synthesis import made_up as lists

_INDEXED = ("tag", "word", *ATTRIBUTES)
_BOTH = ("category", "price")
BINS = (0, *range(225, 1000, 25))
MOST = 65_000


class Peer:
    note = "u64 terms and fast columns; labels at each 5 % and as pairs between, by 2.5 %"
    settings = ("1 thread",)
    inside = True

    def build(self, count: int, seed: int, dictionary: Dictionary) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="bench-tantivy-"))
        making = tantivy.SchemaBuilder()
        for name in _INDEXED:
            making.add_unsigned_field(name, indexed=True)
        for name in (*_BOTH, *(f"l{step}" for step in STEPS), *(f"p{low}" for low in BINS)):
            making.add_unsigned_field(name, indexed=True, fast=True)
        making.add_integer_field("created", indexed=True, fast=True)
        making.add_unsigned_field("number", fast=True)
        self._schema = making.build()
        self._index = tantivy.Index(self._schema, path=str(self._folder))
        writer = self._index.writer(2_000_000_000, num_threads=1)
        for chunk in images(count, seed, dictionary):
            for document in _documents(chunk):
                writer.add_json(document)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def use(self, setting: str) -> None:
        pass

    def answer(self, asked: Plain) -> Answer:
        forms = asked.forms()
        queries = [self._query(form) for form in forms]
        found = self._searcher.search(queries[0], LIMIT, count=True, order_by_field="number", order=Order.Asc)
        plain, pairs = _label_facet(asked.low)
        category = {"category": _terms("category", LIMIT)}
        same = forms[1] == forms[2]
        counted = self._searcher.aggregate(queries[1], plain | category if same else plain)
        categories = counted if same else self._searcher.aggregate(queries[2], category)
        for name in pairs:
            counted |= self._searcher.aggregate(queries[1], {name: _terms(name, MOST)})
        rows = [number for number, _ in found.hits]
        return Answer(rows, found.count, _labels(asked, counted), _buckets(categories["category"]))

    def size(self) -> int:
        return sum(file.stat().st_size for file in self._folder.iterdir())

    def memory(self) -> float:
        return memory([os.getpid()])

    def close(self) -> None:
        shutil.rmtree(self._folder)

    def _term(self, field: str, code: int) -> Query:
        return Query.term_query(self._schema, field, code, "basic")

    def _any(self, field: str, codes: tuple[int, ...]) -> Query:
        return Query.term_set_query(self._schema, field, list(codes)) if codes else Query.empty_query()

    def _range(self, field: str, kind: FieldType, low: int | None, high: int | None, terms: bool = False) -> Query:
        return Query.range_query(self._schema, field, kind, low, high, use_inverted_index=terms)

    def _label(self, label: int, low: int) -> Query:
        """From the next step on by one term, below it by the pairs between."""
        step, above = around(low)
        if step == low:
            return self._term(f"l{step}", label)
        last = above or 1001
        between = Query.boolean_query([
            (Occur.Should, self._range(
                name, FieldType.Unsigned, label << 10 | low, label << 10 | last - 1, terms=True
            ))
            for name in _bins(low, last)
        ])  # fmt: skip
        if above is None:
            return between
        return Query.boolean_query([(Occur.Should, self._term(f"l{above}", label)), (Occur.Should, between)])

    def _query(self, form: Plain) -> Query:
        must = [self._label(label, form.low) for label in form.all]
        if form.any:
            must.append(Query.boolean_query([(Occur.Should, self._label(label, form.low)) for label in form.any]))
        must += [self._term("tag", tag) for tag in form.tags]
        must += [self._any("tag", form.any_tags)] if form.any_tags else []
        must += [self._any("category", form.categories)] if form.categories else []
        must += [self._any(name, some) for name, some in form.attributes.items()]
        for complete, labels in form.words:
            said = [(Occur.Should, self._any("word", complete)), (Occur.Should, self._any(f"l{SHOWN}", labels))]
            must.append(Query.boolean_query(said))
        if form.price:
            must.append(self._range("price", FieldType.Unsigned, *form.price))
        if form.since is not None or form.until is not None:
            until = None if form.until is None else form.until - 1
            must.append(self._range("created", FieldType.Integer, form.since, until))
        parts = [(Occur.Must, Query.const_score_query(one, 0.0)) for one in must or [Query.all_query()]]
        return Query.boolean_query([*parts, *((Occur.MustNot, self._label(label, form.low)) for label in form.none)])


def _terms(field: str, most: int) -> dict[str, Any]:
    return {"terms": {"field": field, "size": most, "segment_size": most}}


def _bins(low: int, last: int) -> list[str]:
    """The fields with pairs from `low` up to `last` (excluded)."""
    return [f"p{bin}" for bin, end in zip(BINS, [*BINS[1:], 1001], strict=True) if bin < last and end > low]


def _label_facet(low: int) -> tuple[dict[str, Any], list[str]]:
    """What to count, and the fields of pairs to count by themselves."""
    step, above = around(low)
    if step == low:
        return {"exact": _terms(f"l{step}", LIMIT)}, []
    return {"above": _terms(f"l{above}", len(lists.LABELS))} if above else {}, _bins(low, above or 1001)


def _labels(asked: Plain, counted: dict[str, Any]) -> Counts:
    if "exact" in counted:
        return _buckets(counted["exact"])
    counts = np.zeros(len(lists.LABELS), np.int64)
    for bucket in counted.get("above", {"buckets": ()})["buckets"]:
        counts[int(bucket["key"])] += bucket["doc_count"]
    for name in counted.keys() & {f"p{bin}" for bin in BINS}:
        for bucket in counted[name]["buckets"]:
            pair = int(bucket["key"])
            if pair & 1023 >= asked.low:
                counts[pair >> 10] += bucket["doc_count"]
    return most_frequent(counts)


def _buckets(found: dict[str, Any]) -> Counts:
    return [(int(bucket["key"]), bucket["doc_count"]) for bucket in found["buckets"]]


def _documents(chunk: Images) -> list[str]:
    """Each image as a JSON object."""
    columns = {"number": codes(chunk.numbers()), "created": codes(chunk.created)} | single(chunk)
    columns |= {name: joined("[", texts, "]") for name, texts in several(chunk, BINS).items()}
    fields = [pc.fill_null(joined(f',"{name}":', texts), "") for name, texts in columns.items()]
    return joined("{", pc.utf8_slice_codeunits(joined(*fields), start=1), "}").to_pylist()
