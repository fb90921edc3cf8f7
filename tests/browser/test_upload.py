"""Photographs from a real file chooser to the gallery; what is refused says why; what was cut off goes on."""

import io
import re
import secrets
import zipfile
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from demo.load import HERE
from tests.browser.conftest import Person
from tests.stack import Stack

SignedIn = Callable[[str], Person]
LONG = 60_000


@pytest.fixture
def page(signed_in: SignedIn) -> Page:
    """The Upload page, as admin."""
    return signed_in("admin").go("/upload")


@pytest.fixture
def storage(page: Page, stack: Stack) -> str:
    """The address pattern of storage, to hold up or break what is sent there."""
    return f"{stack.ends['aws_endpoint']}/{stack.ends['originals_bucket']}*"


def photographs(folder: Path, n: int, prefix: str = "") -> list[Path]:
    """Demo photographs, made new by some bytes behind their end."""
    made = []
    for number, source in enumerate(sorted((HERE / "photos").glob("*.jpg"))[:n]):
        path = folder / f"{prefix or secrets.token_hex(2)} {number} {source.name}"
        path.write_bytes(source.read_bytes() + secrets.token_bytes(8))
        made.append(path)
    return made


def choose(page: Page, files: list[Path]) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_label("Choose files").click()
    chooser.value.set_files(files)


def title(page: Page, words: str | re.Pattern[str], timeout: int = LONG) -> None:
    expect(page.locator(".px-uploader .title")).to_have_text(words, timeout=timeout)


def row(page: Page, name: str) -> Locator:
    return page.locator(".px-uploader .row").filter(has_text=name)


def hold(route: Route) -> None:
    """Let it wait; it goes on when the route is lifted."""


def break_off(route: Route) -> None:
    route.abort("connectionreset")


def test_from_the_file_chooser_to_the_catalogue(page: Page, stack: Stack, tmp_path: Path) -> None:
    word = f"spring{secrets.token_hex(3)}"
    page.get_by_label("Name of this upload").fill(word)
    page.get_by_label("Category for all pictures").fill(f"Category {word}")
    choose(page, photographs(tmp_path, 4))
    title(page, "All 4 pictures are in the catalogue")
    expect(page.get_by_role("heading", level=1)).to_have_text(word)
    expect(page.get_by_role("progressbar", name="All files")).to_have_attribute("aria-valuenow", "100")
    expect(page.locator(".px-uploader .live")).to_contain_text("4 searchable")
    page.get_by_role("link", name="Show in the catalogue").click()
    expect(page).to_have_url(re.compile("/catalogue.*batch_id="))
    assert stack.images(stack.token(), batch_id=page.url.split("batch_id=")[1])["total"] == 4


