"""The charts in a browser: a mark of every chart opens exactly the pictures it counts; table, files and report say the
same; only the open part asks anything."""

import csv
import io
import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.access import fits, violations
from tests.browser.conftest import Person
from tests.browser.shelf import PHOTOS, Shelf, fill
from tests.browser.test_catalogue import query
from tests.stack import ROOT, Stack

SignedIn = Callable[[str], Person]
CHART = ".stPlotlyChart .js-plotly-plot"

MARKS = """([chart, kind]) => {
  // Where to point at, and what the mark says: the first mark of this kind that opens something.
  const box = chart.getBoundingClientRect(), { _fullData: traces, _fullLayout: layout } = chart;
  const own = (to) => typeof to === 'string' && /^.(catalogue|products|operations)/.test(to);
  if (kind === 'heatmap') {
    const { customdata, hovertext } = traces[0];
    for (let y = 0; y < customdata.length; y++) for (let x = 0; x < customdata[y].length; x++) if (own(customdata[y][x]))
      return { x: box.x + layout.xaxis._offset + layout.xaxis.l2p(x), y: box.y + layout.yaxis._offset + layout.yaxis.l2p(y), said: hovertext[y][x] };
  }
  if (kind === 'treemap') {
    for (const slice of chart.querySelectorAll('g.slice')) {
      const at = slice.__data__?.data?.data?.i, rim = slice.querySelector('path').getBoundingClientRect();
      if (own(traces[0].customdata[at])) return { x: rim.x + 12, y: rim.y + 9, said: traces[0].hovertext[at] };
    }
  }
  for (const [at, trace] of traces.entries()) {
    if (!trace.customdata) continue;
    for (let i = 0; i < trace.customdata.length; i++) {
      if (!own(trace.customdata[i])) continue;
      if (kind === 'bar' && trace.type === 'bar') {
        const rim = [...chart.querySelectorAll('.barlayer .trace.bars')][at].querySelectorAll('.point path')[i].getBoundingClientRect();
        return { x: rim.x + rim.width / 2, y: rim.y + rim.height / 2, said: trace.hovertext[i] };
      }
      if (kind === 'scatter' && trace.type === 'scatter')
        return { x: box.x + layout.xaxis._offset + layout.xaxis.l2p(trace.x[i]), y: box.y + layout.yaxis._offset + layout.yaxis.l2p(trace.y[i]), said: trace.hovertext[i] };
    }
  }
  return null;
}"""  # noqa: E501

EVERY_CHART = [
    ("", "bar"),
    ("shape=tiles", "treemap"),
    ("shape=category", "bar"),
    ("view=confidence", "bar"),
    ("view=confidence&confidence=several", "bar"),
    ("view=trend", "bar"),
    ("view=trend&by=day&split=label", "scatter"),
    ("view=trend&by=week", "bar"),
    ("view=trend&by=batch", "bar"),
    ("view=pairs", "heatmap"),
    ("view=pairs&pairs=network", "scatter"),
    ("view=colours", "treemap"),
    ("view=health", "bar"),
    ("view=compare&kind=uploads", "scatter"),
    ("view=compare&kind=searches", "scatter"),
    ("view=compare&kind=values&field=attr.brand", "scatter"),
    ("view=cost", "bar"),
]


@pytest.fixture(scope="module")
def shelf(stack: Stack) -> Shelf:
    return fill(stack)


@pytest.fixture
def page(signed_in: SignedIn, shelf: Shelf) -> Page:
    return signed_in("analyst").page


