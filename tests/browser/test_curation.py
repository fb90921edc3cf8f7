"""Home and operations, as people use them."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.stack import Stack


def test_home_searches_the_catalogue(signed_in: Callable[[str], Person], pictures: list[str]) -> None:
    viewer = signed_in("viewer")
    page = viewer.go("/")
    page.get_by_role("searchbox").fill("hammer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Catalogue")
    expect(page).to_have_url(re.compile(r"/catalogue\?q=hammer"))


def test_operations_tells_what_failed(signed_in: Callable[[str], Person], stack: Stack, pictures: list[str]) -> None:
    token = stack.token("admin")
    stack.wait(
        token, stack.upload(token, [("broken.jpg", b"\xff\xd8\xff\xe0" + b"broken" * 50, "image/jpeg")])["batch_id"]
    )
    admin = signed_in("admin")
    page = admin.go("/operations")
    expect(page.get_by_text("Files that ended in the last hour", exact=True)).to_be_visible()
    page.get_by_role("tab", name=re.compile("Failures")).click()
    expect(page.get_by_role("heading", name=re.compile("^Not taken"))).to_be_visible()
    expect(page.get_by_role("button", name="Try again: all")).to_be_disabled()
    page.get_by_role("tab", name=re.compile("Dead letters")).click()
    expect(page.get_by_text("No dead letters")).to_be_visible()
    page.get_by_role("tab", name="Audit log").click()
    expect(page.get_by_label("Who")).to_be_visible()
