"""Photographs from a real file chooser to the gallery; what is refused says why; what was cut off goes on."""

import re
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from demo.load import HERE
from tests.browser.conftest import Person
from tests.stack import Stack

SignedIn = Callable[[str], Person]
LONG = 60_000


@pytest.fixture
def page(signed_in: SignedIn) -> Page:
    """The Upload page, as admin."""
    return signed_in("admin").go("/upload")


@pytest.fixture
def storage(page: Page, stack: Stack) -> str:
    """The address pattern of storage, to hold up or break what is sent there."""
    return f"{stack.ends['aws_endpoint']}/{stack.ends['originals_bucket']}*"


def photographs(folder: Path, n: int, prefix: str = "") -> list[Path]:
    """Demo photographs, made new by some bytes behind their end."""
    made = []
    for number, source in enumerate(sorted((HERE / "photos").glob("*.jpg"))[:n]):
        path = folder / f"{prefix or secrets.token_hex(2)} {number} {source.name}"
        path.write_bytes(source.read_bytes() + secrets.token_bytes(8))
        made.append(path)
    return made


def choose(page: Page, files: list[Path]) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_label("Choose files").click()
    chooser.value.set_files(files)


def title(page: Page, words: str | re.Pattern[str], timeout: int = LONG) -> None:
    expect(page.locator(".px-uploader .title")).to_have_text(words, timeout=timeout)


def row(page: Page, name: str) -> Locator:
    return page.locator(".px-uploader .row").filter(has_text=name)


def hold(route: Route) -> None:
    """Let it wait; it goes on when the route is lifted."""


def break_off(route: Route) -> None:
    route.abort("connectionreset")


def test_from_the_file_chooser_to_the_gallery(page: Page, tmp_path: Path) -> None:
    word = f"spring{secrets.token_hex(3)}"
    page.get_by_label("Name of this upload").fill(word)
    page.get_by_label("Category for all pictures").fill(f"Category {word}")
    choose(page, photographs(tmp_path, 4))
    title(page, "All 4 photographs are in the catalogue")
    expect(page.get_by_role("heading", level=1)).to_have_text(word)
    expect(page.get_by_role("progressbar", name="All files")).to_have_attribute("aria-valuenow", "100")
    expect(page.locator(".px-uploader .live")).to_contain_text("4 searchable")
    page.get_by_role("link", name="Show in the catalogue").click()
    expect(page).to_have_url(re.compile("/catalogue.*batch_id="))
    expect(page.locator(".px-gallery .tile")).to_have_count(4)


