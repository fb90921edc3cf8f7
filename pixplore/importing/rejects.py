"""The rows that were not taken, beside the file, each with its reason; there is no such file where all were taken."""

import csv
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from pixplore.cells import harmless
from pixplore.importing.readers import Fault, Source, column_name


class Rejects:
    """FILE.rejected.csv for a CSV, else FILE.rejected.jsonl. An earlier one is replaced.

    A line of a CSV that is no row stands in the column `unread`: mended there, it is still none of ours.
    """

    def __init__(self, source: Source) -> None:
        self.path = Path(f"{source.path}.rejected.{'csv' if source.kind == 'csv' else 'jsonl'}")
        self._headings = source.headings
        self._csv = source.kind == "csv"
        self._file: TextIO | None = None

    def __enter__(self) -> "Rejects":
        with suppress(FileNotFoundError):
            self.path.unlink()
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()

    def write(self, faults: Iterable[Fault]) -> None:
        for fault in sorted(faults, key=lambda one: one.line):
            if self._file is None:
                self._file = self.path.open("w", encoding="utf-8", errors="replace", newline="")
                if self._csv:
                    csv.writer(self._file).writerow(["line", "reason", "unread", *map(harmless, self._headings)])
            if self._csv:
                cells = [harmless(str(cell)) for cell in self._cells(fault.row)]
                unread = harmless(fault.row) if isinstance(fault.row, str) else ""
                csv.writer(self._file).writerow([fault.line, harmless(fault.reason), unread, *cells])
            else:
                told = json.dumps({"line": fault.line, "reason": fault.reason, "row": fault.row}, default=str)
                self._file.write(f"{told}\n")
        if self._file:
            self._file.flush()

    def _cells(self, row: Any) -> list[Any]:
        if isinstance(row, dict):
            return ["" if (cell := row.get(column_name(h) or h)) is None else cell for h in self._headings]
        return row if isinstance(row, list) else []