def test_a_folder_goes_in_without_what_systems_leave_there(page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "spring"
    (folder / "deep").mkdir(parents=True)
    photographs(folder, 1)
    photographs(folder / "deep", 2)
    (folder / ".DS_Store").write_bytes(b"x")
    page.locator("input[webkitdirectory]").set_input_files(folder)
    title(page, "All 3 pictures are in the catalogue")


def test_what_is_refused_says_why(page: Page, tmp_path: Path) -> None:
    whole = (HERE / "photos" / "cup.jpg").read_bytes()
    bad = {
        "empty.jpg": (b"", "empty"),
        "text.jpg": (b"hello " * 200, "not taken"),
        "moving.gif": (b"GIF89a" + bytes(100), "GIF files are not taken"),
        "huge.jpg": (whole + bytes(15_000_001), "larger than 15 MB"),
        "half.jpg": (whole[:4000], "middle"),
        "a+b ünï 😀 c.jpg": (b"%PDF-1.7", "not taken"),
        "=1+1.jpg": (b"", "empty"),
    }
    for name, (content, _) in bad.items():
        (tmp_path / name).write_bytes(content)
    choose(page, [tmp_path / name for name in bad])
    title(page, "7 of 7 pictures need your attention")
    for name, (_, says) in bad.items():
        expect(row(page, name)).to_contain_text("Not taken")
        expect(row(page, name)).to_contain_text(says)
    with page.expect_download() as download:
        page.get_by_role("button", name="Error list as CSV").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert [name for name in bad if name not in text] == []
    assert "GIF files are not taken" in text
    assert "'=1+1.jpg" in text  # no cell starts a formula
    page.reload()
    expect(page.get_by_text("Not taken 7", exact=True)).to_be_visible()
    with page.expect_download() as download:  # from the manifest, another day
        page.get_by_role("button", name="Not taken and duplicates as CSV (7)").click()
    assert "GIF files are not taken" in Path(download.value.path()).read_text(encoding="utf-8-sig")


def test_what_is_there_already_is_not_sent_again(page: Page, storage: str, tmp_path: Path) -> None:
    photo = photographs(tmp_path, 1)[0]
    choose(page, [photo])
    title(page, "Your picture is searchable")
    page.get_by_role("button", name="New upload").click()
    expect(page.get_by_role("tab", name="Pictures")).to_be_visible()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    again = tmp_path / "another name.jpg"
    again.write_bytes(photo.read_bytes())
    choose(page, [again])
    title(page, "This picture is in the catalogue already")
    assert not [url for url in sent if storage.rstrip("*") in url]
    link = row(page, "another name.jpg").get_by_role("link")
    expect(link).to_have_attribute("href", re.compile(r"/catalogue\?id=[0-9a-f-]{36}"))


def test_pause_and_go_on(page: Page, storage: str, tmp_path: Path) -> None:
    page.route(storage, hold)
    choose(page, photographs(tmp_path, 6))
    expect(row(page, "Sending").first).to_be_visible()
    expect(page.locator(".px-uploader .row", has_text=re.compile(r"Sending ·"))).to_have_count(4)
    page.get_by_role("button", name="Pause").click()
    title(page, "Paused: 6 pictures to send")
    expect(page.locator(".px-uploader .row", has_text=re.compile(r"Sending ·"))).to_have_count(0)
    page.unroute(storage)
    page.get_by_role("button", name="Resume").click()
    title(page, "All 6 pictures are in the catalogue")


def test_a_broken_connection_can_be_tried_again(page: Page, storage: str, tmp_path: Path) -> None:
    page.route(storage, break_off)
    choose(page, photographs(tmp_path, 2))
    title(page, "2 of 2 pictures need your attention")  # after three tries of its own
    expect(row(page, "The connection broke").first).to_be_visible()
    page.unroute(storage)
    page.get_by_role("button", name="Retry all 2 failed").click()
    title(page, "All 2 pictures are in the catalogue")


def test_an_upload_that_was_cut_off_goes_on_another_day(page: Page, storage: str, tmp_path: Path, stack: Stack) -> None:
    name, files, sent = f"Winter {secrets.token_hex(3)}", photographs(tmp_path, 5), []

    def only_one(route: Route) -> None:
        sent.append(route.continue_() if not sent else None)

    page.get_by_label("Name of this upload").fill(name)
    page.route(storage, only_one)
    choose(page, files)
    expect(page).to_have_url(re.compile("batch="))
    expect(page.locator(".px-uploader .row", has_text=re.compile(r"Sending ·"))).to_have_count(4)
    batch_id = page.url.split("batch=")[1]
    page.once("dialog", lambda dialog: dialog.accept())  # leaving now loses what is not sent
    page.goto("/upload")
    page.unroute(storage)
    card = page.locator("[class*=st-key-px-cut]").filter(has_text=name)
    expect(card).to_contain_text("4 files of")
    card.get_by_role("button", name="Go on with it").click()
    expect(page.get_by_text("4 files of this upload never arrived")).to_be_visible()
    choose(page, [*files, *photographs(tmp_path, 1, "one more")])
    title(page, "All 6 pictures are in the catalogue")
    found = stack.batch(stack.token(), batch_id)
    assert found["counts"] == {"ready": 6}  # the one that had arrived was known, not sent again


def test_an_upload_goes_on_while_its_person_looks_at_other_pages(
    page: Page, storage: str, tmp_path: Path, stack: Stack
) -> None:
    name, n = f"Summer {secrets.token_hex(3)}", 160
    for number in range(n):
        small = Image.new("RGB", (64, 64), (number, 90, 255 - number))
        small.save(tmp_path / f"{number:03}.jpg", comment=secrets.token_bytes(8))
    page.get_by_label("Name of this upload").fill(name)
    page.route(storage, hold)
    choose(page, sorted(tmp_path.glob("*.jpg")))
    expect(page).to_have_url(re.compile("batch="))
    batch_id = page.url.split("batch=")[1]
    assert sum(stack.batch(stack.token(), batch_id)["counts"].values()) < n  # most have no place yet
    page.get_by_test_id("stTopNavLink").filter(has_text="Insights").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Insights")
    line = page.locator(".st-key-px-uploading .word")
    expect(line).to_contain_text(f"Uploading 0 of {n}")
    page.unroute(storage)
    expect(line).to_contain_text(f"All {n} pictures are sent", timeout=LONG)
    assert sum(stack.wait(stack.token(), batch_id, 120)["counts"].values()) == n  # each has come to its end
    line.get_by_role("link", name="Show").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.locator(".px-uploader .chip").first).to_have_text(f"All{n}")
    expect(line).to_be_hidden()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Insights")


