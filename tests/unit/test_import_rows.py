"""Rows of imported files: columns mean what rows mean, the forms that a cell may have, what is refused."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixplore.cells import harmless, unharmed
from pixplore.importing import columns, readers, rows
from pixplore.importing.packing import names_of, packed
from pixplore.labels import Vocabulary, counted, pack
from pixplore.labels import packed as pack_one

ODD = [
    "",
    " x",
    "x ",
    "\u00a0x",
    "a\tb",
    "a\x00",
    "__unset__",
    "é",
    "a|b",
    "a:b:c",
    "\\",
    "x" * 201,
    "x" * 1001,
    "中",
    "'=",
    "a,b",
]
texts = st.sampled_from(["red", "Shoe 42", "AB-1", *ODD]) | st.text(max_size=6)
confidences = st.sampled_from([0, 55, 55.05, 99.95, 100, 100.01, -1, float("nan")]) | st.floats(0, 100)
label = st.fixed_dictionaries({"name": texts, "confidence": confidences})
column_values: dict[str, Any] = {
    "sku": st.none() | texts, "name": st.none() | texts, "title": st.none() | texts, "category": st.none() | texts,
    "created_at": st.none() | st.datetimes(datetime(1890, 1, 1), datetime(2110, 1, 1), timezones=st.just(UTC)),
    "width": st.none() | st.integers(-1, 2**31 - 1), "height": st.none() | st.integers(0, 5000),
    "labels": st.none() | st.lists(label, max_size=4), "tags": st.none() | st.lists(texts, max_size=4),
    "attributes": st.sampled_from([None, "", "{}", '{"a":1}', '{"b":"x","a":1.5,"long name":true}', '{"a":', "[1]",
                                   '{"a":{"b":1}}', '{"a.gte":1}', '{"a":" x "}', '{"a":null}', "a=1|b=x"]),
}  # fmt: skip
typed_rows = st.lists(st.fixed_dictionaries(column_values), min_size=1, max_size=8)
TYPES = {**{n: pa.string() for n in (*rows.TEXTS, "attributes")}, "created_at": pa.timestamp("us", "UTC"),
         "width": pa.int64(), "height": pa.int64(), "tags": pa.list_(pa.string()),
         "labels": pa.list_(pa.struct([("name", pa.string()), ("confidence", pa.float64())]))}  # fmt: skip


def agree(raw: pa.Table) -> None:
    """A row that the columns find plain is, one by one, the same row; and one that cannot be taken is never plain."""
    fast, doubt = columns.plain(raw)
    for n, (row, found) in enumerate(zip(raw.to_pylist(), fast.to_pylist(), strict=True)):
        if doubt[n]:
            continue
        want = rows.clean(row)  # raises where the row cannot be taken
        found.pop("line")
        best: dict[str, int] = {}
        for one in found["labels"] or ():
            best[one["name"]] = max(one["tenths"], best.get(one["name"], 0))
        if found["labels"] is not None:
            found["labels"] = [{"name": name, "tenths": tenths} for name, tenths in best.items()]
        assert found == want


@settings(max_examples=300, deadline=None)
@given(typed_rows)
def test_typed_columns_and_rows_agree(given_rows: list[dict[str, Any]]) -> None:
    agree(pa.table({name: pa.array([row[name] for row in given_rows], kind) for name, kind in TYPES.items()}))


cells = {
    **dict.fromkeys(rows.TEXTS, texts),
    "created_at": st.sampled_from(["", "2026-01-30", "2026-01-30T10:00:00Z", "2026-01-30 10:00:00.5Z", "soon",
                                   "0001-01-01", "2026-01-30T10:00:00+02:00"]),
    "width": st.sampled_from(["", "10", " 10 ", "10.0", "0", "x", "99999999999"]), "height": st.sampled_from(["", "7"]),
    "labels": st.sampled_from(["", "Shoe:90", "Shoe:90|Boot:55.5", "a:b:70", "Shoe", "Shoe:101", "Shoe:1e1", "a\\|b:5",
                               "|Shoe:1", '[{"name":"x","confidence":5}]', "Shoe:90|Shoe:80", "Shoe: 90 "]),
    "tags": st.sampled_from(["", "a|b", "a,b", "a;b", "a\\,b", " a | b ", "a||b", '["a","b"]', "a|a", "a,b|c"]),
    "attributes": column_values["attributes"].map(lambda text: text or ""),
}  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.fixed_dictionaries(cells), min_size=1, max_size=8))
def test_cells_of_text_and_rows_agree(given_rows: list[dict[str, str]]) -> None:
    agree(pa.table({name: pa.array([row[name] for row in given_rows], pa.string()) for name in cells}))


def clean(**row: Any) -> dict[str, Any]:
    return rows.clean({"name": "x.jpg"} | row)


def test_the_forms_that_a_cell_may_have() -> None:
    two = [{"name": "Shoe", "tenths": 905}, {"name": "Boot", "tenths": 550}]
    for form in ("Shoe:90.5|Boot:55", [{"name": "Shoe", "confidence": 90.5}, {"name": "Boot", "confidence": 55}],
                 '[{"name":"Shoe","confidence":90.5},{"name":"Boot","confidence":55}]'):  # fmt: skip
        assert clean(labels=form)["labels"] == two
    assert clean(labels="a:b:70")["labels"] == [{"name": "a:b", "tenths": 700}]
    assert clean(labels="Shoe:10|Shoe:90")["labels"] == [{"name": "Shoe", "tenths": 900}]
    for form in ("a|b", "a,b", "a; b", ["a", "b", "a"], '["a","b"]'):
        assert clean(tags=form)["tags"] == ["a", "b"]
    assert clean(tags=r"a\,b|c\|d\\")["tags"] == ["a,b", "c|d\\"]
    for form in ('{"brand":"Acme","price":10.5}', {"brand": "Acme", "price": 10.5}, "brand=Acme|price=10.5",
                 "brand: Acme; price: 10.5", [("brand", "Acme"), ("price", 10.5)]):  # fmt: skip
        assert clean(attributes=form)["attributes"] == '{"brand":"Acme","price":10.5}'
    assert clean(attributes={"a": 1}, **{"attr.b": "007", "attr.c": "7"})["attributes"] == '{"a":1,"b":"007","c":7}'
    assert clean(created_at="2026-01-30")["created_at"] == datetime(2026, 1, 30, tzinfo=UTC)
    assert clean(image="shots/a b.jpg", name=None)["name"] == "a b.jpg"


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"name": ""}, "name"), ({"name": 7.5j}, "name"), ({"category": "__unset__"}, "category"),
        ({"sku": "a\x00b"}, "sku"), ({"title": "x" * 1001}, "title"), ({"width": 0}, "width"),
        ({"width": "1.5"}, "width"), ({"height": True}, "height"),
        ({"created_at": "31/12/2026"}, "created_at"), ({"created_at": 5}, "created_at"),
        ({"created_at": "9999-12-31"}, "created_at"), ({"labels": "Shoe"}, "labels"), ({"labels": "Shoe:x"}, "labels"),
        ({"labels": [{"name": "x"}]}, "labels"), ({"labels": [{"name": "x", "confidence": float("inf")}]}, "labels"),
        ({"labels": {"x": 1}}, "labels"), ({"tags": [1]}, "tags"), ({"tags": ["x" * 201]}, "tags"),
        ({"attributes": "[1]"}, "attributes"), ({"attributes": '{"a":[1]}'}, "attributes.a"),
        ({"attributes": {"a.lte": 1}}, "attributes.a.lte"), ({"attributes": {"a": 1e300}}, "attributes.a"),
        ({"attributes": {" a": 1, "a": 2}}, "attributes"), ({"id": "7"}, "id"), ({"title": "\ud800"}, "title"),
    ],
)  # fmt: skip
def test_what_is_refused_is_named(row: dict[str, Any], field: str) -> None:
    with pytest.raises(rows.Unfit, match=f"^{field}: ."):
        clean(**row)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 1000)), max_size=6), max_size=6))
def test_labels_of_columns_are_those_of_rows(drawn: list[list[tuple[str, int]]]) -> None:
    known = Vocabulary(
        [(1, "a", ["b", "c"], []), (2, "b", ["c"], []), (3, "c", [], []), (4, "d", [], []), (5, "e", ["a"], []),
         (6, "f", [], [])],
        {"d": {"to": "a"}, "f": {"hidden": True}, "b": {"threshold": 50}},
    )  # fmt: skip
    lists = [[{"name": name, "tenths": tenths} for name, tenths in row] for row in drawn]
    said, terms = packed(names_of(pa.array(lists, rows.SCHEMA.field("labels").type)), known)
    for row, have, count in zip(drawn, said.to_pylist(), terms.to_pylist(), strict=True):
        best: dict[str, int] = {}
        for name, tenths in row:
            best[name] = max(tenths, best.get(name, 0))
        numbers = [pack(known.ids[name], tenths) for name, tenths in best.items()]
        assert sorted(_numbers(have)) == sorted(numbers)
        assert _numbers(count) == counted(known, numbers)
    assert pack_one(1, 100.0) == pack(1, 1000)


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.strip("{}").split(",") if number]


@given(st.text(max_size=5) | st.sampled_from(["=1", "'=1", "''=1", "'a", "-", "\t"]))
def test_a_cell_made_harmless_comes_back(cell: str) -> None:
    assert unharmed(harmless(cell)) == cell
    assert harmless(cell)[:1] not in tuple("=+-@\t\r\n＝＋－＠")


def read(path: Path, **more: Any) -> tuple[list[dict[str, Any]], list[int], list[readers.Fault]]:
    found: list[dict[str, Any]] = []
    lines: list[int] = []
    faults: list[readers.Fault] = []
    for part in readers.open_source(path, **more).parts:
        found += part.raw if isinstance(part.raw, list) else part.raw.to_pylist()
        lines += part.lines
        faults += part.faults
    return found, lines, faults


def test_a_hostile_csv_costs_only_its_own_lines(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(
        b"\xef\xbb\xbfname;sku;colour\r\n"
        b"one.jpg;1;red\r\n"
        b'"two\r\nlines.jpg";2;red\r\n'
        b'"never closed.jpg;3;red\r\n'
        b"four.jpg;4;red\r\n"
        b"\xff\xfe.jpg;5;red\r\n"
        b"six.jpg;6;red;too;many\r\n"
        b"\r\n"
        b'a"b.jpg;7;red\r\n'
        b"eight.jpg\r\n"
        b"'=nine.jpg;9;\r\n"
        b'"ten" x;10;red\r\n'
        b"last.jpg;11;red"
    )
    found, lines, faults = read(file)
    names = {line: row["name"] for line, row in zip(lines, found, strict=True)}
    assert names == {2: "one.jpg", 3: "two\r\nlines.jpg", 6: "four.jpg", 10: 'a"b.jpg', 11: "eight.jpg",
                     12: "=nine.jpg", 14: "last.jpg"}  # fmt: skip
    assert sorted(fault.line for fault in faults) == [5, 7, 8, 13]
    assert readers.open_source(file).ignored == ["colour"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_encodings_and_separators(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "a.csv"
    for separator in ",;\t":
        file.write_text(f"sku{separator}name\nÄ1{separator}Schöner Schuh.jpg\n", encoding=encoding)
        found, _, faults = read(file, encoding=encoding if encoding == "cp1252" else None)
        assert (found, faults) == ([{"sku": "Ä1", "name": "Schöner Schuh.jpg"}], [])


def test_json_lines(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"name":"a","Tags":["x"]}\n\nnot json\n[1]\n{"name":"b"}\n{"name":NaN}')
    found, lines, faults = read(file)
    assert found == [{"name": "a", "tags": ["x"]}, {"name": "b"}]
    assert (lines, [fault.line for fault in faults]) == ([1, 5], [3, 4, 6])


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"sku,title\n1,a\n", "no column name"), (b"name,name\na,b\n", "twice"), (b"PK\x03\x04x", "neither"),
     (b"PAR1xx", "Parquet"), (b"\0\0\0", "not a text file"), (b"", "name")],
)  # fmt: skip
def test_files_that_cannot_be_used(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    with pytest.raises(readers.Unreadable, match=said):
        readers.open_source(file)


def test_a_quotation_mark_that_swallows_the_rest(tmp_path: Path) -> None:
    out = io.StringIO()
    write = csv.writer(out)
    write.writerow(["name"])
    for n in range(3_000):
        write.writerow([f"{n}.jpg"])
    lines = out.getvalue().splitlines(keepends=True)
    lines[10] = '"open.jpg\r\n'
    file = tmp_path / "a.csv"
    file.write_text("".join(lines), newline="")
    found, _, faults = read(file)
    assert (len(found), [fault.line for fault in faults]) == (2_999, [11])


@pytest.mark.parametrize("image", [None, "//", "\u202e"])
def test_an_address_that_gives_no_name_is_none(image: str | None) -> None:
    with pytest.raises(rows.Unfit, match="name: is missing"):
        rows.clean({"image": image})
