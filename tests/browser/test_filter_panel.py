"""The filter bar in a browser: each way of using a value by mouse and keys, ranges, tree, chips, a small screen."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.access import violations, wide
from tests.browser.conftest import Person
from tests.browser.shelf import PHOTOS, Shelf, fill
from tests.stack import Stack

HOSTILE = "<img src=x onerror=window.px=1>"


@pytest.fixture(scope="module")
def shelf(stack: Stack) -> Shelf:
    filled = fill(stack)
    decision = {"image_id": filled.ids[0], "label": HOSTILE, "verdict": "accept"}
    stack.call("POST", f"{stack.ends['search_api']}/v1/review/decisions", filled.token, json=decision)
    return filled


@pytest.fixture
def page(signed_in: Callable[[str], Person], shelf: Shelf) -> Iterator[Page]:
    person = signed_in("analyst")
    yield person.go(shelf.path)
    assert person.broken == []


def shows(page: Page, count: int) -> None:
    """The total, and that the page's script, which comes after it, has caught up."""
    expect(page.locator(".px-summary .total")).to_have_text(f"{count} {'picture' if count == 1 else 'pictures'}")
    expect(page.locator(".px-facets[data-sent]")).to_have_count(0)


def asked(page: Page, name: str) -> list[str]:
    return parse_qs(urlsplit(page.url).query).get(name, [])


def group(page: Page, name: str) -> Locator:
    """A group of the panel, unfolded."""
    found = page.locator(f'.px-facets details[data-group="{name}"]')
    if found.get_attribute("open") is None:
        found.locator("summary").click()
    return found


def value(page: Page, name: str, text: str) -> Locator:
    return group(page, name).locator(f'li[data-value="{text}"]')


def test_a_click_includes_and_buttons_take_any_of_and_exclude(page: Page, shelf: Shelf) -> None:
    one, two = list(shelf.labels())[:2]
    page.get_by_role("button", name=f"{one} {shelf.labels()[one]}", exact=True).click()
    shows(page, shelf.total(label=one))
    assert asked(page, "label") == [one]
    page.get_by_role("button", name=f"Exclude {one}", exact=True).click()
    shows(page, shelf.total(not_label=one))
    page.get_by_role("button", name=f"Any of: {one}", exact=True).click()
    page.get_by_role("button", name=f"Any of: {two}", exact=True).click()  # before the answer to the click before
    shows(page, shelf.total(any_label=[one, two]))
    assert sorted(asked(page, "any_label")) == sorted([one, two])
    answer = shelf.ask(limit=1, any_label=[one, two], facets="label", facet_limit=10)["facets"]["label"]["values"]
    for row in answer[:5]:  # exactly what the API says, and what was chosen does not narrow itself
        expect(value(page, "label", row["value"]).locator(".n")).to_have_text(str(row["count"]))


def test_pictures_come_before_the_script_which_then_moves_nothing(page: Page, shelf: Shelf) -> None:
    one = next(iter(shelf.labels()))
    found = shelf.ask(label=one, limit=100)
    page.evaluate(_HOLD)
    page.get_by_role("button", name=f"{one} {shelf.labels()[one]}", exact=True).click()
    expect(page.locator(".px-summary .total")).to_have_text(f"{found['total']} pictures")
    tiles = page.locator(".px-gallery .tile")
    expect(tiles).to_have_count(found["total"])
    ids = "tiles => tiles.map(tile => tile.dataset.id)"
    assert tiles.evaluate_all(ids) == [image["id"] for image in found["items"]]
    assert asked(page, "label") == [], "the script knows nothing of it yet"
    tiles.evaluate_all("tiles => tiles.forEach(tile => { tile.same = true; })")
    page.evaluate("window.pxGoOn()")
    shows(page, found["total"])
    assert asked(page, "label") == [one]
    expect(page.get_by_role("button", name=f"Remove filter Label {one}")).to_be_visible()
    assert tiles.evaluate_all("tiles => tiles.every(tile => tile.same)")
    expect(tiles.first.locator("a")).to_have_attribute("href", re.compile("label="))
    page.go_back()
    shows(page, len(PHOTOS))
    expect(tiles).to_have_count(len(PHOTOS))


