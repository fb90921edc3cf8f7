"""Chromium against the whole stack. Found by PIXPLORE_CHROMIUM, else on PATH; without one these tests are skipped."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from tests.integration.conftest import stack as stack  # one of our own: another suite may be rough with its
from tests.stack import Stack

HERE = Path(__file__).parent
PHOTOS = HERE.parents[1] / "demo" / "photos"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage")
expect.set_options(timeout=15_000)


def chromium() -> str | None:
    named = os.environ.get("PIXPLORE_CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ours = [item for item in items if HERE in item.path.parents]
    for item in ours:
        item.add_marker(pytest.mark.browser)
        # A browser on a busy machine may be late; what is tried again is listed at the end of the run (RERUN).
        item.add_marker(pytest.mark.flaky(reruns=2))
        if chromium() is None:
            reason = "no Chromium: install it, or say where it is by PIXPLORE_CHROMIUM"
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield started
        started.close()


class Person:
    """A browser of somebody's own, and what it asked other machines for."""

    def __init__(self, browser: Browser, stack: Stack, **options: object) -> None:
        self.stack = stack
        self.base: str = stack.ends["dashboard"]
        settings = {"base_url": self.base, "viewport": {"width": 1280, "height": 900}} | options
        self.context: BrowserContext = browser.new_context(**settings)  # type: ignore[arg-type]
        self.context.set_default_timeout(15_000)
        self.page: Page = self.context.new_page()
        self.foreign: list[str] = []
        self.broken: list[str] = []
        own = {urlsplit(stack.ends[name]).netloc for name in ("dashboard", "aws_endpoint")}

        def note(request: Request) -> None:
            place = urlsplit(request.url)
            if place.scheme in ("http", "https", "ws", "wss") and place.netloc not in own:
                self.foreign.append(request.url)

        self.context.on("request", note)
        self.page.on("console", lambda said: self.broken.append(said.text) if "Security Policy" in said.text else None)
        # Leaving something unsent is asked about; a question that nobody answers would hold this page for ever.
        self.page.on("dialog", lambda dialog: dialog.accept() if dialog.type == "beforeunload" else dialog.dismiss())
        self.page.on("pageerror", lambda error: self.broken.append(str(error)))

    def sign_in(self, role: str, path: str = "/home") -> Page:
        """Open `path`, sign in as a demo user, and wait until the page shows."""
        user = self.stack.ends["demo_users"][role]
        self.page.goto(path)
        self.submit(user["email"], user["password"])
        return self.arrived()

    def submit(self, email: str, password: str) -> None:
        self.page.get_by_label("Email", exact=True).fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Sign in", exact=True).click()

    def arrived(self) -> Page:
        """Signed in, and the script of the page has run to its end."""
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        self.settled()
        return self.page

    def settled(self) -> None:
        """The script has run to its end, and nothing of the run before is left on the page."""
        expect(self.page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        expect(self.page.locator("[data-stale=true], .px-facets[data-sent]")).to_have_count(0)
        # A component's code arrives after its place: until then the page's keys are not listened to.
        expect(self.page.locator(".st-key-px-keys:not(:has(dt))")).to_have_count(0)

    def go(self, path: str) -> Page:
        """Another page by its address, as a bookmark would."""
        self.page.goto(path)
        return self.arrived()


@pytest.fixture(scope="session")
def pictures(stack: Stack) -> list[str]:
    """Some of the demo photographs, uploaded and searchable; their ids."""
    names = ("hammer2", "hammer3", "hammer6", "cup", "lemur", "polar_bear", "scissors1", "spray", "plier2", "wrench")
    files = [(f"{name}.jpg", (PHOTOS / f"{name}.jpg").read_bytes(), "image/jpeg") for name in names]
    token = stack.token("admin")
    batch = stack.upload(token, files, name="For the browser tests", defaults={"category": "Tests"})["batch_id"]
    return [item["image_id"] for item in stack.wait(token, batch, 120)["items"]]


@pytest.fixture
def anybody(browser: Browser, stack: Stack) -> Iterator[Callable[..., Person]]:
    """Makes fresh browsers, signed out."""
    made: list[Person] = []

    def make(**options: object) -> Person:
        made.append(Person(browser, stack, **options))
        return made[-1]

    yield make
    for person in made:
        person.context.close()


@pytest.fixture(scope="session")
def signed_in(browser: Browser, stack: Stack) -> Iterator[Callable[[str], Person]]:
    """A browser per role that all tests share, signed in; leave it so."""
    made: dict[str, Person] = {}

    def of(role: str) -> Person:
        if role not in made:
            person = Person(browser, stack)
            person.sign_in(role)
            made[role] = person
        return made[role]

    yield of
    for person in made.values():
        person.context.close()
