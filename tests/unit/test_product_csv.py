"""A product list comes as people's spreadsheets save it: all of it read, or a sentence that says why not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from demo.load import products
from pixplore.errors import Invalid
from pixplore.product_csv import MAX_BYTES, MAX_ROWS, parse


def only(content: str | bytes):
    found = parse(content.encode() if isinstance(content, str) else content)
    assert not found.problems, found.problems
    assert len(found.rows) == 1
    return found.rows[0]


def test_every_field_of_a_plain_list() -> None:
    row = only(
        "sku,file,title,category,created_at,brand,price\n"
        'A-1,a.jpg,"Hammer, large",Tools,2026-03-04T10:00:00+02:00,Torvald,12.50\n'
    )
    assert (row.line, row.sku, row.file_name, row.title, row.category) == (2, "A-1", "a.jpg", "Hammer, large", "Tools")
    assert row.created_at == datetime(2026, 3, 4, 8, tzinfo=UTC)
    assert row.attributes == {"brand": "Torvald", "price": 12.5}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(encoding: str) -> None:
    row = only("sku;title\nA-1;Schürze „Löwe“ – 5 €\n".encode(encoding))
    assert row.title == "Schürze „Löwe“ – 5 €"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(separator: str, newline: str) -> None:
    text = newline.join(separator.join(cells) for cells in (["SKU", "Name", "Brand"], ["A-1", "Cup", "Ash"])) + newline
    row = only(text)
    assert (row.sku, row.title, row.attributes) == ("A-1", "Cup", {"brand": "Ash"})


def test_excel_says_its_separator_itself() -> None:
    row = only("sep=;\nsku;title\nA;Cup, large\n")
    assert (row.title, row.line) == ("Cup, large", 3)


def test_headings_are_found_whatever_their_dress() -> None:
    row = only("Article Number;File_Name;Product name;Kategorie;Datum\nA;x\\y\\b.JPG;T;K;04.03.2026\n")
    assert (row.sku, row.file_name, row.title, row.category) == ("A", "b.JPG", "T", "K")
    assert row.created_at == datetime(2026, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize("heading", ["Item code", "Product No.", "Stock-Code", "Article ID", "Part number"])
def test_suppliers_have_many_names_for_the_sku(heading: str) -> None:
    row = only(f"{heading},Image,Item name\nA-1,a.jpg,Cup\n")
    assert (row.sku, row.file_name, row.title, row.attributes) == ("A-1", "a.jpg", "Cup", {})


def test_a_second_name_column_becomes_an_attribute() -> None:
    row = only("sku,name,title\nA,short,long\n")
    assert (row.title, row.attributes) == ("long", {"name": "short"})


def test_beside_a_title_a_name_that_is_a_file_is_the_pictures() -> None:
    row = only("sku;name;title\nA;shoe.JPG;Red shoe\n")
    assert (row.file_name, row.title, row.attributes) == ("shoe.JPG", "Red shoe", {})


@pytest.mark.parametrize("heading", ["price.gte", "__unset__"])
def test_columns_that_no_filter_could_ask_for_are_refused(heading: str) -> None:
    with pytest.raises(Invalid, match="cannot be taken"):
        parse(f"sku,{heading}\nA,1\n".encode())


def test_a_cell_that_means_none_is_refused() -> None:
    assert "has none" in parse(b"sku,category\nA,__unset__\n").problems[0].message


def test_a_column_of_picture_names_is_the_file_whatever_it_is_called() -> None:
    found = parse(b"SKU;Bilddatei;Web\nA-1;a.jpg;https://shop.example/a.jpg\n")
    assert [column.becomes for column in found.columns] == ["sku", "file", "attr.web"]
    assert found.rows[0].file_name == "a.jpg"
    two = parse(b"sku,front,back\nA-1,a.jpg,b.jpg\n")
    assert [column.becomes for column in two.columns] == ["sku", "attr.front", "attr.back"]


def test_a_line_that_is_not_used_says_nothing_of_its_columns() -> None:
    found = parse(b"SKU;Preis\nA-1;12,90\n;abc\nA-2;1.234,50\n")
    assert [row.attributes["preis"] for row in found.rows] == [12.9, 1234.5]
    assert [problem.line for problem in found.problems] == [3]


def test_a_list_without_sku_goes_by_the_file_name() -> None:
    assert only("file,title\nphotos/cup-7.jpg,Cup\n").sku == "cup-7"


@pytest.mark.parametrize(
    ("cells", "want"),
    [
        (["12,50", "3"], [12.5, 3]),
        (["1.234,56", "7,5"], [1234.56, 7.5]),
        (["12.50", "1,234.00"], [12.5, 1234]),
        (["1,234", "12.5"], [1234, 12.5]),
        (["1.234", "12,5"], [1234, 12.5]),
        (["1 234,5", "2"], [1234.5, 2]),
        (["€ 12,90", "9,90 EUR"], [12.9, 9.9]),
        (["-3", "+4"], [-3, 4]),
        (["5", "n/a"], [5, None]),
        (["007", "8"], ["007", "8"]),
        (["4006381333931234", "1"], ["4006381333931234", "1"]),
        (["S", "38"], ["S", "38"]),
        (["12,5", "12.5"], ["12,5", "12.5"]),
        (["=1+1", "2"], ["=1+1", "2"]),
    ],
)
def test_numbers_are_typed_by_their_column(cells: list[str], want: list[object]) -> None:
    text = "sku\tsize\n" + "".join(f"A{n}\t{c}\n" for n, c in enumerate(cells))
    assert [row.attributes.get("size") for row in parse(text.encode()).rows] == want


def test_a_semicolon_list_means_decimal_commas() -> None:
    assert only("sku;price\nA;1,234\n").attributes == {"price": 1.234}
    assert only('sku,price\nA,"1,234"\n').attributes == {"price": 1234}


@pytest.mark.parametrize(
    ("cells", "want"),
    [
        (["03/04/2026", "25/12/2026"], ["2026-04-03", "2026-12-25"]),
        (["03/04/2026", "12/25/2026"], ["2026-03-04", "2026-12-25"]),
        (["2026/3/4"], ["2026-03-04"]),
        (["05/05/2026"], ["2026-05-05"]),
    ],
)
def test_dates_are_understood_by_their_column(cells: list[str], want: list[str]) -> None:
    text = "sku,date\n" + "".join(f"A{n},{c}\n" for n, c in enumerate(cells))
    assert [f"{row.created_at:%Y-%m-%d}" for row in parse(text.encode()).rows] == want


@pytest.mark.parametrize("cell", ["03/04/2026", "yesterday", "2026-13-40", "3026-01-01"])
def test_a_doubtful_date_is_left_out_and_said(cell: str) -> None:
    found = parse(f"sku,date\nA,{cell}\n".encode())
    assert found.rows[0].created_at is None
    assert not found.problems[0].skipped
    assert cell in found.problems[0].message


def test_duplicated_skus_keep_the_first_and_say_so() -> None:
    found = parse(b"sku,title\nA-1,first\na-1,second\nB,third\nA-1,fourth\n")
    assert [(r.sku, r.title) for r in found.rows] == [("A-1", "first"), ("B", "third")]
    assert [(p.line, p.skipped) for p in found.problems] == [(3, True), (5, True)]
    assert "line 2" in found.problems[0].message


def test_ragged_lines() -> None:
    found = parse(b"sku,title,brand\nA,short\nB,t,b,extra\nC,t,b,,\n\n,,\n,no sku,x\n")
    assert [r.sku for r in found.rows] == ["A", "C"]
    assert [(p.line, p.skipped) for p in found.problems] == [(3, True), (7, True)]


def test_formulas_stay_data() -> None:
    row = only('sku,title,note\n=1+1,"=HYPERLINK(""http://x"")",@SUM(A1)\n')
    assert (row.sku, row.title, row.attributes["note"]) == ("=1+1", '=HYPERLINK("http://x")', "@SUM(A1)")


def test_a_cell_over_two_lines_keeps_line_numbers_right() -> None:
    found = parse(b'sku,title\nA,"two\nlines"\nA,again\n')
    assert found.rows[0].title == "two lines"
    assert found.problems[0].line == 4


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"PK\x03\x04rest", "Excel"),
        (b"\xd0\xcf\x11\xe0rest", "Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"\xff\xd8\xff\xe0", "picture"),
        (b"sku,\x00title\nA,B\n", "not a text file"),
        (b"A-1,Hammer,12\nB-2,Cup,3\n", "must name the columns"),
        (b'{"sku": "A"}', "must name the columns"),
        (b"sku,title\n", "no products"),
        (b"sku,brand,Brand\nA,b,c\n", "twice"),
        (b'sku,title\nA,"never closed\nB,x\n', "not closed"),
        (b'sku,title\nA,"12" pan"\n', "doubled"),
        (b"sku," + b",".join(b"c%d" % n for n in range(100)) + b"\nA\n", "101 columns"),
        (b"sku\n" + b"a" * MAX_BYTES, "20 MB"),
        (b"sku\n" + b"".join(b"%d\n" % n for n in range(MAX_ROWS + 1)), "100,000 lines"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(content: bytes, says: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(content)
    assert says in caught.value.detail
    assert caught.value.fields == {"file": caught.value.detail}


def test_long_cells_are_refused_line_by_line() -> None:
    found = parse(b"sku,title\n" + b"s" * 101 + b",x\nB," + b"t" * 2001 + b"\nC,fine\n")
    assert [r.sku for r in found.rows] == ["C"]
    assert len(found.problems) == 2


def test_the_demo_list_is_faultless_and_within_ninety_days() -> None:
    now = datetime.now(UTC)
    found = parse(products(now))
    photos = {p.name for p in (Path(__file__).parents[2] / "demo" / "photos").glob("*.jpg")}
    assert not found.problems
    assert {row.file_name for row in found.rows if row.file_name} == photos
    assert all(0 <= (now - row.created_at).days <= 90 for row in found.rows if row.created_at)
    assert all(isinstance(row.attributes["price"], int | float) for row in found.rows)


def test_a_first_line_without_end() -> None:
    with pytest.raises(Invalid, match="first line"):
        parse(b"x" * 1_100_000)
