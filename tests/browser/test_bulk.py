"""Bulk work as people do it: all of a result, said before it is done, taken back, and told where it did not work."""

import csv
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import text

from pixplore.catalogue.database import open_engine
from pixplore.catalogue.jobs import PART
from tests.browser.access import violations
from tests.browser.conftest import Person
from tests.browser.shelf import Shelf, fill
from tests.stack import ROOT, Stack


@pytest.fixture(scope="module")
def shelf(stack: Stack, model_dir: Path) -> Shelf:
    return fill(stack)


def imported(stack: Stack, folder: Path, category: str, count: int) -> str:
    """A category of so many entries without pictures, by the command line."""
    file = folder / f"{category}.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(["sku", "name", "category"])
        rows.writerows([f"{category}-{n}", f"{category}-{n:05}.jpg".lower(), category] for n in range(count))
    at = {"DATABASE_URL": stack.ends["database_url"]}
    subprocess.run([sys.executable, "-m", "pixplore", "import", file], cwd=ROOT, env=os.environ | at, check=True)
    return category


@pytest.fixture(scope="module")
def many(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> str:
    """More than a gallery holds."""
    return imported(stack, tmp_path_factory.mktemp("many"), "Bulk", 1_250)


@pytest.fixture(scope="module")
def more(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> str:
    """More than one part of a job (pixplore/catalogue/jobs.py) holds."""
    return imported(stack, tmp_path_factory.mktemp("more"), "More", PART + 250)


@contextmanager
def held_up(stack: Stack, category: str) -> Iterator[None]:
    """No picture of the category can be changed meanwhile: a job on them begins and waits."""
    with open_engine(stack.ends["database_url"]).begin() as link:
        link.execute(text("select from image where category = :category for update"), {"category": category})
        yield


@pytest.fixture
def admin(signed_in: Callable[[str], Person], shelf: Shelf) -> Person:
    person = signed_in("admin")
    person.go(shelf.path)
    expect(person.page.locator(".tile")).to_have_count(len(shelf.ids))
    return person


def choose_all(page: Page, count: str = "10") -> None:
    page.locator(".tile .tick input").first.check(force=True)
    page.get_by_role("button", name=f"Select all {count}").click()


def bar(page: Page) -> Locator:
    return page.locator(".st-key-px-changes")


def tag_all(page: Page, tag: str, count: str = "10") -> None:
    choose_all(page, count)
    page.get_by_role("button", name="Tag", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Tag").fill(tag)
    page.keyboard.press("Enter")
    expect(dialog.get_by_text(f"{count} pictures will change.")).to_be_visible()
    dialog.get_by_role("button", name=f"Tag {count} pictures").click()
    expect(dialog).to_have_count(0)
    expect(bar(page)).to_contain_text(f"Tagged {count} pictures with “{tag}”.")


def test_all_results_get_a_tag_and_lose_it_after_a_reload(admin: Person, stack: Stack, many: str, shelf: Shelf) -> None:
    page, tag = admin.page, "<img onerror=1> *bold*"

    def tagged() -> int:
        return int(stack.images(shelf.token, category=many, tag=tag, limit=1)["total"])

    admin.go(f"/catalogue?category={many}")
    tag_all(page, tag, "1,250")
    assert tagged() == 1_250
    admin.go(f"/catalogue?category={many}")
    expect(bar(page)).to_contain_text("Tagged 1,250 pictures")
    assert not violations(page)
    bar(page).get_by_role("button", name="Undo").click()
    expect(bar(page)).to_contain_text("Undone: tagged 1,250 pictures")
    assert tagged() == 0


def test_tags_to_remove_are_those_of_the_result_or_typed(admin: Person, shelf: Shelf, stack: Stack, many: str) -> None:
    page, base = admin.page, f"{stack.ends['search_api']}/v1/images"
    other = stack.images(shelf.token, category=many, limit=1)["items"][0]["id"]
    for one, tags in ((other, ["elsewhere"]), (shelf.ids[0], ["rare"])):
        assert stack.call("PATCH", f"{base}/{one}", shelf.token, json={"tags": tags}).status_code == 200
    choose_all(page)
    page.get_by_role("button", name="Tag", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name="Remove").click()
    field, rare = dialog.get_by_role("combobox", name="Tag"), page.get_by_role("option", name="rare", exact=True)
    for _ in range(3):  # a list that opens while the dialog is still being drawn closes again
        admin.settled()
        field.click()
        with suppress(AssertionError):
            expect(rare).to_be_visible(timeout=4_000)
            break
    expect(rare).to_be_visible()
    expect(page.get_by_role("option", name="elsewhere")).to_have_count(0)
    field.fill("not offered")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("Nothing will change.")).to_be_visible()
    field.fill("rare")
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Change 1 picture").click()
    expect(bar(page)).to_contain_text("Removed the tag “rare” from 1 picture")


def test_large_work_shows_how_far_it_is_and_stops_where_it_is_told(admin: Person, stack: Stack, more: str) -> None:
    page, total = admin.page, PART + 250
    admin.go(f"/catalogue?category={more}")
    choose_all(page, f"{total:,}")
    page.get_by_role("button", name="Tag", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Tag").fill("spring")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text(f"{total:,} pictures will change.")).to_be_visible()
    with held_up(stack, more):
        dialog.get_by_role("button", name=f"Tag {total:,} pictures").click()
        expect(dialog).to_have_count(0)
        expect(bar(page)).to_contain_text(f"Tagging {total:,} pictures with “spring”: 0 of {total:,}")
        expect(bar(page).get_by_role("progressbar")).to_be_visible()
        assert not violations(page)
        bar(page).get_by_role("button", name="Cancel").click()
        page.wait_for_timeout(1_000)  # the word is given: it holds after the part that is under way
    stopped = f"It was stopped after {PART:,} of {total:,}."
    expect(bar(page)).to_contain_text(f"Tagged {PART:,} pictures with “spring”. {stopped}")
    assert stack.images(stack.token("admin"), category=more, tag="spring", limit=1)["total"] == PART
    bar(page).get_by_role("button", name="Undo").click()
    expect(bar(page)).to_contain_text(f"Undone: tagged {PART:,} pictures")
    assert stack.images(stack.token("admin"), category=more, tag="spring", limit=1)["total"] == 0


def test_many_come_back_from_the_trash(admin: Person, shelf: Shelf) -> None:
    page, dialog = admin.page, admin.page.get_by_role("dialog")
    for place in (0, 1, 2):
        page.locator(".tile .tick input").nth(place).check(force=True)
    page.get_by_role("button", name="Move to trash").click()
    dialog.get_by_role("button", name="Move to trash: 3 pictures").click()
    expect(bar(page)).to_contain_text("Moved 3 pictures to the trash.")
    admin.go(f"{shelf.path}&trashed=true")
    expect(page.locator(".tile")).to_have_count(3)
    choose_all(page, "3")
    page.get_by_role("button", name="Restore", exact=True).click()
    dialog.get_by_role("button", name="Restore 3 pictures").click()
    expect(bar(page)).to_contain_text("Restored 3 pictures.")
    expect(page.locator(".tile")).to_have_count(0)
    assert shelf.total() == len(shelf.ids)


def test_what_could_not_be_put_back_is_named(admin: Person, shelf: Shelf, stack: Stack) -> None:
    page, name = admin.page, shelf.ask(limit=1, sort="name")["items"][0]
    tag_all(page, "autumn")
    address = f"{stack.ends['search_api']}/v1/images/{name['id']}"
    assert stack.call("PATCH", address, shelf.token, json={"tags": []}).status_code == 200
    page.get_by_role("button", name="Recent changes").click()
    page.locator("[class*=st-key-px-recent-]").first.get_by_role("button", name="Undo").click()
    expect(bar(page)).to_contain_text("Undone: tagged 9 pictures with “autumn”. 1 picture could not be changed.")
    bar(page).get_by_role("button", name="What failed").click()
    expect(page.locator(".px-failures")).to_contain_text(name["name"])
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download the list (CSV)").click()
    with saved.value.path().open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["name"] for row in rows] == [name["name"]]
    assert rows[0]["error"]


def test_files_stream_to_the_browser(admin: Person, shelf: Shelf) -> None:
    page = admin.page
    choose_all(page)
    page.get_by_role("button", name="Download", exact=True).click()
    dialog = page.get_by_role("dialog")
    with page.expect_download() as saved:
        dialog.get_by_role("button", name="CSV").click()
    assert re.fullmatch(r"pixplore-[\d-]+\.csv", saved.value.suggested_filename)
    with saved.value.path().open(newline="") as lines:
        assert {row["id"] for row in csv.DictReader(lines)} == set(shelf.ids)
    assert "/data/v1/export?" in saved.value.url
    dialog.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Clear", exact=True).click()
    page.locator(".tile .tick input").first.check(force=True)
    page.get_by_role("button", name="Download", exact=True).click()
    with page.expect_download() as saved:
        dialog.get_by_role("button", name="Pictures (ZIP)").click()
    expect(dialog.get_by_text("The download begins: 1 file,")).to_be_visible()
    assert saved.value.path().read_bytes()[:2] == b"PK"


def test_a_value_set_on_all_and_the_trash(admin: Person, shelf: Shelf) -> None:
    page = admin.page
    choose_all(page)
    page.get_by_role("button", name="Set a value").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="What to set").fill("season")
    page.keyboard.press("Enter")
    dialog.get_by_label("Value", exact=True).fill("winter")
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Change 10 pictures").click()
    expect(bar(page)).to_contain_text("Set season to “winter” on 10 pictures.")
    assert shelf.total(**{"attr.season": "winter"}) == 10
    expect(page.locator(".px-gallery .bar")).to_be_hidden()
    page.locator(".tile .tick input").first.check(force=True)
    page.get_by_role("button", name="Move to trash").click()
    dialog.get_by_role("button", name="Move to trash: 1 picture").click()
    expect(bar(page)).to_contain_text("Moved 1 picture to the trash.")
    expect(page.locator(".tile")).to_have_count(9)
    bar(page).get_by_role("button", name="Undo").click()
    expect(bar(page)).to_contain_text("Undone: moved 1 picture to the trash.")
    assert shelf.total() == 10
    expect(page.locator(".tile")).to_have_count(10)
