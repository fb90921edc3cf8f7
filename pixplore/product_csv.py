"""A product list as people really save it -> typed rows, and a sentence for every line that cannot be used.

Takes UTF-8 with or without a byte-order mark, UTF-16 and Windows-1252; commas, semicolons, tabs or bars; decimal
points or commas. Says no to what is no table. Touches neither the network nor the database.
"""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import PurePosixPath, PureWindowsPath

from pixplore.cells import DateReader, NumberReader
from pixplore.domain import UNSET
from pixplore.errors import Invalid
from pixplore.given import name_fault, word_fault

MAX_BYTES = 20_000_000
MAX_ROWS = 100_000
MAX_COLUMNS = 100
MAX_CELL = 2_000
"""Characters of one cell."""
MAX_SKU = 100

KNOWN = {
    "sku": (
        "sku",
        "articlenumber",
        "articleno",
        "itemnumber",
        "itemno",
        "productcode",
        "productid",
        "artikelnummer",
        "artno",
        "artnr",
        "partno",
        "partnumber",
        "styleno",
        "stylecode",
        "itemcode",
        "itemid",
        "articlecode",
        "articleid",
        "productno",
        "productnumber",
        "stockcode",
    ),
    "file": ("file", "filename", "image", "imagefile", "imagename", "picture", "photo", "bild", "datei"),
    "title": ("title", "producttitle", "productname", "name", "titel", "bezeichnung", "itemname", "articlename"),
    "category": ("category", "productcategory", "kategorie", "warengruppe"),
    "created_at": ("createdat", "created", "createdon", "date", "datum"),
}
"""Field -> the headings it goes by (small letters and digits only), the most telling first."""

NOT_TABLES = (
    (
        b"PK\x03\x04",
        "This is an Excel workbook or ZIP archive. In Excel choose Save as, CSV UTF-8, and take that file.",
    ),
    (b"\xd0\xcf\x11\xe0", "This is an old Excel workbook (.xls). Save it as CSV UTF-8 and take that file."),
    (b"%PDF", "This is a PDF, not a table. Export the list as CSV."),
    (b"\xff\xd8\xff", "This is a picture, not a table. Pictures go into the upload box."),
    (b"\x89PNG", "This is a picture, not a table. Pictures go into the upload box."),
)


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One product. `line` is where it stands in the file, from 1; `created_at` has a time zone."""

    line: int
    sku: str
    file_name: str | None = None
    title: str | None = None
    category: str | None = None
    created_at: datetime | None = None
    attributes: dict[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a line; `skipped` when nothing of the line is used."""

    line: int
    sku: str | None
    message: str
    skipped: bool


@dataclass(frozen=True, slots=True)
class ProductColumn:
    """`becomes` is sku, file, title, category, created_at or attr.<name>; `kind` is text, number or date."""

    heading: str
    becomes: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class ProductList:
    rows: tuple[ProductRow, ...]
    problems: tuple[Problem, ...]
    columns: tuple[ProductColumn, ...]
    encoding: str
    separator: str


_PICTURE = re.compile(r"^(?!\w+://).*\.(jpe?g|png|webp|tiff?|avif)$", re.I)


def parse(content: bytes) -> ProductList:
    """Read a product list; raises Invalid with a sentence when the whole file cannot be used."""
    text, encoding = decode(content)
    separator, text = _separator(text)
    records = _records(text, separator)
    try:
        _, headings = next(records)
    except StopIteration:
        raise _refusal("The file is empty. It needs a first line that names the columns.") from None
    first = next(records, None)
    columns = _columns(headings, first[1] if first else [])
    table: list[tuple[int, list[str]]] = []
    problems: list[Problem] = []
    for line, cells in chain([first] if first else [], records):
        if len(table) >= MAX_ROWS:
            raise _refusal(f"The list has more than {MAX_ROWS:,} lines. Split it into several files.")
        if any(cells[len(columns) :]):
            message = f"This line has {len(cells)} cells but the first line names {len(columns)} columns."
            problems.append(Problem(line, _cell(cells, columns, "sku") or None, message, skipped=True))
        else:
            table.append((line, (cells + [""] * len(columns))[: len(columns)]))
    if not table and not problems:
        raise _refusal("The list has a first line but no products below it.")
    rows, columns = _typed(table, columns, separator, problems)
    kept = tuple(_unique(rows, problems))
    shown = tuple(c for c in columns if c.becomes)
    return ProductList(kept, tuple(sorted(problems, key=lambda p: p.line)), shown, encoding, separator)


