"""The data in the charts: order, groups, sizes, the address behind each mark, names that look like HTML, the CSV."""

import csv
import io
import json
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go
import pytest

from dashboard.catalogue.catalogue_state import State
from dashboard.insights import charts, charts_labels, charts_pairs, charts_quality, charts_spread
from dashboard.insights.insight_frame import as_csv, table
from dashboard.insights.insight_links import address, state_of

EVIL = '<b>Shoe</b> & <a href="http://x">=1+1</a>'


def row(label: str, count: int, **more: Any) -> dict[str, Any]:
    return {"label": label, "count": count, "parents": [], "query": {"label": [label]}, **more}


def gone_to(figure: go.Figure) -> list[str]:
    """Every address in a figure."""
    found: list[str] = []
    for trace in figure.data:
        data = [] if trace.customdata is None else list(trace.customdata)
        found += [to for one in data for to in (one if isinstance(one, list | tuple) else [one])]
    return [to for to in found if to]


def test_a_bar_a_label_and_its_address() -> None:
    bar = charts_labels.label_bars([row("Shoe", 5), row("Cup", 3)]).data[0]
    assert (list(bar.x), list(bar.y)) == ([5, 3], [0, 1])
    assert list(bar.customdata) == ["/catalogue?label=Shoe", "/catalogue?label=Cup"]


def test_a_mark_leads_to_the_rows_own_query() -> None:
    asked = {"label": ["Shoe & Sock"], "min_confidence": 55, "max_confidence": 59.9, "not_category": ["Tools"],
             "max_width": 999}  # fmt: skip
    assert state_of({"query": asked}) == State(
        (("label", "Shoe & Sock"), ("not_category", "Tools"), ("min_confidence", "55"), ("max_confidence", "59.9"),
         ("max_width", "999"))
    )  # fmt: skip
    assert "label=Shoe+%26+Sock" in address({"query": asked, "count": 1})
    assert address({"query": asked, "count": 0}) == ""


def test_stacked_bars_keep_every_row() -> None:
    rows = [row("Shoe", 5, category="Apparel"), row("Shoe", 2, category=None), row("Cup", 3, category="Kitchen")]
    figure = charts_labels.category_bars(rows)
    assert {trace.name: list(trace.y) for trace in figure.data} == {
        "Apparel": [0],
        "Kitchen": [1],
        charts_labels.NONE: [0],
    }
    assert [text.strip() for text in figure.layout.yaxis.ticktext] == ["Shoe", "Cup"]


def test_many_categories_share_a_colour_and_lose_no_row() -> None:
    rows = [row("Shoe", 40 - n, category=f"C{n:02}") for n in range(20)]
    groups = charts_labels.by_category(rows)
    assert len(groups) == charts_labels.MOST_CATEGORIES + 1
    assert groups[-1][0] == charts_labels.OTHER
    assert sum(len(members) for _, members in groups) == 20


def test_tiles_lie_in_their_nearest_parent_and_are_never_empty() -> None:
    near = ["Hand Tool", "Tool"]
    rows = [row("Tool", 9), row("Hand Tool", 7, parents=["Tool"])]
    rows += [row("Saw", 5, parents=["Sharp", *near]), row("Hammer", 5, parents=near)]
    tiles = charts_labels.label_tiles(rows).data[0]
    assert dict(zip(tiles.ids, tiles.parents, strict=True)) == {
        "Tool": "", "Hand Tool": "Tool", "Saw": "Hand Tool", "Hammer": "Hand Tool"
    }  # fmt: skip
    assert all(value > 0 for value in tiles.values)  # the two kinds of Hand Tool have more pictures than itself
    assert "7" in tiles.labels[1]


def test_the_histogram_has_every_bin() -> None:
    rows = [{"from": 20 + 5 * n, "to": 25 + 5 * n, "count": n, "query": {"label": ["Shoe"]}} for n in range(16)]
    bar = charts_labels.confidence_bars(rows, 55).data[0]
    assert list(bar.y) == list(range(16))
    assert bar.x[0] == 22.5
    ridge = charts_labels.ridge([("Shoe", rows), ("Cup", rows[:3])], 55)
    assert [len(trace.x) for trace in ridge.data] == [16, 3]
    assert max(ridge.data[0].y) == pytest.approx(max(ridge.data[1].y))


def test_lift_colours_a_cell_and_both_halves_open_the_pair() -> None:
    pair = {"label": "Cup", "other": "Pan", "count": 4, "lift": 2.0, "query": {"label": ["Cup", "Pan"]}}
    figure = charts_pairs.matrix(["Cup", "Pan", "Saw"], [pair], dark=False)
    assert figure.data[0].z[0][1] == figure.data[0].z[1][0] == 1.0
    assert figure.data[0].z[0][2] is None
    assert gone_to(figure) == ["/catalogue?label=Cup&label=Pan"] * 2
    assert charts_pairs.expected(pair) == 2.0


