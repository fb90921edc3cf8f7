"""Searches kept, links given away, and what somebody without an account sees of them."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.browser.access import violations, wide
from tests.browser.conftest import Person
from tests.stack import Stack

PATH = "/catalogue?category=Tests"


def test_a_search_is_saved_opened_renamed_and_deleted(signed_in: Callable[[str], Person], pictures: list[str]) -> None:
    viewer = signed_in("viewer")
    page = viewer.go(f"{PATH}&sort=name")
    menu = page.get_by_role("button", name="Saved searches")
    menu.click()
    page.get_by_label("Name", exact=True).fill("Tests *by* name")
    page.get_by_role("button", name="Save", exact=True).click()
    kept = page.get_by_role("button", name="Tests *by* name", exact=True)
    expect(kept).to_be_visible()
    viewer.go("/catalogue")
    menu.click()
    page.get_by_role("button", name="Rename Tests *by* name").click()
    page.get_by_label("New name").fill("<b>Tests</b>")
    page.get_by_role("button", name="Rename", exact=True).click()
    page.get_by_role("button", name="<b>Tests</b>", exact=True).click()
    expect(page).to_have_url(re.compile("category=Tests"))
    expect(page).to_have_url(re.compile("sort=name"))
    viewer.go("/catalogue")
    menu.click()
    page.get_by_role("button", name="Delete <b>Tests</b>").click()
    expect(page.get_by_role("button", name="<b>Tests</b>", exact=True)).to_have_count(0)


def link(page: Page, name: str) -> str:
    page.get_by_role("button", name="Share").click()
    page.get_by_label("Title on the page").fill(name)
    page.get_by_text("Visitors may download").click()
    page.get_by_role("button", name="Make a link").click()
    field = page.get_by_label("Share link")
    expect(field).to_be_visible()
    return field.input_value()


def test_a_link_opens_without_an_account_until_it_is_revoked(
    signed_in: Callable[[str], Person], anybody: Callable[..., Person], pictures: list[str]
) -> None:
    analyst = signed_in("analyst")
    page = analyst.go(PATH)
    address = link(page, "Autumn <i>for</i> you")
    assert address.startswith(f"{analyst.base}/shared#pxs_")
    visitor = anybody(viewport={"width": 360, "height": 740})
    seen, told = visitor.page, []
    seen.on("request", lambda request: told.append((request.headers.get("referer", ""), request.url)))
    answer = seen.goto(address)
    assert answer is not None
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in answer.headers["x-robots-tag"]
    expect(seen.get_by_role("heading", level=1)).to_have_text("Autumn <i>for</i> you")
    expect(seen.get_by_text("10 pictures")).to_be_visible()
    expect(seen.get_by_text(re.compile("^Open until .*7 more days$"))).to_be_visible()
    expect(seen.locator(".tile")).to_have_count(10)
    assert wide(seen) == []
    assert not violations(seen)
    seen.get_by_role("searchbox").fill("polar")
    expect(seen.get_by_text("1 picture", exact=True)).to_be_visible()
    seen.locator(".tile a").click()
    with seen.expect_download() as saved:
        seen.get_by_role("button", name="Download original").click()
    assert saved.value.suggested_filename == "polar_bear.jpg"
    assert not violations(seen)
    assert not [one for one in told if "pxs_" in one[0] or "pxs_" in one[1].split("#")[0]]
    assert not visitor.context.cookies()
    assert not visitor.foreign
    assert not visitor.broken
    revoke = page.get_by_role("button", name="Revoke")
    others = revoke.count() - 1
    revoke.first.click()  # the newest
    expect(revoke).to_have_count(others)
    seen.reload()
    expect(seen.get_by_role("heading", name="This link was withdrawn")).to_be_visible()
    expect(seen.locator(".tile")).to_have_count(0)


def test_the_whole_catalogue_is_shared_only_by_who_means_it(
    signed_in: Callable[[str], Person], pictures: list[str], stack: Stack
) -> None:
    page = signed_in("analyst").go("/catalogue?min_confidence=80")
    total = int(stack.images(stack.token("analyst"), limit=1)["total"])
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_text(f"the whole catalogue, {total:,} pictures and every one to come")).to_be_visible()
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_text("Otherwise set a filter first.")).to_be_visible()
    expect(page.get_by_label("Share link")).to_have_count(0)
    page.get_by_text("Share the whole catalogue", exact=True).click()
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_label("Share link")).to_be_visible()
    page.get_by_role("button", name="Revoke").first.click()
    expect(page.get_by_label("Share link")).to_have_count(0)


def test_a_link_that_ended_and_one_that_never_was(
    anybody: Callable[..., Person], stack: Stack, pictures: list[str]
) -> None:
    ends = datetime.now(UTC) + timedelta(seconds=1)
    body = {"name": "Soon over", "query": "category=Tests", "expires_at": ends.isoformat()}
    made = stack.call("POST", f"{stack.ends['search_api']}/v1/shares", stack.token("analyst"), json=body).json()
    time.sleep(max(0.0, (ends - datetime.now(UTC)).total_seconds()) + 0.5)
    visitor = anybody().page
    visitor.goto(made["path"])
    expect(visitor.get_by_role("heading", name="This link has expired")).to_be_visible()
    expect(visitor.get_by_text("Ask whoever sent it for a new one.")).to_be_visible()
    for forged in ("/shared", "/shared#pxs_nonsense", "/shared?token=%3Cimg%20src=x%3E"):
        visitor.goto("about:blank")
        visitor.goto(forged)
        expect(visitor.get_by_role("heading", name="This link does not work")).to_be_visible()
    token = stack.token("admin")
    for path in ("/shared/v1", "/shared/v1/images", f"/shared/v1/images/{pictures[0]}"):
        refused = stack.call("GET", stack.ends["dashboard"] + path, token)  # a person's own token opens nothing here
        assert refused.status_code == 401, path
