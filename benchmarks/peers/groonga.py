"""Groonga: columns that refer to tables of values, an index for each, its cache of answers off.

As with Tantivy, labels are kept at each 5 % and as pairs between.
"""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc

from benchmarks.database import memory
from benchmarks.peers.answers import Answer, Counts, most_frequent
from benchmarks.peers.plain import ATTRIBUTES, SHOWN, STEPS, Dictionary, Images, Plain, around, images
from benchmarks.peers.texts import codes, joined, several, single
from benchmarks.queries import LIMIT
from pixplore.synthesis import made_up as lists

_SINGLE = ("category", *ATTRIBUTES)
_LISTS = ("tag", "word", *(f"{kind}{step}" for step in STEPS for kind in ("l", "p")))
_PLAIN = ("created", "price")
_NAMES = (*_PLAIN, *_SINGLE, *_LISTS)
NONE = "-1"
PART = 2_000
"""Images given to it at once."""


class Peer:
    note = "reference columns with an index each; labels at each 5 % and as pairs between; cache off"
    settings = ("1 thread",)
    inside = False

    def build(self, count: int, seed: int, dictionary: Dictionary) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="bench-groonga-"))
        self._server = subprocess.Popen(
            ["groonga", "-n", self._folder / "db"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=self._folder
        )
        self._ask("table_create Images TABLE_NO_KEY")
        for name in _PLAIN:
            self._ask(f"column_create Images {name} COLUMN_SCALAR Int64")
        for name in (*_SINGLE, *_LISTS):
            kind = "COLUMN_SCALAR" if name in _SINGLE else "COLUMN_VECTOR"
            self._ask(f"table_create T_{name} TABLE_PAT_KEY UInt32")
            self._ask(f"column_create Images {name} {kind} T_{name}")
        for chunk in images(count, seed, dictionary):
            rows = _rows(chunk)
            for first in range(0, len(chunk), PART):
                self._ask(
                    f"load --table Images --columns {','.join(_NAMES)}", f"[{','.join(rows[first : first + PART])}]"
                )
        for name in (*_SINGLE, *_LISTS):
            self._ask(f"column_create T_{name} index COLUMN_INDEX Images {name}")
        for name in _PLAIN:
            self._ask(f"table_create T_{name} TABLE_PAT_KEY Int64")
            self._ask(f"column_create T_{name} index COLUMN_INDEX Images {name}")
        self._ask("cache_limit 0")

    def use(self, setting: str) -> None:
        pass

    def answer(self, asked: Plain) -> Answer:
        places = [_where(form) for form in asked.forms()]
        labels, category = _label_facets(asked.low), _facet("category", LIMIT)
        page = f"--sort_keys _id --limit {LIMIT} --output_columns _id"
        same = [facet for place, facet in ((places[1], labels), (places[2], category)) if place == places[0]]
        found, facets = self._select(places[0], page + "".join(same))
        for place, facet in ((places[1], labels), (places[2], category)):
            if place != places[0]:
                facets |= self._select(place, "--limit 0" + facet)[1]
        (total,), _, *rows = found
        counts = _labels(asked, facets)
        return Answer([number - 1 for (number,) in rows], total, counts, _groups(facets["category"]))

    def size(self) -> int:
        return sum(file.stat().st_blocks * 512 for file in self._folder.iterdir())

    def memory(self) -> float:
        return memory([self._server.pid])

    def close(self) -> None:
        assert self._server.stdin is not None
        self._server.stdin.close()
        self._server.wait(60)
        shutil.rmtree(self._folder)

    def _select(self, where: str, more: str) -> tuple[Any, dict[str, Any]]:
        found, *facets = self._ask(f"select Images {f'--filter {json.dumps(where)}' if where else ''} {more}")
        return found, facets[0] if facets else {}

    def _ask(self, *lines: str) -> Any:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        for line in lines:
            self._server.stdin.write(line.encode() + b"\n")
        self._server.stdin.flush()
        (code, *said), *body = json.loads(self._server.stdout.readline())
        if code != 0:
            raise RuntimeError(f"Groonga: {said} {body} for {lines[0][:300]}")
        return body[0]


def _where(form: Plain) -> str:
    conditions = [_label(label, form.low) for label in form.all]
    conditions += [_either(_label(label, form.low) for label in form.any)] if form.any else []
    conditions += [_holds("tag", (tag,)) for tag in form.tags]
    conditions += [_holds("tag", form.any_tags)] if form.any_tags else []
    conditions += [_holds("category", form.categories)] if form.categories else []
    conditions += [_holds(name, some) for name, some in form.attributes.items()]
    for complete, labels in form.words:
        conditions.append(
            _either(_holds(name, some) for name, some in (("word", complete), (f"l{SHOWN}", labels)) if some)
        )
    if form.price:
        conditions.append(f"between(price, {form.price[0]}, 'include', {form.price[1]}, 'include')")
    conditions += [f"created >= {form.since}"] if form.since is not None else []
    conditions += [f"created < {form.until}"] if form.until is not None else []
    without = [_label(label, form.low) for label in form.none]
    return " &! ".join([" && ".join(conditions) or "all_records()", *without]) if conditions or without else ""


def _label(label: int, low: int) -> str:
    step, above = around(low)
    if step == low:
        return _holds(f"l{step}", (label,))
    pairs = tuple(label << 10 | tenths for tenths in range(low, above or 1001))
    between = _holds(f"p{step}", pairs)
    return between if above is None else _either([_holds(f"l{above}", (label,)), between])


def _holds(column: str, codes: tuple[int, ...]) -> str:
    if len(codes) == 1:
        return f"{column} {'==' if column in _SINGLE else '@'} {codes[0]}"
    return f"in_values({column}, {', '.join(map(str, codes))})"


def _either(conditions: Any) -> str:
    return f"({' || '.join(conditions) or 'false'})"


def _facet(name: str, most: int) -> str:
    return (
        f" --drilldowns[{name}].keys {name} --drilldowns[{name}].sort_keys -_nsubrecs,_key"
        f" --drilldowns[{name}].limit {most} --drilldowns[{name}].output_columns _key,_nsubrecs"
    )


def _label_facets(low: int) -> str:
    step, above = around(low)
    if step == low:
        return _facet(f"l{step}", LIMIT)
    return _facet(f"p{step}", -1) + (_facet(f"l{above}", -1) if above else "")


def _groups(found: Any) -> Counts:
    return [(int(code), count) for code, count in found[2:]]


def _labels(asked: Plain, facets: dict[str, Any]) -> Counts:
    step, above = around(asked.low)
    if step == asked.low:
        return _groups(facets[f"l{step}"])
    counts = np.zeros(len(lists.LABELS), np.int64)
    pairs = np.array(facets[f"p{step}"][2:], np.int64).reshape(-1, 2)
    pairs = pairs[pairs[:, 0] & 1023 >= asked.low]
    np.add.at(counts, pairs[:, 0] >> 10, pairs[:, 1])
    for label, count in facets[f"l{above}"][2:] if above else ():
        counts[label] += count
    return most_frequent(counts)


def _rows(chunk: Images) -> list[str]:
    """Each image as a JSON array, in the order of _NAMES."""
    columns = {"created": codes(chunk.created)} | single(chunk)
    columns |= {name: joined("[", texts, "]") for name, texts in several(chunk).items()}
    texts = [pc.fill_null(columns[name], NONE if name == "price" else "null") for name in _NAMES]
    return joined("[", pc.binary_join_element_wise(*texts, ","), "]").to_pylist()
