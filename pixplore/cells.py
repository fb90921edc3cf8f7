"""What a cell of a spreadsheet means: numbers with decimal points or commas, dates in the forms people write.

A single "1,234" or "03/04/2026" cannot be told; the other cells of its column, then of its file, decide.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

EMPTY = frozenset({"", "-", "–", "—", "n/a", "na", "none", "null", "k.a.", "#n/a"})
"""What people write into a column of numbers where there is none."""

_CURRENCY = re.compile(r"^[€$£]|(?:[€$£]|EUR|USD|GBP|CHF)$")
_PLAIN = re.compile(r"[+-]?(?:0|[1-9]\d*)$")
_POINT = re.compile(r"[+-]?\d+\.\d+$")
_COMMA = re.compile(r"[+-]?\d+,\d+$")
_POINT_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:(?:,\d{3})+|(?:[ '’]\d{3})+)(?:\.\d+)?$")
_COMMA_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:(?:\.\d{3})+|(?:[ '’]\d{3})+)(?:,\d+)?$")
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}$")
_LARGEST = 15
"""Digits that a JSON number keeps exactly; longer ones are codes, not amounts."""


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Wide signs count, too: a spreadsheet set to Japanese or Chinese reads them as the narrow ones."""
_MAY_BE_ONE = frozenset({*_FORMULA, "'"})


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula, for every CSV that we write (ASVS 1.2.10)."""
    return f"'{cell}" if cell[:1] in _MAY_BE_ONE and cell.lstrip("'")[:1] in _FORMULA else cell


def unharmed(cell: str) -> str:
    """What `harmless` was given; any other cell as it is."""
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'")[:1] in _FORMULA else cell


def _bare(cell: str) -> str:
    return _CURRENCY.sub("", cell.replace("\u00a0", " ").replace("\u202f", " ").replace("−", "-")).strip()


def _style(cell: str) -> str | None:
    """`point` or `comma` when this cell alone tells how decimals are written."""
    if _EITHER.match(cell):
        return None
    if _POINT.match(cell) or (_POINT_GROUPED.match(cell) and not _COMMA_GROUPED.match(cell)):
        return "point"
    if _COMMA.match(cell) or (_COMMA_GROUPED.match(cell) and not _POINT_GROUPED.match(cell)):
        return "comma"
    return None


@dataclass(frozen=True, slots=True)
class NumberReader:
    """Reads numbers whose decimals are written with a comma, or with a point."""

    comma: bool

    @classmethod
    def of_file(cls, cells: Iterable[str], comma: bool) -> "NumberReader":
        """By the first cell that tells; `comma` where none does."""
        style = next((s for s in map(_style, map(_bare, cells)) if s), None)
        return cls(comma if style is None else style == "comma")

    def for_column(self, cells: Iterable[str]) -> "NumberReader | None":
        """The reader for one column by its own cells; None when the column is text."""
        filled = [_bare(c) for c in cells if c.casefold() not in EMPTY]
        styles = {s for s in map(_style, filled) if s}
        if not filled or len(styles) > 1:
            return None
        if styles:
            reader = NumberReader(styles == {"comma"})
        elif self.comma and all(_POINT.match(c) or _PLAIN.match(c) for c in filled) and not _all_grouped(filled):
            reader = NumberReader(False)
        else:
            reader = self
        return reader if all(reader.read(c) is not None for c in filled) else None

    def read(self, cell: str) -> int | float | None:
        """The number of a cell, or None when it is none (text, leading zeros, more digits than a number keeps)."""
        bare = _bare(cell)
        decimal, grouped = (_COMMA, _COMMA_GROUPED) if self.comma else (_POINT, _POINT_GROUPED)
        if sum(c.isdigit() for c in bare) > _LARGEST:
            return None
        if _PLAIN.match(bare):
            return int(bare)
        if grouped.match(bare):
            bare = re.sub(r"[ '’.]" if self.comma else r"[ '’,]", "", bare)
        elif not decimal.match(bare):
            return None
        number = float(bare.replace(",", "."))
        return int(number) if number.is_integer() else number


def _all_grouped(cells: list[str]) -> bool:
    return all(_EITHER.match(c) or _PLAIN.match(c) for c in cells)


_SPLIT = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?$")
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})$")


class DateReader:
    """Reads one column of dates; the whole column tells whether 03/04/2026 is a day of March or of April."""

    def __init__(self, cells: Iterable[str]) -> None:
        self.day_first: bool | None = None
        for cell in cells:
            if (found := _SPLIT.match(cell)) and found[2] != ".":
                if int(found[1]) > 12:
                    self.day_first = True
                elif int(found[3]) > 12:
                    self.day_first = False

    def read(self, cell: str) -> tuple[datetime | None, str | None]:
        """(moment, None), (None, sentence) or, for an empty cell, (None, None). Without a zone it is UTC."""
        if cell.casefold() in EMPTY:
            return None, None
        try:
            moment = self._moment(cell)
        except ValueError:
            return None, f"The date “{cell[:40]}” cannot be read. Write it as 2026-04-03. The rest of the line is used."
        if moment is None:
            return None, f"The date “{cell[:40]}” can mean two days. Write it as 2026-04-03. The rest is used."
        if not 1900 <= moment.year <= 2100:
            return None, f"The date “{cell[:40]}” is too far away to be right. The rest of the line is used."
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)), None

    def _moment(self, cell: str) -> datetime | None:
        if found := _YEAR_FIRST.match(cell):
            return datetime(*map(int, found.groups()))  # type: ignore[arg-type]
        found = _SPLIT.match(cell)
        if not found:
            return datetime.fromisoformat(cell)
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        day_first = True if found[2] == "." else self.day_first
        if day_first is None and first != second:
            return None
        day, month = (first, second) if day_first else (second, first)
        return datetime(year, month, day, int(found[5] or 0), int(found[6] or 0), int(found[7] or 0))
