"""An administrator's day: photographs and their product list come in, one file fails, a colleague is invited."""

import re
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.shelf import photo
from tests.browser.test_every_page import violations
from tests.stack import Stack

LONG = 60_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three photographs that are new to the catalogue, and a file that is none."""
    for name in ("hammer2", "cup", "lemur"):
        (tmp_path / f"{name}.jpg").write_bytes(photo(name))
    (tmp_path / "notes.jpg").write_bytes(b"no picture " * 100)
    return tmp_path


def uploaded(page: Page, files: list[Path], said: str) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_label("Choose files").click()
    chooser.value.set_files(files)
    expect(page.locator(".px-uploader .title")).to_have_text(said, timeout=LONG)


def test_an_admin_brings_in_joins_mends_and_invites(
    anybody: Callable[..., Person], stack: Stack, folder: Path, tmp_path: Path
) -> None:
    admin, word = anybody(), f"Autumn {secrets.token_hex(3)}"
    page = admin.sign_in("admin")

    # The first screen says whether everything moves; from it one click leads to the upload.
    for number in ("Files on their way", "Failed", "Dead letters", "Estimated this month"):
        expect(page.get_by_text(number, exact=True)).to_be_visible()
    page.get_by_role("button", name="Upload pictures").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Upload")
    admin.settled()

    # Four files are chosen, three are photographs: the fourth is refused with its reason, the others are searchable.
    page.get_by_label("Name of this upload").fill(word)
    page.get_by_label("Category for all pictures").fill(word)
    files = sorted(folder.glob("*.jpg"))
    uploaded(page, files, "1 of 4 pictures needs your attention")
    expect(page.locator(".px-uploader .row").filter(has_text="notes.jpg")).to_contain_text("Not taken")
    expect(page.locator(".px-uploader .live")).to_contain_text("3 searchable")
    token = stack.token("admin")
    assert stack.images(token, category=word)["total"] == 3

    # The product list: what it would do is shown first; after it the cup has its SKU and its title.
    table = tmp_path / "products.csv"
    sku = secrets.token_hex(4).upper()
    table.write_text(
        f"sku,file_name,title,price\n{sku},cup.jpg,Mug of {word},12.50\nGONE-{sku},nothing.jpg,Nothing,1\n"
    )
    admin.go("/upload?tab=products")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(table)
    expect(page.get_by_role("tab", name=re.compile("^Without picture 1$"))).to_be_visible()
    page.get_by_role("button", name="Import 2 products").click()
    expect(page.get_by_text(re.compile("^In: 2 products"))).to_be_visible()

    # The catalogue has them, as everybody sees them: two more get a tag, and lose it again by one click.
    admin.go(f"/catalogue?category={word}")
    tiles = page.locator(".px-gallery .tile")
    expect(tiles).to_have_count(3)
    page.locator(".tile .tick input").first.check(force=True)
    page.get_by_role("button", name="Select all 3").click()
    page.get_by_role("button", name="Tag", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Tag").fill(word)
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Tag 3 pictures").click()
    changes = page.locator(".st-key-px-changes")
    expect(changes).to_contain_text(f"Tagged 3 pictures with “{word}”.")
    assert stack.images(token, tag=word)["total"] == 3
    changes.get_by_role("button", name="Undo").click()
    expect(changes).to_contain_text(f"Undone: tagged 3 pictures with “{word}”.")
    assert stack.images(token, tag=word)["total"] == 0

    # Operations: the refused file is listed there, and the trail says who did all this.
    admin.go("/operations?tab=Failures")
    expect(page.get_by_role("heading", name=re.compile("^Not taken"))).to_be_visible()
    page.get_by_role("tab", name="Audit log").click()
    expect(page.get_by_label("Who")).to_be_visible()
    admin.settled()
    assert not violations(page)

    # A colleague is invited by email and may only look, until told otherwise.
    email = f"new-{secrets.token_hex(3)}@pixplore.example"
    page.get_by_role("tab", name="People").click()
    page.get_by_label("Invite by email").fill(email)
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text(f"{email} is invited as a viewer")).to_be_visible()
    assert stack.letters(email)
    assert not admin.foreign
    assert not admin.broken
