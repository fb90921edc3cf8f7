"""Files of catalogue entries, whatever is in them: rows that the catalogue can keep, rows with a reason, or a sentence
for the whole file."""

import json
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pixplore.importing import command
from pixplore.importing.readers import Unreadable, open_source
from pixplore.importing.rejects import Rejects
from pixplore.importing.rows import COLUMNS
from pixplore.importing.run import Import
from tests.hostile.test_words import CELL, MANY

NAMES = st.sampled_from([*COLUMNS, "id", "attr.x", "attr.", "Name ", "x"])
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | CELL | st.sampled_from(
    ["2026-01-01", "9999-12-31T23:59:59+00:00", "a:50|b:101", "[", "[" * 2_000, '{"a":1}', "x=1;y=2", "1e999", "\ud800",
     "__unset__", "a.gte", "../../etc/passwd", "s3://b/k", "5" * 400, "file:///etc/passwd"]
)  # fmt: skip
VALUE = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
    st.sampled_from(["name", "confidence", "x", ""]), inner, max_size=3), max_leaves=8)  # fmt: skip
ROWS = st.lists(st.dictionaries(NAMES, VALUE, max_size=6), max_size=6)


def read(path: Path) -> int | None:
    """How many rows are taken; None where the whole file is not."""
    try:
        source = open_source(path)
        work = Import(cast(Any, None), source, False, "", command._no_pictures, lambda _: None)
        taken = 0
        with Rejects(source) as rejects:
            for part in source.parts:
                plain, faults = work._plain(part)
                rejects.write([*part.faults, *faults])
                assert all(fault.reason[:1].strip() for fault in faults)
                for row in plain.to_pylist():
                    storable(row)
                taken += len(plain)
    except Unreadable:
        return None
    return taken


def storable(row: dict[str, Any]) -> None:
    told = json.dumps(row, default=str, allow_nan=False)
    assert "\\u0000" not in told
    assert "\\ud800" not in told
    assert row["name"].strip()
    assert len(row["id"]) == 32
    assert all(0 <= label["tenths"] <= 1000 for label in row["labels"] or ())
    assert isinstance(json.loads(row["attributes"] or "{}"), dict)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("imports")


@MANY
@given(rows=ROWS, cut=st.integers(0, 200) | st.none())
def test_lines_of_json(folder: Path, rows: list[dict[str, Any]], cut: int | None) -> None:
    path = folder / "rows.jsonl"
    path.write_bytes("\n".join(map(json.dumps, rows)).encode("utf-8", "surrogatepass")[:cut])
    read(path)


@MANY
@given(content=st.binary(max_size=400))
@example(b"[" * 200_000)
@example(b'{"name":"a","labels":' + b"[" * 200_000)
@example(b'{"name":"a","attributes":' + b'{"a":' * 200_000)
@example(b"PAR1" + b"\xff" * 100 + b"PAR1")
@example(b"PAR1\x15\x04" + b"\0" * 50 + b"\xff\xff\xff\x7fPAR1")
def test_any_bytes(folder: Path, content: bytes) -> None:
    for ending in ("jsonl", "csv", "parquet"):
        path = folder / f"bytes.{ending}"
        path.write_bytes(content)
        read(path)


@MANY
@given(
    heads=st.lists(NAMES, min_size=1, max_size=6), lines=st.lists(st.lists(CELL, max_size=7), max_size=6),
    mark=st.sampled_from(",;\t"), encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]),
)  # fmt: skip
def test_tables(folder: Path, heads: list[str], lines: list[list[str]], mark: str, encoding: str) -> None:
    path = folder / "rows.csv"
    path.write_bytes("\n".join(mark.join(cells) for cells in [heads, *lines]).encode(encoding, "replace"))
    read(path)


KINDS: list[pa.DataType] = [
    pa.string(), pa.binary(), pa.int64(), pa.float64(), pa.bool_(), pa.timestamp("us"), pa.timestamp("ns", "UTC"),
    pa.date32(), pa.list_(pa.string()), pa.list_(pa.struct([("name", pa.string()), ("confidence", pa.float64())])),
    pa.map_(pa.string(), pa.string()), pa.decimal128(30, 2), pa.null(), pa.duration("s"), pa.large_string(),
    pa.dictionary(pa.int32(), pa.string()), pa.list_(pa.list_(pa.int8())), pa.time64("us"), pa.uint64(),
]  # fmt: skip


def value_of(kind: pa.DataType, number: int) -> Any:
    plain: dict[str, Any] = {
        "string": "name:50|x", "large_string": "x\0y", "binary": b"\xff\x00", "int64": number, "uint64": 2**64 - 1,
        "double": float("nan") if number % 2 else 1e300, "bool": True, "null": None,
        "map<string, string>": [("a", "b")], "list<item: string>": ["a", None, ""], "decimal128(30, 2)": number,
        "list<item: list<item: int8>>": [[1], None],
    }  # fmt: skip
    if str(kind).startswith("list<item: struct"):
        return [{"name": "a", "confidence": 1e9}, {"name": None, "confidence": None}, None]
    return plain.get(str(kind), number % 1_000 if pa.types.is_temporal(kind) else "x")


@MANY
@given(
    columns=st.dictionaries(NAMES, st.sampled_from(KINDS), min_size=1, max_size=6),
    number=st.integers(-(2**63), 2**63 - 1),
    hurt=st.none() | st.tuples(st.integers(0, 4_000), st.integers(0, 255)),
)
def test_columns_of_any_kind(
    folder: Path, columns: dict[str, pa.DataType], number: int, hurt: tuple[int, int] | None
) -> None:
    arrays = [pa.array([value_of(kind, number), None], kind) for kind in columns.values()]
    path = folder / "rows.parquet"
    pq.write_table(pa.table(dict(zip(columns, arrays, strict=True))), path)
    if hurt:
        content = bytearray(path.read_bytes())
        content[hurt[0] % len(content)] = hurt[1]
        path.write_bytes(content)
    read(path)


def test_a_good_file_is_read(folder: Path) -> None:
    path = folder / "good.csv"
    path.write_text("name,labels,attr.size\na.jpg,Shoe:90,5\n,,\nb.jpg,Shoe:900,5\n")
    assert read(path) == 1
    assert "confidence of “Shoe”" in (folder / "good.csv.rejected.csv").read_text()
