"""What holds on every page: nobody is shut out (axe), nothing leaves the machine, nothing breaks the page's policy."""

from collections.abc import Callable
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
PAGES = ("/", "/catalogue", "/upload", "/insights", "/review", "/products", "/collections", "/operations", "/account")


def violations(page: Page) -> list[str]:
    """Serious and critical faults by axe-core, with the elements they are found in."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{one['id']} ({one['impact']}): {[node['html'][:200] for node in one['nodes'][:3]]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("path", PAGES)
def test_a_page(path: str, signed_in: Callable[[str], Person], pictures: list[str]) -> None:
    admin = signed_in("admin")
    admin.foreign.clear()
    admin.broken.clear()
    page = admin.go(path)
    page.wait_for_load_state("networkidle")
    assert page.get_by_text("Something went wrong").count() == 0
    assert not violations(page)
    page.set_viewport_size({"width": 360, "height": 800})
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.set_viewport_size({"width": 1280, "height": 900})
    assert not admin.foreign
    assert not admin.broken


def test_the_sign_in_forms(anybody: Callable[..., Person]) -> None:
    person = anybody(color_scheme="dark")
    page = person.page
    page.goto("/")
    expect(page.get_by_label("Email", exact=True)).to_be_visible()
    assert not violations(page)
    page.get_by_role("button", name="Create an account").click()
    expect(page.get_by_role("heading", name="Create an account")).to_be_visible()
    person.settled()
    assert not violations(page)
    assert not person.foreign
    assert not person.broken


def test_dark_pages(anybody: Callable[..., Person], pictures: list[str]) -> None:
    person = anybody(color_scheme="dark")
    page = person.sign_in("viewer", "/")
    page.wait_for_load_state("networkidle")
    assert not violations(page)