def decode(content: bytes) -> tuple[str, str]:
    """(text, name of the encoding) of a text file's bytes; raises Invalid for what is no text."""
    if not content.strip():
        raise _refusal("The file is empty.")
    if len(content) > MAX_BYTES:
        raise _refusal(f"The file is larger than {MAX_BYTES // 1_000_000} MB. Split it into several files.")
    for start, sentence in NOT_TABLES:
        if content.startswith(start):
            raise _refusal(sentence)
    text, encoding = _text(content)
    if "\x00" in text:
        raise _refusal("This is not a text file. Export the list as CSV UTF-8.")
    return unicodedata.normalize("NFC", text), encoding


def _text(content: bytes) -> tuple[str, str]:
    if content.startswith(codecs.BOM_UTF8):
        attempts = ["utf-8-sig"]
    elif content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        attempts = ["utf-16"]
    elif content[1:200:2].count(0) > 60 or (content[1:2] == b"\0" and content[3:4] == b"\0"):
        attempts = ["utf-16-le"]  # without a mark: every second byte of western text is zero
    elif content[:1] == b"\0":
        attempts = ["utf-16-be"]
    else:
        attempts = ["utf-8", "cp1252"]
    for encoding in attempts:
        try:
            return content.decode(encoding), "windows-1252" if encoding == "cp1252" else encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    raise _refusal("The letters of this file cannot be read. Save it as CSV UTF-8.")


