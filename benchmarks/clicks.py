"""What a person waits for in the browser: from a click or a key to the moment that what was asked for is drawn.

Every function returns milliseconds, one number a try, taken around the browser's own animation frames. A click counts
from the browser's own event: what the driver does before it presses the button is nobody's waiting.
"""

import time
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page

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
_PRESSED = """() => {
  window.pressed = undefined;
  addEventListener('pointerdown', () => { window.pressed = performance.now(); }, { capture: true, once: true });
}"""
_COUNTED = """([total, counts]) => {
  const roots = [...document.querySelectorAll('.stBidiComponent *')].map(e => e.shadowRoot).filter(Boolean);
  const line = roots.map(r => r.querySelector('.px-summary .total')).find(Boolean);
  const beside = roots.flatMap(r => [...r.querySelectorAll('details[data-group="label"] li .n')]);
  return line && line.innerText !== total && (!counts || beside.map(n => n.innerText).join() !== counts);
}"""
_SETTLED = """() => document.querySelector('[data-testid="stApp"]').dataset.testScriptState === 'notRunning'
  && !document.querySelector('[data-stale="true"]')
  && [...document.querySelectorAll('.px-outline')].every(e => !e.checkVisibility())"""
_FRAMES = """async ([pictures, step]) => {
  const place = document.querySelector('[data-testid="stMain"]');
  const roots = [...document.querySelectorAll('.stBidiComponent *')].map(e => e.shadowRoot).filter(Boolean);
  const last = () => Math.max(0, ...roots.flatMap(r => [...r.querySelectorAll('.px-gallery .tile')])
    .map(t => Number(t.getAttribute('aria-posinset') || t.dataset.place || 0)));
  const gaps = [];
  let before = performance.now(), began = before, most = 0;
  while (last() < pictures && performance.now() - began < 90000) {
    place.scrollBy(0, step);
    const now = await new Promise(requestAnimationFrame);
    gaps.push(now - before);
    before = now;
    most = Math.max(most, roots.reduce((sum, r) => sum + r.querySelectorAll('.px-gallery *').length, 0));
  }
  return {gaps, most, reached: last()};
}"""


def until_shown(page: Page, least: int, began: float, before: str = "") -> float:
    """Until at least so many tiles are there, others than `before`, and those in sight are drawn."""
    page.wait_for_function(SHOWN, arg=[least, before], polling="raf", timeout=60_000)
    return (time.perf_counter() - began) * 1000


def shown(page: Page) -> str:
    """Which tiles there are now."""
    return ",".join(page.locator(".px-gallery .tile").evaluate_all("tiles => tiles.map(t => t.dataset.id)"))


def loads(page: Page, rounds: int, empty: bool = False) -> list[float]:
    """The catalogue from its address; `empty`: the browser has kept nothing of it from before."""
    talk = page.context.new_cdp_session(page)
    times = []
    for _ in range(rounds):
        page.goto("about:blank")
        if empty:
            talk.send("Network.clearBrowserCache")
        began = time.perf_counter()
        page.goto("/catalogue")
        times.append(until_shown(page, 8, began))
    return times


def page_changes(page: Page, names: list[str], rounds: int) -> list[float]:
    """A click in the navigation until the other page's heading stands, its script has run, no outline is left, and a
    chart, where the page shows one, is drawn: Plotly's program itself is megabytes, and holds the page up."""
    times = []
    for name in names * rounds:
        began = time.perf_counter()
        page.get_by_role("link", name=name, exact=True).first.click()
        page.get_by_role("heading", level=1, name=name, exact=True).wait_for()
        page.wait_for_function(_SETTLED, polling="raf", timeout=60_000)
        if page.locator(".stPlotlyChart").count():
            page.locator(".js-plotly-plot .main-svg").first.wait_for()
        times.append((time.perf_counter() - began) * 1000)
        page.wait_for_timeout(600)
    return times


def since_pressed(page: Page, before: str = "", total: str = "", counts: str = "") -> float:
    """Until tiles others than `before` are drawn, the line above says another `total`, the panel other `counts`."""
    drawn = f"""([before, total, counts]) => ({SHOWN})([1, before]) && ({_COUNTED})([total, counts])
      && performance.now() - window.pressed"""
    given = [before, total, counts]
    return float(page.wait_for_function(drawn, arg=given, polling="raf", timeout=60_000).json_value())


