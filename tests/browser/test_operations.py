"""Operations for administrators: what failed goes back, who has an account, what it costs, who did what."""

import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from pixplore.arrivals import Arrival
from tests.browser.access import violations, wide
from tests.browser.conftest import Person
from tests.browser.test_insights import MARKS
from tests.stack import Stack

SignedIn = Callable[[str], Person]


@pytest.fixture
def page(signed_in: SignedIn) -> Page:
    return signed_in("admin").go("/operations")


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()


def people(person: Person) -> None:
    """The list of people, all of it drawn."""
    tab(person.page, "People")
    expect(person.page.get_by_role("heading", name="Change somebody")).to_be_visible()
    person.settled()


def offered(person: Person, email: str) -> Locator:
    """One of the people in the list; one that opens while the page is still being drawn closes again."""
    for _ in range(3):
        person.settled()
        person.page.get_by_role("combobox", name="Person").fill("")  # the same words again would open no list
        person.page.get_by_role("combobox", name="Person").fill(email)
        with suppress(AssertionError):
            expect(person.page.get_by_role("option", name=email)).to_be_visible(timeout=4_000)
            break
    option = person.page.get_by_role("option", name=email)
    expect(option).to_be_visible()
    return option


def choose(person: Person, email: str) -> None:
    offered(person, email).click()
    expect(person.page.get_by_role("button", name="Change role")).to_be_disabled()
    person.settled()


def test_only_administrators_come_in(signed_in: SignedIn) -> None:
    page = signed_in("viewer").go("/operations")
    expect(page.get_by_text("This page is for administrators")).to_be_visible()
    expect(page.get_by_role("tab")).to_have_count(0)


def test_a_tab_has_an_address_to_which_home_leads(signed_in: SignedIn) -> None:
    page = signed_in("admin").go("/")
    page.get_by_role("link", name=re.compile("budget")).click()
    expect(page.get_by_role("tab", name="Spend", exact=True)).to_have_attribute("aria-selected", "true")
    tab(page, "People")
    expect(page).to_have_url(re.compile("tab=People"))
    page.reload()
    expect(page.get_by_label("Invite by email")).to_be_visible()


def test_a_dead_letter_shows_by_itself_and_goes_back(page: Page, stack: Stack, pictures: list[str]) -> None:
    expect(page.get_by_text(re.compile("The search index"))).to_be_visible()
    tab(page, "Dead letters")
    expect(page.get_by_text("No dead letters")).to_be_visible()
    token = stack.token()
    batch = stack.upload(token, [("x.jpg", b"\xff\xd8\xff no picture", "image/jpeg")])
    stack.wait(token, batch["batch_id"])
    letter = Arrival(stack.ends["originals_bucket"], f"{batch['batch_id']}/{batch['items'][0]['image_id']}").body()
    stack.client("sqs").send_message(QueueUrl=stack.ends["dlq_url"], MessageBody=letter)
    put_back = page.get_by_role("button", name="Put back: all")
    expect(put_back).to_be_visible()  # without a reload
    put_back.click()
    expect(page.get_by_text("1 back in the queue")).to_be_visible()
    expect(page.get_by_text("No dead letters")).to_be_visible()
    tab(page, "Audit log")
    page.get_by_role("combobox", name="What").fill("Dead letters put back")
    page.keyboard.press("Enter")
    with page.expect_download() as download:
        page.get_by_test_id("stDownloadButton").get_by_role("button").click()
    text = Path(download.value.path()).read_text()
    assert "Dead letters put back,Files: 1" in text


def test_a_bar_of_the_last_hour_lists_its_files(page: Page, pictures: list[str]) -> None:
    chart = page.locator(".st-key-px-frame-throughput .js-plotly-plot[data-px-marks]")
    expect(chart.locator(".main-svg").first).to_be_visible(timeout=45_000)
    page.wait_for_timeout(300)
    mark = chart.evaluate(f"(chart) => ({MARKS})([chart, 'bar'])")
    files = re.findall(r"([\d,]+) files?", mark["said"])[0]
    page.mouse.click(mark["x"], mark["y"])
    expect(page).to_have_url(re.compile("ended=ready&minute="))
    expect(page.get_by_role("heading", name=re.compile(f"searchable: {files} file"))).to_be_visible()
    assert not violations(page)
    page.get_by_role("button", name="Close the list").click()
    expect(page).not_to_have_url(re.compile("minute="))


