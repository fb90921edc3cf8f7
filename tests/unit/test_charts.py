"""The data in the charts: order, categories, the number of the row behind each mark, the CSV."""

import csv
import io

from dashboard import charts
from dashboard.catalogue_state import State
from dashboard.insight_views import state_of

ROWS = [
    {"label": "Shoe", "category": "Apparel", "count": 5, "query": {"label": ["Shoe"], "category": ["Apparel"]}},
    {"label": "Shoe", "category": None, "count": 2, "query": {"label": ["Shoe"], "category": ["__unset__"]}},
    {"label": "Cup", "category": "Kitchen", "count": 3, "query": {"label": ["Cup"], "category": ["Kitchen"]}},
]


def test_a_bar_a_label_and_its_row() -> None:
    bar = charts.label_bars(ROWS[::2]).data[0]
    assert (list(bar.x), list(bar.y), list(bar.customdata)) == ([5, 3], ["Shoe", "Cup"], [0, 1])


def test_stacked_bars_keep_every_row() -> None:
    figure = charts.category_bars(ROWS)
    assert {trace.name: list(trace.customdata) for trace in figure.data} == {
        "Apparel": [0],
        "Kitchen": [2],
        charts.NONE: [1],
    }
    assert list(figure.layout.yaxis.categoryarray) == ["Shoe", "Cup"]


def test_many_categories_share_a_colour_and_lose_no_row() -> None:
    rows = [{"label": "Shoe", "category": f"C{n:02}", "count": 40 - n} for n in range(20)]
    groups = charts.by_category(rows)
    assert len(groups) == charts.MOST_CATEGORIES + 1
    assert groups[-1][0] == charts.OTHER
    assert sorted(number for _, members in groups for number, _ in members) == list(range(20))


def test_the_histogram_has_every_bin() -> None:
    rows = [{"from": 20 + 5 * n, "to": 25 + 5 * n, "count": n} for n in range(16)]
    bar = charts.confidence_bars(rows, 55).data[0]
    assert list(bar.y) == list(range(16))
    assert bar.x[0] == 22.5


def test_a_row_leads_to_its_own_query() -> None:
    row = {"query": {"label": ["Shoe"], "min_confidence": 55, "max_confidence": 59.9, "not_category": ["Tools"]}}
    assert state_of(row) == State(
        (("label", "Shoe"), ("not_category", "Tools"), ("min_confidence", "55"), ("max_confidence", "59.9"))
    )


def test_the_csv_is_data_and_no_formula() -> None:
    text = charts.as_csv([{"label": '=HYPERLINK("x")', "count": 2}, {"label": "Café, au lait", "count": -1}])
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    assert rows == [{"label": '\'=HYPERLINK("x")', "count": "2"}, {"label": "Café, au lait", "count": "-1"}]
