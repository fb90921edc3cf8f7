"""Collections as boards: made, filled from the catalogue, put in order, shared, taken apart."""

import re
import secrets
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.access import violations
from tests.browser.conftest import Person
from tests.stack import Stack


def names(page: Page) -> list[str]:
    return [str(one.get_attribute("aria-label")) for one in page.locator(".board .open").all()]


def test_a_board_from_making_to_deleting(signed_in: Callable[[str], Person], stack: Stack, pictures: list[str]) -> None:
    name = f"Autumn *campaign* {secrets.token_hex(2)}"
    viewer = signed_in("viewer")
    page = viewer.go("/collections")
    page.get_by_role("button", name="New collection").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.get_by_role("button", name="Add pictures").click()
    expect(page).to_have_url(re.compile("/catalogue.*not_collection="))
    viewer.settled()
    for place in range(4):
        page.locator(".tile .tick input").nth(place).check(force=True)
    page.get_by_role("button", name="Collect", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Add 4 pictures").click()
    expect(page.locator(".st-key-px-changes")).to_contain_text(f"Added 4 pictures to “{name}”.")
    viewer.go("/collections")
    card = page.get_by_role("link", name=name)
    expect(card.locator(".cover img")).to_have_count(4)
    expect(card).to_contain_text("4 pictures, by viewer@pixplore.example")
    room = page.locator(".boards").bounding_box()
    assert room
    assert room["width"] > 1_000, "the cards have the whole page"
    assert not violations(page)
    card.click()
    tiles = page.locator(".board .tile")
    expect(tiles).to_have_count(4)
    assert not violations(page)
    first = names(page)
    tiles.nth(3).drag_to(tiles.nth(0), target_position={"x": 5, "y": 40})
    expect(page.get_by_text("Order saved.").first).to_be_attached()
    dragged = [first[3], *first[:3]]
    assert names(page) == dragged
    page.locator(".board .open").first.focus()
    with page.expect_response(re.compile("/order$")) as saved:
        page.keyboard.press("Alt+ArrowRight")
    assert saved.value.ok
    with page.expect_response(re.compile("/order$")) as saved:
        page.keyboard.press("Alt+ArrowDown")  # the last row has no place below: on to the end
    assert saved.value.ok
    kept = [*dragged[1:], dragged[0]]
    page.reload()
    expect(tiles).to_have_count(4)
    assert names(page) == kept
    opened = page.locator("dialog.px-viewer")
    tiles.nth(0).locator(".open").click()
    expect(opened.locator(".place")).to_have_text("1 of 4")
    page.keyboard.press("ArrowRight")
    expect(opened.locator("h2.name")).to_have_text(kept[1])
    expect(page).to_have_url(re.compile("/collections.*&id="))
    page.reload()
    expect(opened.locator(".place")).to_have_text("2 of 4")
    page.evaluate("window.pxSame = true")  # until another document is loaded
    opened.get_by_role("link", name="Tests", exact=True).click()
    expect(page).to_have_url(re.compile("/catalogue.*category=Tests"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Catalogue")
    expect(opened).to_be_hidden()
    page.go_back()
    expect(opened.locator("h2.name")).to_have_text(kept[1])
    assert page.evaluate("window.pxSame")
    page.keyboard.press("Escape")
    expect(opened).to_be_hidden()
    expect(page).not_to_have_url(re.compile("id="))
    expect(tiles).to_have_count(4)
    tiles.nth(0).locator("input").check(force=True)
    page.get_by_role("button", name="Take out", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Take out 1 picture").click()
    expect(tiles).to_have_count(3)
    page.locator(".st-key-px-changes").get_by_role("button", name="Undo").click()
    expect(tiles).to_have_count(4)
    assert names(page) == kept
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No collections yet")).to_be_visible()


def test_a_shared_board_keeps_its_order(
    signed_in: Callable[[str], Person], anybody: Callable[..., Person], stack: Stack, pictures: list[str]
) -> None:
    token, base = stack.token("analyst"), f"{stack.ends['search_api']}/v1/collections"
    board = stack.call("POST", base, token, json={"name": "For the agency"}).json()["id"]
    order = [pictures[n] for n in (3, 0, 5)]
    stack.call("POST", f"{base}/{board}/images", token, json={"image_ids": order})
    analyst = signed_in("analyst")
    page = analyst.go(f"/collections?collection={board}")
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_label("Title on the page")).to_have_value("For the agency")
    page.get_by_role("button", name="Make a link").click()
    field = page.get_by_label("Share link")
    expect(field).to_be_visible()
    visitor = anybody().page
    with visitor.expect_response(re.compile("/shared/v1/images")) as told:
        visitor.goto(field.input_value())
    assert [item["id"] for item in told.value.json()["items"]] == order
    expect(visitor.locator(".tile")).to_have_count(3)
    # Who may not change it still chooses of it.
    other = signed_in("viewer").go(f"/collections?collection={board}")
    for place in (0, 2):
        other.locator(".board .tile input").nth(place).check(force=True)
    expect(other.get_by_role("button", name="Take out", exact=True)).to_be_hidden()
    other.get_by_role("toolbar").get_by_role("button", name="Download").click()
    dialog = other.get_by_role("dialog")
    with other.expect_download() as saved:
        dialog.get_by_role("button", name="CSV").click()
    assert all(one in saved.value.path().read_text() for one in (order[0], order[2]))
    assert order[1] not in saved.value.path().read_text()
    other.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    other.get_by_role("button", name="Compare").click()
    expect(dialog).to_contain_text("Compare pictures")
    other.keyboard.press("Escape")
    stack.call("DELETE", f"{base}/{board}", token)  # others count the collections
