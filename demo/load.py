"""Put the demo catalogue in through the same doors as anybody's pictures.

    python -m demo.load --home .pixplore

reads `endpoints.json` there, signs in as the demo admin, imports the product list, uploads the photographs with
pre-signed forms and waits until every one is searchable. A marker in the home says that it is done; started again
before that, after a crash too, it goes on where it was.
"""

import argparse
import contextlib
import csv
import hashlib
import io
import json
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

HERE = Path(__file__).parent
MARKER = "demo-loaded"
BATCHES = {"tools": "Demo: workshop range", "homeware": "Demo: homeware range", "wildlife": "Demo: wildlife prints"}
"""The `shelf` of ATTRIBUTION.csv -> the upload batch that brings it in."""
CSV = {"Content-Type": "text/csv; charset=utf-8"}
ENDED = {"ready", "duplicate", "rejected", "failed"}


@dataclass(frozen=True)
class Photo:
    """One photograph of demo/photos, read once; 2 MB in all."""

    name: str
    content: bytes
    shelf: str

    def as_file(self) -> dict[str, Any]:
        digest = hashlib.sha256(self.content).hexdigest()
        return {"name": self.name, "size": len(self.content), "content_type": "image/jpeg", "sha256": digest}


def products(now: datetime) -> bytes:
    """demo/products.csv as UTF-8, its `days_ago` made into a `created_at` before `now`."""
    out = io.StringIO()
    with (HERE / "products.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    fields = [name for name in rows[0] if name != "days_ago"] + ["created_at"]
    table = csv.DictWriter(out, fields, extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    for number, row in enumerate(rows):
        # a working hour of that day, so that no two pictures share a moment
        at = (now - timedelta(days=int(row["days_ago"]))).replace(hour=8 + number % 9, minute=number % 60)
        table.writerow(row | {"created_at": at.replace(second=0, microsecond=0).isoformat()})
    return out.getvalue().encode()


def photos() -> list[Photo]:
    with (HERE / "photos" / "ATTRIBUTION.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [Photo(row["file"], (HERE / "photos" / row["file"]).read_bytes(), row["shelf"]) for row in rows]


class Pixplore:
    """The two APIs, as the demo admin. Calls are tried again while a part is still starting."""

    def __init__(self, ends: dict[str, Any]) -> None:
        self.http = httpx.Client(timeout=60, trust_env=False)
        self.uploads, self.search = ends["uploads_api"].rstrip("/"), ends["search_api"].rstrip("/")
        who = ends["demo_users"]["admin"]
        answer = self.call(
            "POST",
            ends["aws_endpoint"],
            headers={
                "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
                "Content-Type": "application/x-amz-json-1.1",
            },
            content=json.dumps(
                {
                    "AuthFlow": "USER_PASSWORD_AUTH",
                    "ClientId": ends["client_id"],
                    "AuthParameters": {"USERNAME": who["email"], "PASSWORD": who["password"]},
                }
            ),
        )
        self.http.headers["Authorization"] = f"Bearer {answer['AuthenticationResult']['AccessToken']}"

    def call(self, method: str, url: str, patience: float = 60, **request: Any) -> Any:
        """The JSON answer of one call; ends the program with the API's own sentence when it refuses."""
        deadline = time.monotonic() + patience
        while True:
            try:
                answer = self.http.request(method, url, **request)
                if answer.status_code < 500:
                    break
                trouble = f"{answer.status_code} {answer.text[:300]}"
            except httpx.TransportError as error:
                trouble = repr(error)
            if time.monotonic() > deadline:
                sys.exit(f"demo: {method} {url}: {trouble}")
            time.sleep(0.5)
        if answer.status_code >= 400:
            sys.exit(f"demo: {method} {url}: {answer.status_code} {answer.text[:300]}")
        return answer.json()

    def batches(self) -> dict[str, str]:
        """Name -> id of the demo's batches that an earlier, interrupted run began."""
        found: dict[str, str] = {}
        cursor = None
        while True:
            page = self.call("GET", f"{self.uploads}/uploads", params={"cursor": cursor} if cursor else None)
            found |= {b["name"]: b["batch_id"] for b in page["items"] if b["name"] in BATCHES.values()}
            cursor = page.get("next_cursor")
            if not cursor:
                return found

    def grants(self, name: str, batch_id: str | None, files: list[Photo]) -> tuple[str, list[dict[str, Any]]]:
        """(batch id, manifest items) of a new batch, or of a begun one with new grants for what never arrived."""
        if batch_id:
            return batch_id, self.call("POST", f"{self.uploads}/uploads/{batch_id}/retry")["items"]
        body = {"name": name, "files": [photo.as_file() for photo in files]}
        answer = self.call("POST", f"{self.uploads}/uploads", json=body)
        return answer["batch_id"], answer["items"]

    def send(self, grant: dict[str, Any], photo: Photo) -> None:
        """One file to storage by its pre-signed form: without our token, as a browser does."""
        form = {name: (None, value) for name, value in grant["fields"].items()}
        form["file"] = (photo.name, photo.content, "image/jpeg")  # S3 wants the file last
        answer = httpx.post(grant["url"], files=form, timeout=60, trust_env=False)
        if answer.status_code >= 400:
            sys.exit(f"demo: storage refused {photo.name}: {answer.status_code} {answer.text[:300]}")

    def counts(self, batch_ids: list[str]) -> dict[str, int]:
        total: dict[str, int] = defaultdict(int)
        for batch_id in batch_ids:
            for status, n in self.call("GET", f"{self.uploads}/uploads/{batch_id}")["counts"].items():
                total[status] += n
        return total


def load(home: Path, patience: float = 240) -> None:
    """Load the demo into the running installation of `home`, waiting up to `patience` seconds for the pictures."""
    if (home / MARKER).exists():
        return
    pixplore = Pixplore(json.loads((home / "endpoints.json").read_text()))
    listed = products(datetime.now(UTC))
    pixplore.call(
        "POST", f"{pixplore.search}/v1/products/import", params={"dry_run": "false"}, content=listed, headers=CSV
    )
    shelves: dict[str, list[Photo]] = defaultdict(list)
    for photo in photos():
        shelves[photo.shelf].append(photo)
    begun, batch_ids = pixplore.batches(), []
    for shelf, files in shelves.items():
        name, by_name = BATCHES[shelf], {photo.name: photo for photo in files}
        batch_id, items = pixplore.grants(name, begun.get(name), files)
        batch_ids.append(batch_id)
        for item in items:
            if item.get("upload"):
                pixplore.send(item["upload"], by_name[item["name"]])
    wanted, shown = sum(map(len, shelves.values())), -1
    deadline = time.monotonic() + patience
    while True:
        counts = pixplore.counts(batch_ids)
        ended = sum(n for status, n in counts.items() if status in ENDED)
        searchable = counts["ready"] + counts["duplicate"]
        if searchable != shown:
            print(f"demo: {searchable} of {wanted} photographs searchable", flush=True)
            shown = searchable
        if ended >= wanted:
            break
        if time.monotonic() > deadline:
            sys.exit(f"demo: gave up waiting after {patience:.0f} s: {dict(counts)}")
        time.sleep(0.5)
    if lost := counts["failed"] + counts["rejected"]:
        sys.exit(f"demo: {lost} photographs were not taken; see the Upload page")
    (home / MARKER).write_text(json.dumps(batch_ids) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demo.load", description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, required=True, help="the PIXPLORE_HOME of a running installation")
    with contextlib.suppress(KeyboardInterrupt):
        load(parser.parse_args().home)


if __name__ == "__main__":
    main()
