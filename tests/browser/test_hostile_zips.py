"""Bent ZIPs in the browser's own program: listed and opened, or refused with a sentence; never another failure."""

import base64
import io
import os
import random
import stat
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.hostile.mutants import FAULTS, whole
from tests.stack import ROOT

FILES = int(os.environ.get("PIXPLORE_HOSTILE_FILES", "400")) // 2
PROGRAM = (ROOT / "dashboard" / "components" / "uploader" / "unzip.js").read_text()
OPEN = """async (contents) => {
  const ends = [];
  for (const content of contents) {
    const file = new Blob([Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0))]);
    const began = performance.now();
    const end = { of: 'opened', files: 0, sizes: 0, promised: 0, said: [], paths: [] };
    try {
      const told = await listZip(file);
      end.said = told.refused.map((one) => one.why);
      end.paths = told.entries.map((one) => one.path);
      for (const entry of told.entries) {
        try {
          const blob = await unpack(file, entry);
          end.files += 1; end.sizes += blob.size; end.promised += entry.size;
        } catch (error) {
          if (error instanceof Fault) end.said.push(error.message); else end.of = String(error);
        }
      }
    } catch (error) {
      if (error instanceof Fault) { end.of = 'refused'; end.said.push(error.message); } else end.of = String(error);
    }
    ends.push({ ...end, took: performance.now() - began });
  }
  return ends;
}"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    opened.add_script_tag(content=PROGRAM)
    yield opened
    opened.close()


def opened(page: Page, contents: list[bytes]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(OPEN, [base64.b64encode(one).decode() for one in contents])
    return found


def good(*entries: tuple[str, bytes], packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packed) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return out.getvalue()


def mutant(seed: int) -> bytes:
    """One to three faults in a ZIP of two small pictures, most of them in its lists of what it holds."""
    own = random.Random(seed)
    packed = own.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))
    content = bytearray(good(("a/one.png", whole("PNG")[:3_000]), ("two.jpg", whole("JPEG")[:3_000]), packed=packed))
    for _ in range(own.randint(1, 3)):
        if own.random() < 0.7:
            begin = content.find(b"PK\x01\x02") if own.random() < 0.8 else 0
            at = own.randrange(max(begin, 0), len(content))
            content[at] = own.choice((0, 1, 0x7F, 0x80, 0xFF, own.randrange(256)))
        else:
            own.choice(FAULTS)(content, own)
    return bytes(content)


def test_bent_archives_are_opened_or_refused(page: Page) -> None:
    ends = [end for begin in range(0, FILES, 100)
            for end in opened(page, [mutant(seed) for seed in range(begin, min(begin + 100, FILES))])]  # fmt: skip
    strange = {seed: end["of"] for seed, end in enumerate(ends) if end["of"] not in ("opened", "refused")}
    assert not strange
    assert not [end for end in ends if end["took"] > 5_000]
    assert not [end for end in ends if end["sizes"] != end["promised"]], "more or less than was promised"
    assert not [one for end in ends for one in end["said"] if not one.endswith(".")]
    counts = Counter(end["of"] for end in ends)
    assert min(counts["opened"], counts["refused"]) > FILES / 20, counts


def link(target: str) -> tuple[zipfile.ZipInfo, str]:
    entry = zipfile.ZipInfo("link.jpg")
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return entry, target


def test_what_leads_out_links_and_nests(page: Page) -> None:
    names = ["../x.jpg", "a/../../x.jpg", "/etc/x.jpg", "C:\\x.jpg", "..\\x.jpg", "a\n.jpg", "x\x1b.jpg"]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
        archive.writestr(*link("/etc/passwd"))
        archive.writestr("more.zip", good(("a.jpg", b"x")))
        archive.writestr("good.jpg", b"x")
    (end,) = opened(page, [out.getvalue()])
    assert end["paths"] == ["good.jpg"]
    assert Counter(one.split(",")[0] for one in end["said"]) == {
        "Its name leads out of the ZIP": len(names), "It is a link to another file": 1,
        "An archive inside an archive is not opened. Unpack it": 1,
    }  # fmt: skip


def test_bombs(page: Page) -> None:
    flat = good(("a.png", bytes(40_000_000)))
    many = good(*((f"{n}.png", bytes(900_000)) for n in range(200)))
    overlapping = bytearray(good(("a.png", b"x" * 50), ("b.png", b"y" * 50)))
    second = overlapping.rfind(b"PK\x01\x02")
    overlapping[second + 42 : second + 46] = bytes(4)  # both are the same bytes
    ends = opened(page, [flat, many, bytes(overlapping)])
    assert [(end["of"], end["files"]) for end in ends] == [("opened", 0), ("refused", 0), ("refused", 0)]
    assert "grow more than 200 times" in ends[0]["said"][0]
    assert all("fill a computer" in end["said"][0] for end in ends[1:])
