"""Sphinx: everything asked for as keywords without positions, everything counted as multi-valued attributes.

As with Tantivy, labels are kept at each 5 % and as pairs between: a confidence between two steps is a keyword for the
step above, or one of the keywords of pairs up to it.
"""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pymysql
from pymysql.constants import CLIENT

from benchmarks.database import memory
from benchmarks.peers.answers import Answer, Counts, most_frequent
from benchmarks.peers.plain import ATTRIBUTES, SHOWN, STEPS, Dictionary, Images, Plain, around, images
from benchmarks.peers.texts import by_image, codes, joined, several, single
from benchmarks.queries import LIMIT
from embedded.home import free_port
from pixplore.synthesis import made_up as lists

_MULTI = [f"{kind}{step}" for step in STEPS for kind in ("l", "p")]
LEAST, MOST = 1_000, 150_000
"""Of groups: categories there can be and more; pairs there can be between two steps and more."""
LABELS_AN_IMAGE = 40
_CONFIG = """
source images {{
    type = tsvpipe
    tsvpipe_command = cat {folder}/images.tsv
    tsvpipe_field = keys
    tsvpipe_attr_bigint = created
    tsvpipe_attr_uint = category
    tsvpipe_attr_uint = price
{multi}
}}
index images {{
    source = images
    path = {folder}/index
    dict = keywords
    hitless_words = all
    docinfo = extern
    mlock = 0
}}
indexer {{
    mem_limit = 1024M
}}
searchd {{
    listen = 127.0.0.1:{port}:mysql41
    log = {folder}/log
    pid_file = {folder}/pid
    binlog_path =
    workers = threads
    max_packet_size = 64M
    seamless_rotate = 0
}}
"""


_TABS = pacsv.WriteOptions(include_header=False, delimiter="\t", quoting_style="none")


