"""What the columns of a product list are taken for, and the list that a changed meaning becomes."""

import pytest

from dashboard.products.product_mapping import ATTRIBUTE, LEAVE, doubt, faults, read, rewritten
from pixplore.errors import Invalid
from pixplore.product_csv import parse


def test_guesses_are_those_of_the_api() -> None:
    table = read("Artikelnummer;Datei;Titel;Preis\nA;a.jpg;Löwe;3,5\n".encode("cp1252"))
    assert [column.guess for column in table.columns] == ["sku", "file", "title", ATTRIBUTE]
    assert table.columns[2].samples == ["Löwe"]


def test_foreign_headings_are_mapped_by_hand() -> None:
    table = read(b"ref,label,junk\nA-1,Mug,x\n")
    guesses = [column.guess for column in table.columns]
    assert faults(table, guesses) == [
        "Choose the column that holds the SKU, or the one with the file name of the picture."
    ]
    chosen = ["sku", "title", LEAVE]
    assert faults(table, chosen) == []
    found = parse(rewritten(table, chosen))
    assert [(row.sku, row.title, row.attributes) for row in found.rows] == [("A-1", "Mug", {})]


def test_products_named_after_files_are_doubted() -> None:
    guesses = [column.guess for column in read(b"Ref;Name;Filename\nHT-1;Mug;mug.jpg\n").columns]
    assert guesses == [ATTRIBUTE, "title", "file"]
    assert faults(read(b"Ref;Name;Filename\nHT-1;Mug;mug.jpg\n"), guesses) == []
    assert "No column holds the SKU" in doubt(guesses)
    assert doubt(["sku", "title", "file"]) == ""
    assert read(b"Art-No;Name\nHT-1;Mug\n").columns[0].guess == "sku"


def test_lines_keep_their_numbers_and_too_many_cells_stay_a_fault() -> None:
    table = read(b'sep=;\nx;ref;note\n\n1;A;"two\nlines"\n2;;\n3;B;n;more\n')
    found = parse(rewritten(table, [LEAVE, "sku", ATTRIBUTE]))
    assert [(row.sku, row.line) for row in found.rows] == [("A", 4)]
    assert [(problem.line, problem.skipped) for problem in found.problems] == [(7, True)] or [
        problem.line for problem in found.problems
    ] == [7]


def test_an_attribute_with_the_name_of_a_field_stays_an_attribute() -> None:
    table = read(b"sku,name\nA,Mug\n")
    assert table.columns[1].guess == "title"
    row = parse(rewritten(table, ["sku", ATTRIBUTE])).rows[0]
    assert row.title is None
    assert row.attributes == {"name_in_the_list": "Mug"}


def test_one_field_twice_is_refused() -> None:
    table = read(b"sku,ref\nA,B\n")
    assert faults(table, ["sku", "sku"]) == ["Two columns are SKU. Choose one of them."]


@pytest.mark.parametrize(
    ("content", "says"), [(b"PK\x03\x04", "Excel"), (b'sku,a\n"x', "quotation mark"), (b"", "empty")]
)
def test_nonsense_gets_a_sentence(content: bytes, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        read(content)
