"""CSV, JSON Lines and Parquet in parts of some thousand rows, never the whole file in memory.

A row that cannot be read at all is a Fault of its own; the rows around it are read all the same.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from pixplore.cells import unharmed
from pixplore.importing.rows import COLUMNS

PART = 20_000
MOST_LINE = 10_000_000
"""Bytes of one line; more is no row but a file of another kind."""
_OURS = {*COLUMNS, "id"}
_SEPARATORS = ",;\t"
_NO_PARQUET = (pa.ArrowException, OSError, ValueError, KeyError)


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that is not taken: where it stands, why, and what stands there (cells, an object, or bare text)."""

    line: int
    reason: str
    row: Any


@dataclass(frozen=True, slots=True)
class Part:
    """Rows as the file has them: columns, or objects. `lines` says where each stands, `place` how far this is (0-1)."""

    raw: pa.Table | list[dict[str, Any]]
    lines: list[int]
    faults: list[Fault]
    place: float


@dataclass(slots=True)
class Source:
    """An open file: `kind` csv, jsonl or parquet; `headings` of the columns as they are written there."""

    path: Path
    kind: str
    headings: list[str]
    parts: Iterator[Part]
    ignored: list[str] = field(default_factory=list)


class Unreadable(ValueError):
    """The file as a whole cannot be used; the text says why."""


def open_source(path: Path, encoding: str | None = None) -> Source:
    """Raises Unreadable, OSError."""
    with path.open("rb") as file:
        begin = file.read(8)
    if begin.startswith(b"PAR1"):
        source = _parquet(path)
    elif path.suffix.lower() in (".jsonl", ".ndjson", ".json") or begin.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"{"):
        source = Source(path, "jsonl", [], _json_parts(path))
    elif begin.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\xff\xd8\xff", b"\x89PNG")):
        raise Unreadable("This is neither CSV, JSON Lines nor Parquet.")
    else:
        source = _csv(path, encoding)
    if source.kind != "jsonl":
        known = [column_name(heading) for heading in source.headings]
        if not {"name", "image"} & {*known}:
            raise Unreadable(f"There is no column name. The columns are: {', '.join(source.headings[:20])[:500]}")
        if doubled := sorted({name for name in known if name in _OURS and known.count(name) > 1}):
            raise Unreadable(f"The column {doubled[0]} is there twice.")
        source.ignored = [h for h in source.headings if column_name(h) is None]
    return source


def column_name(heading: str) -> str | None:
    """What of ours a heading names; None for nothing."""
    plain = heading.strip()
    if plain.lower() in _OURS:
        return plain.lower()
    return f"attr.{plain[5:].strip()}" if plain.lower().startswith("attr.") and plain[5:].strip() else None


def _parquet(path: Path) -> Source:
    try:
        file = pq.ParquetFile(path)
        headings = list(file.schema_arrow.names)
    except _NO_PARQUET as fault:
        raise Unreadable(f"This Parquet file cannot be read: {str(fault)[:200]}") from fault
    return Source(path, "parquet", headings, _parquet_parts(file, headings))


def _parquet_parts(file: pq.ParquetFile, headings: list[str]) -> Iterator[Part]:
    wanted = {heading: name for heading in headings if (name := column_name(heading))}
    line, total = 1, max(file.metadata.num_rows, 1)
    try:
        for batch in file.iter_batches(PART, columns=list(wanted), use_threads=False):
            batch.validate(full=True)  # a file says of itself what it likes: letters that are none, lists without end
            raw = pa.Table.from_batches([batch]).rename_columns([wanted[name] for name in batch.schema.names])
            yield Part(raw, list(range(line, line + len(raw))), [], (line + len(raw)) / total)
            line += len(raw)
    except _NO_PARQUET as fault:
        raise Unreadable(f"From row {line:,} on the file cannot be read: {str(fault)[:200]}") from fault


def _json_parts(path: Path) -> Iterator[Part]:
    size = max(path.stat().st_size, 1)
    with path.open("rb") as file:
        rows: list[dict[str, Any]] = []
        lines: list[int] = []
        faults: list[Fault] = []
        for number, line in enumerate(_lines(file), start=1):
            text = line.strip(b" \t\r\n") if number > 1 else line.removeprefix(b"\xef\xbb\xbf").strip(b" \t\r\n")
            if not text:
                continue
            try:
                row = orjson.loads(text)
            except orjson.JSONDecodeError as fault:
                faults.append(Fault(number, f"This line is not JSON: {fault}", text[:2_000].decode("utf-8", "replace")))
                continue
            if isinstance(row, dict):
                rows.append({column_name(name) or name: value for name, value in row.items()})
                lines.append(number)
            else:
                faults.append(Fault(number, "This line is not a JSON object", row))
            if len(rows) + len(faults) >= PART:
                yield Part(rows, lines, faults, file.tell() / size)
                rows, lines, faults = [], [], []
        yield Part(rows, lines, faults, 1.0)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    while line := file.readline(MOST_LINE):
        if len(line) >= MOST_LINE:
            raise Unreadable(f"A line is longer than {MOST_LINE:,} bytes.")
        yield line


