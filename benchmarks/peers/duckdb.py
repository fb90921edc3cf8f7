"""DuckDB, in memory: one table of images, and one each of labels, tags and words, sorted by what is asked."""

import os
from typing import Any

import duckdb
import pyarrow as pa

from benchmarks.database import memory
from benchmarks.peers.answers import Answer
from benchmarks.peers.plain import ATTRIBUTES, SHOWN, Dictionary, Images, Plain, images
from benchmarks.queries import LIMIT

_SORTED = {"said": "label, tenths, number", "tagged": "tag, number", "worded": "word, number"}


class Peer:
    note = "columns in memory; labels, tags, words as tables sorted by value; labels once more by image for counting"
    settings = ("1 thread", "2 threads")
    inside = True

    def build(self, count: int, seed: int, dictionary: Dictionary) -> None:
        self._link = duckdb.connect(":memory:")
        for chunk in images(count, seed, dictionary):
            for name, table in _tables(chunk).items():
                self._link.register("part", table)
                exists = chunk.first > 0
                self._link.execute(f"insert into {name} from part" if exists else f"create table {name} as from part")
                self._link.unregister("part")
        self._link.execute("create table counted as select number, label, tenths from said order by number")
        for name, order in _SORTED.items():
            self._link.execute(f"create or replace table {name} as select * from {name} order by {order}")

    def use(self, setting: str) -> None:
        self._link.execute(f"set threads = {setting.split()[0]}")

    def answer(self, asked: Plain) -> Answer:
        forms = asked.forms()
        places = [_where(form) for form in forms]
        self._link.execute(f"create or replace temp table found as select number, category from picture{places[0]}")
        rows = self._link.execute(f"select number from found order by number limit {LIMIT}").fetchall()
        total = self._link.execute("select count(*) from found").fetchone()[0]
        over = [f"(select number, category from picture{place})" if place != places[0] else "found" for place in places]
        narrowed = f" and number in (select number from {over[1]})" if places[1] else ""
        labels = self._link.execute(
            f"select label, count(*) n from counted where tenths >= {asked.low}{narrowed} "
            f"group by label order by n desc, label limit {LIMIT}"
        ).fetchall()
        categories = self._link.execute(
            f"select category, count(*) n from {over[2]} where category >= 0 "
            f"group by category order by n desc, category limit {LIMIT}"
        ).fetchall()
        return Answer([row for (row,) in rows], total, labels, categories)

    def size(self) -> int:
        return int(self._link.execute("select sum(memory_usage_bytes) from duckdb_memory()").fetchone()[0])

    def memory(self) -> float:
        return memory([os.getpid()])

    def close(self) -> None:
        self._link.close()


def _where(form: Plain) -> str:
    conditions = [_in(_labels([label], form.low)) for label in form.all]
    conditions += [_in(_labels(list(form.any), form.low))] if form.any else []
    conditions += [f"not {_in(_labels([label], form.low))}" for label in form.none]
    conditions += [_in(f"tagged where tag = {tag}") for tag in form.tags]
    conditions += [_in(f"tagged where tag in {_list(form.any_tags)}")] if form.any_tags else []
    conditions += [f"category in {_list(form.categories)}"] if form.categories else []
    conditions += [f"{name} in {_list(codes)}" for name, codes in form.attributes.items()]
    for codes, labels in form.words:
        some = [_in(f"worded where word in {_list(codes)}")] if codes else []
        some += [_in(_labels(list(labels), SHOWN))] if labels else []
        conditions.append(f"({' or '.join(some) or 'false'})")
    conditions += [f"price between {form.price[0]} and {form.price[1]}"] if form.price else []
    conditions += [f"created >= {form.since}"] if form.since is not None else []
    conditions += [f"created < {form.until}"] if form.until is not None else []
    return f" where {' and '.join(conditions)}" if conditions else ""


def _in(source: str) -> str:
    return f"number in (select number from {source})"


def _labels(labels: list[int], low: int) -> str:
    which = f"label = {labels[0]}" if len(labels) == 1 else f"label in {_list(labels)}"
    return f"said where {which} and tenths >= {low}"


def _list(codes: Any) -> str:
    return f"({','.join(map(str, codes))})"


def _tables(chunk: Images) -> dict[str, pa.Table]:
    plain = {"number": chunk.numbers().astype("int32"), "created": chunk.created}
    plain |= {"category": chunk.category.astype("int16"), "price": chunk.price}
    plain |= {name: chunk.attributes[name].astype("int16") for name in ATTRIBUTES}
    return {
        "picture": pa.table(plain),
        "said": pa.table({"number": chunk.rows(chunk.label_offsets).astype("int32"),
                          "label": chunk.labels.astype("int16"), "tenths": chunk.tenths.astype("int16")}),
        "tagged": pa.table({"number": chunk.rows(chunk.tag_offsets).astype("int32"), "tag": chunk.tags}),
        "worded": pa.table({"number": chunk.rows(chunk.word_offsets).astype("int32"), "word": chunk.words}),
    }  # fmt: skip
