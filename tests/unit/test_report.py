"""The report for a manager: one file, nothing from elsewhere, nothing that people wrote becomes HTML, exact links."""

import re
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from typing import Any

import pytest

from dashboard.catalogue.catalogue_state import State
from dashboard.catalogue.chips import chips
from dashboard.report import report_compare, report_page, report_svg, report_tiles
from dashboard.report.report_blocks import PARTS
from dashboard.report.report_part import NARROW, WIDE, Choices

EVIL = '</svg><script>alert(1)</script>" onload="x'


def row(count: int, **more: Any) -> dict[str, Any]:
    return {"count": count, "share": 0.5, "text": EVIL, "name": "labels", "label": EVIL, "other": EVIL, "value": EVIL,
            "category": EVIL, "usual": EVIL, "lift": 2.0, "from": 20.0, "to": 25.0, "period": "2026-11", "points": 5.0,
            "weight": 10, "parents": [], "amount": 1.5, "unit_price": 0.1, "monthly": False,
            "query": {"label": [EVIL], "category": ["A & B"]}} | more  # fmt: skip


class Tags(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


VIEWS = [
    ("labels", {"shape": "tiles"}), ("labels", {"shape": "category"}), ("trend", {"split": "label"}),
    ("trend", {"by": "batch"}), ("pairs", {"pairs": "network"}), ("confidence", {"confidence": "several"}),
    *((name, {}) for name in PARTS),
]  # fmt: skip


def drawn(view: str, choices: dict[str, str], rows: list[dict[str, Any]]) -> report_page.Block:
    said = Choices({name: [value] for name, value in ({"of": EVIL} | choices).items()})
    answer = {"rows": rows, "values": [], "per_image": 0.1, "once": 1.0, "monthly": 0.2, "total": len(rows),
              "items": [{"count": 2, "images": [{"id": "i", "name": EVIL}]}] if rows else []}  # fmt: skip
    answers = dict.fromkeys((*PARTS[view].asks(said), "titles"), answer)
    return PARTS[view].block(answers, 2, said, WIDE)


def made(rows: list[dict[str, Any]]) -> str:
    blocks = [drawn(view, choices, rows) for view, choices in VIEWS]
    text = report_page.page(
        filters=chips(State((("label", EVIL), ("q", EVIL)))), figures=[("1,234", "Pictures")], main=blocks[0],
        more=blocks[1:], by=EVIL, at=datetime(2026, 11, 25, 9, 5, tzinfo=UTC), address="https://pix.example/insights?a=1",
    )  # fmt: skip
    return text.decode()


def test_nothing_that_people_wrote_becomes_html_and_nothing_is_loaded() -> None:
    tags = Tags(made([row(2), row(0)])).found
    assert not [tag for tag, _ in tags if tag in ("script", "img", "link", "iframe", "object", "image", "use")]
    for tag, attributes in tags:
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "style")], (tag, attributes)
        href = attributes.get("href") or "/catalogue"
        assert href.startswith(("/catalogue", "https://pix.example/")), href
    csp = [a["content"] for tag, a in tags if tag == "meta" and a.get("http-equiv")]
    assert csp == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_it_says_what_when_and_who() -> None:
    text = made([row(2)])
    assert "25 November 2026, 09:05 UTC, by &lt;/svg&gt;" in text
    assert "Open this view in Pixplore" in text
    assert "@page { size: A4" in text
    assert "1,234" in text


def test_a_bar_leads_to_its_own_pictures_and_an_empty_one_nowhere() -> None:
    text = made([row(2), row(0)])
    assert "category=A+%26+B" in text
    links = Tags(report_svg.bars(PARTS_LABELS, WIDE, "Labels")).found
    assert [attributes["href"] for tag, attributes in links if tag == "a"] == ["/catalogue?label=Cup"]


PARTS_LABELS = [
    report_svg.Mark("Cup", 3, "3", "", "/catalogue?label=Cup"),
    report_svg.Mark("None", 0, "0", "", ""),
]


def test_no_rows_draw_an_empty_chart() -> None:
    assert "<svg" in report_svg.bars([], NARROW, "x")
    assert "<svg" in report_svg.columns([], NARROW, "x")
    assert "<svg" in report_svg.dots([], WIDE, "x")
    assert made([row(0)])


def test_three_hundred_days_keep_their_names_apart() -> None:
    marks = [report_svg.Mark(f"{n} Nov", n, str(n), "", "") for n in range(300)]
    text = report_svg.columns(marks, NARROW, "days")
    assert len(re.findall(r'text-anchor="middle"', text)) <= 6
    assert text.count("<rect") == 299


def sides(today: date = date(2026, 11, 25), **said: str) -> Any:
    names = {"label": ["Cup"], "batch_id": ["id-1", "id-2"]}
    kind, titles = said.get("kind"), {"id-1": "One", "id-2": "Two"}
    found = names["batch_id" if kind == "uploads" else "label"] if said.pop("there", "yes") == "yes" else []
    values = [{"value": one, "title": titles.get(one)} for one in found]
    saved = [{"name": "Mugs", "filters": {"label": ["Cup"], "min_width": 800}, "sort": "newest"}]
    here = State((("category", "Tests"),))
    choices = Choices({name: [value] for name, value in said.items()})
    return report_compare.sides(choices, here, {"values": values, "items": saved}, today)


