"""How quick the dashboard is and how much memory an upload costs it: `python -m benchmarks.ui`.

A whole stack of its own, 400 files sent through a real browser, then clicks timed inside the page: from the click
to the moment the pictures in sight are drawn.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import Page, sync_playwright

from benchmarks.photographs import photographs
from benchmarks.report import publish, table
from tests.browser.conftest import FLAGS, Person, chromium
from tests.stack import Stack

SHOWN = """([least, before]) => {
  // The gallery lives in a shadow root of its own.
  const roots = [...document.querySelectorAll('.stBidiComponent *')].map(e => e.shadowRoot).filter(Boolean);
  const tiles = roots.flatMap(r => [...r.querySelectorAll('.px-gallery .tile')]).filter(t => t.offsetParent !== null);
  if (tiles.length < least || tiles.map(t => t.dataset.id).join() === before) return false;
  const seen = tiles.map(t => t.querySelector('img')).filter(i => {
    const r = i && i.getBoundingClientRect();
    return r && r.width && r.bottom > 0 && r.top < innerHeight;
  });
  return seen.length > 0 && seen.every(i => i.complete && i.naturalWidth > 0);
}"""


def pss(process: psutil.Process) -> float:
    """Proportional memory of a process in MB."""
    return process.memory_full_info().pss / 1e6


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def until_shown(page: Page, least: int, began: float, before: str = "") -> float:
    """Milliseconds since `began` until at least so many tiles are there, others than `before`, and those in sight are
    drawn."""
    page.wait_for_function(SHOWN, arg=[least, before], polling="raf", timeout=60_000)
    return (time.perf_counter() - began) * 1000


def upload(page: Page, files: list[Path]) -> float:
    """Send the files by the page's own file input; seconds until the page says that all are in the catalogue."""
    page.goto("/upload")
    page.locator("input.files").wait_for(state="attached")
    began = time.perf_counter()
    page.locator("input.files").set_input_files(files)
    said = f"All {len(files):,} photographs are in the catalogue"
    page.locator(".px-uploader .title", has_text=said).wait_for(timeout=480_000)
    return time.perf_counter() - began


def timed(page: Page, rounds: int, pictures: int) -> dict[str, list[float]]:
    """Cold and warm ways to the gallery, in milliseconds each."""
    found: dict[str, list[float]] = {
        "page loaded from its address": [],
        "click on Catalogue": [],
        "click on a facet": [],
    }
    for _ in range(rounds):
        began = time.perf_counter()
        page.goto("/catalogue")
        found["page loaded from its address"].append(until_shown(page, pictures, began))
        page.get_by_role("link", name="Home").first.click()
        page.get_by_role("heading", level=1).wait_for()
        page.wait_for_timeout(700)
        began = time.perf_counter()
        page.get_by_role("link", name="Catalogue").first.click()
        found["click on Catalogue"].append(until_shown(page, pictures, began))
        page.wait_for_timeout(300)
        before = ",".join(page.locator(".px-gallery .tile").evaluate_all("tiles => tiles.map(t => t.dataset.id)"))
        value = page.locator(".px-facets li button.name").first
        began = time.perf_counter()
        value.click()
        found["click on a facet"].append(until_shown(page, 1, began, before))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=12)
    arguments = parser.parse_args()
    if chromium() is None:
        sys.exit("No Chromium: install it, or set PIXPLORE_CHROMIUM to its path.")
    with tempfile.TemporaryDirectory(prefix="pixplore-bench-") as folder, sync_playwright() as playwright:
        stack = Stack(Path(folder) / "home").start(240)
        try:
            browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
            person = Person(browser, stack)
            page = person.sign_in("admin", "/upload")
            (dashboard,) = stack.parts("streamlit run")
            before = pss(dashboard)
            seconds = upload(page, photographs(Path(folder), arguments.files, megabytes=0.15))
            page.wait_for_timeout(3_000)
            after = pss(dashboard)
            times = timed(page, arguments.rounds, min(200, arguments.files))
            browser.close()
        finally:
            stack.stop()
    rows: list[list[object]] = [
        [f"dashboard's memory, {arguments.files} files through the browser", f"{before:.0f} → {after:.0f} MB",
         f"+{after - before:.0f} MB", "< +50 MB"],
        [f"{arguments.files} files of about 150 kB through the browser, all searchable", f"{seconds:.0f} s",
         f"{arguments.files / seconds:.1f} a second", ""],
    ]  # fmt: skip
    bars = {"click on Catalogue": "< 700 ms"}
    rows += [
        [
            f"{what} → pictures in sight drawn",
            f"median {statistics.median(ms):.0f} ms",
            f"p95 {p95(ms):.0f} ms",
            bars.get(what, ""),
        ]
        for what, ms in times.items()
    ]
    publish("Dashboard (`make bench-ui`)", table(["what", "seen", "", "to reach"], rows))


if __name__ == "__main__":
    main()
