"""What holds on every page in every state: nobody is shut out (axe), nothing leaves the machine, nothing breaks the
page's policy, nothing that people wrote comes alive, and whatever is away is said in a clear word.
"""

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.access import fits
from tests.browser.access import violations as violations  # the journeys take it from here
from tests.browser.conftest import PHOTOS, Person
from tests.stack import Stack

PAGES = ("/", "/catalogue", "/upload", "/insights", "/review", "/products", "/collections", "/operations", "/account",
         "/help")  # fmt: skip
WIDTHS = (360, 2560, 1280)
HOSTILE = "<img src=/evil onerror=alert(1)>"
MOVING = """() => {
  const roots = [document], found = [];
  for (const root of roots) for (const at of root.querySelectorAll('*')) {
    if (at.shadowRoot) roots.push(at.shadowRoot);
    for (const one of at.getAnimations()) {
      const time = one.effect.getComputedTiming();
      if (time.duration > 100 && one.playState === 'running') found.push(`${at.tagName}.${at.className}`);
    }
  }
  return found;
}"""


def whole(page: Page) -> None:
    """The page and every part of it came."""
    expect(page.get_by_role("heading", name="Something went wrong", exact=True)).to_have_count(0)
    expect(page.get_by_text("is not available just now")).to_have_count(0)


@pytest.fixture(scope="module")
def admin(signed_in: Callable[[str], Person], stack: Stack, pictures: list[str]) -> Iterator[Person]:
    """An administrator, in a catalogue where a title, a tag, a category, a value, a label and a board are hostile."""
    token, base = stack.token("admin"), stack.ends["search_api"]

    def call(method: str, path: str, body: object = None) -> dict[str, object]:
        answer = stack.call(method, f"{base}/v1{path}", token, json=body)
        assert answer.is_success, answer.text
        found: dict[str, object] = answer.json() if answer.content else {}
        return found

    first = pictures[0]
    before = call("GET", f"/images/{first}")
    told = {"title": HOSTILE, "tags": [HOSTILE], "category": HOSTILE, "attributes": {"note": HOSTILE}}
    call("PATCH", f"/images/{first}", told)
    verdict = {"image_id": first, "label": HOSTILE}
    call("POST", "/review/decisions", verdict | {"verdict": "accept"})
    board = call("POST", "/collections", {"name": HOSTILE, "note": HOSTILE})["id"]
    person = signed_in("admin")
    person.page.on("dialog", lambda dialog: dialog.type == "beforeunload" or person.broken.append(dialog.message))
    person.page.on("request", lambda asked: person.broken.append(asked.url) if asked.url.endswith("/evil") else None)
    yield person
    call("POST", "/review/decisions", verdict | {"verdict": "undo"})
    call("PATCH", f"/images/{first}",
         {name: before[name] for name in ("title", "tags", "category")} | {"attributes": {"note": None}})  # fmt: skip
    call("DELETE", f"/collections/{board}")


@pytest.mark.parametrize("path", PAGES)
def test_a_page(path: str, admin: Person) -> None:
    admin.foreign.clear()
    admin.broken.clear()
    page = admin.go(path)
    page.wait_for_load_state("networkidle")
    whole(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.wait_for_function("getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme === 'dark'")
    assert not violations(page)
    assert not page.evaluate(MOVING)
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    for width in WIDTHS:
        fits(page, width)
    assert not admin.foreign
    assert not admin.broken


@pytest.mark.parametrize("path", ["/catalogue", "/insights", "/review", "/upload"])
def test_the_focus_is_seen_wherever_it_is(path: str, admin: Person) -> None:
    page = admin.go(path)
    page.wait_for_load_state("networkidle")
    unseen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        unseen |= set(page.evaluate(_UNSEEN))
    if unseen:
        pytest.fail("\n".join(sorted(unseen)))


_UNSEEN = """() => {
  let at = document.activeElement;
  while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  if (at === document.body || at.type === 'range') return []; // a slider's frame is around its thumb
  // A frame around the element, or around what stands for it (a field's box, a hidden input's label).
  for (let one = at, up = 0; one && up < 4; one = one.parentElement ?? one.getRootNode().host, up += 1) {
    const { outlineStyle, outlineWidth, boxShadow, borderColor } = getComputedStyle(one);
    if (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) return [];
    if (boxShadow !== 'none') return [];
  }
  return [`${at.tagName}.${at.className} ${at.getAttribute('aria-label') ?? at.textContent.slice(0, 30)}`];
}"""


def test_a_page_finds_its_server_at_once(admin: Person) -> None:
    """Streamlit's own page asks for its server under the page's address first: two answers of 404, and a wait."""
    missing: list[str] = []
    page = admin.context.new_page()
    page.on("response", lambda answer: missing.append(answer.url) if answer.status == 404 else None)
    page.goto("/catalogue")
    expect(page.locator(".px-gallery .tile").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.close()
    assert not missing


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/catalogue?q=zzqq", "No picture fits all of these"),
        ("/insights?q=zzqq", "Nothing to count"),
        ("/review?q=zzqq", "Nothing to review"),
        ("/products?q=zzqq", ""),  # no products in this catalogue, or none that fits
    ],
)
def test_a_page_where_nothing_is_found(path: str, word: str, admin: Person) -> None:
    page = admin.go(path)
    page.wait_for_load_state("networkidle")
    if word:
        expect(page.get_by_text(word).first).to_be_visible()
    whole(page)
    assert not violations(page)


@pytest.mark.parametrize("path", ["/catalogue", "/insights", "/review"])
def test_a_filter_that_is_not_understood(path: str, admin: Person) -> None:
    page = admin.go(f"{path}?min_width=abc")
    expect(page.get_by_text("That is not understood")).to_be_visible()
    admin.settled()
    assert not violations(page)


