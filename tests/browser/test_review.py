"""Review: verdicts at the speed of typing that all arrive once, thresholds, taught labels, names."""

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.access import violations
from tests.browser.conftest import Person
from tests.browser.shelf import Shelf, fill
from tests.stack import Stack

SAVED = "All verdicts are saved."


@pytest.fixture(scope="module")
def shelf(stack: Stack) -> Shelf:
    return fill(stack)


@pytest.fixture
def analyst(signed_in: Callable[[str], Person], shelf: Shelf) -> Iterator[Person]:
    """Signed in, and nobody has judged the shelf."""
    person = signed_in("analyst")
    person.broken.clear()
    judged = [(image, label, "undo") for image, label in {(one[0], one[1]) for one in _written(shelf)}]
    if judged:
        names = ("image_id", "label", "verdict")
        body = {"decisions": [dict(zip(names, one, strict=True)) for one in judged]}
        _ask(shelf.stack, "POST", "/v1/review/decisions/batch", json=body)
    _ask(shelf.stack, "DELETE", "/v1/review/skips")
    yield person
    person.page.unroute_all(behavior="ignoreErrors")
    assert not person.broken


def _ask(stack: Stack, method: str, path: str, role: str = "analyst", **more: Any) -> Any:
    answer = stack.call(method, f"{stack.ends['search_api']}{path}", stack.token(role), **more)
    assert answer.status_code < 300, answer.text
    return answer.json()


def _written(shelf: Shelf) -> list[tuple[str, str, str]]:
    """Every verdict ever written on the shelf's pictures, the oldest first: one written twice is there twice."""
    audit = _ask(shelf.stack, "GET", "/v1/audit", "admin", params={"actor": "analyst@pixplore.example", "limit": 200})
    kinds = ("accept", "reject", "undo")
    rows = [one for one in audit["items"] if one["image_id"] in shelf.ids and one["action"] in kinds]
    return [(row["image_id"], row["detail"]["label"], row["action"]) for row in reversed(rows)]


def _question(page: Page) -> str:
    heading = page.get_by_role("heading", name=re.compile("^Is this"))
    expect(heading).to_be_visible()
    return heading.inner_text()


def test_ten_verdicts_in_a_row_arrive_once_though_the_service_is_away(analyst: Person, shelf: Shelf) -> None:
    page = analyst.go(f"/review?category={shelf.category}")
    expect(page.get_by_text(re.compile(r"\d\d questions left"))).to_be_visible()  # all are here
    before = len(_written(shelf))
    away: list[str] = []

    def refuse(route: Route) -> None:
        away.append(route.request.url)
        if len(away) == 1:
            route.fetch()  # it arrives, and nobody hears of it
            route.abort()
        else:
            route.fulfill(status=503, json={"title": "Not available", "status": 503, "detail": "The service is away."})

    page.route("**/data/v1/review/decisions/batch", refuse)
    typed = "ynyynynyyn"
    for key in typed:
        page.keyboard.press(key)
    expect(page.get_by_text("10 verdicts wait in this browser")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('px-outbox')).length") == 1
    page.reload()  # leaving warns; what waits is kept all the same
    expect(page.get_by_text(re.compile("verdicts wait in this browser"))).to_be_visible()
    page.unroute("**/data/v1/review/decisions/batch", refuse)
    expect(page.get_by_text(SAVED)).to_be_visible()
    expect(page.locator(".outbox")).to_have_attribute("data-waiting", "0")
    assert away
    wanted = [{"y": "accept", "n": "reject"}[key] for key in typed]
    written = _written(shelf)[before:]
    assert [action for _, _, action in written] == wanted
    assert len({(image, label) for image, label, _ in written}) == 10


