"""Nearly the same pictures: in pairs after an upload, in groups among the insights."""

import secrets
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from demo.load import HERE
from tests.browser.access import violations
from tests.browser.test_upload import choose, title
from tests.browser.test_upload import page as page
from tests.stack import Stack


def test_nearly_the_same_pictures_are_shown_in_pairs(page: Page, stack: Stack, tmp_path: Path) -> None:
    source = Image.open(HERE / "photos" / "lemur.jpg").transpose(Image.Transpose.FLIP_TOP_BOTTOM)  # ours alone
    word = secrets.token_hex(3)

    def copied(name: str, share: float) -> Path:
        copy = source.resize((int(source.width * share), int(source.height * share)))
        copy.save(tmp_path / f"{name} {word}.jpg", quality=88, comment=secrets.token_bytes(8))
        return tmp_path / f"{name} {word}.jpg"

    choose(page, [copied("large", 1.0), copied("small", 0.6)])
    title(page, "All 2 pictures are in the catalogue")
    expect(page.get_by_text("1 pair of nearly equal pictures")).to_be_visible()
    page.get_by_role("button", name="Move the second to the trash").click()
    expect(page.get_by_text("Moved to the trash")).to_be_visible()
    expect(page.get_by_text("Every pair of nearly equal pictures is looked at.")).to_be_visible()
    left = stack.images(stack.token(), batch_id=page.url.split("batch=")[1])["items"]
    assert [image["name"] for image in left] == [f"large {word}.jpg"]

    page.get_by_role("button", name="New upload").click()
    expect(page.get_by_role("tab", name="Pictures")).to_be_visible()
    choose(page, [copied("later", 0.5)])
    title(page, "Your picture is searchable")
    pair = page.locator("[class*=st-key-px-pair]")
    expect(page.get_by_text("1 pair of nearly equal pictures")).to_be_visible()
    expect(pair).to_contain_text(f"large {word}.jpg")
    expect(pair).to_contain_text(f"later {word}.jpg")

    page.goto("/insights?view=copies&orientation=landscape&orientation=portrait&orientation=square")
    group = page.locator("[class*=st-key-px-copies-]", has_text=f"later {word}.jpg").first
    expect(group.locator("li")).to_have_count(2)
    expect(group).to_contain_text(f"large {word}.jpg")
    assert not violations(page)
    group.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("dialog", name="Compare pictures").locator(".px-compare img")).to_have_count(2)
    page.keyboard.press("Escape")
    group.get_by_role("link", name=f"later {word}.jpg").click()
    expect(page.get_by_role("heading", name=f"later {word}.jpg")).to_be_visible()
