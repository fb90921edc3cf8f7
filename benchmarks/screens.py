"""Screenshots of every page with the demo catalogue, into docs/screens: `python -m benchmarks.screens`."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import FLAGS, Person, chromium
from tests.stack import ROOT, Stack

SCREENS = ROOT / "docs" / "screens"
PAGES = {
    "home": "/",
    "catalogue": "/catalogue",
    "filtered": "/catalogue?category=Hand+tools&min_confidence=60",
    "insights": "/insights",
    "insights-pairs": "/insights?view=pairs",
    "insights-health": "/insights?view=health",
    "review": "/review",
    "upload": "/upload",
    "products": "/products",
    "collections": "/collections",
    "operations": "/operations",
    "account": "/account",
}


def boards(stack: Stack) -> None:
    """Two collections of the demo's pictures: without any, the page of collections shows nothing."""
    token, base = stack.token("admin"), f"{stack.ends['search_api']}/v1/collections"
    for name, note, query in (
        ("Workshop, autumn", "For the page of tools in the October letter.", {"category": "Hand tools"}),
        ("Prints for the lobby", "One of them goes behind the desk.", {"category": "Wildlife prints"}),
    ):
        board = stack.call("POST", base, token, json={"name": name, "note": note}).json()["id"]
        chosen = [item["id"] for item in stack.images(token, limit=7, **query)["items"]]
        stack.call("POST", f"{base}/{board}/images", token, json={"image_ids": chosen}).raise_for_status()


def settle(page: Page) -> None:
    """Until the page stands still: script run, pictures in sight drawn."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(2_500)


def take(page: Page, prefix: str) -> None:
    for name, path in PAGES.items():
        page.goto(path)
        page.get_by_role("heading", level=1).wait_for()
        settle(page)
        if name.startswith("insights"):
            page.locator(".js-plotly-plot .main-svg").first.wait_for()
            settle(page)
        page.screenshot(path=SCREENS / f"{prefix}{name}.jpg", type="jpeg", quality=82)
    page.goto("/collections")
    page.get_by_role("link", name="Workshop, autumn").click()
    page.locator(".board .tile").first.wait_for()
    settle(page)
    page.screenshot(path=SCREENS / f"{prefix}board.jpg", type="jpeg", quality=82)
    page.goto("/catalogue")
    page.locator(".px-gallery .tile .open").first.click()
    page.get_by_role("dialog").wait_for()
    settle(page)
    page.screenshot(path=SCREENS / f"{prefix}detail.jpg", type="jpeg", quality=82)


def main() -> None:
    if chromium() is None:
        sys.exit("No Chromium: install it, or set PIXPLORE_CHROMIUM to its path.")
    SCREENS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pixplore-screens-") as folder, sync_playwright() as playwright:
        stack = Stack(Path(folder) / "home", {"PIXPLORE_DEMO": "1"}).start(240)
        try:
            boards(stack)
            browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
            looks = {
                "": {"viewport": {"width": 1440, "height": 900}},
                "dark-": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
                "small-": {"viewport": {"width": 390, "height": 844}},
            }
            for prefix, options in looks.items():
                person = Person(browser, stack, **options)
                if not prefix:
                    person.page.goto("/")
                    person.page.get_by_label("Email", exact=True).wait_for()
                    settle(person.page)
                    person.page.screenshot(path=SCREENS / "sign-in.jpg", type="jpeg", quality=82)
                person.sign_in("admin")
                take(person.page, prefix)
                person.context.close()
            for role in ("viewer", "analyst"):
                person = Person(browser, stack, **looks[""])
                person.sign_in(role)
                settle(person.page)
                person.page.screenshot(path=SCREENS / f"home-{role}.jpg", type="jpeg", quality=82)
                person.context.close()
            browser.close()
        finally:
            stack.stop()


if __name__ == "__main__":
    main()