class Peer:
    note = "keywords without positions, multi-valued attributes; labels at each 5 % and as pairs between"
    settings = ("1 thread",)
    inside = False

    def build(self, count: int, seed: int, dictionary: Dictionary) -> None:
        self._folder, port = Path(tempfile.mkdtemp(prefix="bench-sphinx-")), free_port()
        with (self._folder / "images.tsv").open("wb") as file:
            for chunk in images(count, seed, dictionary):
                pacsv.write_csv(_table(chunk), file, _TABS)
        multi = "\n".join(f"    tsvpipe_attr_multi = {name}" for name in _MULTI)
        config = self._folder / "sphinx.conf"
        config.write_text(_CONFIG.format(folder=self._folder, port=port, multi=multi))
        subprocess.run(["indexer", "--quiet", "--config", config, "--all"], check=True, stdout=subprocess.DEVNULL)
        (self._folder / "images.tsv").unlink()
        self._server = subprocess.Popen(
            ["searchd", "--nodetach", "--config", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._link = _connect(port)

    def use(self, setting: str) -> None:
        pass

    def answer(self, asked: Plain) -> Answer:
        places = [_where(form) for form in asked.forms()]
        facets = _facets(asked.low)
        category = f" facet category order by count(*) desc limit {LIMIT + 1}"
        with self._link.cursor() as cursor:
            found, *categories = self._all(
                cursor, _select(places[0], LIMIT, LEAST) + (category if places[0] == places[2] else "")
            )
            cursor.execute("show meta like 'total_found'")
            total = int(cursor.fetchall()[0][1])
            # Room for groups costs time, and too little makes counts inexact: as much as there can be.
            most = len(lists.LABELS) if len(facets) == 1 and facets[0][0] == "l" else MOST
            most = min(most, LABELS_AN_IMAGE * total + LEAST) if places[0] == places[1] else most
            said = [f" facet {name} order by count(*) desc limit {most}" for name in facets]
            labels = self._all(cursor, _select(places[1], 1, most) + "".join(said))[1:]
            if places[0] != places[2]:
                categories = self._all(cursor, _select(places[2], 1, LEAST) + category)[1:]
        numbers = [number - 1 for (number,) in found]
        return Answer(numbers, total, _labels(asked, facets, labels), [(c - 1, n) for c, n in categories[0] if c])

    def _all(self, cursor: pymysql.cursors.Cursor, statement: str) -> list[tuple[tuple[int, ...], ...]]:
        cursor.execute(statement)
        results = [cursor.fetchall()]
        while cursor.nextset():
            results.append(cursor.fetchall())
        return results

    def size(self) -> int:
        return sum(file.stat().st_size for file in self._folder.iterdir())

    def memory(self) -> float:
        return memory([self._server.pid])

    def close(self) -> None:
        self._server.terminate()
        self._server.wait(20)
        shutil.rmtree(self._folder)


def _connect(port: int) -> "pymysql.Connection[pymysql.cursors.Cursor]":
    deadline = time.monotonic() + 60
    while True:
        try:
            return pymysql.connect(host="127.0.0.1", port=port, client_flag=CLIENT.MULTI_STATEMENTS)
        except pymysql.err.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _select(where: str, limit: int, most: int) -> str:
    option = f"option ranker=none, max_matches={most}, cutoff=0"
    return f"select id from images where {where} order by id asc limit {limit} {option}"


def _where(form: Plain) -> str:
    words = ["all"] + [_label(label, form.low) for label in form.all]
    words += [_any(_label(label, form.low) for label in form.any)] if form.any else []
    words += [f"t{tag}" for tag in form.tags]
    words += [_any(f"t{tag}" for tag in form.any_tags)] if form.any_tags else []
    words += [_any(f"c{code}" for code in form.categories)] if form.categories else []
    words += [_any(f"{name}{code}" for code in some) for name, some in form.attributes.items()]
    for complete, labels in form.words:
        words.append(_any([*(f"w{code}" for code in complete), *(f"l{label}s{SHOWN}" for label in labels)] or ["none"]))
    words += [f"!{_label(label, form.low)}" for label in form.none]
    conditions = [f"match('{' '.join(words)}')"]
    conditions += [f"price between {form.price[0]} and {form.price[1]}"] if form.price else []
    conditions += [f"created >= {form.since}"] if form.since is not None else []
    conditions += [f"created < {form.until}"] if form.until is not None else []
    return " and ".join(conditions)


def _label(label: int, low: int) -> str:
    step, above = around(low)
    if step == low:
        return f"l{label}s{step}"
    pairs = [f"p{label}x{tenths}" for tenths in range(low, above or 1001)]
    return _any([*([f"l{label}s{above}"] if above else []), *pairs])


def _any(words: "Iterator[str] | list[str]") -> str:
    return f"({'|'.join(words)})"


def _facets(low: int) -> list[str]:
    step, above = around(low)
    if step == low:
        return [f"l{step}"]
    return [f"p{step}", *([f"l{above}"] if above else [])]


def _labels(asked: Plain, facets: list[str], found: list[tuple[tuple[int, ...], ...]]) -> Counts:
    counts = np.zeros(len(lists.LABELS), np.int64)
    for name, groups in zip(facets, found, strict=True):
        if not groups:
            continue
        codes, numbers = np.array(groups, np.int64).T
        if name[0] == "p":
            kept = codes & 1023 >= asked.low
            codes, numbers = codes[kept] >> 10, numbers[kept]
        np.add.at(counts, codes, numbers)
    return most_frequent(counts)


def _table(chunk: Images) -> pa.Table:
    """Number, keywords, attributes: the columns of the file that it is built from."""
    reached = np.searchsorted(STEPS, chunk.tenths, side="right") - 1
    every = pa.array([
        " ".join(f"l{label}s{step}" for step in STEPS[: last + 1])
        for label in range(len(lists.LABELS)) for last in range(len(STEPS))
    ])  # fmt: skip
    steps = every.take(pa.array(chunk.labels * len(STEPS) + reached))
    pairs = joined("p", codes(chunk.labels), "x", codes(chunk.tenths), " ")
    plain = single(chunk)
    prefixes = {"category": "c"} | {name: name for name in ATTRIBUTES}
    keys = [
        by_image(joined(pairs, steps), chunk.label_offsets, " "),
        by_image(joined("t", codes(chunk.tags)), chunk.tag_offsets, " "),
        by_image(joined("w", codes(chunk.words)), chunk.word_offsets, " "),
        *(pc.fill_null(joined(prefix, plain[name]), "") for name, prefix in prefixes.items()),
    ]
    columns = {
        "number": codes(chunk.numbers() + 1),
        "keys": pc.binary_join_element_wise(pa.array(["all"] * len(chunk)), *keys, " "),
        "created": codes(chunk.created),
        "category": codes(chunk.category + 1),
        "price": codes(chunk.price.clip(0)),
    }
    return pa.table(columns | {name: texts for name, texts in several(chunk).items() if name in _MULTI})
