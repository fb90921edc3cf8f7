"""Every CSV that we write, cell by cell: none begins what a spreadsheet calculates, and each comes back as it was."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.insights import insight_frame
from dashboard.products import product_views
from pixplore import cells, exporting
from pixplore.catalogue.exports import Exported
from pixplore.importing.readers import Fault, Source
from pixplore.importing.rejects import Rejects

BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
EVIL = [f"{sign}cmd|' /C calc'!A0" for sign in BEGINS] + ["'=1+1", "''＝1", '=HYPERLINK("http://x","y")', "=1;=2"]
SCRIPT = Path(__file__).resolve().parents[2] / "dashboard/components/uploader/uploader.js"


def exported(evil: str, folder: Path) -> str:
    one = Exported(
        "00000000-0000-0000-0000-000000000001", evil, evil, evil, evil, "2026-01-01T00:00:00Z", 1, 1,
        [(evil, 505, "ai")], [evil, evil], "{}", [evil], [evil], "square", "ready", evil, None, 1, evil, None,
    )  # fmt: skip
    return b"".join(exporting.as_csv([[one]])).decode()


def of_a_chart(evil: str, folder: Path) -> str:
    rows = [{"label": evil, "parents": [evil, evil], "count": -1}]
    columns = {"label": evil, "parents": "Kind of", "count": "Pictures"}
    return insight_frame.as_csv(rows, columns).decode("utf-8-sig")


def of_a_table(evil: str, folder: Path) -> str:
    return product_views.as_csv([{"SKU": evil, evil: evil}])


def rejected(evil: str, folder: Path) -> str:
    with Rejects(Source(folder / "x.csv", "csv", ["name", evil], iter(()))) as out:
        out.write([Fault(2, evil, [evil, evil]), Fault(3, "words", evil)])
    return out.path.read_bytes().decode()


@pytest.mark.parametrize("evil", EVIL, ids=ascii)
@pytest.mark.parametrize("written", [exported, of_a_chart, of_a_table, rejected], ids=lambda one: one.__name__)
def test_no_cell_begins_a_formula(written: Callable[[str, Path], str], evil: str, tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(written(evil, tmp_path), newline="")))
    shown = [cell for row in rows for cell in row]
    assert [cell for cell in shown if cell.startswith(BEGINS) and cell != "-1"] == []
    assert evil in [cells.unharmed(cell) for cell in shown]
    assert f"'{evil}" in shown


def test_the_uploader_s_table_knows_the_same_signs() -> None:
    """It is written in the browser; `tests/browser/test_upload.py` downloads one."""
    found = re.search(r"/\^'\*\[(.+?)\]/\.test\(text\) \? `'\$\{text\}`", SCRIPT.read_text())
    assert found
    signs = found[1].replace("\\-", "-").replace("\\t", "\t").replace("\\r", "\r").replace("\\n", "\n")
    assert sorted(signs) == sorted(BEGINS)
