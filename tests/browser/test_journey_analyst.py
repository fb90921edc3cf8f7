"""An analyst's round: how good are the labels, what stands out, judge some, and a report for the manager."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.shelf import PHOTOS, Shelf, fill
from tests.browser.test_every_page import violations
from tests.browser.test_insights import CHART, MARKS, count_of
from tests.stack import Stack


@pytest.fixture(scope="module")
def shelf(stack: Stack) -> Shelf:
    return fill(stack)


def test_an_analyst_looks_judges_and_reports(anybody: Callable[..., Person], shelf: Shelf) -> None:
    analyst = anybody()
    page = analyst.sign_in("analyst")

    # The first screen: the score with its parts, the week, and the labels in doubt.
    expect(page.locator(".px-score").first).to_contain_text("of 100")
    expect(page.get_by_role("heading", name="This week")).to_be_visible()
    expect(page.get_by_role("heading", name="Labels that need your eyes")).to_be_visible()

    # What is on the shelf? A bar opens exactly the pictures that it counts, and back is where one was.
    page.goto(f"/insights?category={shelf.category}")
    total = page.locator(".px-summary .total")
    expect(total).to_have_text(f"{len(PHOTOS)} pictures")
    expect(page.locator(f"{CHART}[data-px-marks]").first).to_be_visible(timeout=45_000)
    page.wait_for_timeout(200)
    mark = page.locator(CHART).first.evaluate(f"(chart) => ({MARKS})([chart, 'bar'])")
    page.mouse.click(mark["x"], mark["y"])
    expect(page).to_have_url(re.compile("/catalogue"))
    said = count_of(mark["said"])
    expect(total).to_have_text(f"{said} picture{'' if said == 1 else 's'}")
    page.go_back()
    expect(page.locator(CHART).first).to_be_visible()
    expect(total).to_have_text(f"{len(PHOTOS)} pictures")

    # Health: what would earn the most points leads to the pictures that lack it.
    page.get_by_role("tab", name="Health").click()
    expect(page.get_by_role("heading", name="What pictures lack")).to_be_visible()

    # Five questions of this shelf, by five keys; the last answer is taken back; all of it is written.
    analyst.go(f"/review?category={shelf.category}")
    question = page.get_by_role("heading", name=re.compile("^Is this"))
    for key in "yynsn":
        asked = question.inner_text() + page.locator(".px-review img").first.get_attribute("src")  # type: ignore[operator]
        page.keyboard.press(key)
        expect(page.locator(f'.px-review:has-text("{asked}")')).to_have_count(0)
    page.keyboard.press("u")
    expect(page.get_by_text("All verdicts are saved.")).to_be_visible()
    trail = shelf.stack.call(
        "GET",
        f"{shelf.stack.ends['search_api']}/v1/audit",
        shelf.stack.token("admin"),
        params={"actor": "analyst@pixplore.example", "limit": 50},
    ).json()["items"]
    mine = [one["action"] for one in reversed(trail) if one["image_id"] in shelf.ids]
    assert [action for action in mine if action != "undo"][:3] == ["accept", "accept", "reject"]

    # What a stricter threshold would change, seen before anybody changes it.
    label = next(iter(shelf.labels()))
    analyst.go(f"/review?view=thresholds&of={label.replace(' ', '%20')}&at=90")
    expect(page.get_by_role("heading", name=f"From which confidence does “{label}” show?")).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("^Would lose it"))).to_be_visible()

    # One page for the manager, of what is on the screen, made without leaving the machine.
    analyst.go(f"/insights?category={shelf.category}")
    with page.expect_download() as saved:
        page.get_by_text("Download report").click()
    report = saved.value.path().read_text(encoding="utf-8")
    assert shelf.category in report
    assert "<script" not in report
    assert not violations(page)
    assert not analyst.foreign
    assert not analyst.broken
