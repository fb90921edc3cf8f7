"""The catalogue in a browser: filters, their counts, the address, the open picture, edits, keys, accessibility."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Person
from tests.browser.shelf import PHOTOS, Shelf, fill
from tests.stack import Stack

SignedIn = Callable[[str], Person]


@pytest.fixture(scope="module")
def shelf(stack: Stack) -> Shelf:
    return fill(stack)


@pytest.fixture
def page(signed_in: SignedIn, shelf: Shelf) -> Page:
    """The shelf in the catalogue, as admin."""
    page = signed_in("admin").go(shelf.path)
    shows(page, len(PHOTOS))
    return page


def shows(page: Page, count: int) -> None:
    """The total says so, and the gallery has that many pictures."""
    noun = "picture" if count == 1 else "pictures"
    expect(page.locator(".px-summary .total")).to_have_text(f"{count:,} {noun}")
    expect(page.locator(".px-gallery .tile")).to_have_count(min(count, 100))


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


def open_first(page: Page) -> Locator:
    page.locator(".tile .open").first.click()
    expect(dialog(page).locator(".stage img")).to_be_visible()
    return dialog(page)


def type_tag(page: Page, tag: str) -> None:
    """Letter by letter, as the list of offers needs it."""
    dialog(page).get_by_label("Tags").press_sequentially(tag)
    expect(page.get_by_role("option", name=f"Add: {tag}")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found if v["impact"] in ("serious", "critical")]


def test_a_facet_value_narrows_to_exactly_its_count(page: Page, shelf: Shelf) -> None:
    for name, count in list(shelf.labels().items())[:2]:
        page.goto(shelf.path)
        shows(page, len(PHOTOS))
        page.get_by_role("button", name=f"{name} {count}", exact=True).click()
        shows(page, count)
        assert query(page)["label"] == [name]
        assert shelf.total(label=name) == count


def test_include_any_of_and_exclude_agree_with_the_api(page: Page, shelf: Shelf) -> None:
    one, two = list(shelf.labels())[:2]
    page.get_by_role("button", name=f"Exclude {one}", exact=True).click()
    shows(page, shelf.total(not_label=one))
    page.get_by_role("button", name=f"Remove filter Without label {one}", exact=True).click()
    shows(page, len(PHOTOS))
    page.get_by_role("button", name=f"Any of: {one}", exact=True).click()
    shows(page, shelf.total(any_label=one))
    page.get_by_role("button", name=f"Any of: {two}", exact=True).click()
    shows(page, shelf.total(any_label=[one, two]))
    page.get_by_role("button", name=f"Include {two}", exact=True).click()
    shows(page, shelf.total(any_label=one, label=two))
    assert (query(page)["any_label"], query(page)["label"]) == ([one], [two])


def test_the_address_is_the_state(page: Page, shelf: Shelf, signed_in: SignedIn) -> None:
    name = next(iter(shelf.labels()))
    page.get_by_role("button", name=f"Include {name}", exact=True).click()
    shows(page, shelf.total(label=name))
    page.get_by_label("Search the catalogue").fill("jpg")
    page.get_by_label("Search the catalogue").press("Enter")
    shows(page, shelf.total(label=name, q="jpg"))
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
    page.go_back()
    shows(page, len(PHOTOS))


def test_a_deep_link_with_the_names_of_the_api(page: Page, shelf: Shelf) -> None:
    name = next(iter(shelf.labels()))
    page.goto(f"{shelf.path}&label={name}&min_confidence=90&sort=name")
    shows(page, shelf.total(label=name, min_confidence=90))
    expect(page.get_by_label("Confidence: at least")).to_have_value("90")


def test_ranges_of_confidence_and_of_an_attribute(page: Page, shelf: Shelf) -> None:
    name = next(iter(shelf.labels()))
    page.goto(f"{shelf.path}&label={name}")
    shows(page, shelf.total(label=name))
    low = page.get_by_label("Confidence: at least")
    low.focus()
    for _ in range(25):
        low.press("ArrowRight")
    expect(page).to_have_url(re.compile("min_confidence=80"))
    expect(page.locator(".px-summary .total")).to_contain_text(f"{shelf.total(label=name, min_confidence=80)} ")
    page.goto(f"{shelf.path}&attr.price.gte=20")
    shows(page, shelf.total(**{"attr.price.gte": 20}))
    page.get_by_label("Price: to").fill("30")
    page.get_by_label("Price: to").press("Enter")
    expect(page.get_by_text("No picture fits all of these")).to_be_visible()


def test_searching_inside_a_facet_asks_the_api(page: Page, shelf: Shelf) -> None:
    answer = shelf.ask(limit=1, facets="label", facet_limit=200)["facets"]["label"]["values"]
    rare = answer[-1]["value"]
    page.get_by_label("Search in labels").fill(rare[:4])
    page.get_by_role("button", name=f"Include {rare}", exact=True).click()
    shows(page, shelf.total(label=rare))


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


def test_the_detail_shows_boxes_and_what_is_known(page: Page, shelf: Shelf) -> None:
    label = shelf.draw_box(0)
    page.goto(f"{shelf.path}&id={shelf.ids[0]}")
    opened = dialog(page)
    drawn = opened.locator(f'svg.over rect[data-label="{label}"]')
    expect(drawn).to_have_count(1)
    toggle = opened.get_by_role("button", name=f"Box of {label}", exact=True)
    toggle.click()
    expect(drawn).to_have_count(0)
    toggle.click()
    expect(drawn).to_have_count(1)
    expect(opened.get_by_text(PHOTOS[0]).first).to_be_visible()
    assert serious(page) == []
    opened.get_by_role("button", name=label, exact=True).click()
    expect(page).to_have_url(re.compile(r"/catalogue\?label="))
    assert query(page)["label"] == [label]


def test_stepping_and_closing_stand_in_the_address(page: Page) -> None:
    opened = open_first(page)
    first = query(page)["id"]
    name = opened.locator("h2.name").inner_text()
    page.keyboard.press("ArrowRight")
    expect(opened.locator("h2.name")).not_to_have_text(name)
    assert query(page)["id"] != first
    page.keyboard.press("Escape")
    expect(dialog(page)).to_have_count(0)
    expect(page).not_to_have_url(re.compile("[?&]id="))
    shows(page, len(PHOTOS))


def test_tags_and_title_are_edited(page: Page, shelf: Shelf) -> None:
    page.goto(f"{shelf.path}&id={shelf.ids[1]}")
    opened = dialog(page)
    opened.get_by_role("tab", name="Edit").click()
    opened.get_by_label("Title").fill("A hammer, edited")
    type_tag(page, "winter sale")
    opened.get_by_role("button", name="Save").click()
    expect(opened.locator("h2.name")).to_have_text("A hammer, edited")
    answer = shelf.ask(tag="winter sale")
    assert [(i["id"], i["title"]) for i in answer["items"]] == [(shelf.ids[1], "A hammer, edited")]
    assert len(answer["items"][0]["tags"]) == 2
    expect(opened.get_by_role("tab", name="Edit")).to_have_attribute("aria-selected", "true")
    opened.get_by_label("Price").fill("cheap")
    opened.get_by_role("button", name="Save").click()
    expect(opened.get_by_text("Price: this was a number")).to_be_visible()
    assert "cheap" not in str(shelf.ask(tag="winter sale")["items"][0]["attributes"])
    opened.get_by_role("tab", name="History").click()
    expect(opened.get_by_text("Edited", exact=True)).to_be_visible()
    expect(opened.get_by_text("→ A hammer, edited")).to_be_visible()


def test_the_open_picture_goes_into_a_collection(page: Page, shelf: Shelf, stack: Stack) -> None:
    name = f"Opened {shelf.category}"
    opened = open_first(page)
    opened.get_by_role("button", name="Add to collection").click()
    page.get_by_label("Collection", exact=True).fill(name)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text(f"Added to {name}")).to_be_visible()
    address, token = f"{stack.ends['search_api']}/v1/collections", stack.token("admin")
    (made,) = [one for one in stack.call("GET", address, token).json()["items"] if one["name"] == name]
    assert made["images"] == 1
    stack.call("DELETE", f"{address}/{made['id']}", token)  # others count the collections


def test_the_original_downloads(page: Page, shelf: Shelf) -> None:
    page.goto(f"{shelf.path}&id={shelf.ids[2]}")
    with page.expect_download() as download:
        dialog(page).get_by_role("button", name="Download original").click()
    assert download.value.suggested_filename.startswith(PHOTOS[2])
    assert download.value.path().stat().st_size == shelf.ask(q=PHOTOS[2])["items"][0]["bytes"]


def test_into_the_trash_and_back(page: Page, shelf: Shelf) -> None:
    page.goto(f"{shelf.path}&id={shelf.ids[3]}")
    dialog(page).get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Move to the trash").click()
    shows(page, len(PHOTOS) - 1)
    page.goto(f"{shelf.path}&trashed=true&id={shelf.ids[3]}")
    dialog(page).get_by_role("button", name="Restore").click()
    expect(dialog(page)).to_have_count(0)
    page.goto(shelf.path)
    shows(page, len(PHOTOS))


def test_who_may_only_look_sees_no_edits(signed_in: SignedIn, shelf: Shelf) -> None:
    page = signed_in("viewer").go(shelf.path)
    opened = open_first(page)
    expect(opened.get_by_role("tab", name="About")).to_be_visible()
    expect(opened.get_by_role("tab", name="Edit")).to_have_count(0)
    expect(opened.get_by_role("button", name="Delete")).to_have_count(0)


def test_keys_move_choose_and_open(page: Page, shelf: Shelf) -> None:
    page.locator(".tile .open").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(".bar .count")).to_have_text("3 selected")
    page.keyboard.press("Escape")
    expect(page.locator(".bar")).to_be_hidden()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    first, now = page.locator(".tile").first, page.locator(".tile").filter(has=page.locator(".open:focus"))
    assert now.bounding_box()["y"] > first.bounding_box()["y"]  # type: ignore[index]
    page.keyboard.press("Enter")
    expect(dialog(page)).to_be_visible()


def test_chosen_pictures_get_a_tag_together(page: Page, shelf: Shelf) -> None:
    page.locator(".tick input").nth(0).check(force=True)
    page.locator(".tick input").nth(2).click(modifiers=["Shift"], force=True)
    expect(page.locator(".bar .count")).to_have_text("3 selected")
    page.get_by_role("button", name="Add tags").click()
    type_tag(page, "together")
    dialog(page).get_by_role("button", name="Add", exact=True).click()
    expect(dialog(page)).to_have_count(0)
    assert shelf.total(tag="together") == 3
    expect(page.locator(".bar")).to_be_hidden()


def test_no_serious_fault_of_accessibility(page: Page, shelf: Shelf) -> None:
    assert serious(page) == []
    page.goto(f"{shelf.path}&label=Hammer&not_label=Tool&min_confidence=60&attr.price.gte=1")
    expect(page.locator(".px-summary .total")).to_be_visible()
    assert serious(page) == []