def facets(page: Page, values: list[str]) -> list[float]:
    """A click on a label until its pictures are drawn, and the total and the labels' counts are others."""
    times = []
    group = page.locator('.px-facets details[data-group="label"]')
    for value in values:
        page.goto("/catalogue")
        until_shown(page, 8, time.perf_counter())
        page.wait_for_timeout(400)
        button = group.locator(f'li[data-value="{value}"] .name')
        if not button.count():  # below those in sight
            group.get_by_role("button", name="Show more labels").click()
            button.wait_for()
            page.wait_for_timeout(400)
        before, total = shown(page), page.locator(".px-summary .total").inner_text()
        counts = ",".join(group.locator("li .n").all_inner_texts())
        page.evaluate(_PRESSED)
        button.click()
        times.append(since_pressed(page, before, total, counts))
    return times


def bars(page: Page, rounds: int) -> list[float]:
    """A click on one of the first ten bars of the label chart until its pictures are drawn."""
    times = []
    for nth in range(rounds):
        page.goto("/insights")
        mark = page.locator(".js-plotly-plot .barlayer .point path").nth(nth % 10)
        mark.wait_for(timeout=60_000)  # Plotly itself is several megabytes
        page.wait_for_timeout(800)
        box = mark.bounding_box()
        assert box
        page.evaluate(_PRESSED)
        page.mouse.click(box["x"] + min(10, box["width"] / 2), box["y"] + box["height"] / 2)
        times.append(since_pressed(page))
        assert urlsplit(page.url).path == "/catalogue"
    return times


def verdicts(page: Page, keys: int) -> list[float]:
    """A key in the review's queue, yes, no and skip by turns, until the next picture is drawn."""
    page.goto("/review")
    place = page.locator(".px-review")
    place.locator("img").first.wait_for()
    page.wait_for_timeout(1500)
    times = []
    for nth in range(keys):
        times.append(page.evaluate(_KEY, "yns"[nth % 3]))
        page.wait_for_timeout(120)
    return times


_KEY = """async (key) => {
  const roots = [...document.querySelectorAll('.stBidiComponent *')].map(e => e.shadowRoot).filter(Boolean);
  const root = roots.map(r => r.querySelector('.px-review')).find(Boolean);
  const now = () => [...root.querySelectorAll('img')].filter(i => i.offsetParent && i.complete && i.naturalWidth)
    .map(i => i.src).join() + root.querySelector('.question h2')?.textContent + root.querySelector('.name a')?.href;
  const before = now(), began = performance.now();
  root.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, composed: true}));
  while (now() === before && performance.now() - began < 5000) await new Promise(requestAnimationFrame);
  return performance.now() - began;
}"""


def scroll(page: Page, pictures: int) -> dict[str, Any]:
    """Down through so many pictures: `gaps` between frames in ms, `most` nodes of the gallery at once; and by how many
    MB JavaScript's memory `grew`, what is garbage left out."""
    page.goto("/catalogue")
    until_shown(page, 8, time.perf_counter())
    page.wait_for_timeout(500)
    talk = page.context.new_cdp_session(page)
    talk.send("Performance.enable")

    def heap() -> float:
        talk.send("HeapProfiler.collectGarbage")
        metrics = {one["name"]: one["value"] for one in talk.send("Performance.getMetrics")["metrics"]}
        return metrics["JSHeapUsedSize"] / 1e6

    began = heap()
    found: dict[str, Any] = page.evaluate(_FRAMES, [pictures, 60])
    return found | {"grew": heap() - began}


def input_delays(page: Page, seconds: float) -> list[float]:
    """By how much the page is late for what it was asked to do every 50 ms: so long a key would have waited."""
    delays: list[float] = page.evaluate(
        """async seconds => {
            const late = [], end = performance.now() + seconds * 1000;
            while (performance.now() < end) {
                const due = performance.now() + 50;
                await new Promise(done => setTimeout(done, 50));
                late.push(performance.now() - due);
            }
            return late;
        }""",
        seconds,
    )
    return delays