def test_a_chip_is_taken_back_before_the_script_knows(page: Page, shelf: Shelf) -> None:
    one, two = list(shelf.labels())[:2]
    page.goto(f"{shelf.path}&label={one}&not_label={two}")
    shows(page, shelf.total(label=one, not_label=two))
    page.evaluate(_HOLD)
    page.get_by_role("button", name=f"Remove filter Without label {two}", exact=True).click()
    expect(page.locator(".px-summary .total")).to_have_text(re.compile(rf"^{shelf.total(label=one)} "))
    expect(page.locator(".px-gallery .tile")).to_have_count(shelf.total(label=one))
    expect(page.locator('.px-facets li[data-mode="not"]')).to_have_count(0)
    assert asked(page, "not_label") == [two], "the script knows nothing of it yet"
    page.get_by_role("button", name="Clear all").click()
    page.evaluate("window.pxGoOn()")
    expect(page.locator(".chips li")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("label="))
    page.wait_for_timeout(4000)  # what was told before is said again while nobody answers: not after this
    expect(page).not_to_have_url(re.compile("label="))
    expect(page.locator(".chips li")).to_have_count(0)
    assert page.locator(".px-gallery .tile").count() > shelf.total(label=one)


def test_the_words_are_taken_back_and_what_is_chosen_then_stays(page: Page, shelf: Shelf) -> None:
    """Without words the order is another, by the panel's foresight as by the page's script."""
    page.goto(f"{shelf.path}&q=cup")
    expect(page.get_by_role("button", name="Remove filter Text “cup”")).to_be_visible()
    page.get_by_role("button", name="Remove filter Text “cup”").click()
    shows(page, len(PHOTOS))
    first = page.get_by_role("checkbox", name=re.compile("^Select ")).first
    first.check(force=True)
    page.wait_for_timeout(7000)  # longer than the gallery waits for an answer that fits what it foresaw
    expect(first).to_be_checked()


_HOLD = """() => {
  const send = WebSocket.prototype.send, held = [];
  WebSocket.prototype.send = function (...said) { held.push([this, said]); };
  window.pxGoOn = () => {
    WebSocket.prototype.send = send;
    for (const [socket, said] of held) socket.send(...said);
  };
}"""
"""Nothing reaches the page's script until it may go on."""


def test_keys_include_exclude_and_move(page: Page, shelf: Shelf) -> None:
    names = group(page, "label").locator(".name")
    names.first.focus()
    first, second = (names.nth(n).get_attribute("title") for n in (0, 1))
    page.keyboard.press("ArrowDown")
    expect(names.nth(1)).to_be_focused()
    page.keyboard.press("x")
    shows(page, shelf.total(not_label=second))
    focused = value(page, "label", str(second)).locator(".name")
    expect(focused).to_be_focused()  # though its row has moved to another place
    page.keyboard.press("a")
    shows(page, shelf.total(any_label=second))
    page.keyboard.press("i")
    shows(page, shelf.total(label=second))
    page.keyboard.press("Delete")
    shows(page, len(PHOTOS))
    page.keyboard.press("Home")
    expect(value(page, "label", str(first)).locator(".name")).to_be_focused()
    page.keyboard.press("Tab")  # one list is one stop: then the ways of using this value
    expect(page.get_by_role("button", name=f"Include {first}", exact=True)).to_be_focused()


def test_search_inside_a_facet_asks_no_run_of_the_page(page: Page, shelf: Shelf) -> None:
    rare = shelf.ask(limit=1, facets="label", facet_limit=200)["facets"]["label"]["values"][-1]["value"]
    with page.expect_response(re.compile("/facets/label.*prefix=")):
        page.get_by_label("Search in labels").press_sequentially(rare[:5])
    # What was typed is counted anew, too, among the pictures that are left.
    with (
        page.expect_request(lambda request: "/data/v1/images" in request.url and "label=" in request.url),
        page.expect_response(re.compile(r"/facets/label\?.*label=.*prefix=")),
    ):
        value(page, "label", rare).locator(".name").click()
    shows(page, shelf.total(label=rare))
    expect(value(page, "label", rare).locator(".n")).to_have_text(str(shelf.total(label=rare)))
    page.goto(shelf.path)
    twofold = next(name for name in shelf.labels() if " " in name)
    with page.expect_response(re.compile("/facets/label.*prefix=")):
        page.get_by_label("Search in labels").fill(twofold.split()[-1][:5].lower())
    expect(value(page, "label", twofold)).to_be_visible()
    page.get_by_label("Search in labels").fill("zzzz")
    expect(group(page, "label")).to_contain_text("Nothing like that")
    page.get_by_label("Search in labels").press("Escape")
    more = page.get_by_role("button", name="Show more labels")
    page.goto(shelf.path)
    before = group(page, "label").locator("li").count()
    more.click()
    expect(group(page, "label").locator("li").nth(before + 2)).to_be_visible()