def test_an_upload_goes_on_after_its_session_is_lost(page: Page, storage: str, tmp_path: Path) -> None:
    page.route(storage, hold)
    choose(page, photographs(tmp_path, 5))
    expect(page).to_have_url(re.compile("batch="))
    expect(page.locator(".px-uploader .row", has_text=re.compile(r"Sending ·"))).to_have_count(4)
    page.get_by_test_id("stTopNavLink").filter(has_text="Help").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Help")
    line = page.locator(".st-key-px-uploading .word")
    expect(line).to_contain_text("Uploading 0 of 5")
    page.evaluate(OF_ANOTHER_SESSION)  # as after a restart of the dashboard, which then knows it by another name
    line.get_by_role("link", name="Show").click()
    expect(page.locator(".px-uploader .chip").first).to_have_text("All5")
    page.unroute(storage)
    title(page, "All 5 pictures are in the catalogue")


def test_what_is_being_sent_is_not_said_to_be_missing(page: Page, storage: str, tmp_path: Path, stack: Stack) -> None:
    """The dashboard begins anew and knows of nothing; the browser has the files and goes on."""
    page.route(storage, hold)
    choose(page, photographs(tmp_path, 5))
    expect(page).to_have_url(re.compile("batch="))
    expect(page.locator(".px-uploader .row", has_text=re.compile(r"Sending ·"))).to_have_count(4)
    (dashboard,) = stack.parts("dashboard/app.py")
    dashboard.kill()
    expect(page.get_by_text("Files of this upload")).to_be_visible(timeout=LONG)
    expect(page.locator(".px-uploader .chip").first).to_have_text("All5")
    never = page.get_by_text("never arrived")
    expect(never).to_be_hidden()
    expect(page.locator(".px-uploader .lead")).to_have_text("Drop more pictures here")
    page.unroute(storage)
    title(page, "All 5 pictures are in the catalogue")
    expect(never).to_be_hidden()


OF_ANOTHER_SESSION = """() => {
    for (const [key, queue] of [...pixploreUploads]) {
        if (!queue.left()) continue;
        pixploreUploads.delete(key);
        pixploreUploads.set('lost', Object.assign(queue, {key: 'lost'}));
    }
}"""


def test_files_may_be_taken_out_before_they_are_sent(page: Page, storage: str, tmp_path: Path) -> None:
    page.route(storage, hold)
    files = photographs(tmp_path, 6)
    choose(page, files)
    expect(page.locator(".px-uploader .row", has_text=re.compile(r"Sending ·"))).to_have_count(4)
    page.get_by_role("button", name=f"Take out {files[5].name}").click()
    expect(page.locator(".px-uploader .chip").first).to_have_text("All5")
    page.get_by_role("button", name="Cancel the rest").click()
    expect(page.locator(".px-uploader .panel")).to_be_hidden()
    page.unroute(storage)


def test_earlier_uploads_are_listed_and_open(page: Page, tmp_path: Path) -> None:
    name = f"Autumn {secrets.token_hex(3)}"
    page.get_by_label("Name of this upload").fill(name)
    choose(page, photographs(tmp_path, 1))
    title(page, "Your picture is searchable")
    page.goto("/upload")
    page.get_by_role("button", name=f"Open {name}").or_(
        page.locator("[class*=st-key-px-batch]").filter(has_text=name).get_by_role("button", name="Open")
    ).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.get_by_text("Searchable 1", exact=True)).to_be_visible()


