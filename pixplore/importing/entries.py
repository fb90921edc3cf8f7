"""Plain rows as rows of the catalogue's `image` table, and these as the CSV that PostgreSQL copies."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha1
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from pixplore.catalogue.imports import COLUMNS
from pixplore.importing import wording
from pixplore.importing.buffers import texts
from pixplore.importing.packing import Names, packed
from pixplore.labels import Vocabulary
from pixplore.words import VALUE_END, stored

NAMESPACE = UUID("6f2b52bb-5a39-5d2f-9c0e-0d5c3a9c7a61")
"""An entry's id is the UUIDv5, in this namespace, of its SKU (empty for none), U+001F and its name."""
_OPTIONS = pyarrow.csv.WriteOptions(include_header=False, quoting_style="all_valid")


@dataclass(frozen=True, slots=True)
class Entries:
    """Rows ready to be copied: `ids` as 32 hexadecimal digits, `csv` as imports.COLUMNS says.

    `silent`: by column the rows of which the file says nothing, where `table` has a value all the same.
    """

    table: pa.Table
    ids: list[str]
    csv: bytes
    taxonomy: int
    silent: dict[str, pa.Array]

    def only(self, which: NDArray[np.bool_]) -> "Entries":
        """Those rows alone."""
        mask = pa.array(which)
        table = self.table.filter(mask)
        silent = {name: one.filter(mask) for name, one in self.silent.items()}
        ids = [one for one, kept in zip(self.ids, which.tolist(), strict=True) if kept]
        return Entries(table, ids, as_csv(table, {}, COLUMNS), self.taxonomy, silent)


def identified(plain: pa.Table) -> pa.Table:
    """With an id for each row that does not bring its own."""
    head = NAMESPACE.bytes
    digests = b"".join([
        sha1(head + f"{sku or ''}\x1f{name}".encode(), usedforsecurity=False).digest()[:16]
        for sku, name in zip(plain.column("sku").to_pylist(), plain.column("name").to_pylist(), strict=True)
    ])  # fmt: skip
    raw = np.frombuffer(bytearray(digests), np.uint8).reshape(-1, 16)
    raw[:, 6] = raw[:, 6] & 0x0F | 0x50
    raw[:, 8] = raw[:, 8] & 0x3F | 0x80
    digits = np.frombuffer(raw.tobytes().hex().encode(), np.uint8)
    made = texts(digits, np.arange(len(plain) + 1, dtype=np.int32) * 32)
    return plain.set_column(1, "id", pc.coalesce(plain.column("id").combine_chunks(), made))


def turns(plain: pa.Table, update: bool) -> list[pa.Table]:
    """The rows so that no id is twice in one table: the first of each; for an update then the second of each, ..."""
    if not len(plain):
        return []
    given = plain.column("id").to_pylist()
    if len(set(given)) == len(given):
        return [plain]
    ids = np.array(given)
    _, first, which = np.unique(ids, return_index=True, return_inverse=True)
    order = np.argsort(which, kind="stable")
    starts = np.searchsorted(which[order], np.arange(len(first)))
    nth = np.empty(len(ids), np.int64)
    nth[order] = np.arange(len(ids)) - starts[which[order]]
    return [plain.filter(pa.array(nth == n)) for n in range(int(nth.max()) + 1 if update else 1)]


def made(
    plain: pa.Table, found: Names, vocabulary: Vocabulary, taxonomy: int, products: Mapping[str, Sequence[str]],
    now: datetime,
) -> Entries:  # fmt: skip
    """`products`: SKU -> texts of its product; they are among an entry's words; `now`: created, if nothing is said."""
    columns = {name: plain.column(name).combine_chunks() for name in plain.column_names}
    said, terms = packed(found, vocabulary)
    silent = {"created_at": columns["created_at"].is_null(), "tags": columns["tags"].is_null(),
              "attributes": columns["attributes"].is_null(), "said": columns["labels"].is_null()}  # fmt: skip
    rows = {name: columns[name] for name in ("id", "name", "title", "sku", "category", "width", "height")}
    rows |= {
        "name_key": _lower(columns["name"]),
        "created_at": _moments(pc.fill_null(columns["created_at"], pa.scalar(now, pa.timestamp("us", "UTC")))),
        "orientation": _orientation(columns["width"], columns["height"]),
        "tags": _text_lists(columns["tags"]),
        "attributes": pc.fill_null(columns["attributes"], "{}"),
        "said": said,
        "terms": terms,
        "words": _words(columns, products),
    }
    table = pa.table({name: rows[name] for name in COLUMNS})
    return Entries(table, table.column("id").to_pylist(), as_csv(table, {}, COLUMNS), taxonomy, silent)


def as_csv(table: pa.Table, silent: Mapping[str, pa.Array], names: Sequence[str]) -> bytes:
    """These columns; where a row is silent on one, null."""
    chosen = {}
    for name in names:
        column = table.column(name)
        chosen[name] = pc.if_else(silent[name], pa.scalar(None, column.type), column) if name in silent else column
    out = io.BytesIO()
    pyarrow.csv.write_csv(pa.table(chosen), out, _OPTIONS)
    return out.getvalue()


def _words(columns: Mapping[str, Any], products: Mapping[str, Sequence[str]]) -> pa.Array:
    distinct = columns["category"].dictionary_encode()
    category = wording.words(distinct.dictionary).take(distinct.indices)
    c = [category, columns["told"]]
    if products:
        said = {sku: VALUE_END.join(filter(None, map(stored, told))) or None for sku, told in products.items()}
        c.insert(1, pa.array([said.get(sku) for sku in columns["sku"].to_pylist()], pa.string()))
    return wording.document(
        [wording.words(columns[name]) for name in ("name", "title", "sku")], [wording.many_words(columns["tags"])], c
    )


def _lower(names: pa.Array) -> pa.Array:
    """Python's lower(), which Arrow's is not beyond ASCII."""
    plain = pc.string_is_ascii(names)
    low = pc.utf8_lower(names)
    if pc.all(plain).as_py():
        return low
    others = pa.array([name.lower() for name in names.filter(pc.invert(plain)).to_pylist()], pa.string())
    return pc.replace_with_mask(low, pc.invert(plain), others)


def _moments(column: pa.Array) -> pa.Array:
    """Without a zone, which costs Arrow a look at its tables for each: every session of ours is in UTC."""
    return column.cast(pa.int64()).cast(pa.timestamp("us")).cast(pa.string())


def _orientation(width: pa.Array, height: pa.Array) -> pa.Array:
    """As pixplore.domain.orientation."""
    w, h = (pc.fill_null(side, 0).to_numpy().astype(np.int64) for side in (width, height))
    words = np.where(np.abs(w - h) * 50 <= np.maximum(w, h), "square", np.where(w > h, "landscape", "portrait"))
    return pa.array(words, pa.string(), mask=(w == 0) | (h == 0))


def _text_lists(column: pa.ListArray) -> pa.Array:
    """As PostgreSQL writes text[]; null is an empty one."""
    coded = column.flatten().dictionary_encode()
    quoted = ['"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in coded.dictionary.to_pylist()]
    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy()
    ends = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    lists = pa.ListArray.from_arrays(pa.array(ends), pa.array(quoted, pa.string()).take(coded.indices))
    return pc.binary_join_element_wise("{", pc.binary_join(lists, ","), "}", "")
