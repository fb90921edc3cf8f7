"""Entries as CSV, JSON Lines or Parquet, a part at a time. What is written here `python -m pixplore import` reads.

Columns, always these and in this order: those of pixplore.catalogue.exports.Exported. In a CSV, labels are
`name:confidence|...` and tags, colours and texts `one|another`; in these cells a backslash stands before `|`, `,`, `;`
and `\\` that belong to a value. Attributes are a JSON object. A cell that a spreadsheet would take for a formula has an
apostrophe before it.
"""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

import orjson

from pixplore.catalogue.exports import Exported, Original
from pixplore.cells import harmless

Parts = Iterable[list[Exported]]
COLUMNS = Exported._fields
_PERCENT = [str(tenths / 10) for tenths in range(1001)]
_ESCAPED = str.maketrans({mark: f"\\{mark}" for mark in "\\|,;"})
_ROW_GROUP = 20_000


def as_csv(parts: Parts) -> Iterator[bytes]:
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n").writerow
    write(COLUMNS)
    for part in parts:
        for one in part:
            write([
                one.id, _cell(one.sku), _cell(one.name), _cell(one.title), _cell(one.category), one.created_at,
                one.width, one.height, _cell(_labels(one.labels)), _list(one.tags),
                "" if one.attributes == "{}" else one.attributes, _list(one.colours), _list(one.text),
                one.orientation, one.status, _cell(one.uploader), one.batch_id, one.bytes, _cell(one.content_type),
                one.sha256,
            ])  # fmt: skip
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()
    yield out.getvalue().encode()


def as_json_lines(parts: Parts) -> Iterator[bytes]:
    for part in parts:
        yield b"".join([
            orjson.dumps(one._asdict() | {"labels": _said(one), "attributes": orjson.Fragment(one.attributes)},
                         option=orjson.OPT_APPEND_NEWLINE)
            for one in part
        ])  # fmt: skip


def as_parquet(parts: Parts) -> Iterator[bytes]:
    """Row groups of 20,000; labels and tags are lists, attributes JSON text, created_at a time in UTC."""
    import pyarrow as pa  # some tens of MB that an API without such exports does not need
    import pyarrow.parquet as pq

    said = pa.struct([("name", pa.string()), ("confidence", pa.float64()), ("source", pa.string())])
    kinds = dict.fromkeys(COLUMNS, pa.string()) | {
        "created_at": pa.timestamp("us", "UTC"), "width": pa.int32(), "height": pa.int32(), "bytes": pa.int64(),
        "labels": pa.list_(said), **dict.fromkeys(("tags", "colours", "text"), pa.list_(pa.string())),
    }  # fmt: skip
    schema = pa.schema(list(kinds.items()))
    out = _Taken()
    writer = pq.ParquetWriter(pa.PythonFile(out, "w"), schema, compression="zstd")
    for rows in _grouped(parts, _ROW_GROUP):
        columns: dict[str, Any] = dict(zip(COLUMNS, zip(*rows, strict=True), strict=True))
        columns["labels"] = [_said(one) for one in rows]
        columns["created_at"] = pa.array(columns["created_at"]).cast(kinds["created_at"])
        writer.write_table(pa.table({name: pa.array(columns[name], kinds[name]) for name in COLUMNS}, schema))
        yield out.take()
    writer.close()
    yield out.take()


FORMATS: dict[str, tuple[str, Callable[[Parts], Iterator[bytes]]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "jsonl": ("application/x-ndjson", as_json_lines),
    "parquet": ("application/vnd.apache.parquet", as_parquet),
}
"""Media type and writer by the name of the format, which is also the file's ending."""


def as_zip(files: Iterable[tuple[Original, bytes | None]]) -> Iterator[bytes]:
    """Pictures as they are, one after another; those without content are named in `missing.txt`."""
    out, names, missing = _Taken(), dict[str, int](), []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for original, content in files:
            if content is None:
                missing.append(original.name)
                continue
            archive.writestr(_apart(original.name, names), content)
            yield out.take()
        if missing:
            archive.writestr(_apart("missing.txt", names), "\n".join(missing) + "\n")
    yield out.take()


class _Taken(io.RawIOBase):
    """A file that only grows, and whose bytes are taken away as they come."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, content: Any, /) -> int:
        self._parts.append(bytes(content))
        return len(self._parts[-1])

    def take(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _apart(name: str, names: dict[str, int]) -> str:
    """The bare name of a file, with a number where another one has it."""
    bare = name.replace("\\", "/").rsplit("/", 1)[-1].strip(". ") or "picture"
    path = PurePosixPath(bare)
    while True:
        nth = names[bare.lower()] = names.get(bare.lower(), 0) + 1
        tried = bare if nth == 1 else f"{path.stem} ({nth}){path.suffix}"
        if nth == 1 or tried.lower() not in names:
            names.setdefault(tried.lower(), 1)
            return tried


def _grouped(parts: Parts, size: int) -> Iterator[list[Exported]]:
    rows: list[Exported] = []
    for part in parts:
        rows += part
        if len(rows) >= size:
            yield rows
            rows = []
    if rows:
        yield rows


def _cell(text: str | None) -> str | None:
    return harmless(text) if text else text


def _labels(labels: list[tuple[str, int, str]]) -> str:
    return "|".join([f"{_escaped(name)}:{_PERCENT[tenths]}" for name, tenths, _ in labels])


def _list(values: list[str]) -> str | None:
    return _cell("|".join(map(_escaped, values))) if values else None


@lru_cache(16_384)
def _escaped(value: str) -> str:
    return value.translate(_ESCAPED)


def _said(one: Exported) -> list[dict[str, Any]]:
    return [{"name": name, "confidence": tenths / 10, "source": source} for name, tenths, source in one.labels]