@pytest.fixture(scope="module")
def misplaced(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A tag of fruit of January and tools of February; one apple lies with the tools, one hammer with the fruit."""
    word, file = secrets.token_hex(3), tmp_path_factory.mktemp("misplaced") / "rows.jsonl"
    whole = [("Fruit", "Apple")] * 40 + [("Fruit", "Hammer")] + [("Tools", "Hammer")] * 20 + [("Tools", "Apple")]
    rows = [{"sku": f"{word}-{n}", "name": f"{word}-{n}.jpg", "category": f"{category} {word}", "tags": [word],
             "labels": [{"name": label, "confidence": 90}],
             "created_at": f"2026-{1 if category == 'Fruit' else 2:02}-03T10:00:00Z"}
            for n, (category, label) in enumerate(whole)]  # fmt: skip
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    at = {"DATABASE_URL": stack.ends["database_url"]}
    subprocess.run([sys.executable, "-m", "pixplore", "import", file], cwd=ROOT, env=os.environ | at, check=True)
    return word


def opened(page: Page, shelf: Shelf, choices: str = "") -> None:
    page.goto(f"/insights?category={shelf.category}&{choices}".rstrip("&"))
    drawn(page)


def drawn(page: Page) -> None:
    expect(page.locator(".px-summary .total")).to_have_text(f"{len(PHOTOS)} pictures")
    # Plotly is several megabytes: the first chart of a browser takes longer on a busy machine.
    expect(page.locator(f"{CHART} .main-svg").first).to_be_visible(timeout=45_000)
    expect(page.locator(f"{CHART}[data-px-marks]").first).to_be_attached()


def count_of(said: str) -> int:
    found = re.search(r"([\d,]+) picture", said)
    assert found, said
    return int(found[1].replace(",", ""))


def follow(page: Page, chart: Locator, kind: str) -> None:
    """Click the first mark that opens something: the catalogue then says the count that the mark said."""
    page.wait_for_timeout(200)
    chart.scroll_into_view_if_needed()
    mark = chart.evaluate(f"(chart) => ({MARKS})([chart, '{kind}'])")
    assert mark, "no mark opens anything"
    page.mouse.click(mark["x"], mark["y"])
    expect(page).to_have_url(re.compile("/catalogue"))
    noun = "picture" if count_of(mark["said"]) == 1 else "pictures"
    expect(page.locator(".px-summary .total")).to_have_text(f"{count_of(mark['said']):,} {noun}")


@pytest.mark.parametrize(("choices", "kind"), EVERY_CHART)
def test_a_mark_of_every_chart_opens_exactly_its_pictures(choices: str, kind: str, page: Page, shelf: Shelf) -> None:
    opened(page, shelf, choices)
    follow(page, page.locator(CHART).first, kind)
    if "searches" not in choices:  # a search stands by itself
        assert query(page)["category"] == [shelf.category]
    if not choices:
        page.go_back()
        drawn(page)
        assert urlsplit(page.url).path == "/insights"


def test_what_pictures_lack_opens_those_that_lack_it(page: Page, shelf: Shelf) -> None:
    opened(page, shelf, "view=health")
    expect(page.locator(f"{CHART}[data-px-marks]")).to_have_count(2)
    follow(page, page.locator(CHART).nth(1), "bar")
    assert query(page)["category"] == [shelf.category]


def test_two_periods_open_their_own_pictures(page: Page, misplaced: str) -> None:
    periods = "view=compare&kind=periods&span=own&a=2026-01-01..2026-01-31&b=2026-02-01..2026-02-28"
    page.goto(f"/insights?tag={misplaced}&{periods}")
    expect(page.locator(f"{CHART}[data-px-marks]").first).to_be_attached(timeout=45_000)
    follow(page, page.locator(CHART).first, "scatter")
    assert query(page)["tag"] == [misplaced]
    assert query(page)["created_from"][0].startswith("2026-01-01")


def test_a_label_out_of_place_opens_its_pictures(page: Page, misplaced: str) -> None:
    page.goto(f"/insights?tag={misplaced}&view=misfits")
    expect(page.locator(".px-summary .total")).to_have_text("62 pictures")
    expect(page.locator(f"{CHART}[data-px-marks]").first).to_be_attached(timeout=45_000)
    follow(page, page.locator(CHART).first, "bar")
    (category,), (label,) = query(page)["category"], query(page)["label"]
    assert (category.split()[0], label) in (("Tools", "Apple"), ("Fruit", "Hammer"))


def test_only_the_open_part_asks_and_a_table_opens_pictures_by_keyboard(page: Page, shelf: Shelf) -> None:
    opened(page, shelf)
    page.get_by_role("tab", name="Health").click()
    expect(page.get_by_role("heading", name="What pictures lack")).to_be_visible()
    expect(page.locator(CHART)).to_have_count(2)  # the labels' chart is gone with its part
    assert query(page)["view"] == ["health"]
    page.reload()
    expect(page.get_by_role("tab", name="Health")).to_have_attribute("aria-selected", "true")
    page.get_by_role("tab", name="Labels").click()
    page.locator(".st-key-px-below-labels").get_by_text("Data as a table").click()
    cell = page.locator(".px-scroll tbody a").first
    count = int(cell.inner_text())
    cell.press("Enter")
    expect(page).to_have_url(re.compile("/catalogue"))
    expect(page.locator(".px-summary .total")).to_have_text(f"{count} picture{'s' if count != 1 else ''}")


def test_a_filter_holds_for_the_open_part_which_stays_open(page: Page, shelf: Shelf) -> None:
    opened(page, shelf, "view=colours")
    page.goto(f"{page.url}&attr.brand=Acme")
    acme = shelf.total(**{"attr.brand": "Acme"})
    expect(page.locator(".px-summary .total")).to_have_text(f"{acme} pictures")
    expect(page.get_by_role("tab", name="Colours")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("heading", name="Pictures by colour")).to_be_visible()


def test_a_chart_as_png_svg_and_csv(page: Page, shelf: Shelf) -> None:
    opened(page, shelf)
    with page.expect_download() as png:
        page.get_by_role("button", name="Labels by number of pictures as PNG").click()
    assert png.value.suggested_filename == "pixplore-labels.png"
    assert png.value.path().read_bytes().startswith(b"\x89PNG")
    with page.expect_download() as svg:
        page.get_by_role("button", name="Labels by number of pictures as SVG").click()
    text = svg.value.path().read_text()
    assert text.startswith("<svg")
    assert "Labels by number of pictures" in text  # the file names what it shows
    with page.expect_download() as download:
        page.locator(".st-key-px-csv-labels").get_by_role("button", name="CSV").first.click()
    lines = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    address = f"{shelf.stack.ends['search_api']}/v1/insights/labels"
    asked = {"category": shelf.category, "limit": 1000}
    known = shelf.stack.call("GET", address, shelf.token, params=asked).json()["rows"]
    assert [(line["Label"], int(line["Pictures"])) for line in lines] == [(r["label"], r["count"]) for r in known]


def test_the_report_shows_the_open_view_and_needs_nothing_else(page: Page, shelf: Shelf) -> None:
    opened(page, shelf, "view=compare&kind=uploads")
    with page.expect_download() as download:
        page.get_by_text("Download report").click()
    assert re.fullmatch(r"pixplore-report-\d{4}-\d\d-\d\d\.html", download.value.suggested_filename)
    text = download.value.path().read_text()
    assert "Labels compared" in text
    assert f"Category <b>{shelf.category}</b>" in text
    assert f"<b>{len(PHOTOS)}</b><span>Pictures</span>" in text
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(text)
    expect(page.get_by_role("heading", level=1)).to_have_text("Picture report")
    assert page.locator("svg a").count() > 10
    assert asked == []
    href = page.locator("svg a").first.get_attribute("href")
    assert href
    assert href.startswith(f"{shelf.stack.ends['dashboard']}/catalogue?")
    assert f"category={shelf.category}" in href
    page.goto("/home")


@pytest.mark.parametrize(
    ("choices", "title"),
    [
        ("shape=category", "Labels by category"),
        ("view=trend&by=week&split=label", "Pictures added by week, the most frequent labels"),
        ("view=confidence&confidence=several", "Confidence of several labels"),
        ("view=compare&kind=searches&b=attr.brand%3DAcme", "B: Brand Acme"),
    ],
)
def test_the_report_under_an_address_is_of_its_view(choices: str, title: str, page: Page, shelf: Shelf) -> None:
    answer = page.context.request.get(f"/report?category={shelf.category}&{choices}")
    assert answer.ok
    assert title in answer.text()
    assert "attr.brand=Acme" in answer.text() or "Acme" not in choices


def test_nobody_is_shut_out_and_nothing_scrolls_sideways(page: Page, shelf: Shelf) -> None:
    for view in ("labels", "pairs", "health", "compare&kind=uploads"):
        opened(page, shelf, f"view={view}")
        assert violations(page) == [], view
    page.get_by_text("Data as a table").first.click()
    expect(page.locator(".px-scroll").first).to_be_visible()
    assert violations(page) == []
    fits(page, 360)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_no_picture_is_said_kindly(page: Page, shelf: Shelf) -> None:
    page.goto(f"/insights?category={shelf.category}&tag=nobody-has-this")
    expect(page.get_by_role("heading", name="Nothing to count")).to_be_visible()
    expect(page.locator(CHART)).to_have_count(0)