@pytest.mark.parametrize("path", ["/operations", "/upload", "/review"])
def test_a_page_for_another_role(path: str, signed_in: Callable[[str], Person]) -> None:
    viewer = signed_in("viewer")
    page = viewer.go(path)
    expect(page.get_by_text("This page is for")).to_be_visible()
    expect(page.get_by_role("link", name="Open the catalogue")).to_be_visible()
    assert not violations(page)


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/catalogue", "Counts are not available just now."),
        ("/catalogue?id={picture}", "Similar pictures did not come."),
        ("/insights", "Counts are not available just now."),
        ("/review", "Not available just now"),
    ],
)
def test_the_search_api_away_in_the_middle(path: str, word: str, admin: Person, pictures: list[str]) -> None:
    """What components ask for themselves fails with a word, and the page stays."""

    def away(route: Route) -> None:
        said = {"title": "Not available", "status": 503, "detail": "Pixplore's service cannot be reached."}
        route.fulfill(status=503, content_type="application/problem+json", body=json.dumps(said))

    page = admin.page
    page.route("**/data/**", away)
    try:
        admin.go(path.format(picture=pictures[1]))
        expect(page.get_by_text(word).first).to_be_visible()
        expect(page.get_by_role("button", name="Try again").first).to_be_visible()
        assert not violations(page)
    finally:
        page.unroute("**/data/**")


def test_an_open_upload(admin: Person, stack: Stack) -> None:
    token = stack.token("admin")
    files = [("cup.jpg", (PHOTOS / "cup.jpg").read_bytes() + b"open", "image/jpeg"), ("no.jpg", b"no", "image/jpeg")]
    batch = stack.upload(token, files, name=HOSTILE)["batch_id"]
    stack.wait(token, batch, 120)
    page = admin.go(f"/upload?batch={batch}")
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    expect(page.get_by_text("Files of this upload")).to_be_visible()
    page.wait_for_load_state("networkidle")
    whole(page)
    assert not violations(page)
    fits(page, 360)
    page.set_viewport_size({"width": 1280, "height": 900})
    assert not admin.broken


def test_the_keyboard(admin: Person) -> None:
    page = admin.go("/account")
    keys = page.get_by_role("dialog", name="Keyboard")
    page.keyboard.press("?")
    expect(keys).to_be_visible()
    expect(keys.get_by_role("heading", name="In review")).to_be_visible()
    assert not violations(page)
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("/")  # no search here: the catalogue has one
    search = page.get_by_label("Search the catalogue")
    expect(search).to_be_focused()
    page.keyboard.type("a/b?")
    expect(search).to_have_value("a/b?")
    expect(keys).to_be_hidden()


def test_the_guide_is_inside(admin: Person) -> None:
    page = admin.go("/help?guide=viewer")
    expect(page.get_by_role("heading", name="Find a picture")).to_be_visible()
    page.locator(".st-key-px-guide img").first.scroll_into_view_if_needed()
    loaded = "() => [...document.querySelectorAll('.st-key-px-guide img')].every((img) => img.naturalWidth > 0)"
    page.wait_for_function(loaded)
    page.get_by_role("radio", name="Bring in and run").or_(page.get_by_role("button", name="Bring in and run")).click()
    expect(page.get_by_role("heading", name="Bring pictures in")).to_be_visible()
    expect(page).to_have_url(re.compile("guide=admin"))
    page.get_by_role("button", name="Keyboard").click()
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()


@pytest.mark.parametrize("path", PAGES)
def test_a_lost_connection_is_told(path: str, admin: Person) -> None:
    page = admin.go(path)
    admin.context.set_offline(True)
    try:
        expect(page.get_by_text("The connection is lost.")).to_be_visible()
        assert not violations(page)
    finally:
        admin.context.set_offline(False)
    expect(page.get_by_text("Connected again.")).to_be_visible()
    expect(page.get_by_text("Connected again.")).to_be_hidden()


def test_a_session_that_ends_elsewhere(anybody: Callable[..., Person], pictures: list[str]) -> None:
    """The next click leads to the sign-in, and after that to where it was going."""
    person = anybody()
    page = person.sign_in("viewer", "/help?guide=analyst")
    page.evaluate("fetch('/auth/sign-out', {method: 'POST'})")
    page.get_by_role("link", name="Home").first.click()
    expect(page.get_by_label("Email", exact=True)).to_be_visible()
    user = person.stack.ends["demo_users"]["viewer"]
    person.submit(user["email"], user["password"])
    expect(person.arrived().get_by_role("heading", level=1)).to_have_text("Home")


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


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_home_of_the_other_roles(role: str, signed_in: Callable[[str], Person], pictures: list[str]) -> None:
    person = signed_in(role)
    page = person.go("/")
    page.wait_for_load_state("networkidle")
    whole(page)
    assert not violations(page)
    fits(page, 360)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_home_while_the_search_api_restarts(signed_in: Callable[[str], Person], stack: Stack) -> None:
    """Each part says so in its place, and comes back by its own button."""
    analyst = signed_in("analyst")
    (api, *_) = stack.parts("-m search_api")
    os.kill(api.pid, signal.SIGSTOP)  # the port answers nobody: the worst kind of away
    try:
        analyst.page.goto("/")
        expect(analyst.page.get_by_text("Health is not available just now.")).to_be_visible(timeout=30_000)
        expect(analyst.page.get_by_role("searchbox")).to_be_visible()
        analyst.settled()
        assert not violations(analyst.page)
    finally:
        os.kill(api.pid, signal.SIGCONT)
    time.sleep(1)
    analyst.page.locator(".st-key-px-card-health").get_by_role("button", name="Try again").click()
    expect(analyst.page.get_by_text("of 100")).to_be_visible()
