"""A slow network and a slow service: the outline of what comes, or a word, and then the thing itself."""

import os
import signal
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.stack import Stack

SLOW = {"offline": False, "latency": 900, "downloadThroughput": 500_000, "uploadThroughput": 500_000}
"""Milliseconds, and bytes a second: a poor mobile connection."""


def test_a_slow_network(anybody: Callable[..., Person], pictures: list[str]) -> None:
    person = anybody()
    page = person.sign_in("viewer", "/account")
    network = person.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", SLOW)
    page.get_by_role("link", name="Catalogue").first.click()
    expect(page.locator(".px-facets .bone").first).to_be_visible(timeout=30_000)
    expect(page.locator('.px-facets details[data-group="label"] li').first).to_be_visible(timeout=30_000)
    expect(page.locator(".px-facets .bone:visible")).to_have_count(0)
    page.locator(".px-gallery .tile img").first.evaluate("(picture) => picture.decode()", timeout=60_000)
    page.get_by_role("link", name="Insights").first.click()
    expect(page.get_by_role("heading", name="Labels by number of pictures")).to_be_visible(timeout=30_000)
    expect(page.get_by_test_id("stSkeleton").first).to_be_visible()  # the chart's own program is on its way
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible(timeout=90_000)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    assert not person.broken


@pytest.mark.parametrize(
    ("role", "way", "comes"),
    [
        ("viewer", "Home", "New in the catalogue"),
        ("viewer", "Insights", "Labels by number of pictures"),
        ("viewer", "Products", "No products yet|Every product of your list"),
        ("viewer", "Collections", "No collections yet|New collection"),
        ("viewer", "/collections?collection=7d0c6c1e-0000-4000-8000-000000000001", "This collection is not here"),
        ("analyst", "Review", "Is this|Nothing to review"),
        ("analyst", "/review?view=teach", "No label is taught yet|Teach a label"),
        ("admin", "Operations", "Files that ended in the last hour|No file ended"),
    ],
)
def test_a_slow_service(
    role: str, way: str, comes: str, signed_in: Callable[[str], Person], stack: Stack, pictures: list[str]
) -> None:
    """Its outline, while the search API takes its time; `way` is a link of the navigation, or an address."""
    person = signed_in(role)
    page = person.go("/account")
    apis = stack.parts("-m search_api")
    for api in apis:
        os.kill(api.pid, signal.SIGSTOP)
    try:
        page.goto(way) if way.startswith("/") else page.get_by_role("link", name=way).first.click()
        expect(page.get_by_role("status", name="Loading").first).to_be_visible()
    finally:
        for api in apis:
            os.kill(api.pid, signal.SIGCONT)
    first, _, other = comes.partition("|")
    found = page.get_by_text(first)
    expect((found.or_(page.get_by_text(other)) if other else found).first).to_be_visible(timeout=30_000)
    person.settled()
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)
