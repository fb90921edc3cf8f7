"""A business user's morning: find a picture for the campaign, choose, collect, keep the search, take the list along."""

import csv
import re
import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.shelf import PHOTOS, Shelf, fill
from tests.browser.test_every_page import violations
from tests.stack import Stack


@pytest.fixture(scope="module")
def shelf(stack: Stack) -> Shelf:
    return fill(stack)


def test_a_viewer_finds_chooses_collects_and_keeps(anybody: Callable[..., Person], shelf: Shelf) -> None:
    viewer, board = anybody(), f"Campaign {secrets.token_hex(3)}"  # a name of its own also when it is tried again
    page = viewer.sign_in("viewer")

    # The first screen: what is new, and a search that the key `/` leads to from anywhere.
    expect(page.get_by_role("heading", name="New in the catalogue")).to_be_visible()
    expect(page.get_by_test_id("stHeader").get_by_role("link", name="Upload")).to_have_count(0)
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard")
    expect(keys.get_by_role("heading", name="Among pictures")).to_be_visible()
    expect(keys.get_by_role("heading", name="In review")).to_have_count(0)  # only what this person may do
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("hammer")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/catalogue\?q=hammer"))
    viewer.settled()

    # Only this season's shelf, and of it what Acme makes: one click each, and each can be taken back.
    viewer.go(f"{shelf.path}&q=hammer")
    total = page.locator(".px-summary .total")
    hammers, acme = shelf.total(q="hammer"), shelf.total(**{"attr.brand": "Acme"})
    expect(total).to_have_text(f"{hammers} picture{'s' if hammers != 1 else ''}")
    page.get_by_role("button", name="Remove filter Text “hammer”").click()
    expect(total).to_have_text(f"{len(PHOTOS)} pictures")
    brand = page.locator('.px-facets details[data-group="attr.brand"]')
    for _ in range(8):  # which attributes are filters is asked twice a minute: the shelf's may be newer
        if brand.count():
            break
        page.wait_for_timeout(5_000)
        viewer.go(shelf.path)
    if brand.get_attribute("open") is None:
        brand.locator("summary").click()
    brand.locator('li[data-value="Acme"] .name').click()
    expect(total).to_have_text(f"{acme} pictures")
    viewer.settled()
    page.go_back()
    expect(total).to_have_text(f"{len(PHOTOS)} pictures")
    page.go_forward()
    expect(total).to_have_text(f"{acme} pictures")

    # A closer look, by keys alone: open, the next one, back to where one was.
    tiles = page.locator(".px-gallery .tile .open")
    tiles.first.focus()
    page.keyboard.press("Enter")
    shown = page.locator("dialog.px-viewer")
    expect(shown.locator(".label").first).to_be_visible()
    expect(shown.get_by_role("button", name="Edit", exact=True)).to_have_count(0)  # a viewer only looks
    expect(shown.locator(".place")).to_have_text(f"1 of {acme}")
    viewer.settled()
    first = shown.locator("h2.name").inner_text()
    page.keyboard.press("ArrowRight")
    expect(shown.locator("h2.name")).not_to_have_text(first)
    page.keyboard.press("Escape")
    expect(shown).to_be_hidden()
    expect(tiles.nth(1)).to_be_focused()

    # Two that look alike, side by side.
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowRight")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(".px-compare .canvas img")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator(".px-compare")).to_have_count(0)

    # Both go onto a board that did not exist a moment ago.
    page.get_by_role("button", name="Collect", exact=True).click()
    dialog = page.get_by_role("dialog")
    viewer.settled()
    dialog.get_by_role("combobox", name="Collection").fill(board)
    expect(page.get_by_role("option").first).to_contain_text(board)
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Make it and add 2 pictures").click()
    expect(page.locator(".st-key-px-changes")).to_contain_text(f"Added 2 pictures to “{board}”.")
    page.get_by_role("link", name="Open the collection").click()
    expect(page.get_by_role("heading", name=board)).to_be_visible()
    viewer.settled()
    page.go_back()
    expect(total).to_have_text(f"{acme} pictures")
    viewer.settled()

    # The search is kept, and opens again as it was.
    page.get_by_role("button", name="Saved searches").click()
    page.get_by_label("Name", exact=True).fill(board)
    page.get_by_role("button", name="Save", exact=True).click()
    kept = page.get_by_role("button", name=board, exact=True)
    expect(kept).to_be_visible()
    viewer.go("/catalogue")
    page.get_by_role("button", name="Saved searches").click()
    kept.click()
    expect(total).to_have_text(f"{acme} pictures")
    expect(tiles).to_have_count(acme)
    viewer.settled()

    # The table of all results, as a file.
    page.locator(".tile .tick input").first.check(force=True)
    page.get_by_role("button", name=f"Select all {acme}").click()
    page.get_by_role("button", name="Download", exact=True).click()
    with page.expect_download() as saved:
        page.get_by_role("dialog").get_by_role("button", name="CSV").click()
    with saved.value.path().open(newline="") as lines:
        assert {row["id"] for row in csv.DictReader(lines)} == set(shelf.ids[:5])

    # The campaign is over: the search goes, and the board too, after a last look at its two pictures.
    viewer.go("/catalogue")
    page.get_by_role("button", name="Saved searches").click()
    page.get_by_role("button", name=f"Delete {board}").click()
    expect(kept).to_have_count(0)
    viewer.go("/collections")
    page.get_by_role("link", name=board).click()
    expect(page.locator(".board .tile")).to_have_count(2)
    assert not violations(page)
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("link", name=board)).to_have_count(0)
    viewer.go("/account")
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    assert not viewer.foreign
    assert not viewer.broken