def test_the_comparison_is_the_addresss_own() -> None:
    a, b = sides()
    assert dict(a.filters) == {"created_from": "2026-10-27", "created_to": "2026-11-26"}
    assert dict(b.filters) == {"created_from": "2026-09-27", "created_to": "2026-10-27"}
    a, b = sides(span="own", a="2026-01-01..2026-01-31", b="nonsense")
    assert dict(a.filters) == {"created_from": "2026-01-01", "created_to": "2026-02-01"}
    assert dict(b.filters)["created_from"] == "2026-09-27"
    a, b = sides(kind="values", a="Cup", b="__rest__", field="label")
    assert (a.filters, b.filters) == ((("label", "Cup"),), (("not_label", "Cup"),))
    # A choice that another kind of comparison left behind is no upload.
    a, b = sides(kind="uploads", a="Cup")
    assert (a.name, b.name) == ("One", "Two")
    assert sides(kind="values", there="no") is None


def test_filters_are_compared_with_a_saved_search_or_with_any_other() -> None:
    a, b = sides(kind="searches")
    assert (a.name, a.filters) == ("the filters above", (("category", "Tests"),))
    assert (b.name, b.filters) == ("Mugs", (("label", "Cup"), ("min_width", "800")))
    a, b = sides(kind="searches", a="label=Cup&min_width=800", b="attr.brand=Acme&nonsense=1")
    assert a.name == "Mugs"
    assert (b.name, b.filters) == ("Brand Acme", (("attr.brand", "Acme"),)), "what nobody saved is spelled out"
    assert sides(kind="searches", b="__all__")[1].filters == ()
    said = Choices({"kind": ["searches"]})
    assert report_compare.asked(said, (a, b)).alone, "a search is not narrowed by the page's filters"
    a, b = sides(kind="values", field="attr.brand", a="Acme", b="__rest__")
    assert (a.filters, b.filters) == ((("attr.brand", "Acme"),), (("not_attr.brand", "Acme"),))


@pytest.mark.parametrize(
    ("view", "choices", "title", "asked"),
    [
        ("labels", {"top": "50"}, "Most frequent labels", {"limit": 50}),
        ("labels", {"shape": "tiles"}, "Labels by hierarchy", {"limit": 1000}),
        ("labels", {"shape": "category", "top": "10"}, "Labels by category", {"limit": 10, "by": "category"}),
        ("trend", {"by": "day", "split": "category"}, "Pictures added by day, the most frequent categories",
         {"by": "day", "split": "category", "limit": 5}),
        ("trend", {"by": "category"}, "Pictures added by month", {"by": "month", "split": "", "limit": 5}),
        ("pairs", {"pairs": "network", "size": "20"}, "Labels that belong together", {"limit": 20}),
    ],
)  # fmt: skip
def test_the_report_shows_what_the_view_shows(
    view: str, choices: dict[str, str], title: str, asked: dict[str, Any]
) -> None:
    said = Choices({name: [value] for name, value in choices.items()})
    assert next(iter(PARTS[view].asks(said).values())).params == asked
    assert drawn(view, choices, [row(2), row(1)]).title == title


def test_several_labels_have_a_row_each() -> None:
    said = Choices({"confidence": ["several"], "of": ["Cup", "Dog"]})
    answers = {"of Cup": {"rows": [row(2)]}, "of Dog": {"rows": [row(4)]}}
    assert list(PARTS["confidence"].asks(said)) == list(answers)
    block = PARTS["confidence"].block(answers, 4, said, WIDE)
    assert block.title == "Confidence of several labels"
    assert ">Cup<" in block.chart
    assert ">Dog<" in block.chart


def test_tiles_fill_their_place_and_lie_inside_each_other() -> None:
    boxes = report_tiles.squarified([6, 6, 4, 3, 2, 2, 1], (0, 0, 6, 4))
    assert sum(w * h for _, _, w, h in boxes) == pytest.approx(24)
    assert [round(w * h, 6) for _, _, w, h in boxes] == [6, 6, 4, 3, 2, 2, 1]
    assert all(x >= 0 and y >= 0 and x + w <= 6.0001 and y + h <= 4.0001 for x, y, w, h in boxes)
    marks = [report_svg.Mark(name, n, str(n), "", "") for name, n in (("Animal", 9), ("Dog", 5), ("Cup", 4))]
    animal, cup = report_tiles.nested(marks, {"Dog": "Animal"})
    assert (animal.mark.name, [tile.mark.name for tile in animal.inside], animal.size) == ("Animal", ["Dog"], 9)
    assert cup.size == 4
    assert report_tiles.tiles([animal, cup], 300, "Labels").count("<rect") == 3


def test_many_labels_stand_in_two_columns_of_one_scale() -> None:
    said = Choices({"top": ["100"]})
    rows = [row(100 - n, label=f"Label {n}") for n in range(60)]
    chart = PARTS["labels"].block({"labels": {"rows": rows, "distinct": 60}}, 100, said, WIDE).chart
    assert chart.count("<svg") == 2
    track, bar = (float(part.split('"')[0]) for part in chart.split("<svg")[2].split('" width="')[1:3])
    assert bar / track == pytest.approx(0.7, abs=0.01), "70 pictures, where the most are 100"