def test_undo_takes_back_the_very_last(analyst: Person, shelf: Shelf) -> None:
    page = analyst.go(f"/review?category={shelf.category}")
    first = _question(page)
    before = len(_written(shelf))
    page.keyboard.press("n")
    expect(page.get_by_text(SAVED)).to_be_visible()
    page.keyboard.press("u")
    expect(page.get_by_text(SAVED)).to_be_visible()
    assert _question(page) == first
    (image, label, _), undone = _written(shelf)[before:]
    assert undone == (image, label, "undo")
    page.keyboard.press("s")
    expect(page.get_by_role("heading", name=first, exact=True)).to_have_count(0)
    expect(page.get_by_text(SAVED)).to_be_visible()
    page.keyboard.press("u")
    expect(page.get_by_text(SAVED)).to_be_visible()
    assert _question(page) == first
    assert _ask(shelf.stack, "DELETE", "/v1/review/skips") == {"skipped": 0}
    page.keyboard.press("n")  # before anything is sent: nothing is written of it
    page.get_by_role("button", name="Skip").click()
    expect(page.get_by_text(SAVED)).to_be_visible()
    assert not violations(page)


def test_a_session_that_is_over_keeps_the_verdict_for_its_owner(analyst: Person, shelf: Shelf) -> None:
    page = analyst.go(f"/review?category={shelf.category}")
    _question(page)
    other = "fetch('/data/v1/review?limit=1', {headers: {'x-person': 'somebody else'}}).then(answer => answer.status)"
    assert page.evaluate(other) == 401
    before = len(_written(shelf))
    over = {"title": "Unauthorized", "status": 401, "detail": "Your session is over. Sign in again."}
    page.route("**/data/v1/review/decisions/batch", lambda route: route.fulfill(status=401, json=over))
    page.keyboard.press("y")
    expect(page.get_by_text("Your session is over. Sign in again. 1 verdict is kept in this browser")).to_be_visible()
    page.unroute("**/data/v1/review/decisions/batch")
    page.evaluate("dispatchEvent(new Event('focus'))")  # signed in again in another window
    expect(page.get_by_text(SAVED)).to_be_visible()
    assert [action for _, _, action in _written(shelf)[before:]] == ["accept"]


def test_many_at_once_are_judged_by_one_press(analyst: Person, shelf: Shelf) -> None:
    counts: dict[str, int] = {}
    for one in _ask(shelf.stack, "GET", "/v1/review", params={"category": shelf.category, "limit": 200})["items"]:
        counts[one["label"]] = counts.get(one["label"], 0) + 1
    label = max(counts, key=lambda name: counts[name])
    page = analyst.go(f"/review?category={shelf.category}&mode=grid&of={label.replace(' ', '%20')}")
    before = len(_written(shelf))
    tiles = page.get_by_role("button", name=re.compile("sure: wrong$"))
    expect(tiles).to_have_count(counts[label])
    tiles.first.click()
    expect(tiles.first).to_have_attribute("aria-pressed", "true")
    assert not violations(page)
    page.reload()
    expect(tiles).to_have_count(counts[label])
    expect(tiles.first).to_have_attribute("aria-pressed", "true")
    page.locator(".px-review").focus()
    page.keyboard.press("y")
    expect(page.get_by_text(SAVED)).to_be_visible()
    actions = sorted(action for _, name, action in _written(shelf)[before:] if name == label)
    assert actions == ["accept"] * (counts[label] - 1) + ["reject"]
    page.keyboard.press("u")
    expect(tiles).to_have_count(counts[label])
    expect(page.get_by_text(SAVED)).to_be_visible()
    assert len(_written(shelf)) - before == 2 * counts[label]


def test_two_tabs_on_one_queue(analyst: Person, shelf: Shelf) -> None:
    first = analyst.go(f"/review?category={shelf.category}")
    asked = _question(first)
    second = analyst.context.new_page()
    second.goto(f"{analyst.base}/review?category={shelf.category}")
    assert _question(second) == asked
    first.keyboard.press("y")
    expect(second.get_by_role("heading", name=asked, exact=True)).to_have_count(0)
    assert _question(first) == _question(second)
    second.close()


def test_the_view_is_what_the_address_says_and_filters_stay(analyst: Person, shelf: Shelf) -> None:
    page = analyst.go(f"/review?category={shelf.category}")
    _question(page)

    def chosen(view: str) -> None:
        expect(page.get_by_role("radio", name=view)).to_be_checked()
        assert page.get_by_role("radio", checked=True).count() == 1

    chosen("Queue")
    page.get_by_role("radio", name="Teach").click()
    expect(page.get_by_role("button", name="Teach a label")).to_be_visible()
    page.get_by_role("radio", name="Teach").click()  # again: it stays
    analyst.settled()
    chosen("Teach")
    page.get_by_role("radio", name="Thresholds").click()
    expect(page.get_by_text("Try a threshold before it is applied.")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="Teach a label")).to_be_visible()
    chosen("Teach")
    page.get_by_role("radio", name="Queue").click()
    expect(page).to_have_url(re.compile(rf"/review\?category={shelf.category}$"))
    _question(page)
    chosen("Queue")