def test_the_network_is_the_same_each_time_and_opens_labels_and_pairs() -> None:
    names = "ABCDEF"
    rows = [{"label": a, "other": b, "count": 3, "lift": 2.0, "query": {"label": [a, b]}}
            for a, b in pairwise(names)]  # fmt: skip
    counts = dict.fromkeys(names, 5)
    made = [charts_pairs.network(counts, {n: f"/catalogue?label={n}" for n in names}, rows, True) for _ in range(2)]
    assert made[0] == made[1]
    assert len(gone_to(made[0])) == 5 + 6


def test_one_day_no_day_and_a_year_of_days() -> None:
    step = {"count": 2, "query": {"category": ["X"]}, "value": None}
    assert charts_spread.trend_columns([{**step, "period": "2026-11-02"}], "day").layout.xaxis.ticktext == ("2 Nov",)
    assert not charts_spread.trend_columns([], "day").data[0].x
    days = [{**step, "period": f"2026-{1 + n // 28:02}-{1 + n % 28:02}"} for n in range(336)]
    many = charts_spread.trend_columns(days, "day")
    assert len(many.data[0].x) == 336
    assert len(many.layout.xaxis.ticktext) <= 6


def test_colours_look_like_their_names_and_unknown_ones_break_nothing() -> None:
    rows = [{"value": v, "count": 1, "share": 0.5, "query": {"colour": [v]}} for v in ("Red", "white", EVIL)]
    tiles = charts_spread.colour_tiles(rows).data[0]
    assert list(tiles.marker.colors) == ["#d92d20", "#ffffff", charts_spread.UNKNOWN]
    assert charts_spread.ink("#ffffff") == "#0b1220"
    assert charts_spread.ink("#16181b") == "#ffffff"


def test_no_name_becomes_html() -> None:
    """Plotly draws <b> and <a href> in its texts; what people write must stay what they wrote."""
    evil = row(EVIL, 2, category=EVIL, usual=EVIL, share=0.1, lift=0.2, other=EVIL, period=EVIL, value=EVIL, text=EVIL,
               name="x", weight=10, points=4.0, amount=1.0, unit_price=0.1, monthly=False)  # fmt: skip
    evil["from"], evil["to"] = 20.0, 25.0
    other = {**evil, "label": "Cup"}
    figures = [
        charts_labels.label_bars([evil]), charts_labels.category_bars([evil]), charts_labels.label_tiles([evil]),
        charts_labels.ridge([(EVIL, [evil])], 55), charts_spread.trend_lines([evil], "day"),
        charts_spread.batch_bars([evil], {EVIL: EVIL}, 2), charts_spread.colour_tiles([evil]),
        charts_spread.dumbbells([(evil, evil)], (EVIL, EVIL)), charts_quality.misfit_bars([evil]),
        charts_quality.gap_bars([evil]), charts_quality.health_bars([evil], {"x": evil}),
        charts_quality.cost_bars([evil]), charts_pairs.matrix([EVIL, "Cup"], [{**other, "lift": 2.0}], False),
        charts_pairs.network({EVIL: 2, "Cup": 2}, {}, [{**other, "lift": 2.0}], False),
    ]  # fmt: skip
    for figure in figures:
        shown = json.loads(figure.to_json())
        text = json.dumps([{k: v for k, v in trace.items() if k not in ("customdata", "ids", "parents")}
                           for trace in shown["data"]] + [shown["layout"]])  # fmt: skip
        assert "<a" not in text
        assert "<b>Shoe" not in text


def test_a_long_name_is_cut_on_the_axis_and_whole_in_the_hover() -> None:
    name = "An exceedingly long name of a label"
    figure = charts_labels.label_bars([row(name, 1)])
    assert figure.layout.yaxis.ticktext[0].strip() == "An exceedingly long n…"
    assert name in figure.data[0].hovertext[0]
    assert charts.plain("two\nlines ") == "two lines"


def test_the_csv_is_data_and_no_formula() -> None:
    rows = [row('=HYPERLINK("x")', 2), row("Café, au lait", -1, parents=["Drink", "Food"])]
    text = as_csv(rows, {"label": "Label", "parents": "Kind of", "count": "Pictures"}).decode("utf-8-sig")
    assert list(csv.DictReader(io.StringIO(text))) == [
        {"Label": '\'=HYPERLINK("x")', "Kind of": "", "Pictures": "2"},
        {"Label": "Café, au lait", "Kind of": "Drink, Food", "Pictures": "-1"},
    ]


def test_the_table_links_each_count_and_escapes() -> None:
    text = table([row(EVIL, 1234)], {"label": "Label", "count": "Pictures"})
    assert ">1,234</a>" in text
    assert "<b>Shoe" not in text
    assert 'href="/catalogue?label=%3Cb%3E' in text