def _csv(path: Path, encoding: str | None) -> Source:
    with path.open("rb") as file:
        begin = file.read(4)
    if encoding is None:
        encoding = "utf-16" if begin[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        stream = path.open(encoding=encoding, errors="surrogateescape", newline="")
        first = stream.readline(MOST_LINE)
    except (LookupError, UnicodeError) as fault:
        raise Unreadable(f"The letters of this file cannot be read: {fault}") from fault
    if "\0" in first:
        raise Unreadable("This is not a text file.")
    try:
        written = {mark: next(csv.reader([first], delimiter=mark), []) for mark in _SEPARATORS}
    except csv.Error as fault:
        raise Unreadable("The first line is longer than a line of headings can be. Is this a CSV?") from fault
    separator = max(written, key=lambda mark: sum(column_name(heading) is not None for heading in written[mark]))
    headings = [heading.strip() for heading in written[separator]]
    return Source(path, "csv", headings, _csv_parts(stream, headings, separator, path.stat().st_size))


class _Rewinding:
    """Physical lines for csv.reader, which can be taken back to the line after the one that a record began on."""

    def __init__(self, stream: io.TextIOBase) -> None:
        self._stream = stream
        self._ahead: list[str] = []
        self.record: list[str] = []
        self.number = 1

    def __iter__(self) -> "_Rewinding":
        return self

    def __next__(self) -> str:
        line = self._ahead.pop() if self._ahead else self._stream.readline(MOST_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        self.record.append(line)
        return line

    def again(self) -> str:
        """Give back all lines of the record but the first, which is returned."""
        first, *rest = self.record
        self._ahead += rest[::-1]
        self.number -= len(rest)
        self.record = []
        return first


def _csv_parts(stream: Any, headings: list[str], separator: str, size: int) -> Iterator[Part]:
    names = [column_name(heading) for heading in headings]
    rows: list[list[str]] = []
    lines: list[int] = []
    faults: list[Fault] = []
    csv.field_size_limit(MOST_LINE)
    source = _Rewinding(stream)
    with stream:
        reader = csv.reader(source, delimiter=separator, strict=True)
        while True:
            began = source.number + 1
            try:
                cells = next(reader)
            except StopIteration:
                break
            except csv.Error:
                text = source.again()
                faults.append(Fault(began, _QUOTES, text.rstrip("\r\n")[:2_000]))
                reader = csv.reader(source, delimiter=separator, strict=True)
                continue
            if len(source.record) > 1_000:  # what swallows so much is a quotation mark that is not closed
                faults.append(Fault(began, _QUOTES, source.again().rstrip("\r\n")[:2_000]))
                continue
            source.record.clear()
            if not any(cells):
                continue
            if len(cells) > len(headings) and any(cells[len(headings) :]):
                said = f"This line has {len(cells)} cells, but the first line names {len(headings)} columns"
                faults.append(Fault(began, said, cells))
            else:
                rows.append(cells)
                lines.append(began)
            if len(rows) + len(faults) >= PART:
                yield _cells(rows, lines, faults, names, min(_told(stream) / max(size, 1), 1.0))
                rows, lines, faults = [], [], []
        yield _cells(rows, lines, faults, names, 1.0)


_QUOTES = 'A quotation mark (") is not closed, or stands inside quotes without being doubled'


def _told(stream: Any) -> float:
    return float(stream.buffer.tell())


def _cells(rows: list[list[str]], lines: list[int], faults: list[Fault], names: list[str | None], place: float) -> Part:
    """Columns of text. Rows whose bytes are no letters are faults."""
    width = len(names)
    whole = [row if len(row) == width else (row + [""] * width)[:width] for row in rows]
    columns: dict[str, pa.Array] = {}
    try:
        for n, name in enumerate(names):
            if name is not None:
                columns[name] = pa.array([unharmed(row[n]) for row in whole], pa.string())
    except UnicodeEncodeError:
        good = [n for n, row in enumerate(whole) if _is_text(row)]
        kept = {*good}
        bad = [
            Fault(lines[n], "Its letters cannot be read; save the file as UTF-8", [_shown(cell) for cell in row])
            for n, row in enumerate(whole)
            if n not in kept
        ]
        return _cells([whole[n] for n in good], [lines[n] for n in good], faults + bad, names, place)
    return Part(pa.table(columns), lines, faults, place)


def _is_text(row: list[str]) -> bool:
    try:
        "".join(row).encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(cell: str) -> str:
    return cell.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
