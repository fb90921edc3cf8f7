"""Screenshots of every page with the demo catalogue, into docs/screens: `python -m benchmarks.screens`."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, FilePayload, Page, sync_playwright

from tests.browser.conftest import FLAGS, PHOTOS, Person, chromium
from tests.browser.shelf import photo
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


def selected(page: Page) -> None:
    page.goto("/catalogue?category=Hand+tools")
    page.locator(".px-gallery .tile").nth(4).wait_for()
    for place in (0, 1, 3):
        page.locator(".tile .tick input").nth(place).check(force=True)
    page.get_by_role("button", name="Compare", exact=True).wait_for()


def compared(page: Page) -> None:
    page.get_by_role("button", name="Compare", exact=True).click()
    page.locator(".px-compare .canvas img").nth(2).wait_for()


def at_a_glance(page: Page) -> None:
    page.goto("/catalogue")
    tile = page.locator(".px-gallery .tile").nth(2)
    tile.hover()
    tile.get_by_role("button", name="Quick view").click()


def drawn(page: Page, path: str) -> None:
    page.goto(path)
    page.locator(".js-plotly-plot .main-svg").first.wait_for()


def on_the_board(page: Page) -> None:
    page.goto("/collections")
    page.get_by_role("link", name="Workshop, autumn").click()
    page.locator(".board .tile").first.wait_for()


def opened(page: Page) -> None:
    page.goto("/catalogue?label=Hammer")  # of which there are several, so that it has pictures like it
    page.locator(".px-gallery .tile .open").first.click()
    page.get_by_role("dialog").wait_for()


def uploaded(page: Page) -> None:
    """Three photographs come in, one of them for the second time, and a file that is none."""
    page.goto("/upload")
    page.locator("input.files").wait_for(state="attached")
    names = ("hammer2", "cup", "lemur")
    files = [FilePayload(name=f"{name}.jpg", mimeType="image/jpeg", buffer=photo(name)) for name in names]
    known = FilePayload(name="pan.jpg", mimeType="image/jpeg", buffer=(PHOTOS / "pan.jpg").read_bytes())
    none = FilePayload(name="prices.jpg", mimeType="image/jpeg", buffer=b"sku,price\n" * 100)
    page.locator("input.files").set_input_files([*files, known, none])
    page.locator(".px-uploader .title", has_text="needs your attention").wait_for(timeout=60_000)


def mapped(page: Page) -> None:
    """A product list of a supplier, with names of its own for the columns."""
    page.goto("/upload?tab=products")
    lines = "Item code,Image,Item name,Brand\n1001,hammer2.jpg,Claw hammer 450 g,Acme\n1002,nothing.jpg,Anvil,Acme\n"
    file = FilePayload(name="supplier.csv", mimeType="text/csv", buffer=lines.encode())
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files([file])
    page.get_by_role("button", name="Import").wait_for()


# What the three guides show, as the person it was written for sees it: a name -> the way there.
GUIDES: dict[str, dict[str, Callable[[Page], object]]] = {
    "viewer": {
        "home": lambda page: page.goto("/home"),
        "filtered": lambda page: page.goto(PAGES["filtered"]),
        "glance": at_a_glance,
        "detail": opened,
        "selected": selected,
        "compare": compared,
        "board": on_the_board,
    },
    "analyst": {
        "home": lambda page: page.goto("/home"),
        "insights": lambda page: drawn(page, "/insights"),
        "review": lambda page: page.goto("/review"),
        "thresholds": lambda page: page.goto("/review?view=thresholds&of=Hammer&at=70"),
        "products": lambda page: page.goto("/products"),
    },
    "admin": {
        "upload": uploaded,
        "table": mapped,
        "names": lambda page: page.goto("/review?view=names"),
    },
}


def take(page: Page, prefix: str) -> None:
    for name, path in PAGES.items():
        page.goto(path)
        page.get_by_role("heading", level=1).wait_for()
        settle(page)
        if name.startswith("insights"):
            page.locator(".js-plotly-plot .main-svg").first.wait_for()
            settle(page)
        page.screenshot(path=SCREENS / f"{prefix}{name}.jpg", type="jpeg", quality=82)
    for name, way in (("board", on_the_board), ("detail", opened)):
        way(page)
        settle(page)
        page.screenshot(path=SCREENS / f"{prefix}{name}.jpg", type="jpeg", quality=82)


def for_guides(browser: Browser, stack: Stack) -> None:
    for role, ways in GUIDES.items():
        person = Person(browser, stack, viewport={"width": 1440, "height": 900})
        person.sign_in(role)
        for name, way in ways.items():
            way(person.page)
            person.arrived()
            settle(person.page)
            person.page.screenshot(path=SCREENS / f"{role}-{name}.jpg", type="jpeg", quality=82)
        person.context.close()


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
            for_guides(browser, stack)
            browser.close()
        finally:
            stack.stop()


if __name__ == "__main__":
    main()