def test_the_meter_is_marked_where_the_label_begins_to_show(analyst: Person, shelf: Shelf) -> None:
    page = analyst.page

    def with_a_line_of_its_own(route: Route) -> None:
        answer = route.fetch()
        told = answer.json()
        for item in told["items"]:
            item["line"] = 70.0
        route.fulfill(response=answer, json=told)

    page.route("**/data/v1/review?*", with_a_line_of_its_own)
    analyst.go(f"/review?category={shelf.category}")
    _question(page)
    expect(page.locator(".meter b")).to_have_attribute("style", "left: 70%;")


def test_a_viewer_is_told_whose_page_it_is(signed_in: Callable[[str], Person]) -> None:
    page = signed_in("viewer").go("/review")
    expect(page.get_by_text("This page is for analysts and administrators")).to_be_visible()


def _total(stack: Stack, **query: Any) -> int:
    return int(_ask(stack, "GET", "/v1/images", params={"limit": 1, **query})["total"])


def _told(page: Page, what: str) -> int:
    figure = page.locator("dl > div", has=page.get_by_text(what, exact=True)).locator("b")
    return int(figure.inner_text().replace(",", ""))


def test_a_threshold_is_tried_applied_and_taken_back(signed_in: Callable[[str], Person], shelf: Shelf) -> None:
    stack = shelf.stack
    counts = _ask(stack, "GET", "/v1/facets/label", params={"facet_limit": 100})["values"]
    # A label of its own in some pictures: one by a more special label stays whatever its threshold.
    tried = ((one["value"], one["count"], {"label": one["value"], "threshold": 80}) for one in counts)
    label, now = next(
        (name, count)
        for name, count, asked in tried
        if _ask(stack, "GET", "/v1/review/thresholds", params=asked)["lost"]["images"]
    )
    admin = signed_in("admin")
    page = admin.go(f"/review?view=thresholds&of={label.replace(' ', '%20')}&at=80")
    expect(page.get_by_role("heading", name=f"From which confidence does “{label}” show?")).to_be_visible()
    lost = page.get_by_role("heading", name=re.compile(r"^Would lose it \([1-9]"))
    expect(lost).to_be_visible()
    assert _told(page, "Pictures now") == now
    then = _told(page, "Pictures then")
    before_and_after = page.locator(".px-threshold .strip a")
    expect(before_and_after).not_to_have_count(0)
    for picture in before_and_after.locator("img").all():
        picture.scroll_into_view_if_needed()
        picture.evaluate("picture => picture.decode()")  # it is there, not only its frame
    assert lost.inner_text() == f"Would lose it ({now - then})"
    assert not violations(page)
    page.get_by_role("button", name=re.compile("^Apply: ")).click()
    expect(page.get_by_text(re.compile("Applied as version .* brought in line"))).to_be_visible()
    assert _total(stack, label=label) == then
    expect(page.get_by_text("with the threshold at 80 %")).to_be_visible()
    page.get_by_label("Threshold %").fill("55")
    expect(page.get_by_role("heading", name=f"Would get it ({now - then})")).to_be_visible()
    assert _told(page, "Pictures then") == now
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text(re.compile("Taken back as version .* brought in line"))).to_be_visible()
    assert _total(stack, label=label) == now


