"""PostgreSQL: one row an image, one GIN index over everything an image has, as int[]."""

import io
import tempfile
from pathlib import Path

import numpy as np
import psycopg2
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from benchmarks.database import postgres
from benchmarks.peers.answers import Answer
from benchmarks.peers.plain import ATTRIBUTES, SHOWN, Dictionary, Images, Plain, around, images
from benchmarks.peers.texts import by_image, codes, joined, single
from benchmarks.queries import LIMIT

SERVER = ("shared_buffers=2GB", "work_mem=256MB", "maintenance_work_mem=2GB", "max_wal_size=8GB", "fsync=off",
          "synchronous_commit=off", "jit=off", "wal_level=minimal", "max_wal_senders=0",
          "effective_cache_size=8GB")  # fmt: skip
STEPS = (0, 300, 400, 500, SHOWN, 600, 700, 800, 900)
KIND = 2**24
"""Keys: kind * 2^24 + code; a label's code is label * 16 + step, for each step that its confidence reaches."""
LABEL, CATEGORY, TAG, WORD, ATTRIBUTE = range(5)
_TABLE = """
    create unlogged table picture (number int not null, created bigint not null, category smallint, price int,
                                   keys int[] not null, best int[] not null)
"""


_TABS = pacsv.WriteOptions(include_header=False, delimiter="\t", quoting_style="none")


class Peer:
    note = "GIN on int[] of labels at 9 confidences, tags, categories, attributes and words; exact confidence rechecked"
    settings = ("1 thread", "2 threads")
    inside = False

    def build(self, count: int, seed: int, dictionary: Dictionary) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="bench-postgres-")
        self._running = postgres(Path(self._folder.name), *SERVER)
        self._server = self._running.__enter__()
        self._link = psycopg2.connect(self._server.new("peer", migrated=False))
        self._link.autocommit = True
        self._cursor = self._link.cursor()
        self._cursor.execute(_TABLE)
        for chunk in images(count, seed, dictionary):
            text = io.BytesIO()
            pacsv.write_csv(_table(chunk), text, _TABS)
            text.seek(0)
            self._cursor.copy_expert("copy picture from stdin", text)
        self._cursor.execute("alter table picture add primary key (number)")
        self._cursor.execute("create index on picture using gin (keys) with (fastupdate = off)")
        self._cursor.execute("create index on picture (created)")
        self._cursor.execute("vacuum analyze picture")

    def use(self, setting: str) -> None:
        workers = 0 if setting == "1 thread" else 1
        self._cursor.execute(f"set max_parallel_workers_per_gather = {workers}")

    def answer(self, asked: Plain) -> Answer:
        forms = [_where(form) for form in asked.forms()]
        low = asked.low
        found = "select number, category, best from picture where "
        label = f"select b >> 10, count(*) from {{}}, unnest(best) b where b & 1023 >= {low} group by 1 order by 2 desc"
        category = "select category, count(*) from {} where category is not null group by 1 order by 2 desc"
        # One statement; what is counted over the same images is found once.
        self._cursor.execute(
            f"""
            with found as materialized ({found}{forms[0]})
            select array(select number from found order by 1 limit {LIMIT}), (select count(*) from found),
                   (select array_agg(array[l.c, l.n]) from ({_from(label, found, forms, 1)} limit {LIMIT}) l(c, n)),
                   (select array_agg(array[c.c, c.n]) from ({_from(category, found, forms, 2)} limit {LIMIT}) c(c, n))
        """.replace("array[l.c, l.n]", "array[l.c, l.n]").replace("array[c.c, c.n]", "array[c.c, c.n]")
        )
        rows, total, labels, categories = self._cursor.fetchone()
        return Answer(rows, total, [tuple(one) for one in labels or ()], [tuple(one) for one in categories or ()])

    def size(self) -> int:
        self._cursor.execute("select pg_total_relation_size('picture')")
        return int(self._cursor.fetchone()[0])

    def memory(self) -> float:
        return self._server.memory()

    def close(self) -> None:
        self._link.close()
        self._running.__exit__(None, None, None)
        self._folder.cleanup()


