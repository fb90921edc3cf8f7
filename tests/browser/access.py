"""What axe finds on a page, and what is wider than its window: asked by every test that looks at a page as a whole."""

from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
WIDE = """() => {
  // Streamlit's pages scroll inside stMain: the document itself is never wider than the window.
  const parts = [document.documentElement, ...document.querySelectorAll('[data-testid=stMain], [role=dialog]')];
  const wide = parts.filter((one) => one.scrollWidth > one.clientWidth + 1);
  return wide.map((one) => `${one.tagName} ${one.scrollWidth} of ${one.clientWidth}`);
}"""

NOT_OURS = {("presentation-role-conflict", 'data-testid="stFileUploaderDropzone"')}
"""Faults in markup that Streamlit writes and no setting changes: the rule of axe, and what the element is known by.

Its field for a file is a section of no role that has a name all the same; the button inside has the name, too.
"""


def violations(page: Page) -> list[str]:
    """Every fault by axe-core that stays, of any impact, with the elements it is found in.

    A second look forgives what is only on its way: a colour between two themes, a field that still fades in.
    """
    for patience in (700, 0):
        page.evaluate(AXE)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        faults = []
        for one in found:
            nodes = [node["html"] for node in one["nodes"]]
            if ours := [html[:200] for html in nodes if not _foreign(one["id"], html)]:
                faults.append(f"{one['id']} ({one['impact']}): {ours[:3]}")
        if not faults:
            break
        page.wait_for_timeout(patience)
    return faults


def _foreign(rule: str, html: str) -> bool:
    return any(rule == known and sign in html for known, sign in NOT_OURS)


def wide(page: Page) -> list[str]:
    """What is wider than the window; a chart is drawn anew some moments later."""
    for _ in range(15):
        page.wait_for_timeout(200)
        if not (found := list(page.evaluate(WIDE))):
            break
    return found


def fits(page: Page, width: int, height: int = 900) -> None:
    """Nothing scrolls sideways at this width, and axe finds nothing."""
    page.set_viewport_size({"width": width, "height": height})
    assert wide(page) == [], width
    assert violations(page) == [], width
