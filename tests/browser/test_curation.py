"""Collections, review and operations, as people use them."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.test_every_page import violations
from tests.stack import Stack


def test_home_searches_the_catalogue(signed_in: Callable[[str], Person], pictures: list[str]) -> None:
    viewer = signed_in("viewer")
    page = viewer.go("/")
    page.get_by_role("searchbox").fill("hammer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Catalogue")
    expect(page).to_have_url(re.compile(r"/catalogue\?q=hammer"))


def test_a_collection_is_made_filled_and_deleted(
    signed_in: Callable[[str], Person], stack: Stack, pictures: list[str]
) -> None:
    viewer = signed_in("viewer")
    page = viewer.go("/collections")
    page.get_by_role("button", name="New collection").click()
    page.get_by_label("Name", exact=True).fill("Autumn *campaign*")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Autumn *campaign*")
    expect(page).to_have_url(re.compile("collection="))
    page.get_by_role("tab", name="Add pictures").click()
    panel = page.get_by_role("tabpanel", name="Add pictures")
    panel.get_by_role("checkbox").first.click(force=True)
    page.get_by_role("button", name="Add to this collection").click()
    expect(page.get_by_test_id("stToast")).to_contain_text("1 picture added to Autumn *campaign*")
    expect(page.get_by_role("tab", name="In the collection (1)")).to_be_visible()
    listed = stack.call("GET", f"{stack.ends['search_api']}/v1/collections", stack.token("viewer")).json()["items"]
    assert [(one["name"], one["images"]) for one in listed] == [("Autumn *campaign*", 1)]
    page.get_by_role("button", name="All collections").click()
    expect(page.get_by_text("1 picture, by viewer@pixplore.example.")).to_be_visible()
    viewer.settled()
    expect(page.get_by_test_id("stToast")).to_have_count(0)  # Streamlit's toasts are dialogs without a name
    assert not violations(page)
    page.get_by_role("button", name="Open").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No collections yet")).to_be_visible()


def test_an_analyst_judges_a_label(signed_in: Callable[[str], Person], stack: Stack, pictures: list[str]) -> None:
    analyst = signed_in("analyst")
    page = analyst.go("/review")
    question = page.get_by_role("heading", name=re.compile("Is this"))
    expect(question).to_be_visible()
    asked = re.search("“(.+)”", question.inner_text())
    assert asked
    before = _judged(stack)
    page.keyboard.press("n")
    expect(page.get_by_text(f"Undo: no to “{asked[1]}”")).to_be_visible()
    after = _judged(stack)
    assert len(after) == len(before) + 1
    assert asked[1] in str(after[0]["detail"])
    assert after[0]["actor"] == stack.ends["demo_users"]["analyst"]["email"]


def _judged(stack: Stack) -> list[dict[str, object]]:
    audit = f"{stack.ends['search_api']}/v1/audit"
    answer = stack.call("GET", audit, stack.token("admin"), params={"actor": "analyst@pixplore.example"})
    return list(answer.json()["items"])


def test_operations_tells_what_failed(signed_in: Callable[[str], Person], stack: Stack, pictures: list[str]) -> None:
    token = stack.token("admin")
    stack.wait(
        token, stack.upload(token, [("broken.jpg", b"\xff\xd8\xff\xe0" + b"broken" * 50, "image/jpeg")])["batch_id"]
    )
    admin = signed_in("admin")
    page = admin.go("/operations")
    expect(page.get_by_text("Files that ended in each of the last 60 minutes")).to_be_visible()
    page.get_by_role("tab", name=re.compile("Failures")).click()
    expect(page.get_by_role("heading", name=re.compile("^Refused"))).to_be_visible()
    expect(page.get_by_role("button", name="Try again: all")).to_be_disabled()
    page.get_by_role("tab", name=re.compile("Dead letters")).click()
    expect(page.get_by_text("No dead letters")).to_be_visible()
    page.get_by_role("tab", name="Audit log").click()
    expect(page.get_by_label("Who")).to_be_visible()
