"""How quick and how light the dashboard is in Chromium: `python -m benchmarks.ui`.

A stack of its own with a million images; BENCH_IMAGES=50000 for a trial, which is printed only.
"""

import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psutil
from playwright.sync_api import Page, sync_playwright

from benchmarks import clicks, million, people
from benchmarks.photographs import photographs
from benchmarks.report import publish, table
from tests.browser.conftest import FLAGS, Person, chromium
from tests.stack import Stack

FILES, BATCH = 400, 10_000
PAGES = [
    "Help",
    "Insights",
    "Home",
    "Products",
    "Catalogue",
    "Collections",
    "Review",
    "Upload",
    "Operations",
    "Account",
]
HEAP_MB = 50
"""By how much the browser's memory may grow by two thousand pictures: what the API said of each is kept, no more."""
COLUMNS = ["what", "seen", "to reach", ""]
Rows = list[list[object]]


def pss(process: psutil.Process) -> float:
    """Proportional memory of a process in MB."""
    return process.memory_full_info().pss / 1e6


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def row(what: str, values: list[float], bar: float) -> list[object]:
    """Median and p95 of milliseconds, and whether p95 is below the bar."""
    median, high = statistics.median(values), p95(values)
    return [what, f"{median:,.0f} / {high:,.0f} ms", f"p95 < {bar:,.0f} ms", "met" if high < bar else "unmet"]


def told(what: str, seen: str, bar: str, met: bool | None = None) -> list[object]:
    return [what, seen, bar, "" if met is None else "met" if met else "unmet"]


def upload(page: Page, files: list[Path]) -> float:
    """Send the files by the page's own file input; seconds until the page says that all are in the catalogue."""
    page.goto("/upload")
    page.locator("input.files").wait_for(state="attached")
    began = time.perf_counter()
    page.locator("input.files").set_input_files(files)
    said = f"All {len(files):,} pictures are in the catalogue"
    page.locator(".px-uploader .title", has_text=said).wait_for(timeout=480_000)
    return time.perf_counter() - began


def of_uploads(page: Page, stack: Stack, dashboard: psutil.Process, folder: Path) -> Rows:
    """400 photographs to their end; ten thousand begun, and the page used meanwhile for a minute."""

    def total() -> int:
        return int(stack.images(stack.token("viewer"), limit=1)["total"])

    files, before = photographs(folder, FILES, megabytes=0.15), pss(dashboard)
    seconds = upload(page, files)
    page.wait_for_timeout(3_000)
    after = pss(dashboard)
    small = photographs(folder, 50, megabytes=0.01)
    many = folder / "many"
    many.mkdir()
    for nth in range(BATCH):  # each with bytes of its own: none is a duplicate
        (many / f"many-{nth:05}.jpg").write_bytes(small[nth % len(small)].read_bytes() + nth.to_bytes(4, "big"))
    page.goto("/upload")
    page.locator("input.files").wait_for(state="attached")
    page.locator("input.files").set_input_files(sorted(many.iterdir()))
    page.locator(".px-uploader .title").wait_for()
    there = total()
    late = clicks.input_delays(page, 60)
    came = total() - there
    return [
        told(f"dashboard's memory, {FILES} files through the browser", f"{before:.0f} → {after:.0f} MB", "< +50 MB",
             after - before < 50),
        told(f"{FILES} files of about 150 kB through the browser, all searchable",
             f"{seconds:.0f} s, {FILES / seconds:.1f} a second", ""),
        told(f"{BATCH:,} files chosen and on their way, one minute of it: input delay p95 / most",
             f"{p95(late):,.0f} / {max(late):,.0f} ms", "< 200 ms", max(late) < 200),
        told("… of them in the catalogue within that minute", f"{came:,}", "> 0", came > 0),
    ]  # fmt: skip


