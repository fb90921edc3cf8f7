"""A product list: mapped, previewed, imported; then every number of the Products page opens its list."""

import re
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.access import fits, violations
from tests.browser.conftest import PHOTOS, Person
from tests.browser.test_insights import MARKS
from tests.stack import Stack

SignedIn = Callable[[str], Person]


@pytest.fixture(scope="module", autouse=True)
def old(stack: Stack) -> None:
    """A product of an earlier month, so that there is something over time."""
    imported(stack, "sku,title,created_at\nOld,Mug,2026-01-05\n")


@pytest.fixture
def page(signed_in: SignedIn) -> Page:
    """The Upload page with the product list open, as admin."""
    page = signed_in("admin").go("/upload?tab=products")
    expect(page.get_by_role("tab", name="Product list")).to_have_attribute("aria-selected", "true")
    return page


@pytest.fixture
def word(stack: Stack) -> str:
    """A picture `<word>.jpg` is in the catalogue, and another `twice <word>.jpg` is there twice."""
    word, token = secrets.token_hex(4), stack.token()
    photo = (PHOTOS / "cup.jpg").read_bytes()
    names = (f"{word}.jpg", f"twice {word}.jpg", f"twice {word}.jpg")
    batch = stack.upload(token, [(name, photo + secrets.token_bytes(6), "image/jpeg") for name in names])
    assert stack.wait(token, batch["batch_id"], 120)["counts"] == {"ready": 3}
    return word


def choose(page: Page, table: Path) -> None:
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(table)


def imported(stack: Stack, content: str) -> None:
    address = f"{stack.ends['search_api']}/v1/products/import"
    stack.call("POST", address, stack.token(), content=content.encode()).raise_for_status()


def test_a_list_is_previewed_and_joined(page: Page, stack: Stack, word: str, tmp_path: Path) -> None:
    table = tmp_path / "products.csv"
    lines = [
        "SKU;Datei;Titel;Preis",
        f"A-{word};{word}.jpg;Löwe {word};12,50",
        f"B-{word};nothing.jpg;Ohne;3",
        f"C-{word};twice {word}.jpg;Zweimal;4",
        f"A-{word};x",
    ]
    table.write_bytes("\n".join(lines).encode("cp1252"))
    choose(page, table)
    expect(page.get_by_text("Read as windows-1252, separated by semicolons")).to_be_visible()
    for name in ("Matched 1", "Without picture 1", "Conflicts 1", "Problems 1"):
        expect(page.get_by_role("tab", name=name)).to_be_visible()
    assert not violations(page)
    page.get_by_role("tab", name="Problems 1").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Problems as CSV").click()
    said = Path(download.value.path()).read_text()
    assert f"5,A-{word},The SKU A-{word} stands on line 2 already" in said
    page.get_by_role("button", name="Import 3 products").click()
    expect(page.get_by_text("In: 3 products. Brought up to date: 1 picture.")).to_be_visible()
    page.get_by_role("link", name="See all products").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Products")
    found = stack.images(stack.token(), sku=f"A-{word}")["items"]
    assert [image["title"] for image in found] == [f"Löwe {word}"]


def test_columns_that_are_called_otherwise_are_mapped(page: Page, stack: Stack, word: str, tmp_path: Path) -> None:
    table = tmp_path / "foreign.csv"
    table.write_text(f"ref,shown,secret\nM-{word},Mug <img src=x onerror=alert(1)>,=1+1\n")
    choose(page, table)
    expect(page.get_by_text("Choose the column that holds the SKU")).to_be_visible()
    for column, becomes in (("ref", "SKU"), ("shown", "Title"), ("secret", "Leave out")):
        page.get_by_role("combobox", name=column).fill(becomes)
        page.get_by_role("option", name=becomes, exact=True).click()
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.get_by_text("Columns: sku → sku, title → title.")).to_be_visible()
    page.get_by_role("button", name="Import 1 product", exact=True).click()
    expect(page.get_by_text("In: 1 product.")).to_be_visible()
    address = f"{stack.ends['search_api']}/v1/products"
    found = stack.call("GET", address, stack.token(), params={"q": f"M-{word}"}).json()["items"]
    assert [(one["title"], one["attributes"]) for one in found] == [("Mug <img src=x onerror=alert(1)>", {})]