def _separator(text: str) -> tuple[str, str]:
    """(separator, text): the one that makes the first line name most of our columns, then simply most columns."""
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        return first.strip()[4], "\n" + rest  # Excel's own remark; line numbers stay
    line = next((line for line in text.splitlines() if line.strip()), "")
    if len(line) > csv.field_size_limit():
        raise _refusal("The first line is longer than a line of headings can be. Is this a CSV?")

    def fitness(candidate: str) -> tuple[int, int]:
        names = [_plain(name) for name in next(csv.reader([line], delimiter=candidate), [])]
        return sum(any(name in known for known in KNOWN.values()) for name in names), len(names)

    return max(",;\t|", key=fitness), text


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """(line, trimmed cells) of every record that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    start = 1
    try:
        for cells in reader:
            trimmed = [" ".join(cell.split()) for cell in cells]
            if any(trimmed):
                yield start, trimmed
            start = reader.line_num + 1
    except csv.Error as error:
        raise _refusal(
            f'Line {start} cannot be read: a quotation mark (") is not closed, or stands inside quotes without '
            "being doubled."
        ) from error


def _plain(heading: str) -> str:
    return "".join(c for c in heading.casefold() if c.isalnum())


def _columns(headings: list[str], first: list[str]) -> list[ProductColumn]:
    """What each column becomes. `first` are the first line's cells: beside a title, a name may be the picture's."""
    while headings and not headings[-1]:
        headings = headings[:-1]
    if len(headings) > MAX_COLUMNS:
        raise _refusal(f"The list has {len(headings)} columns; {MAX_COLUMNS} are the most that can be taken.")
    becomes = [""] * len(headings)
    plain = [_plain(h) for h in headings]
    if {"name", "title"} <= {*plain} and not {*KNOWN["file"]} & {*plain}:
        place = plain.index("name")
        if place < len(first) and _PICTURE.search(first[place]):
            becomes[place] = "file"
    for field_name, known in KNOWN.items():
        if field_name in becomes:
            continue
        plain = [_plain(h) if not becomes[n] else "" for n, h in enumerate(headings)]
        found = next((plain.index(name) for name in known if name in plain), None)
        if found is not None:
            becomes[found] = field_name
    if "file" not in becomes:
        files = [n for n, cell in enumerate(first) if becomes[n : n + 1] == [""] and _PICTURE.search(cell)]
        if len(files) == 1:  # whatever it is called
            becomes[files[0]] = "file"
    if "sku" not in becomes and "file" not in becomes:
        seen = ", ".join(f"“{h[:40]}”" for h in headings[:6])
        raise _refusal(
            f"The first line must name the columns, and one of them must be sku (or file). Found there: {seen}."
        )
    for n, heading in enumerate(headings):
        name = "_".join(heading.casefold().split())[:60]
        if not becomes[n] and name:
            if fault := name_fault(name):
                raise _refusal(f"The column “{heading}” cannot be taken: {fault}.")
            becomes[n] = f"attr.{name}"
        if becomes[n] and becomes.index(becomes[n]) != n:
            raise _refusal(f"The column “{heading}” is there twice. Rename or remove one of them.")
    return [
        ProductColumn(heading, target, "date" if target == "created_at" else "text")
        for heading, target in zip(headings, becomes, strict=True)
    ]


def _cell(cells: list[str], columns: list[ProductColumn], becomes: str) -> str:
    return next((cell for cell, column in zip(cells, columns, strict=False) if column.becomes == becomes), "")


def _typed(
    table: list[tuple[int, list[str]]], columns: list[ProductColumn], separator: str, problems: list[Problem]
) -> tuple[list[ProductRow], list[ProductColumn]]:
    """Rows with numbers and dates as such. A column is a number column when all its filled cells are numbers, those of
    lines that are not used left out."""
    used = []
    for line, cells in table:
        plain = {c.becomes: cell for c, cell in zip(columns, cells, strict=True) if c.becomes and cell}
        file_name = _file_name(plain.get("file", ""))
        sku = plain.get("sku") or ("" if any(c.becomes == "sku" for c in columns) else PurePosixPath(file_name).stem)
        if fault := _fault(sku, cells):
            problems.append(Problem(line, sku[:MAX_SKU] or None, fault, skipped=True))
        else:
            used.append((line, cells, plain, sku, file_name))
    by_column = [[cells[n] for _, cells, *_ in used] for n in range(len(columns))]
    numbers = NumberReader.of_file(
        (c for column, cells in zip(columns, by_column, strict=True) if column.becomes[:5] == "attr." for c in cells),
        comma=separator == ";",
    )
    dates = DateReader([_cell(cells, columns, "created_at") for _, cells, *_ in used])
    readers = [
        numbers.for_column(cells) if column.becomes.startswith("attr.") else None
        for column, cells in zip(columns, by_column, strict=True)
    ]
    columns = [ProductColumn(c.heading, c.becomes, "number") if r else c for c, r in zip(columns, readers, strict=True)]
    rows = []
    for line, cells, plain, sku, file_name in used:
        attributes: dict[str, str | int | float] = {}
        for column, reader, cell in zip(columns, readers, cells, strict=True):
            if column.becomes.startswith("attr.") and cell:
                value = reader.read(cell) if reader else cell
                if value is not None:
                    attributes[column.becomes[5:]] = value
        created_at, remark = dates.read(plain.get("created_at", ""))
        if remark:
            problems.append(Problem(line, sku, remark, skipped=False))
        title, category = plain.get("title"), plain.get("category")
        rows.append(ProductRow(line, sku, file_name or None, title, category, created_at, attributes))
    return rows, columns


def _file_name(cell: str) -> str:
    """The bare name of a file, whatever folder the list puts before it."""
    return PureWindowsPath(cell.replace("/", "\\")).name


def _fault(sku: str, cells: list[str]) -> str | None:
    if not sku:
        return "This line has no SKU, so it cannot be told which product it is."
    if len(sku) > MAX_SKU:
        return f"The SKU is longer than {MAX_SKU} characters."
    if any(word_fault(cell) for cell in cells):
        return f"A cell of this line says {UNSET}, which stands for “has none”. Leave the cell empty instead."
    if any(len(cell) > MAX_CELL for cell in cells):
        return f"A cell of this line is longer than {MAX_CELL:,} characters. Is a quotation mark not closed?"
    return None


def _unique(rows: list[ProductRow], problems: list[Problem]) -> Iterator[ProductRow]:
    """The first row of each SKU; capitals make no difference, as they make none when pictures are matched."""
    first: dict[str, int] = {}
    for row in rows:
        line = first.setdefault(row.sku.lower(), row.line)
        if line == row.line:
            yield row
        else:
            message = f"The SKU {row.sku} stands on line {line} already; this line is not used."
            problems.append(Problem(row.line, row.sku, message, skipped=True))


def _refusal(sentence: str) -> Invalid:
    return Invalid({"file": sentence}, sentence)