def _from(select: str, found: str, forms: list[str], which: int) -> str:
    return select.format("found" if forms[which] == forms[0] else f"({found}{forms[which]}) other")


def _where(form: Plain) -> str:
    least, _ = around(form.low, STEPS)
    step = STEPS.index(least)
    every = [_label(label, step) for label in form.all] + [TAG * KIND + tag for tag in form.tags]
    conditions = [f"keys @> {_array(every)}"] if every else []
    if form.low > least:
        conditions += [f"exists (select from unnest(best) b where {_at(label, form.low)})" for label in form.all]
    if form.any:
        conditions.append(f"keys && {_array([_label(label, step) for label in form.any])}")
        either = " or ".join(_at(label, form.low) for label in form.any)
        conditions += [f"exists (select from unnest(best) b where {either})"] if form.low > least else []
    for label in form.none:
        exact = f" and exists (select from unnest(best) b where {_at(label, form.low)})"
        without = f"keys @> {_array([_label(label, step)])}" + (exact if form.low > least else "")
        conditions.append(f"not ({without})")
    some = [[CATEGORY * KIND + c for c in form.categories], [TAG * KIND + t for t in form.any_tags]]
    for place, name in enumerate(ATTRIBUTES):
        some.append([ATTRIBUTE * KIND + place * 1000 + code for code in form.attributes.get(name, ())])
    for complete, labels in form.words:
        shown = STEPS.index(SHOWN)
        some.append([*(WORD * KIND + c for c in complete), *(_label(one, shown) for one in labels)] or [-1])
    conditions += [f"keys && {_array(group)}" for group in some if group]
    conditions += [f"price between {form.price[0]} and {form.price[1]}"] if form.price else []
    conditions += [f"created >= {form.since}"] if form.since is not None else []
    conditions += [f"created < {form.until}"] if form.until is not None else []
    return " and ".join(conditions) or "true"


def _label(label: int, step: int) -> int:
    return LABEL * KIND + label * 16 + step


def _at(label: int, low: int) -> str:
    return f"b between {label << 10 | low} and {label << 10 | 1000}"


def _array(codes: list[int]) -> str:
    return "'{" + ",".join(map(str, codes)) + "}'::int[]"


def _table(chunk: Images) -> pa.Table:
    """The columns as text for COPY, lists in braces."""
    keys = [
        (chunk.rows(chunk.label_offsets)[reached], chunk.labels[reached] * 16 + step)
        for step, least in enumerate(STEPS) for reached in [chunk.tenths >= least]
    ]  # fmt: skip
    keys.append((chunk.rows(chunk.tag_offsets), TAG * KIND + chunk.tags))
    keys.append((chunk.rows(chunk.word_offsets), WORD * KIND + chunk.words))
    for place, values in enumerate(chunk.attributes.values()):
        keys.append((chunk.numbers()[values >= 0], ATTRIBUTE * KIND + place * 1000 + values[values >= 0]))
    keys.append((chunk.numbers()[chunk.category >= 0], CATEGORY * KIND + chunk.category[chunk.category >= 0]))
    every = np.concatenate([(rows - chunk.first) << 32 | values for rows, values in keys])
    every.sort()
    ends = np.searchsorted(every, np.arange(len(chunk) + 1, dtype=np.int64) << 32)
    best = by_image(codes(chunk.labels << 10 | chunk.tenths), chunk.label_offsets, ",")
    columns = {"number": codes(chunk.numbers()), "created": codes(chunk.created)}
    columns |= {name: pc.fill_null(single(chunk)[name], "\\N") for name in ("category", "price")}
    columns |= {
        "keys": joined("{", by_image(codes(every & 0xFFFFFFFF), ends, ","), "}"),
        "best": joined("{", best, "}"),
    }
    return pa.table(columns)