def of_clicks(page: Page, labels: list[str]) -> Rows:
    page.goto("/catalogue")
    clicks.until_shown(page, 8, time.perf_counter())
    rows = [
        row(
            "first load of the catalogue to its pictures, nothing kept by the browser",
            clicks.loads(page, 15, True),
            1500,
        ),
        row("… with what the browser keeps", clicks.loads(page, 15), 1500),
        row(
            f"page change, all of {len(PAGES)} pages, until nothing is outlined",
            clicks.page_changes(page, PAGES, 4),
            600,
        ),
        row(f"facet click to new counts and pictures, {len(set(labels))} labels", clicks.facets(page, labels), 500),
        row("bar click to gallery, 30 clicks", clicks.bars(page, 30), 500),
        row("review, key (yes, no, skip) to next picture", clicks.verdicts(page, 60), 100),
    ]
    down = clicks.scroll(page, 2_000)
    smooth = sum(gap <= 50 for gap in down["gaps"]) / len(down["gaps"])
    rows += [
        told(f"scroll through {down['reached']:,} pictures: frames of at most 50 ms", f"{smooth:.1%}", ">= 95 %",
             smooth >= 0.95 and down["reached"] >= 2_000),
        told("… nodes of the gallery at most", f"{down['most']:,}", ""),
        told("… JavaScript's memory, garbage left out", f"{down['grew']:+.1f} MB", f"< +{HEAP_MB} MB",
             down["grew"] < HEAP_MB),
    ]  # fmt: skip
    return rows


def cookie(person: Person) -> str:
    return next(one["value"] for one in person.context.cookies() if one["name"] == "px")


def of_people(stack: Stack, dashboard: psutil.Process, signed_in: list[Person], labels: list[str]) -> Rows:
    cookies = [cookie(person) for person in signed_in]
    queries = [{}, *({"label": label} for label in labels)]
    before = pss(dashboard)
    with ThreadPoolExecutor(1) as beside:
        seen = beside.submit(people.measure, stack.ends["dashboard"], cookies, queries, 10)
        most = before
        while not seen.done():
            most = max(most, pss(dashboard))
            time.sleep(1)
    saw, each = seen.result(), (most - before) / people.PEOPLE
    return [
        row(
            f"{people.PEOPLE} people of three roles at once, a click every {people.THINK_S:.0f} s each, one in five of "
            "them into the insights: first page",
            saw.first_ms,
            3000,
        ),
        row("… rerun", saw.rerun_ms, 1500),
        row("… counts and pictures that each click asks for beside it", saw.asked_ms, 1500),
        told("… errors", f"{len(saw.errors)} {saw.errors[:1] or ''}", "0", not saw.errors),
        told("… memory a session", f"{each:.1f} MB", "< 8 MB", each < 8),
    ]


def main() -> None:
    if chromium() is None:
        sys.exit("No Chromium: install it, or set PIXPLORE_CHROMIUM to its path.")
    rows = Rows()
    with (
        tempfile.TemporaryDirectory(prefix="pixplore-bench-") as folder,
        million.stack(Path(folder)) as stack,
        sync_playwright() as playwright,
    ):
        facet = stack.images(stack.token("viewer"), limit=1, facets="label", facet_limit=50)["facets"]["label"]
        labels = [value["value"] for value in facet["values"]]
        print(f"{million.with_pictures(stack, [{}], 2_400):,} images have pictures", file=sys.stderr)
        million.with_pictures(stack, [{"label": label} for label in labels], 60)
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        person = Person(browser, stack)
        page = person.sign_in("admin", "/catalogue")
        others = [Person(browser, stack) for _ in ("analyst", "viewer")]
        for other, role in zip(others, ("analyst", "viewer"), strict=True):
            other.sign_in(role)
            other.page.close()
        (dashboard,) = stack.parts("streamlit run")
        for measured in (
            partial(of_clicks, page, labels),
            partial(of_people, stack, dashboard, [person, *others], labels),
            partial(of_uploads, page, stack, dashboard, Path(folder)),
        ):
            new = measured()
            print(table(COLUMNS, new), file=sys.stderr)  # what was seen is not lost with a later part that fails
            rows += new
        rows.append(told("requests that left the machine", str(len(person.foreign)), "0", not person.foreign))
        browser.close()
    text = (
        f"{million.IMAGES:,} images; admin; those shown have real pictures in the local storage. "
        f"Median / p95.\n\n{table(COLUMNS, rows)}"
    )
    publish("Dashboard (`make bench-ui`)", text) if million.IMAGES >= 1_000_000 else print(text)


if __name__ == "__main__":
    main()
