"""The charts in a browser: every bar opens exactly its pictures; filters, table and CSV say the same."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.shelf import PHOTOS, Shelf, fill
from tests.browser.test_catalogue import query, serious, shows
from tests.stack import Stack

SignedIn = Callable[[str], Person]


@pytest.fixture(scope="module")
def shelf(stack: Stack) -> Shelf:
    return fill(stack)


@pytest.fixture
def page(signed_in: SignedIn, shelf: Shelf) -> Page:
    """The shelf's insights, as analyst."""
    page = signed_in("analyst").go(f"/insights?category={shelf.category}")
    drawn(page)
    return page


def drawn(page: Page) -> None:
    expect(page.locator(".px-summary .total")).to_have_text(f"{len(PHOTOS)} pictures")
    # Plotly is several megabytes: the first chart of a browser takes longer on a busy machine.
    expect(page.locator(".st-key-px-chart-labels .bars .point path").first).to_be_visible(timeout=45_000)
    expect(page.locator(".st-key-px-chart-confidence .bars .point path").first).to_be_visible()


def rows(shelf: Shelf, name: str, **more: object) -> list[dict[str, object]]:
    address = f"{shelf.stack.ends['search_api']}/v1/insights/{name}"
    answer = shelf.stack.call("GET", address, shelf.token, params={"category": shelf.category, **more})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["rows"])


def click_bar(page: Page, chart: str, place: int) -> None:
    """By mouse coordinates: Plotly listens on a layer above the bars."""
    box = page.locator(f".st-key-px-chart-{chart} .bars .point path").nth(place).bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_a_bar_opens_exactly_its_pictures_and_back_leads_back(page: Page, shelf: Shelf) -> None:
    known = rows(shelf, "labels", limit=20)
    for place in (0, 3):
        click_bar(page, "labels", place)
        expect(page).to_have_url(re.compile("/catalogue"))
        shows(page, int(str(known[place]["count"])))
        assert query(page)["label"] == [known[place]["label"]]
        assert query(page)["category"] == [shelf.category]
        page.go_back()
        drawn(page)


def test_a_bar_of_the_histogram_opens_its_pictures(page: Page, shelf: Shelf) -> None:
    label = str(rows(shelf, "labels", limit=20)[0]["label"])
    bins = rows(shelf, "confidence", of=label, min_confidence=20)
    place = max(range(len(bins)), key=lambda at: int(str(bins[at]["count"])))
    click_bar(page, "confidence", place)
    expect(page).to_have_url(re.compile("/catalogue"))
    shows(page, int(str(bins[place]["count"])))


def test_by_category_and_how_many_stand_in_the_address(page: Page, shelf: Shelf) -> None:
    page.get_by_text("By category").click()
    expect(page).to_have_url(re.compile("by=category"))
    expect(page.locator(".st-key-px-chart-labels .legendtext")).to_have_count(0)  # one category: no legend needed
    page.goto(f"/insights?category={shelf.category}&top=3")
    expect(page.locator(".st-key-px-chart-labels .bars .point")).to_have_count(3)


def test_the_filters_of_the_catalogue_hold_here(page: Page, shelf: Shelf) -> None:
    page.get_by_text("Brand").click()
    page.get_by_role("button", name="Any of: Acme", exact=True).click()
    expect(page).to_have_url(re.compile("attr.brand=Acme"))
    expect(page.locator(".px-summary .total")).to_have_text(f"{shelf.total(**{'attr.brand': 'Acme'})} pictures")


def test_the_data_as_table_and_as_csv(page: Page, shelf: Shelf) -> None:
    known = rows(shelf, "labels", limit=1000)
    card = page.locator(".st-key-px-card-labels")
    card.get_by_text("Data as a table").click()
    cells = card.locator(".px-table tbody tr")
    expect(cells).to_have_count(20)
    expect(cells.first).to_contain_text(str(known[0]["label"]))
    with page.expect_download() as download:
        card.get_by_role("button", name="All labels as CSV").click()
    lines = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    assert len(lines) > 20
    assert [(line["label"], int(line["count"])) for line in lines] == [(r["label"], r["count"]) for r in known]


def test_the_csv_of_the_histogram_names_its_label(page: Page, shelf: Shelf) -> None:
    label = str(rows(shelf, "labels", limit=1)[0]["label"])
    with page.expect_download() as download:
        page.locator(".st-key-px-card-confidence").get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename == f"pixplore-confidence-{label.lower().replace(' ', '-')}.csv"
    lines = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    assert {line["label"] for line in lines} == {label}


def test_no_serious_fault_of_accessibility(page: Page) -> None:
    assert serious(page) == []
    page.get_by_text("Data as a table").first.click()
    assert serious(page) == []
