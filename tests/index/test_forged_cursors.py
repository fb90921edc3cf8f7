"""A cursor made by someone who knows how they are made is refused or pages on; it never breaks anything."""

from contextlib import suppress
from pathlib import Path

import pytest

from pixplore import cursor
from pixplore.errors import Invalid
from pixplore.finding import SORTS
from pixplore.query import Query, fingerprint
from tests.contract.edges import SHELF
from tests.index.test_index_exact import opened

ID = "00000000-0000-0000-0000-000000000000"
TIMES = ["2026-01-30T00:00:00+00:00", "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59.999999+00:00",
         "0001-01-01T00:00:00+14:00", "2026-01-30T00:00:00", "2026-01-30", "now", "", "NaN"]  # fmt: skip
RANKS = ["0", "-1", "8", "9" * 30, "9" * 5000, "1.5", "nan", ""]
NAMES = ["", "\ud800", "z" * 5000, "'; drop table image; --"]


@pytest.mark.parametrize("sort", SORTS)
def test_odd_values(tmp_path: Path, sort: str) -> None:
    index = opened(SHELF, tmp_path / "index")
    query = Query(q="shoe")
    place = fingerprint(query, sort)
    if sort == "relevance":
        odd = [[rank, time, ID] for rank in RANKS for time in TIMES]
    else:
        odd = [[first, ID] for first in (NAMES if sort == "name" else TIMES)]
    for values in [*odd, [*odd[0][:-1], "no id"], [*odd[0], "more"], []]:
        try:
            after = cursor.encode(place, values)
        except UnicodeEncodeError:  # cannot even be sent
            continue
        with suppress(Invalid):
            assert len(index.page(query, sort, 2, after).ids) <= 2
