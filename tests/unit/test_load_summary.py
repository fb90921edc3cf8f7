"""Requests of a load into figures, its breaking point and its chart."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.profile import chart, summary
from benchmarks.profile.chart import Line, Panel
from benchmarks.profile.summary import Figures, Request, Window
from benchmarks.profile.watch import WORKERS, part_of


def requests(
    count: int, kind: str = "search", ms: float = 10, at: float = 0, error: str | None = None
) -> list[Request]:
    return [Request(at + number / 10, kind, ms + number, error) for number in range(count)]


def test_figures_by_kind_and_in_all() -> None:
    some = [
        *requests(101),
        *requests(10, "grant", 200),
        *requests(2, "upload", 900, error="S3 answered 503: Slow down"),
    ]
    found = summary.by_kind(some, 20)
    assert list(found) == ["grant", "upload", "search", "all"]
    assert found["search"] == Figures(101, 0, 5.05, 60, 105, 110)
    assert (found["all"].requests, found["all"].failed) == (113, 2)
    assert found["all"].failed_share == pytest.approx(2 / 113)
    assert summary.figures([], 5) == Figures(0, 0, 0, 0, 0, 0)


def test_errors_that_differ_in_numbers_only_are_one() -> None:
    some = [Request(0, "search", 1, f"{n} of at least {n + 1}") for n in range(5)] + [
        Request(0, "grant", 1, "answered")
    ]
    assert summary.errors(some) == [("search", "# of at least #", 5), ("grant", "answered", 1)]


def test_a_request_counts_where_it_began() -> None:
    some = requests(40, at=1_000)  # over four seconds
    found = summary.windows(some, 1_000, [0, 1, 3, 10], lambda second: round(second))
    assert [window.figures.requests for window in found] == [10, 20, 10]
    assert [window.users for window in found] == [0, 2, 6]
    assert found[2].figures.per_second == pytest.approx(10 / 7)


def window(second: float, p95: float, failed: int = 0, rate: float = 10) -> Window:
    return Window(second, int(second), Figures(100, failed, rate, p95 / 2, p95, p95))


def test_the_breaking_point_is_the_first_step_above_the_bar() -> None:
    steps = [window(0, 100, rate=10), window(30, 801, rate=90), window(60, 700, rate=80), window(90, 5_000, failed=1)]
    found = summary.breaking(steps)
    assert (found.slow, found.failed, found.most) == (steps[1], steps[3], steps[1])
    assert summary.breaking(steps[:1]).slow is None


def test_recovered_is_when_it_stays_below_the_bar() -> None:
    parts = [window(second, p95) for second, p95 in ((0, 5_000), (5, 5_000), (10, 900), (15, 100), (20, 900), (25, 90))]
    assert summary.recovered(parts, 10) == 15
    assert summary.recovered(parts, 25) == 0
    assert summary.recovered(parts[:5], 10) is None


def test_what_ran_out_is_the_machine_before_one_of_its_parts() -> None:
    assert "machine's 2 cores" in summary.narrowest({"recogniser": 1.0, "AWS endpoint": 0.9}, 2, WORKERS)
    assert summary.narrowest({"AWS endpoint": 0.95, "recogniser": 0.5}, 2, WORKERS).startswith(
        "AWS endpoint is used up"
    )
    assert "No processor" in summary.narrowest({"recogniser": 0.9}, 2, WORKERS)  # of two workers
    assert "too short" in summary.narrowest({}, 2, WORKERS)


def test_processes_are_known_by_their_command() -> None:
    assert part_of("python -c ... pixplore-label-image-x/code") == "functions label_image"
    assert part_of("python -m search_api --port 1") == "search API"
    assert part_of("/venv/bin/python -m locust -f benchmarks/profile/users.py") == "the load generator"
    assert part_of("python -m embedded") == "supervisor"
    assert part_of("sh") == "other"


def test_the_chart_is_svg_with_every_line_inside_it() -> None:
    drawn = chart.draw("A <title>", [
        Panel("ms", [Line("p95", [(0, 0), (60, 4_000), (120, 900)]), Line("median", [])], bar=800),
        Panel("people", [Line("people", [(0, 1), (120, 50)])]),
    ], 120)  # fmt: skip
    tree = ET.fromstring(drawn)
    space = "{http://www.w3.org/2000/svg}"
    lines = [line.get("points", "") for line in tree.iter(f"{space}polyline")]
    places = [tuple(map(float, point.split(","))) for line in lines for point in line.split()]
    assert len(lines) == 3
    assert len(places) == 5
    assert all(chart.LEFT <= x <= chart.WIDTH - chart.RIGHT and 0 < y < int(tree.get("height", 0)) for x, y in places)
    highest, bar = places[1][1], next(line for line in tree.iter(f"{space}line") if line.get("stroke-dasharray"))
    assert highest < float(bar.get("y1", 0)) < places[0][1]  # 4,000 ms lies above the dashed 800, 0 below
    assert "A <title>" in [text.text for text in tree.iter(f"{space}text")]


@pytest.mark.parametrize(("value", "most"), [(0.3, 0.5), (1, 1), (9, 10), (101, 200), (947, 1_000), (2_100, 2_500)])
def test_axes_end_at_round_numbers(value: float, most: float) -> None:
    assert chart.round_up(value) == pytest.approx(most)


def test_a_section_of_another_paper_is_replaced_and_the_rest_stays(tmp_path: Path) -> None:
    paper = tmp_path / "load.md"
    paper.write_text("# Load\n\nBy hand.\n\n## One\n\nold\n\n## Two\n\nkept\n")
    report.publish("One", "new", paper)
    text = paper.read_text()
    assert text.startswith("# Load\n\nBy hand.\n")
    assert "old" not in text
    assert text.index("new") < text.index("## Two\n\nkept")