def test_somebody_is_invited_and_gets_a_role(page: Page, signed_in: SignedIn, stack: Stack) -> None:
    email = f"new-{secrets.token_hex(3)}@pixplore.example"
    people(signed_in("admin"))
    page.get_by_label("Invite by email").fill(email)
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text(f"{email} is invited as a viewer")).to_be_visible()
    (letter,) = stack.letters(email)
    assert stack.ends["dashboard"] in letter
    assert "Pixplore" in letter
    choose(signed_in("admin"), email)
    page.get_by_role("radiogroup", name="Role").get_by_role("radio", name="Analyst").click()
    page.get_by_role("button", name="Change role").click()
    expect(page.get_by_text(f"{email} is an analyst now.")).to_be_visible()
    groups = stack.client("cognito-idp").admin_list_groups_for_user(
        UserPoolId=stack.ends["user_pool_id"], Username=email
    )
    assert [group["GroupName"] for group in groups["Groups"]] == ["analyst"]
    page.get_by_role("button", name="Disable the account").click()
    expect(page.get_by_text(f"{email} can no longer sign in.")).to_be_visible()
    tab(page, "Audit log")
    expect(page.get_by_role("button", name=re.compile("as CSV")).last).to_be_visible()
    trail = stack.call(
        "GET", f"{stack.ends['search_api']}/v1/audit", stack.token(), params={"action": "account", "limit": 3}
    ).json()["items"]
    assert [one["detail"] for one in trail] == [
        {"account": email, "access": {"before": "enabled", "after": "disabled"}},
        {"account": email, "role": {"before": "viewer", "after": "analyst"}},
        {"account": email, "access": {"before": None, "after": "invited as viewer"}},
    ]


def test_ones_own_account_is_not_offered(signed_in: SignedIn, page: Page, stack: Stack) -> None:
    people(signed_in("admin"))
    viewer, admin = (stack.ends["demo_users"][role]["email"] for role in ("viewer", "admin"))
    offered(signed_in("admin"), viewer)  # only what is in sight of a long list is on the page: it is asked for by name
    page.get_by_role("combobox", name="Person").fill(admin)
    expect(page.get_by_text("No results")).to_be_visible()
    expect(page.get_by_role("option", name=admin)).to_have_count(0)
    page.keyboard.press("Escape")


def test_a_budget_stops_uploads_with_a_word(page: Page, stack: Stack) -> None:
    tab(page, "Spend")
    limit = page.get_by_label("Budget for a month, in US dollars", exact=True)
    limit.fill("0")
    page.get_by_role("button", name="Save the budget").click()
    expect(page.get_by_text("The budget of this month is used up")).to_be_visible()
    try:
        page.goto("/upload")
        page.locator(".px-uploader input.files").set_input_files(
            {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff" + secrets.token_bytes(50)}
        )
        expect(page.locator(".px-uploader .trouble")).to_contain_text("This month's budget of $0.00 would be passed")
    finally:
        answer = stack.call(
            "PUT", f"{stack.ends['search_api']}/v1/operations/budget", stack.token(), json={"limit": None}
        )
    assert answer.status_code == 200
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".px-uploader .trouble")).to_be_hidden()
    expect(page).to_have_url(re.compile("batch="))


def test_every_tab_is_open_to_all_and_fits_a_telephone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    try:
        for name in ("Now", "Dead letters", "Failures", "Spend", "Audit log", "People"):
            tab(page, name)
            page.wait_for_timeout(600)
            assert wide(page) == [], name
            assert not violations(page), name
    finally:
        page.set_viewport_size({"width": 1280, "height": 900})


def test_no_table_offers_a_csv_that_nobody_made_harmless(page: Page) -> None:
    """Streamlit's own download writes cells as they are; ours stands below the table (ASVS 1.2.10)."""
    tab(page, "People")
    table = page.get_by_test_id("stDataFrame").filter(visible=True).first
    table.hover()
    bar = page.get_by_test_id("stElementToolbar").filter(visible=True)
    expect(bar.get_by_role("button", name="Search")).to_be_visible()
    expect(bar.get_by_role("button", name="Download as CSV")).to_have_count(0)