def test_a_folder_goes_in_without_what_systems_leave_there(page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "spring"
    (folder / "deep").mkdir(parents=True)
    photographs(folder, 1)
    photographs(folder / "deep", 2)
    (folder / ".DS_Store").write_bytes(b"x")
    page.locator("input[webkitdirectory]").set_input_files(folder)
    title(page, "All 3 photographs are in the catalogue")


def test_what_is_refused_says_why(page: Page, tmp_path: Path) -> None:
    whole = (HERE / "photos" / "cup.jpg").read_bytes()
    bad = {
        "empty.jpg": (b"", "empty"),
        "text.jpg": (b"hello " * 200, "not taken"),
        "moving.gif": (b"GIF89a" + bytes(100), "GIF files are not taken"),
        "huge.jpg": (whole + bytes(15_000_001), "larger than 15 MB"),
        "half.jpg": (whole[:4000], "middle"),
        "a+b ünï 😀 c.jpg": (b"%PDF-1.7", "not taken"),
        f"{'n' * 240}.jpg": (b"", "empty"),
    }
    for name, (content, _) in bad.items():
        (tmp_path / name).write_bytes(content)
    choose(page, [tmp_path / name for name in bad])
    title(page, "7 of 7 photographs need your attention")
    for name, (_, says) in bad.items():
        expect(row(page, name)).to_contain_text("Not taken")
        expect(row(page, name)).to_contain_text(says)
    with page.expect_download() as download:
        page.get_by_role("button", name="Not taken and duplicates as CSV (7)").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert [name for name in bad if name not in text] == []
    assert "GIF files are not taken" in text
    page.reload()
    expect(page.get_by_text("Not taken 7", exact=True)).to_be_visible()


def test_what_is_there_already_is_not_sent_again(page: Page, storage: str, tmp_path: Path) -> None:
    photo = photographs(tmp_path, 1)[0]
    choose(page, [photo])
    title(page, "Your photograph is searchable")
    page.get_by_role("button", name="New upload").click()
    expect(page.get_by_role("tab", name="Photographs")).to_be_visible()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    again = tmp_path / "another name.jpg"
    again.write_bytes(photo.read_bytes())
    choose(page, [again])
    title(page, "This photograph is in the catalogue already")
    assert not [url for url in sent if storage.rstrip("*") in url]
    link = row(page, "another name.jpg").get_by_role("link")
    expect(link).to_have_attribute("href", re.compile(r"/catalogue\?id=[0-9a-f-]{36}"))


def test_pause_and_go_on(page: Page, storage: str, tmp_path: Path) -> None:
    page.route(storage, hold)
    choose(page, photographs(tmp_path, 6))
    expect(row(page, "Sending").first).to_be_visible()
    expect(page.locator(".px-uploader .row", has_text=re.compile(r"Sending ·"))).to_have_count(4)
    page.get_by_role("button", name="Pause").click()
    title(page, "Paused: 6 photographs to send")
    expect(page.locator(".px-uploader .row", has_text=re.compile(r"Sending ·"))).to_have_count(0)
    page.unroute(storage)
    page.get_by_role("button", name="Resume").click()
    title(page, "All 6 photographs are in the catalogue")


def test_a_broken_connection_can_be_tried_again(page: Page, storage: str, tmp_path: Path) -> None:
    page.route(storage, break_off)
    choose(page, photographs(tmp_path, 2))
    title(page, "2 of 2 photographs need your attention")  # after three tries of its own
    expect(row(page, "The connection broke").first).to_be_visible()
    page.unroute(storage)
    page.get_by_role("button", name="Retry all 2 failed").click()
    title(page, "All 2 photographs are in the catalogue")


def test_an_upload_that_was_cut_off_goes_on_another_day(page: Page, storage: str, tmp_path: Path, stack: Stack) -> None:
    files = photographs(tmp_path, 5)
    page.route(storage, hold)
    choose(page, files)
    expect(page).to_have_url(re.compile("batch="))
    expect(page.locator(".px-uploader .row", has_text=re.compile(r"Sending ·"))).to_have_count(4)
    batch_id = page.url.split("batch=")[1]
    page.once("dialog", lambda dialog: dialog.accept())  # leaving now loses what is not sent
    page.goto("/home")
    page.unroute(storage)
    page.goto(f"/upload?batch={batch_id}")
    expect(page.get_by_text("5 files of this upload never arrived")).to_be_visible()
    choose(page, [*files, *photographs(tmp_path, 1, "one more")])
    title(page, "All 6 photographs are in the catalogue")
    found = stack.batch(stack.token(), batch_id)
    assert found["counts"] == {"ready": 6}


def test_files_may_be_taken_out_before_they_are_sent(page: Page, storage: str, tmp_path: Path) -> None:
    page.route(storage, hold)
    files = photographs(tmp_path, 6)
    choose(page, files)
    expect(page.locator(".px-uploader .row", has_text=re.compile(r"Sending ·"))).to_have_count(4)
    page.get_by_role("button", name=f"Take out {files[5].name}").click()
    expect(page.locator(".px-uploader .chip").first).to_have_text("All5")
    page.get_by_role("button", name="Cancel the rest").click()
    expect(page.locator(".px-uploader .panel")).to_be_hidden()
    page.unroute(storage)


def test_earlier_uploads_are_listed_and_open(page: Page, tmp_path: Path) -> None:
    name = f"Autumn {secrets.token_hex(3)}"
    page.get_by_label("Name of this upload").fill(name)
    choose(page, photographs(tmp_path, 1))
    title(page, "Your photograph is searchable")
    page.goto("/upload")
    page.get_by_role("button", name=f"Open {name}").or_(
        page.locator("[class*=st-key-px-batch]").filter(has_text=name).get_by_role("button", name="Open")
    ).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.get_by_text("Searchable 1", exact=True)).to_be_visible()


def test_a_product_list_is_previewed_and_joined(page: Page, tmp_path: Path) -> None:
    word = secrets.token_hex(4)
    choose(page, photographs(tmp_path, 1, word))
    title(page, "Your photograph is searchable")
    name = next(tmp_path.glob(f"{word}*.jpg")).name
    table = tmp_path / "products.csv"
    lines = [
        "SKU;Datei;Titel;Preis",
        f"A-{word};{name};Löwe {word};12,50",
        f"B-{word};nothing.jpg;Ohne;3",
        f"A-{word};x",
    ]
    table.write_bytes("\n".join(lines).encode("cp1252"))
    page.goto("/upload")
    page.get_by_role("tab", name="Product list").click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(table)
    expect(page.get_by_text("Read as windows-1252, separated by semicolons")).to_be_visible()
    for tab in ("Matched 1", "Without picture 1", "Problems 1"):
        expect(page.get_by_role("tab", name=tab)).to_be_visible()
    page.get_by_role("button", name="Import 2 products").click()
    expect(page.get_by_text("2 products are in; 1 pictures were brought up to date")).to_be_visible()
    page.get_by_role("link", name="See all products").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Products")
    page.goto(f"/catalogue?q={word}&sku=A-{word}")
    expect(page.locator(".px-gallery .tile")).to_have_count(1)
    expect(page.locator(".px-gallery .tile a")).to_have_attribute("aria-label", re.compile(f"Löwe {word}"))


def test_nonsense_as_a_product_list_gets_a_sentence(page: Page, tmp_path: Path) -> None:
    book = tmp_path / "book.csv"
    book.write_bytes(b"PK\x03\x04 a workbook")
    page.get_by_role("tab", name="Product list").click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(book)
    expect(page.get_by_text("This is an Excel workbook")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Import"))).to_have_count(0)


def test_products_for_a_viewer(anybody: Callable[..., Person], stack: Stack) -> None:
    word = secrets.token_hex(4)
    stack.call(
        "POST",
        f"{stack.ends['search_api']}/v1/products/import",
        stack.token(),
        content=f"sku,title\nP-{word},Kettle {word}\n".encode(),
    ).raise_for_status()
    page = anybody().sign_in("viewer", f"/products?q={word}")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.get_by_role("heading", level=1)).to_have_text("Products")
    expect(page.get_by_label("Search")).to_have_value(word)
    expect(page.get_by_text("Import a product list")).to_have_count(0)
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