def test_labels_as_a_tree_roll_up(page: Page, shelf: Shelf) -> None:
    group(page, "label").get_by_role("button", name="Tree").click()
    animal = value(page, "label", "Animal")
    expect(animal.locator(".n")).to_have_text(str(shelf.total(label="Animal")))
    animal.locator(".name").focus()
    page.keyboard.press("ArrowRight")
    mammal = value(page, "label", "Mammal")
    expect(mammal.locator(".n")).to_have_text(str(shelf.total(label="Mammal")))
    expect(group(page, "label").locator(".foot")).to_contain_text("counts the pictures of the labels below it")
    page.reload()  # the browser remembers the choice of the view
    expect(value(page, "label", "Mammal")).to_have_count(0)
    page.get_by_role("button", name="Labels below Animal", exact=True).click()
    value(page, "label", "Mammal").locator(".name").click()
    shows(page, shelf.total(label="Mammal"))
    group(page, "label").get_by_role("button", name="List").click()
    expect(group(page, "label").locator(".fold")).to_have_count(0)


def test_ranges_by_keys_and_by_fields(page: Page, shelf: Shelf) -> None:
    low = page.get_by_label("Confidence: at least")
    low.focus()
    for _ in range(25):
        low.press("ArrowRight")
    expect(page).to_have_url(re.compile("min_confidence=80"))
    expect(page.get_by_label("Confidence: from")).to_have_value("80")
    page.get_by_label("Confidence: from").fill("90")
    page.get_by_label("Confidence: to").fill("20")
    page.get_by_label("Confidence: to").press("Enter")
    expect(group(page, "confidence").get_by_role("alert")).to_have_text("The first number is above the second.")
    price = group(page, "attr.price")
    price.get_by_label("Price: from").fill("20")
    price.get_by_label("Price: from").press("Enter")
    expect(page).to_have_url(re.compile("attr.price.gte=20"))
    shows(page, shelf.total(**{"attr.price.gte": 20}))
    expect(price.locator(".bars i").first).to_be_attached()


def test_dates_by_presets_and_by_own_days(page: Page, shelf: Shelf) -> None:
    dates = group(page, "created")
    dates.get_by_role("button", name="Today").click()
    expect(page.locator(".chips")).to_contain_text("Added from")
    shows(page, len(PHOTOS))
    assert len(asked(page, "created_from")) == 1
    dates.get_by_role("button", name="Custom").click()
    dates.get_by_label("Date added: from").fill("2020-01-01")
    dates.get_by_label("Date added: to (included)").fill("2020-12-31")
    dates.get_by_label("Date added: to (included)").press("Enter")
    expect(page.locator(".chips")).to_contain_text("Added up to 31 Dec 2020")
    assert asked(page, "created_to") == ["2021-01-01"]


def test_without_a_value_and_uploads_by_name(page: Page, shelf: Shelf) -> None:
    page.goto(shelf.path.split("?")[0] + f"?tag=tag-{shelf.category.removeprefix('Shelf-')}")
    shows(page, len(PHOTOS))
    value(page, "collection", "__unset__").locator(".name").click()
    shows(page, len(PHOTOS))
    expect(page.locator(".chips")).to_contain_text("Without any collection")
    uploads = group(page, "batch_id")
    expect(uploads.locator("li").first).to_be_visible()
    for name in uploads.locator(".name .text").all_inner_texts():
        assert not re.match(r"[0-9a-f]{8}$", name)
    page.get_by_role("button", name="Remove filter Without any collection").click()
    expect(page.locator(".chips li")).to_have_count(1)


def test_chips_go_one_by_one_and_all_together_and_back_brings_them_again(page: Page, shelf: Shelf) -> None:
    one, two = list(shelf.labels())[:2]
    page.goto(f"{shelf.path}&label={one}&not_label={two}")
    shows(page, shelf.total(label=one, not_label=two))
    page.get_by_role("button", name=f"Remove filter Without label {two}", exact=True).click()
    shows(page, shelf.total(label=one))
    expect(page).not_to_have_url(re.compile("not_label"))  # two quick edits may make one step for the back button
    expect(page.locator('.px-facets li[data-mode="not"]')).to_have_count(0)
    page.get_by_role("button", name="Clear all").click()
    expect(page.locator(".chips li")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("label="))  # the chips are gone before the address says so
    page.go_back()
    expect(page).to_have_url(re.compile("[?&]label="))
    shows(page, shelf.total(label=one))
    expect(value(page, "label", one)).to_have_attribute("data-mode", "all")
    page.go_back()
    expect(page).to_have_url(re.compile("not_label="))
    shows(page, shelf.total(label=one, not_label=two))