def test_names_are_tried_saved_and_rolled_back(signed_in: Callable[[str], Person], shelf: Shelf) -> None:
    stack, name = shelf.stack, "Fancy <img src=x onerror=alert(1)>"
    counts = _ask(stack, "GET", "/v1/facets/label", params={"facet_limit": 100})["values"]
    label, count = counts[-1]["value"], counts[-1]["count"]
    admin = signed_in("admin")
    admin.broken.clear()
    page = admin.go("/review?view=names")
    page.get_by_role("searchbox", name="Search for a name").fill(label)
    page.get_by_label(f"{label}: shown as", exact=True).fill(name)
    page.get_by_label(f"{label}: hidden", exact=True).check()
    page.get_by_role("button", name="See what changes").click()
    expect(page.get_by_text(re.compile("choose one"))).to_be_visible()
    page.reload()  # what is not saved yet is still there
    expect(page.get_by_text("1 change not saved yet")).to_be_visible()
    page.get_by_role("searchbox", name="Search for a name").fill(label)
    page.get_by_label(f"{label}: hidden", exact=True).uncheck()
    page.get_by_role("button", name="See what changes").click()
    expect(page.locator("summary", has_text=name)).to_contain_text(f"0 → {count}")
    expect(page.locator("summary", has_text=name)).to_contain_text("appears")
    assert not violations(page)

    held = _ask(stack, "GET", "/v1/taxonomy")  # somebody else saves first
    rules = {**held["rules"], counts[0]["value"]: {"threshold": 20}}
    _ask(stack, "PUT", "/v1/taxonomy", "admin", json={"rules": rules, "base": held["version"], "note": "Meanwhile"})
    page.get_by_role("button", name="Save for everybody").click()
    expect(page.get_by_text(re.compile("meanwhile. Your 1 change stay"))).to_be_visible()
    page.get_by_role("button", name="See what changes").click()
    page.get_by_role("button", name="Save for everybody").click()
    expect(page.get_by_text(re.compile("Saved as version .* brought in line"))).to_be_visible()
    assert _total(stack, label=name) == count
    assert _total(stack, label=label) == 0

    page.get_by_role("button", name="Roll back to version " + str(held["version"]), exact=True).click()
    page.get_by_role("button", name="Roll back", exact=True).click()
    expect(page.locator("span").filter(has_text=re.compile(f"^Back to version {held['version']}$"))).to_be_visible()
    deadline = time.monotonic() + 15  # what the page says of the job may be of the one before
    while _total(stack, label=label) != count:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert _ask(stack, "GET", "/v1/taxonomy")["rules"] == held["rules"]
    assert not admin.broken


def test_a_label_is_taught(analyst: Person, shelf: Shelf) -> None:
    name = "Gadget *of* <b>ours</b>"
    page = analyst.go("/review?view=teach&new=1")
    page.get_by_label("Name of the label").fill(name)
    page.get_by_role("searchbox", name="Search for examples").fill("hammer")
    examples = page.get_by_role("button", name=re.compile("^hammer.*: example$"))
    expect(examples.first).to_be_visible()
    page.get_by_role("searchbox", name="Search for examples").fill("")
    pictures = page.get_by_role("button", name=re.compile(": example$"))
    expect(pictures.nth(5)).to_be_visible()
    for place in range(5):
        pictures.nth(place).click()
    expect(page.get_by_role("heading", name="5 chosen")).to_be_visible()
    assert not violations(page)
    page.get_by_role("button", name="Teach it").click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    (taught,) = [one for one in _ask(shelf.stack, "GET", "/v1/taught-labels")["items"] if one["label"] == name]
    _question(page)
    for key in "ynn":
        page.keyboard.press(key)
    expect(page.get_by_text(SAVED)).to_be_visible()
    now = _ask(shelf.stack, "GET", f"/v1/taught-labels/{taught['id']}")
    assert (len(now["examples"]), len(now["counter_examples"])) == (6, 2)
    for _ in "nn":
        page.keyboard.press("u")
    expect(page.get_by_text(SAVED)).to_be_visible()
    now = _ask(shelf.stack, "GET", f"/v1/taught-labels/{taught['id']}")
    assert (len(now["examples"]), len(now["counter_examples"])) == (6, 0)
    page.get_by_role("button", name="Measure again").click()
    expect(page.get_by_text(re.compile(r"^Finds \d of 6 examples"))).to_be_visible()
    analyst.settled()
    assert not violations(page)
    page.get_by_role("button", name="Use it from now on").click()
    expect(page.get_by_text(re.compile("^In use: new pictures get it"))).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Stop using it").click()
    expect(page.get_by_text(re.compile("^Not in use yet"))).to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No label is taught yet")).to_be_visible()
