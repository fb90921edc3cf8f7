"""The open picture in a browser: boxes, zoom, verdicts and their undo, similar ones, steps, edits, comparing."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from sqlalchemy import text

from pixplore.catalogue.database import open_engine
from tests.browser.conftest import Person
from tests.browser.shelf import PHOTOS, Shelf, fill
from tests.browser.test_every_page import violations
from tests.stack import Stack

SignedIn = Callable[[str], Person]
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def shelf(stack: Stack) -> Shelf:
    return fill(stack)


@pytest.fixture
def page(signed_in: SignedIn) -> Page:
    return signed_in("admin").page


def viewer(page: Page) -> Locator:
    return page.locator("dialog.px-viewer")


def opened(page: Page, shelf: Shelf, place: int) -> Locator:
    """A picture of the shelf by its address."""
    page.goto(f"{shelf.path}&id={shelf.ids[place]}")
    expect(viewer(page).locator(".label").first).to_be_visible()
    return viewer(page)


def gallery(page: Page, shelf: Shelf) -> Locator:
    """The shelf's tiles, none of them open."""
    page.goto(shelf.path)
    tiles = page.locator(".px-gallery .tile .open")
    expect(tiles).to_have_count(len(PHOTOS))
    return tiles


def address(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def label(shown: Locator, name: str) -> Locator:
    return shown.locator(f'.label[data-name="{name}"]')


def detail(shelf: Shelf, place: int) -> Any:
    """What the search API says of a picture."""
    url = f"{shelf.stack.ends['search_api']}/v1/images/{shelf.ids[place]}"
    return shelf.stack.call("GET", url, shelf.token).json()


def surest(shelf: Shelf, place: int) -> str:
    return str(max(detail(shelf, place)["labels"], key=lambda one: one["confidence"])["name"])


def test_boxes_are_lit_and_toggled(page: Page, shelf: Shelf) -> None:
    name = shelf.draw_box(0)
    shown = opened(page, shelf, 0)
    drawn = shown.locator(f'svg.over rect[data-label="{name}"]')
    expect(drawn).to_have_count(1)
    label(shown, name).hover()
    expect(shown.locator("svg.over g.lit")).to_have_count(1)
    toggle = shown.get_by_role("button", name=f"Box of {name}", exact=True)
    toggle.click()
    expect(drawn).to_have_count(0)
    expect(toggle).to_have_attribute("aria-pressed", "false")
    every = shown.get_by_role("button", name="Boxes", exact=True)
    if every.get_attribute("aria-pressed") == "true":  # another label has boxes as well
        every.click()
    expect(shown.locator("svg.over rect")).to_have_count(0)
    every.click()
    expect(drawn).to_have_count(1)
    assert violations(page) == []


def test_keys_zoom_step_and_close(page: Page, shelf: Shelf) -> None:
    tiles = gallery(page, shelf)
    tiles.nth(2).click()
    shown = viewer(page)
    expect(shown.locator(".picture img.in").first).to_be_visible()
    first = shown.locator("h2.name").inner_text()
    for key in ("+", "+", "-"):
        page.keyboard.press(key)
    expect(shown.locator(".percent")).to_have_text("135 %")
    page.keyboard.press("0")
    expect(shown.locator(".percent")).to_have_text("100 %")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard")
    expect(keys.get_by_text("The label is right, is wrong")).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    expect(shown).to_be_visible()
    before = address(page)["id"]
    page.keyboard.press("ArrowRight")
    expect(shown.locator("h2.name")).not_to_have_text(first)
    expect(shown.locator(".place")).to_have_text(f"4 of {len(PHOTOS)}")
    now = address(page)["id"]
    assert now != before
    page.keyboard.press("Escape")
    expect(shown).to_be_hidden()
    assert "id" not in address(page)
    expect(page.locator(f'.tile[data-id="{now[0]}"] .open')).to_be_focused()
    page.keyboard.press("Enter")
    expect(shown).to_be_visible()
    page.go_back()
    expect(shown).to_be_hidden()


def test_a_verdict_in_place_with_its_provenance_and_undo(page: Page, shelf: Shelf) -> None:
    name = surest(shelf, 1)
    shown = opened(page, shelf, 1)
    row = label(shown, name)
    row.get_by_role("button", name=f"Confirm {name}", exact=True).click()
    expect(row.locator(".percentage")).to_have_text("Confirmed")
    expect(row.locator(".about")).to_contain_text("Confirmed by admin@")
    expect(row.locator("time")).to_have_attribute("title", re.compile(r"\d{4}"))
    expect(shown.locator(".toast")).to_contain_text(f"Confirmed {name}")
    shown.get_by_role("button", name="Undo", exact=True).click()
    expect(row.locator(".about")).to_contain_text("Recognised")
    row.locator(".go").focus()
    page.keyboard.press("n")
    expect(row).to_have_count(0)
    expect(shown.locator(".refused")).to_contain_text(name)
    expect(shown.locator(".toast")).to_contain_text(f"Refused {name}")
    assert detail(shelf, 1)["rejected_labels"] == [name]
    shown.get_by_role("button", name=f"Take back the verdict on {name}", exact=True).click()
    expect(row.locator(".percentage")).to_contain_text("%")
    expect(shown.locator(".refused")).to_have_count(0)
    shown.locator("[data-part=history] summary").click()
    expect(shown.locator(".history")).to_contain_text("Verdict taken back")


def test_a_verdict_that_cannot_be_written_is_taken_back_and_said(page: Page, shelf: Shelf) -> None:
    name = surest(shelf, 2)
    shown = opened(page, shelf, 2)
    page.route("**/data/v1/review/decisions", away)
    label(shown, name).get_by_role("button", name=f"Refuse {name}", exact=True).click()
    expect(shown.locator(".toast")).to_contain_text("Away for a moment.")
    expect(label(shown, name)).to_be_visible()
    page.unroute("**/data/v1/review/decisions")
    shown.get_by_role("button", name="Try again").click()
    expect(shown.locator(".toast")).to_contain_text(f"Refused {name}")
    page.keyboard.press("u")
    expect(label(shown, name)).to_be_visible()


def away(route: Route) -> None:
    route.fulfill(status=503, content_type="application/problem+json", json={"detail": "Away for a moment."})


def test_similar_pictures_open_and_lead_on(page: Page, shelf: Shelf) -> None:
    shown = opened(page, shelf, 0)
    name = shown.locator("h2.name").inner_text()
    shown.locator(".like").first.click()
    expect(shown.locator("h2.name")).not_to_have_text(name)
    expect(shown.locator("[data-part=why]")).to_contain_text(f"Looks like “{name}”")
    page.go_back()
    expect(shown.locator("h2.name")).to_have_text(name)
    shown.get_by_role("link", name="See all similar").click()
    expect(page).to_have_url(re.compile(f"/catalogue[?]similar={shelf.ids[0]}"))
    expect(shown).to_be_hidden()


def test_a_label_finds_its_pictures_and_back_opens_the_picture(page: Page, shelf: Shelf) -> None:
    name = surest(shelf, 0)
    shown = opened(page, shelf, 0)
    label(shown, name).get_by_role("link", name=name, exact=True).click()
    expect(page).to_have_url(re.compile(r"/catalogue\?label="))
    assert address(page)["label"] == [name]
    expect(shown).to_be_hidden()
    page.go_back()
    expect(shown).to_be_visible()


def test_an_edit_that_is_refused_loses_nothing(page: Page, shelf: Shelf) -> None:
    shown = opened(page, shelf, 3)
    shown.get_by_role("button", name="Edit", exact=True).click()
    shown.get_by_label("Title").fill(HOSTILE)
    shown.get_by_role("combobox", name="Tags").fill("=1+1")
    page.keyboard.press("Enter")
    shown.get_by_role("button", name="Add an attribute").click()
    shown.get_by_label("Name of attribute 3").fill("weight")
    shown.get_by_label("Value of attribute 3").fill("12.5")
    shown.get_by_label("price", exact=True).fill("cheap")
    save = shown.get_by_role("button", name="Save")
    save.click()
    expect(shown.get_by_text("price: this was a number")).to_be_visible()
    page.route(f"**/data/v1/images/{shelf.ids[3]}", over)
    save.click()
    expect(shown.get_by_text("Your session is over")).to_be_visible()
    page.unroute(f"**/data/v1/images/{shelf.ids[3]}")
    page.keyboard.press("Escape")
    shown.get_by_role("button", name="Edit", exact=True).click()
    expect(shown.get_by_label("Title")).to_have_value(HOSTILE)
    page.reload()
    shown.get_by_role("button", name="Edit", exact=True).click()
    expect(shown.get_by_label("Title")).to_have_value(HOSTILE)
    expect(shown.get_by_label("Value of attribute 3")).to_have_value("12.5")
    shown.get_by_label("price", exact=True).fill("13")
    shown.get_by_role("button", name="Remove brand", exact=True).click()
    shown.get_by_role("button", name="Save").click()
    expect(shown.locator("h2.name")).to_have_text(HOSTILE)
    saved = detail(shelf, 3)
    assert (saved["title"], saved["attributes"]) == (HOSTILE, {"price": 13, "weight": 12.5})
    assert "=1+1" in saved["tags"]
    expect(shown.get_by_role("link", name="=1+1")).to_be_visible()


def over(route: Route) -> None:
    route.fulfill(status=401, content_type="application/problem+json", json={"detail": "no"})


def test_what_somebody_else_changed_meanwhile_is_told(page: Page, shelf: Shelf) -> None:
    shown = opened(page, shelf, 4)
    shown.get_by_role("button", name="Edit", exact=True).click()
    shown.get_by_label("Title").fill("Mine")
    url = f"{shelf.stack.ends['search_api']}/v1/images/{shelf.ids[4]}"
    shelf.stack.call("PATCH", url, shelf.token, json={"title": "Theirs"})
    shown.get_by_role("button", name="Save").click()
    expect(shown.get_by_text("Title is now “Theirs”")).to_be_visible()
    shown.get_by_role("button", name="Save").click()
    expect(shown.locator("h2.name")).to_have_text("Mine")


def test_into_the_trash_and_back(page: Page, shelf: Shelf) -> None:
    gallery(page, shelf).nth(5).click()
    shown = viewer(page)
    shown.get_by_role("button", name="Delete", exact=True).click()
    expect(shown.get_by_text("This picture is in the trash.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".px-gallery .tile .open")).to_have_count(len(PHOTOS) - 1)
    (gone,) = shelf.ask(trashed="true")["items"]
    page.goto(f"{shelf.path}&trashed=true&id={gone['id']}")
    shown.get_by_role("button", name="Restore").click()
    expect(shown.locator(".toast")).to_contain_text("Restored")
    assert shelf.total() == len(PHOTOS)


def test_into_a_new_collection(page: Page, shelf: Shelf, stack: Stack) -> None:
    name = f"Opened {shelf.category}"
    shown = opened(page, shelf, 8)
    shown.get_by_role("button", name="Add to collection").click()
    shown.get_by_role("combobox", name="Collection").fill(name)
    page.keyboard.press("Enter")
    expect(shown.get_by_text(f"Added to {name}", exact=True)).to_be_visible()
    expect(shown.locator("[data-part=collections]").get_by_role("link", name=name)).to_be_visible()
    url = f"{stack.ends['search_api']}/v1/collections"
    (made,) = [one for one in stack.call("GET", url, shelf.token).json()["items"] if one["name"] == name]
    assert made["images"] == 1
    stack.call("DELETE", f"{url}/{made['id']}", shelf.token)  # others count the collections


def test_a_colleagues_collection_of_the_same_name_is_in_nobodys_way(
    signed_in: SignedIn, shelf: Shelf, stack: Stack
) -> None:
    name, url = f"Both {shelf.category}", f"{stack.ends['search_api']}/v1/collections"
    theirs = stack.call("POST", url, shelf.token, json={"name": name}).json()["id"]
    shown = opened(signed_in("viewer").page, shelf, 7)
    shown.get_by_role("button", name="Add to collection").click()
    with shown.page.expect_response(re.compile("/collections/[^/]+/images$")) as put:
        shown.get_by_role("combobox", name="Collection").fill(name)
        shown.page.keyboard.press("Enter")
    assert put.value.ok
    expect(shown.get_by_text(f"Added to {name}", exact=True)).to_be_visible()
    boards = [one for one in stack.call("GET", url, shelf.token).json()["items"] if one["name"] == name]
    assert {one["id"] == theirs: one["images"] for one in boards} == {True: 0, False: 1}
    for one in boards:
        stack.call("DELETE", f"{url}/{one['id']}", shelf.token)


def test_hostile_words_stay_words(page: Page, shelf: Shelf, signed_in: SignedIn) -> None:
    with open_engine(shelf.stack.ends["database_url"]).begin() as link:
        made = {"id": shelf.ids[6], "exif": f'{{"camera": "{HOSTILE}", "aperture": 2.8}}', "text": [HOSTILE]}
        link.execute(text("update image set exif = cast(:exif as jsonb), text_found = :text where id = :id"), made)
    url = f"{shelf.stack.ends['search_api']}/v1/review/decisions"
    wanted = {"image_id": shelf.ids[6], "label": HOSTILE, "verdict": "accept"}
    shelf.stack.call("POST", url, shelf.token, json=wanted)
    shown = opened(page, shelf, 6)
    shown.locator("[data-part=camera] summary").click()
    expect(shown.get_by_text(HOSTILE, exact=True)).to_have_count(3)  # the label, the text, the camera
    expect(shown.locator("[data-part=camera]")).to_contain_text("f/2.8")
    assert shown.locator("img[src=x]").count() == 0
    assert not signed_in("admin").broken


def test_a_picture_that_does_not_come_says_so_and_comes_again(page: Page, shelf: Shelf) -> None:
    page.route("**/detail/*", away)
    page.goto(f"{shelf.path}&id={shelf.ids[7]}")
    problem = viewer(page).get_by_role("alert")
    expect(problem).to_contain_text("Away for a moment.")
    page.unroute("**/detail/*")
    problem.get_by_role("button", name="Try again").click()
    expect(viewer(page).locator(".label").first).to_be_visible()
    page.goto(f"{shelf.path}&id=nonsense")
    expect(viewer(page).get_by_role("alert")).to_contain_text("not here any more")


def test_who_may_only_look_sees_neither_edits_nor_verdicts(signed_in: SignedIn, shelf: Shelf) -> None:
    shown = opened(signed_in("viewer").page, shelf, 0)
    for name in ("Edit", "Delete", "Restore"):
        expect(shown.get_by_role("button", name=name, exact=True)).to_have_count(0)
    expect(shown.locator(".verdicts button")).to_have_count(0)
    expect(shown.get_by_role("link", name="Download")).to_be_visible()


def test_the_original_downloads_by_one_click(page: Page, shelf: Shelf) -> None:
    shown = opened(page, shelf, 2)
    with page.expect_download() as download:
        shown.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename.startswith(PHOTOS[2])
    assert download.value.path().stat().st_size == detail(shelf, 2)["bytes"]


def test_a_small_screen_has_it_all_below_each_other(anybody: Callable[..., Person], shelf: Shelf) -> None:
    person = anybody(viewport={"width": 360, "height": 760}, color_scheme="dark")
    person.sign_in("analyst")
    shown = opened(person.page, shelf, 0)
    assert shown.evaluate("each => each.scrollWidth") <= 360
    assert violations(person.page) == []
    assert not person.broken


def test_of_four_pictures_each_pair_says_how_alike_it_is(page: Page, shelf: Shelf) -> None:
    chosen = [shelf.ids[place] for place in (0, 1, 2, 5)]
    gallery(page, shelf)
    for one in chosen:
        page.locator(f'.tile[data-id="{one}"] .tick input').check(force=True)
    page.get_by_role("button", name="Compare", exact=True).click()
    lines = page.locator(".px-compare tr.pair")
    expect(lines).to_have_count(4)
    order = page.locator(".px-compare .acts a").evaluate_all("all => all.map((each) => each.href.split('id=')[1])")
    shown = [line.locator("td").all_inner_texts() for line in lines.all()]
    for row, one in enumerate(order):
        url = f"{shelf.stack.ends['search_api']}/v1/images/{one}/similar?limit=200"
        found = shelf.stack.call("GET", url, shelf.token).json()["items"]
        alike = {each["id"]: f"{max(0, each['likeness']):.0%}".replace("%", " %") for each in found}
        expected = ["–" if other == one else alike[other] for other in order]
        assert [cell.removesuffix("almost the same") for cell in shown[row]] == expected
    assert violations(page) == []


def test_two_pictures_side_by_side(page: Page, shelf: Shelf) -> None:
    gallery(page, shelf)
    for place in (0, 5):
        page.locator(f'.tile[data-id="{shelf.ids[place]}"] .tick input').check(force=True)
    page.get_by_role("button", name="Compare", exact=True).click()
    both = page.locator(".px-compare")
    frames = both.locator(".frame")
    expect(both.locator(".canvas img")).to_have_count(2)
    expect(both.locator(".verdict")).to_contain_text("Different pictures")
    frames.first.focus()
    page.keyboard.press("+")
    scales = frames.evaluate_all("all => all.map((each) => each.style.getPropertyValue('--scale'))")
    assert scales == ["1.3500", "1.3500"]
    expect(both.locator("tr.differs").first).to_be_visible()
    expect(both.get_by_text("only here").first).to_be_visible()
    expect(both.get_by_role("row", name=re.compile("^Added")).locator("time")).to_have_count(2)
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(both).to_have_count(0)