@pytest.mark.parametrize("where", ["/insights", "/review", "/collections"])
def test_the_bar_is_the_same_on_every_page_that_has_one(where: str, page: Page, shelf: Shelf) -> None:
    """A value and “Clear all”. A board has one order of its own: what is found in it is the catalogue's to show."""
    one, boards = next(iter(shelf.labels())), f"{shelf.stack.ends['search_api']}/v1/collections"
    board = shelf.stack.call("POST", boards, shelf.stack.token("analyst"), json={"name": "Filtered"}).json()["id"]
    try:
        shelf.stack.call("POST", f"{boards}/{board}/images", shelf.token, json={"image_ids": shelf.ids})
        narrowed = f"collection={board}" if where == "/collections" else f"category={shelf.category}"
        page.goto(f"{where}?{narrowed}")
        shows(page, len(PHOTOS))
        value(page, "label", one).locator(".name").click()
        shows(page, shelf.total(label=one))
        shown = "/catalogue" if where == "/collections" else where
        expect(page).to_have_url(re.compile(rf"{shown}\?(?=.*label=)(?=.*{narrowed})"))
        expect(page.get_by_role("button", name=f"Remove filter Label {one}")).to_be_visible()
        page.get_by_role("button", name="Clear all", exact=True).click()
        expect(page.locator(".chips li")).to_have_count(0)
        expect(page).not_to_have_url(re.compile("label=|category=|collection="))
        assert urlsplit(page.url).path == shown
    finally:
        shelf.stack.call("DELETE", f"{boards}/{board}", shelf.token)  # others count the collections


def test_an_attribute_that_is_no_usual_filter_is_found_under_more(page: Page, shelf: Shelf) -> None:
    names = [f"extra_{number:02}" for number in range(14)]
    address = f"{shelf.stack.ends['search_api']}/v1/images/{shelf.ids[3]}"
    shelf.stack.call("PATCH", address, shelf.token, json={"attributes": dict.fromkeys(names, "yes")})
    try:
        more = page.locator('.px-facets details[data-group="more"]')
        for _ in range(8):  # which attributes there are is kept for half a minute
            if more.count():
                break
            page.wait_for_timeout(5000)
            page.reload()
            expect(page.locator(".px-facets details").first).to_be_visible()
        more.locator("summary").click()
        more.get_by_label("Search attributes").fill("extra 13")
        more.get_by_role("button", name="Extra 13").click()
        own = group(page, "attr.extra_13")
        own.get_by_role("button", name="yes", exact=False).first.click()
        shows(page, 1)
        assert asked(page, "attr.extra_13") == ["yes"]
    finally:
        shelf.stack.call("PATCH", address, shelf.token, json={"attributes": dict.fromkeys(names)})


def test_a_hostile_label_is_text(page: Page, shelf: Shelf) -> None:
    page.get_by_label("Search in labels").fill("<img")
    hostile = group(page, "label").locator(".name", has_text=HOSTILE)
    hostile.click()
    shows(page, 1)
    expect(page.locator(".chips")).to_contain_text(HOSTILE)
    assert page.evaluate("window.px") is None


def test_counts_that_do_not_come_say_so_and_come_again(page: Page, shelf: Shelf) -> None:
    page.route("**/data/v1/images?*facets=*", lambda route: route.fulfill(status=503, body="{}"))
    page.reload()
    trouble = page.locator(".px-facets .trouble")
    expect(trouble).to_contain_text("Counts are not available just now.")
    page.unroute("**/data/v1/images?*facets=*")
    trouble.get_by_role("button", name="Try again").click()
    expect(trouble).to_be_hidden()
    expect(group(page, "label").locator("li").first).to_be_visible()


def test_on_a_small_screen_the_panel_is_a_drawer(anybody: Callable[..., Person], shelf: Shelf) -> None:
    small = anybody(viewport={"width": 360, "height": 740})
    page = small.sign_in("viewer", f"{shelf.path}&label=Animal&not_label=Tool")
    shows(page, shelf.total(label="Animal", not_label="Tool"))
    expect(page.locator(".px-facets .done")).not_to_be_in_viewport()
    assert wide(page) == []
    assert violations(page) == []
    page.get_by_role("button", name="Filters (3)").click()
    assert wide(page) == []
    assert violations(page) == []
    page.get_by_role("button", name="Exclude Tool", exact=True).click()
    total = shelf.total(label="Animal")
    page.get_by_role("button", name=f"Show {total} pictures").click()
    shows(page, total)
    expect(page.locator(".px-facets .done")).not_to_be_in_viewport()
    expect(page.get_by_role("button", name="Filters (2)")).to_be_visible()
    page.get_by_test_id("stExpandSidebarButton").click()  # the same drawer holds the navigation
    page.get_by_test_id("stSidebar").get_by_role("link", name="Products").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Products")
    expect(page.get_by_test_id("stExpandSidebarButton")).to_be_visible()
