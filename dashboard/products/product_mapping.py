"""What the columns of a product list mean: guessed from their names, changed by people, written into the list.

The API reads meaning from the first line alone. So a changed meaning is a changed first line, and a column that is left
out is taken out; everything else stays as it is, each line on its own number.
"""

import csv
import io
import re
from dataclasses import dataclass

from pixplore.errors import Invalid
from pixplore.product_csv import KNOWN, decode, parse

FIELDS = {
    "sku": "SKU",
    "file": "File name of the picture",
    "title": "Title",
    "category": "Category",
    "created_at": "Date",
}
ATTRIBUTE, LEAVE = "attribute", "leave"
CHOICES = {**FIELDS, ATTRIBUTE: "Attribute to filter by", LEAVE: "Leave out"}
"""What a column can become -> the words for it."""
SEPARATORS = ",;\t|"
_SAMPLES = 3


@dataclass(frozen=True, slots=True)
class Column:
    """`guess`: a key of CHOICES; `samples`: the first values that are not empty."""

    heading: str
    guess: str
    samples: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A list as its columns and cells; a blank line is an empty row, so that lines keep their numbers."""

    columns: list[Column]
    separator: str
    rows: list[list[str]]


def read(content: bytes) -> Table:
    """Raises Invalid, in the words of the API, for what is no table."""
    text, _ = decode(content)
    first = text.partition("\n")[0].strip()
    told = first[4:] if first.lower().startswith("sep=") and len(first) == 5 else ""  # Excel's own remark
    separator = told or max(SEPARATORS, key=lambda s: _fitness(text, s))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error:
        parse(content)  # says on which line
        raise
    if told:
        rows[0] = []
    head = next((n for n, row in enumerate(rows) if any(cell.strip() for cell in row)), None)
    if head is None:
        raise Invalid({"file": "is empty"}, "The file is empty. It needs a first line that names the columns.")
    headings = [" ".join(cell.split()) for cell in rows[head]]
    body = [row for row in rows[head + 1 : head + 200] if row]
    guesses = _guesses(headings, body, separator)
    columns = [
        Column(heading or f"Column {n + 1}", guess, _samples(body, n))
        for n, (heading, guess) in enumerate(zip(headings, guesses, strict=True))
    ]
    return Table(columns, separator, rows)


def _fitness(text: str, separator: str) -> tuple[int, int]:
    line = next((line for line in text.splitlines() if line.strip()), "")
    try:
        names = [_plain(name) for name in next(csv.reader([line], delimiter=separator), [])]
    except csv.Error:
        return 0, 0
    return sum(any(name in known for known in KNOWN.values()) for name in names), len(names)


def _guesses(headings: list[str], body: list[list[str]], separator: str) -> list[str]:
    """What the API makes of these headings; without SKU and file name it makes nothing, and people choose."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows([headings, *body[:1]] if body else [headings, ["x"] * len(headings)])
    try:
        known = iter(parse(out.getvalue().encode()).columns)
    except Invalid:
        found = [next((f for f, names in KNOWN.items() if _plain(h) in names), ATTRIBUTE) for h in headings]
        twice = [g in FIELDS and g in found[:n] for n, g in enumerate(found)]
        return [ATTRIBUTE if again else guess for guess, again in zip(found, twice, strict=True)]
    guesses = []
    for heading in headings:
        becomes = next(known).becomes if heading else ""
        guesses.append(becomes if becomes in FIELDS else ATTRIBUTE if becomes else LEAVE)
    return guesses


def _samples(body: list[list[str]], place: int) -> list[str]:
    found = (row[place].strip() for row in body if place < len(row))
    return list(dict.fromkeys(cell for cell in found if cell))[:_SAMPLES]


def doubt(chosen: list[str]) -> str:
    """A sentence about a mapping that can be, but is seldom meant; nothing where there is none."""
    if "sku" in chosen:
        return ""
    return (
        "No column holds the SKU, so each product gets its picture's file name for one, and a line without a file name "
        "is not used. If the list has SKUs, say above in which column."
    )


def faults(table: Table, chosen: list[str]) -> list[str]:
    """Sentences about a mapping that cannot be: a field twice, or nothing that names a product."""
    said = [f"Two columns are {FIELDS[f]}. Choose one of them." for f in FIELDS if chosen.count(f) > 1]
    if not {"sku", "file"} & set(chosen):
        said.append("Choose the column that holds the SKU, or the one with the file name of the picture.")
    return said


def rewritten(table: Table, chosen: list[str]) -> bytes:
    """The list with its columns named as `chosen` says, as UTF-8."""
    kept = [n for n, choice in enumerate(chosen) if choice != LEAVE]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=table.separator, lineterminator="\n")
    headed = False
    for row in table.rows:
        if not any(cell.strip() for cell in row):
            out.write("\n")
        elif not headed:
            headed = True
            writer.writerow(_headings(table, chosen, kept))
        else:  # cells beyond the last column stay: the API says that the line has too many
            writer.writerow([row[n] if n < len(row) else "" for n in kept] + row[len(chosen) :])
    return out.getvalue().encode()


def _headings(table: Table, chosen: list[str], kept: list[int]) -> list[str]:
    named = []
    for n in kept:
        heading = table.columns[n].heading
        if chosen[n] in FIELDS:
            heading = chosen[n]
        elif any(_plain(heading) in names for names in KNOWN.values()):
            heading = f"{heading} in the list"  # by its own name the API would take it for a field
        named.append(heading)
    return named


def _plain(heading: str) -> str:
    return re.sub(r"[\W_]", "", heading.casefold())
