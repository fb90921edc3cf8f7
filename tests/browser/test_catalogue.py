"""The catalogue in a browser: the gallery from the first picture to the last, keys, choices, pictures like one, and
what it says when the service or the session is away."""

import csv
import json
import os
import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.access import violations
from tests.browser.conftest import Person
from tests.browser.shelf import PHOTOS, Shelf, fill, photo
from tests.stack import ROOT, Stack

SignedIn = Callable[[str], Person]
MANY = 1_250


@pytest.fixture(scope="module")
def shelf(stack: Stack) -> Shelf:
    return fill(stack)


@pytest.fixture(scope="module")
def many(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a category with many entries, imported by the command line."""
    file = tmp_path_factory.mktemp("many") / "many.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(["sku", "name", "category", "width", "height"])
        rows.writerows([f"MANY-{n}", f"many-{n:05}.jpg", "Many", 300 + n * 37 % 400, 400] for n in range(MANY))
    at = {"DATABASE_URL": stack.ends["database_url"]}
    subprocess.run([sys.executable, "-m", "pixplore", "import", file], cwd=ROOT, env=os.environ | at, check=True)
    return "/catalogue?category=Many&sort=name"


@pytest.fixture
def page(signed_in: SignedIn, shelf: Shelf) -> Page:
    """The shelf in the catalogue, as admin."""
    page = signed_in("admin").go(shelf.path)
    shows(page, len(PHOTOS))
    return page


def shows(page: Page, count: int) -> None:
    """The total says so, and the gallery has that many pictures, or as many as the screen takes."""
    noun = "picture" if count == 1 else "pictures"
    expect(page.locator(".px-summary .total")).to_have_text(f"{count:,} {noun}")
    if count <= len(PHOTOS):
        expect(tiles(page)).to_have_count(count)
    else:
        expect(tiles(page).first).to_have_attribute("aria-setsize", str(count))
    expect(page.locator(".px-facets[data-sent]")).to_have_count(0)  # the script has caught up


def tiles(page: Page) -> Locator:
    return page.locator(".px-gallery .tile")


def tile(page: Page, place: int) -> Locator:
    """The picture at this place of the result, counted from 1."""
    return page.locator(f'.px-gallery .tile[aria-posinset="{place}"]')


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def viewer(page: Page) -> Locator:
    return page.locator("dialog.px-viewer")


def scroll(page: Page, pixels: int) -> None:
    page.mouse.move(800, 600)
    page.mouse.wheel(0, pixels)


def to_the_end(page: Page, said: str) -> None:
    for _ in range(200):
        if page.get_by_text(said, exact=True).count():
            scroll(page, 1_000_000)  # it stands there as soon as all are loaded, wherever the page has got to
            return
        scroll(page, 4_000)
        page.wait_for_timeout(60)
    raise AssertionError(f"never said: {said}")


def test_the_address_is_the_state(page: Page, shelf: Shelf, signed_in: SignedIn) -> None:
    name = next(iter(shelf.labels()))
    page.goto(f"{shelf.path}&label={name}")
    shows(page, shelf.total(label=name))
    page.get_by_label("Search the catalogue").fill("jpg")
    page.get_by_label("Search the catalogue").press("Enter")
    shows(page, shelf.total(label=name, q="jpg"))
    expect(tiles(page).first.locator(".caption")).to_contain_text("Here because:")
    address, titles = page.url, page.locator(".caption b").all_text_contents()
    page.reload()
    shows(page, len(titles))
    assert page.locator(".caption b").all_text_contents() == titles
    expect(page.get_by_label("Search the catalogue")).to_have_value("jpg")
    other = signed_in("viewer").go(address)
    shows(other, len(titles))
    assert other.locator(".caption b").all_text_contents() == titles
    page.go_back()
    shows(page, shelf.total(label=name))


def test_a_slip_in_the_search_is_told(page: Page, shelf: Shelf) -> None:
    page.goto(f"{shelf.path}&q=hamer")
    shows(page, shelf.total(q="hamer"))
    expect(page.get_by_text("Showing results for “hammer”")).to_be_visible()
    expect(tiles(page).first.locator(".caption")).to_contain_text("Here because:")


def test_no_result_says_which_filter_to_take_back(page: Page, shelf: Shelf) -> None:
    page.goto(f"{shelf.path}&q=nothingofthekind")
    expect(page.get_by_text("No picture fits all of these")).to_be_visible()
    page.get_by_role("button", name=f"Remove “Text “nothingofthekind”” ({len(PHOTOS)})").click()
    shows(page, len(PHOTOS))


def test_an_address_that_means_nothing_is_explained_and_mended(page: Page, shelf: Shelf) -> None:
    page.goto(f"{shelf.path}&min_confidence=abc")
    expect(page.get_by_role("alert")).to_contain_text("min_confidence")
    page.get_by_role("button", name="Remove what is not understood").click()
    shows(page, len(PHOTOS))


def test_thousands_scroll_by_with_few_elements(page: Page, many: str) -> None:
    page.goto(many)
    shows(page, MANY)
    names = set()
    for _ in range(12):
        scroll(page, 2_500)
        page.wait_for_timeout(120)
        assert tiles(page).count() < 160
        names |= set(page.locator(".px-gallery .caption b").all_text_contents())
    assert len(names) > 150
    to_the_end(page, f"All {MANY:,} shown")
    expect(tile(page, MANY)).to_be_visible()
    expect(tile(page, MANY).locator(".caption b")).to_have_text(f"many-{MANY - 1:05}.jpg")
    tile(page, MANY).locator(".open").focus()
    page.keyboard.press("Home")
    expect(tile(page, 1).locator(".open")).to_be_focused()
    expect(tile(page, 1).locator(".caption b")).to_have_text("many-00000.jpg")
    page.keyboard.press("End")
    expect(tile(page, MANY).locator(".open")).to_be_focused()


def test_all_results_are_chosen_not_only_those_that_are_loaded(page: Page, many: str) -> None:
    page.goto(many)
    shows(page, MANY)
    tile(page, 1).locator(".open").focus()
    page.keyboard.press("Control+a")
    count = page.locator(".px-gallery .bar .count")
    expect(count).to_have_text(re.compile(r"^\d00 selected$"))
    page.get_by_role("button", name=f"Select all {MANY:,} results").click()
    expect(count).to_have_text(f"All {MANY:,} selected")
    scroll(page, 6_000)
    expect(tiles(page).last.get_by_role("checkbox")).to_be_checked()
    page.get_by_role("button", name="Move to trash").click()
    expect(page.get_by_role("dialog").filter(has_text=f"{MANY:,} pictures")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    # One of them is not meant: all the others still are, also those that are not loaded.
    scroll(page, -100_000)
    tile(page, 1).locator(".open").focus()
    page.keyboard.press("Space")
    expect(count).to_have_text(f"{MANY - 1:,} of {MANY:,} selected")
    page.keyboard.press("End")
    expect(tiles(page).last.get_by_role("checkbox")).to_be_checked()
    page.get_by_role("button", name="Download", exact=True).click()
    dialog = page.get_by_role("dialog").filter(has_text=f"{MANY - 1:,} pictures")
    with page.expect_download() as saved:
        dialog.get_by_role("button", name="CSV").click()
    with saved.value.path().open(newline="") as lines:
        names = {row["name"] for row in csv.DictReader(lines)}
    assert names == {f"many-{n:05}.jpg" for n in range(1, MANY)}
    page.keyboard.press("Escape")
    page.get_by_role("button", name=f"Select all {MANY:,} results").click()
    expect(count).to_have_text(f"All {MANY:,} selected")


def test_the_service_away_in_the_middle_of_scrolling(page: Page, many: str) -> None:
    def away(route: Route) -> None:
        problem = {"type": "about:blank", "title": "Not available", "status": 503, "detail": "Away"}
        route.fulfill(status=503, content_type="application/problem+json", body=json.dumps(problem))

    page.goto(many)
    shows(page, MANY)
    page.route("**/data/v1/images?*", away)
    for _ in range(5):
        scroll(page, 2_500)
        page.wait_for_timeout(80)
    expect(page.get_by_text("The next pictures cannot be fetched just now.")).to_be_visible()
    assert tiles(page).count() > 5
    page.unroute("**/data/v1/images?*")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("The next pictures cannot be fetched just now.")).to_have_count(0)
    to_the_end(page, f"All {MANY:,} shown")


def test_the_session_over_in_the_middle_of_scrolling(anybody: Callable[..., Person], many: str) -> None:
    person = anybody()
    page = person.sign_in("viewer", many)
    shows(page, MANY)
    person.context.clear_cookies()
    for _ in range(5):
        scroll(page, 2_500)
        page.wait_for_timeout(80)
    expect(page.get_by_text("Your session is over. Sign in again to see more.")).to_be_visible()
    page.locator(".foot").get_by_role("button", name="Sign in").click()
    user = person.stack.ends["demo_users"]["viewer"]
    person.submit(user["email"], user["password"])
    shows(page, MANY)
    assert query(page)["category"] == ["Many"]


def test_keys_move_choose_look_and_open(page: Page) -> None:
    tile(page, 1).locator(".open").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(".px-gallery .bar .count")).to_have_text("3 selected")
    page.keyboard.press("Escape")
    expect(page.locator(".px-gallery .bar")).to_be_hidden()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    now = tiles(page).filter(has=page.locator(".open:focus"))
    assert now.bounding_box()["y"] > tile(page, 1).bounding_box()["y"]  # type: ignore[index]
    at = int(now.get_attribute("aria-posinset") or 0)
    page.keyboard.press("v")
    quick = page.locator("dialog.quick")
    expect(quick).to_contain_text(f"{at} of {len(PHOTOS)}")
    expect(quick.locator("img")).to_have_class("in")
    page.keyboard.press("ArrowLeft")
    expect(quick).to_contain_text(f"{at - 1} of {len(PHOTOS)}")
    page.keyboard.press("Space")
    expect(quick.get_by_role("button", name="Select")).to_have_attribute("aria-pressed", "true")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(tile(page, at - 1).locator(".open")).to_be_focused()
    expect(page.locator(".px-gallery .bar .count")).to_have_text("1 selected")
    page.keyboard.press("Enter")
    expect(viewer(page)).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    expect(viewer(page)).to_be_hidden()
    expect(tile(page, at).locator(".open")).to_be_focused()
    page.keyboard.press("Escape")


def test_a_range_by_ticks_and_shift(page: Page) -> None:
    page.locator(".tick input").nth(0).check(force=True)
    page.locator(".tick input").nth(2).click(modifiers=["Shift"], force=True)
    expect(page.locator(".px-gallery .bar .count")).to_have_text("3 selected")
    page.locator(".px-gallery .bar").get_by_role("button", name="Clear").click()
    expect(page.locator(".px-gallery .bar")).to_be_hidden()


def test_the_size_of_the_pictures_is_remembered(page: Page, shelf: Shelf) -> None:
    slider = page.get_by_label("Size of the pictures")
    slider.press("End")
    large = tile(page, 1).bounding_box()["height"]  # type: ignore[index]
    slider.press("Home")
    expect(page.locator(".px-gallery")).to_have_class(re.compile("dense"))
    assert tile(page, 1).bounding_box()["height"] < large / 2  # type: ignore[index]
    page.goto(shelf.path)
    shows(page, len(PHOTOS))
    expect(page.locator(".px-gallery")).to_have_class(re.compile("dense"))
    slider.fill("58")


DROP = """([name, type, base64]) => {
  const carried = new DataTransfer(), bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
  carried.items.add(new File([bytes], name, { type }));
  const how = { bubbles: true, cancelable: true, composed: true, dataTransfer: carried };
  for (const kind of ['dragenter', 'dragover', 'drop']) document.body.dispatchEvent(new DragEvent(kind, how));
}"""


def offers_no_share(page: Page) -> None:
    """A link could only open what the filters find, which is not what is shown."""
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_text("Pictures like one cannot be shared as they are")).to_be_visible()
    expect(page.get_by_role("button", name="Make a link")).to_have_count(0)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Saved searches").click()
    expect(page.get_by_text("Only the filters are saved")).to_be_visible()
    page.keyboard.press("Escape")


def test_a_picture_of_ones_own_finds_those_like_it(page: Page, shelf: Shelf, tmp_path: Path) -> None:
    file = tmp_path / "mine.jpg"
    file.write_bytes(photo("hammer2"))
    page.locator(".by-picture input").set_input_files(file)
    expect(page.get_by_text("Like your picture")).to_be_visible()
    expect(tile(page, 1).locator(".open")).to_have_attribute("aria-label", re.compile(r"hammer2.*alike"))
    offers_no_share(page)
    page.get_by_role("button", name="Back to all pictures").click()
    expect(page.get_by_text("Like your picture")).to_be_hidden()
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_role("button", name="Make a link")).to_be_visible()
    page.keyboard.press("Escape")
    shows(page, len(PHOTOS))
    page.evaluate(DROP, ["words.txt", "text/plain", b64encode(b"no picture").decode()])
    expect(page.get_by_text("That is not a picture.")).to_be_visible()
    page.evaluate(DROP, ["dropped.jpg", "image/jpeg", b64encode(photo("cup")).decode()])
    expect(page.get_by_text("Like your picture")).to_be_visible()
    expect(tile(page, 1).locator(".open")).to_have_attribute("aria-label", re.compile(r"cup.*alike"))
    expect(page.get_by_text("That is not a picture.")).to_be_hidden()
    page.get_by_role("button", name="Back to all pictures").click()
    shows(page, len(PHOTOS))


def test_what_one_tab_changes_another_shows_after_its_next_question(page: Page, shelf: Shelf) -> None:
    other = page.context.new_page()
    try:
        other.goto(page.url)
        shows(other, len(PHOTOS))
        at = next(n for n in range(1, len(PHOTOS) + 1) if tile(page, n).get_attribute("data-id") == shelf.ids[9])
        tile(page, at).locator(".tick input").check(force=True)
        page.get_by_role("button", name="Move to trash").click()
        page.get_by_role("dialog").get_by_role("button", name="Move to trash: 1 picture").click()
        shows(page, len(PHOTOS) - 1)
        other.get_by_label("Search the catalogue").fill("jpg")
        other.get_by_label("Search the catalogue").press("Enter")
        shows(other, len(PHOTOS) - 1)
        other.get_by_role("button", name="Remove filter Text").click()
        shows(other, len(PHOTOS) - 1)
    finally:
        other.close()
        page.locator(".st-key-px-changes").get_by_role("button", name="Undo").click()
        shows(page, len(PHOTOS))


def test_pictures_like_one_have_an_address(page: Page, shelf: Shelf) -> None:
    at = next(n for n in range(1, 11) if tile(page, n).get_attribute("data-id") == shelf.ids[0])
    tile(page, at).hover()
    tile(page, at).get_by_role("button", name="Quick view of").click()
    page.get_by_role("button", name="Similar pictures").click()
    expect(page).to_have_url(re.compile(f"similar={shelf.ids[0]}"))
    expect(page.locator(".like")).to_contain_text(f"Like “{PHOTOS[0]}")
    expect(tiles(page)).to_have_count(len(PHOTOS) - 1)
    expect(tile(page, 1).locator(".caption b")).to_contain_text("hammer")
    assert query(page)["category"] == [shelf.category]
    offers_no_share(page)
    page.reload()
    expect(tiles(page)).to_have_count(len(PHOTOS) - 1)
    page.get_by_role("button", name="Back to all pictures").click()
    shows(page, len(PHOTOS))
    page.go_back()
    expect(page.locator(".like")).to_be_visible()


def test_nobody_is_shut_out(page: Page, shelf: Shelf) -> None:
    page.locator(".tick input").nth(0).check(force=True)
    assert violations(page) == []
    page.goto(f"{shelf.path}&similar={shelf.ids[0]}&min_confidence=60")
    expect(page.locator(".like")).to_be_visible()
    assert violations(page) == []