def test_nonsense_gets_a_sentence(page: Page, tmp_path: Path) -> None:
    book = tmp_path / "book.csv"
    book.write_bytes(b"PK\x03\x04 a workbook")
    choose(page, book)
    expect(page.get_by_text("This is an Excel workbook")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Import"))).to_have_count(0)


def test_every_number_opens_exactly_its_list(signed_in: SignedIn, stack: Stack, word: str) -> None:
    imported(stack, f"sku,title\n{word},Mug\nN-{word},Nothing\n")
    address = f"{stack.ends['search_api']}/v1/products/reconciliation"
    least = 2 + secrets.randbelow(90)  # asked for by nobody yet: answers are kept for some seconds
    counts = stack.call("GET", address, stack.token(), params={"least": least}).json()["counts"]
    person = signed_in("admin")
    page = person.go(f"/products?least={least}")
    for title, name, view in (("No picture", "without_images", "none"), ("Too few pictures", "too_few", "few")):
        page.get_by_role("radio", name=f"{title} {counts[name]:,}").click()
        expect(page).to_have_url(re.compile(f"view={view}"))
        person.settled()
        with page.expect_download() as download:
            page.get_by_test_id("stDownloadButton").get_by_role("button", name="Download as CSV").last.click()
        lines = Path(download.value.path()).read_text().splitlines()[1:]
        assert len(lines) == counts[name] > 0, title
    expect(page.get_by_text("Coverage over time")).to_be_visible()


def test_the_way_back_opens_the_list_before(signed_in: SignedIn, stack: Stack, word: str) -> None:
    imported(stack, f"sku,title\n{word},Mug\n")
    person = signed_in("admin")
    page = person.go("/products")
    page.get_by_role("radio", name=re.compile("^No picture")).click()
    expect(page).to_have_url(re.compile("view=none"))
    person.settled()
    least = page.get_by_role("spinbutton", name="Pictures that a product needs")
    least.fill("3")
    least.press("Enter")
    expect(page).to_have_url(re.compile("least=3"))
    person.settled()
    page.go_back()
    expect(least).to_have_value("1")
    expect(page.get_by_role("radio", name=re.compile("^No picture"))).to_be_checked()
    page.go_back()
    expect(page.get_by_role("radio", name=re.compile("^Products"))).to_be_checked()
    expect(page.get_by_text("Every product of your list")).to_be_visible()


def test_a_month_of_the_coverage_opens_the_list_as_it_was(signed_in: SignedIn, stack: Stack, word: str) -> None:
    page = signed_in("viewer").go("/products")
    chart = page.locator(".st-key-px-frame-coverage .js-plotly-plot[data-px-marks]")
    for _ in range(13):  # the answer to an earlier look is kept for a minute
        if not page.get_by_text("The chart begins with the second month.").count():
            break
        page.wait_for_timeout(5000)
        page.reload()
        expect(page.get_by_text("Coverage over time")).to_be_visible()
    expect(chart.locator(".main-svg").first).to_be_visible(timeout=45_000)
    chart.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    mark = chart.evaluate(f"(chart) => ({MARKS})([chart, 'scatter'])")
    assert "January 2026" in mark["said"]
    page.mouse.click(mark["x"], mark["y"])
    expect(page).to_have_url(re.compile("view=all&until=2026-01"))
    expect(page.get_by_text("The list as it was when January 2026 ended.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_test_id("stDownloadButton").get_by_role("button", name="Download as CSV").last.click()
    lines = Path(download.value.path()).read_text().splitlines()[1:]
    address = f"{stack.ends['search_api']}/v1/products/coverage"  # the chart's own answer may be a minute old
    months = stack.call("GET", address, stack.token()).json()["rows"]
    assert len(lines) == next(row["products"] for row in months if row["month"] == "2026-01")
    with page.expect_download() as table:
        page.locator(".st-key-px-csv-coverage").get_by_role("button").first.click()
    assert "January 2026,Products" in Path(table.value.path()).read_text("utf-8-sig")
    page.get_by_role("button", name="Show it as it is today").click()
    expect(page).not_to_have_url(re.compile("until="))


def test_products_for_a_viewer(anybody: Callable[..., Person], stack: Stack, word: str) -> None:
    imported(stack, f"sku,title\nP-{word},Kettle {word}\n")
    page = anybody().sign_in("viewer", f"/products?q={word}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Products")
    expect(page.get_by_role("textbox", name="Search")).to_have_value(word)
    expect(page.get_by_text("Import a product list")).to_have_count(0)
    fits(page, 360)