def test_a_zip_is_opened_here_entry_by_entry(page: Page, tmp_path: Path) -> None:
    photo = (HERE / "photos" / "cup.jpg").read_bytes()
    archive = tmp_path / "spring.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        for number in range(2):
            made.writestr(f"range/Löwe {number}.jpg", photo + secrets.token_bytes(8))
        made.writestr("../../outside.jpg", photo)
        made.writestr("inner.zip", b"PK")
        made.writestr("notes.txt", "hello")
        made.writestr("bomb.tif", b"II*\0" + bytes(9_000_000))
        made.writestr("<img src=x onerror=alert(1)>.jpg", b"no picture")
        made.writestr("__MACOSX/._x.jpg", b"x")
    broken = tmp_path / "half.zip"
    broken.write_bytes(archive.read_bytes()[:3000])
    lying = tmp_path / "lying.zip"
    lying.write_bytes(understated(photo))
    choose(page, [archive, broken, lying])
    title(page, "7 of 9 pictures need your attention")
    expect(page.locator(".px-uploader .live")).to_contain_text("2 searchable")
    for name, says in {
        "outside.jpg": "leads out of the ZIP",
        "inner.zip": "archive inside an archive",
        "notes.txt": "Not a picture",
        "bomb.tif": "grow more than 200 times",
        "half.zip": "no ZIP, or only a part",
        "lying.jpg": "larger than the ZIP says",
        "onerror": "not taken",
    }.items():
        page.get_by_role("button", name="Need attention").click()
        expect(row(page, name)).to_contain_text(says)


def understated(photo: bytes) -> bytes:
    """A ZIP whose list says that its picture has 900 bytes less than it unpacks to."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("lying.jpg", photo + bytes(1000))
    whole, size = bytearray(out.getvalue()), len(photo) + 1000
    at = whole.rindex(b"PK\x01\x02")
    assert whole[at + 24 : at + 28] == size.to_bytes(4, "little")
    whole[at + 24 : at + 28] = (size - 900).to_bytes(4, "little")
    return bytes(whole)


def test_a_thousand_files_are_listed_by_the_rows_in_view(page: Page, tmp_path: Path) -> None:
    for number in range(1000):
        (tmp_path / f"n{number:04}.jpg").write_text(f"no picture {number} {secrets.token_hex(4)}")
    page.locator(".px-uploader input.files").set_input_files(sorted(tmp_path.glob("*.jpg")))
    expect(page.locator(".px-uploader .chip").first).to_have_text("All1,000")
    assert page.locator(".px-uploader .row").count() < 30  # only what is in view exists
    page.locator(".px-uploader .list").evaluate("list => { list.scrollTop = list.scrollHeight }")
    expect(row(page, "n0999.jpg")).to_be_visible()
    title(page, "1,000 of 1,000 pictures need your attention")
    page.locator(".px-uploader .list").hover()
    page.mouse.wheel(0, 100_000)
    expect(row(page, "n0999.jpg")).to_contain_text("Not taken")
    assert page.locator(".px-uploader .row").count() < 30


def test_a_session_that_ends_in_the_middle_loses_nothing(
    anybody: Callable[..., Person], stack: Stack, tmp_path: Path
) -> None:
    person = anybody()
    page = person.sign_in("admin", "/upload")
    address = f"{stack.ends['aws_endpoint']}/{stack.ends['originals_bucket']}*"
    page.route(address, hold)
    files = photographs(tmp_path, 3)
    choose(page, files)
    expect(page.locator(".px-uploader .row", has_text=re.compile(r"Sending ·"))).to_have_count(3)
    page.evaluate("fetch('/auth/sign-out', {method: 'POST'})")
    page.get_by_role("button", name="Sign in").click()
    page.once("dialog", lambda dialog: dialog.accept())  # the browser warns of what is not sent
    user = stack.ends["demo_users"]["admin"]
    person.submit(user["email"], user["password"])
    expect(page.get_by_text("3 files of this upload never arrived")).to_be_visible(timeout=LONG)
    page.unroute(address)
    choose(page, files)
    title(page, "All 3 pictures are in the catalogue")


def test_what_is_dropped_goes_in(page: Page, tmp_path: Path) -> None:
    carried = [[one.name, "image/jpeg", b64encode(one.read_bytes()).decode()] for one in photographs(tmp_path, 2)]
    page.locator(".px-uploader .drop").evaluate(_DROP, carried)
    title(page, "All 2 pictures are in the catalogue")


_DROP = """(place, files) => {
  const dataTransfer = new DataTransfer();
  for (const [name, type, base64] of files) {
    const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
    dataTransfer.items.add(new File([bytes], name, { type }));
  }
  const how = { bubbles: true, cancelable: true, composed: true, dataTransfer };
  for (const kind of ['dragenter', 'dragover', 'drop']) place.dispatchEvent(new DragEvent(kind, how));
}"""
