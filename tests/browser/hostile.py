"""A catalogue in which every name that people, cameras and the recogniser can give is hostile: a stack of its own, so
that no page shows others."""

import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from PIL import Image
from PIL.ExifTags import IFD, Base
from sqlalchemy import text

from pixplore.catalogue import changes
from pixplore.catalogue.database import open_engine
from pixplore.catalogue.document import refresh_words
from tests.browser.shelf import PHOTOS, photo
from tests.stack import ROOT, Stack

NAMES = {
    "image": "<img src=/evil onerror=alert(1)>",
    "svg": '"><svg onload=alert(1)>',
    "formula": "=cmd|' /C calc'!A0",
    "markdown": "![m](/evil) [l](javascript:alert(1)) *a* `c` $x$ :red[r] :material/delete: :cat: a -> b",
    "address": "https://evil.example/x www.evil.example a@evil.example",
    "chart": "<a href='javascript:alert(1)'>c</a> %{x} %{customdata} ${alert(1)} {{7*7}} &lt;b&gt;",
    "long": "Incomprehensibly" * 12,
    "turned": "pix\u202egnp.exe \u05d0\u05d1\u05d2 (1)",
}
"""By what each tries."""
EVERY = list(NAMES.values())
WORD = NAMES["image"]


@dataclass
class Hostile:
    """The stack, and what it holds."""

    stack: Stack
    token: str
    pictures: list[str] = field(default_factory=list)
    batch: str = ""
    boards: list[str] = field(default_factory=list)
    shared: str = ""
    taught: str = ""

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> dict[str, Any]:
        answer = self.stack.call(method, f"{self.stack.ends['search_api']}/v1{path}", self.token, json=body, **more)
        assert answer.is_success, f"{path}: {answer.text}"
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    def fill(self, folder: Path) -> None:
        self._import(folder / "rows.jsonl")
        self._upload()
        self._products()
        self._kept()

    def _import(self, file: Path) -> None:
        """Entries without a picture: each name as title, SKU, category, tag, label, attribute and its value."""
        with file.open("w", encoding="utf-8") as out:
            for n in range(6 * len(EVERY)):
                names = [EVERY[(n + by) % len(EVERY)] for by in range(len(EVERY))]
                row = {
                    "sku": f"{names[0]} {n}", "name": f"{names[0]} {n}.jpg", "title": names[0], "category": names[1],
                    "created_at": f"2026-{1 + n % 11:02}-03T10:00:00Z", "width": 900 + n, "height": 600,
                    "labels": [{"name": name, "confidence": 60 + n % 39} for name in {*names[2 : 4 + n % 3], "Plain"}],
                    "tags": [*names[:3], WORD], "attributes": {names[2]: names[3], f"{names[4][:150]} size": n},
                }  # fmt: skip
                out.write(json.dumps(row) + "\n")
        at = {"DATABASE_URL": self.stack.ends["database_url"]}
        asked = [sys.executable, "-m", "pixplore", "import", file]
        done = subprocess.run(asked, cwd=ROOT, env=os.environ | at, check=True, capture_output=True, text=True)
        assert f"imported {6 * len(EVERY)}," in done.stdout, done.stdout

    def _upload(self) -> None:
        """Photographs with these names, and files that are none."""
        files = [(f"{EVERY[n]}.jpg", taken(photo(PHOTOS[n]), EVERY[n]), "image/jpeg") for n in range(len(EVERY))]
        files += [(f"{name}.png", b"no picture" + name.encode(), "image/png") for name in EVERY[:2]]
        defaults = {"category": WORD, "tags": EVERY, "attributes": {NAMES["svg"]: WORD}}
        self.batch = self.stack.upload(self.token, files, name=WORD, defaults=defaults)["batch_id"]
        ended = self.stack.wait(self.token, self.batch, 120)
        self.pictures = [item["image_id"] for item in ended["items"] if item["status"] == "ready"]
        assert len(self.pictures) == len(EVERY), ended["counts"]
        more = self.stack.upload(self.token, [(f"{WORD}.jpg", photo(PHOTOS[-1]), "image/jpeg")], name=NAMES["svg"])
        self.stack.wait(self.token, more["batch_id"], 120)
        self._recognised()
        for picture, name in zip(self.pictures, EVERY, strict=True):
            self.call("PATCH", f"/images/{picture}", {"title": name})
            for label in EVERY[:4]:
                decided = {"image_id": picture, "label": label, "verdict": "accept"}
                self.call("POST", "/review/decisions", decided)

    def _recognised(self) -> None:
        """Text on the pictures, and what is to be moderated, as a recogniser that reads would say it."""
        with open_engine(self.stack.ends["database_url"]).begin() as link:
            for place, (picture, name) in enumerate(zip(self.pictures, EVERY, strict=True)):
                flags = [{"name": name[:200], "parent": name[:200], "confidence": 88.0}]
                link.execute(_SAID, {"id": picture, "text": [name, f"{name} read{place}"], "flags": json.dumps(flags)})
            refresh_words(link, [UUID(picture) for picture in self.pictures])
            changes.record(link, WORD, "relabel", [UUID(picture) for picture in self.pictures])

    def _products(self) -> None:
        lines = [f"SKU,Title,Category,{_cell(NAMES['svg'])},{_cell(NAMES['formula'])}"]
        for n, name in enumerate(EVERY):
            lines.append(",".join(map(_cell, (f"{name} {n}", name, name, name, name))))
            lines.append(",".join(map(_cell, (f"Gone {name}", name, name, name, name))))
        address = f"{self.stack.ends['search_api']}/v1/products/import"
        self.stack.call("POST", address, self.token, content="\n".join(lines).encode()).raise_for_status()

    def _kept(self) -> None:
        """Collections, searches, a link, a taught label, a rule, and bulk work."""
        for name in EVERY:
            self.boards.append(self.call("POST", "/collections", {"name": name, "note": name})["id"])
            self.call("POST", "/saved-searches", {"name": name, "filters": {"label": [name], "tag": [WORD]}})
        for board in self.boards:
            self.call("POST", f"/collections/{board}/images", {"image_ids": self.pictures})
        asked = {"name": WORD, "filters": {"batch_id": [self.batch]}, "originals": True}
        self.shared = self.call("POST", "/shares", asked)["path"]
        taught = {"label": f"{WORD} taught", "examples": self.pictures[:5]}
        self.taught = self.call("POST", "/taught-labels", taught)["id"]
        self.call("POST", f"/taught-labels/{self.taught}/activate")
        rules = {"Plain": {"to": f"{WORD} renamed"}, NAMES["svg"]: {"threshold": 61}}
        self.call("PUT", "/taxonomy", {"rules": rules, "note": WORD})
        for name in EVERY[:4]:
            self.call("POST", "/bulk", {"query": {"tag": [WORD]}, "action": "tag", "value": f"{name} bulk"})


_SAID = text("update image set text_found = :text, moderation = cast(:flags as jsonb) where id = :id")


def taken(jpeg: bytes, name: str) -> bytes:
    """The photograph as a camera with this name, its owner and his words would write it."""
    made, exif = io.BytesIO(), Image.Exif()
    for tag in (Base.ImageDescription, Base.Artist, Base.Copyright, Base.Software, Base.Model, Base.HostComputer):
        exif[tag] = name.encode()
    exif.get_ifd(IFD.Exif)[Base.LensModel] = name.encode()
    Image.open(io.BytesIO(jpeg)).save(made, "JPEG", exif=exif)
    return made.getvalue()


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
