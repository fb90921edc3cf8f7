"""An installation that the first release left behind, opened by today's code: everything is there, and goes on.

`first_release/` was written by the last commit before the second schema (25 November 2026): its database as SQL, what
its AWS endpoint and its secrets left in the home, and what its own APIs answered (`said.json`) about five pictures, one
of them in the trash, a duplicate, a broken file and one that was never sent.
"""

import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tests.stack import ROOT, Stack

LEFT = Path(__file__).with_name("first_release")
SAID: dict[str, Any] = json.loads((LEFT / "said.json").read_text(encoding="utf-8"))
NORA, PASSWORD = "nora@example.org", "Nora-passwort-7715"


@pytest.fixture(scope="module")
def upgraded(new_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Today's stack on that home and that database."""
    home, url = tmp_path_factory.mktemp("upgrade") / "home", new_database(empty=True)
    home.mkdir(mode=0o700)
    with tarfile.open(LEFT / "home.tar.gz") as left:
        left.extractall(home, filter="tar")  # with its modes: nobody else reads it
    with closing(psycopg2.connect(url)) as link, link, link.cursor() as cursor:
        cursor.execute(gzip.decompress((LEFT / "catalogue.sql.gz").read_bytes()).decode())
    stack = Stack(home, {"DATABASE_URL": url}).start()
    yield stack
    stack.stop()


def listed(stack: Stack, **query: Any) -> dict[str, Any]:
    return {item["id"]: item for item in stack.images(stack.token(), limit=200, **query)["items"]}


def told(stack: Stack, path: str, role: str = "admin", **asked: Any) -> Any:
    answer = stack.call("GET", f"{stack.ends['search_api']}{path}", stack.token(role), params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_every_picture_is_as_it_was(upgraded: Stack) -> None:
    found = {"": listed(upgraded), "true": listed(upgraded, trashed="true")}
    assert found[""].keys() | found["true"].keys() == SAID["images"].keys()
    for image, was in SAID["images"].items():
        now = found[was["trashed"]][image]
        labels = sorted([one["name"], one["confidence"], one["source"], len(one["boxes"])] for one in now["labels"])
        assert labels == was["labels"]
        facts = was.keys() - {"labels", "trashed", "original"}
        assert {name: now[name] for name in facts} == {name: was[name] for name in facts}


def test_originals_and_thumbnails_are_served_byte_for_byte(upgraded: Stack) -> None:
    for image, was in SAID["images"].items():
        if not was["trashed"]:
            url = f"{upgraded.ends['search_api']}/v1/images/{image}"
            original = upgraded.call("GET", f"{url}/original", upgraded.token("viewer"), follow_redirects=True)
            assert hashlib.sha256(original.content).hexdigest() == was["original"]
            shown = upgraded.call("GET", url, upgraded.token("viewer")).json()["thumbnail_url"]
            assert upgraded.call("GET", shown).content[8:12] == b"WEBP"


def test_counts_are_as_they_were(upgraded: Stack) -> None:
    names = ",".join(SAID["facets"])
    now = upgraded.images(upgraded.token(), limit=1, facets=names, facet_limit=1000)
    assert now["total"] == SAID["total"]
    assert now["facets"] == SAID["facets"]
    chart = told(upgraded, "/v1/insights/labels", limit=1000)["rows"]
    assert {row["label"]: row["count"] for row in chart} == SAID["chart"]


def test_what_people_kept_is_there(upgraded: Stack) -> None:
    (board,) = told(upgraded, "/v1/collections")["items"]
    (was,) = SAID["collections"]
    assert (board["name"], board["note"], board["created_by"]) == (was["name"], was["note"], was["created_by"])
    assert sorted(listed(upgraded, collection=board["id"])) == was["members"]
    assert [one["sku"] for one in told(upgraded, "/v1/products")["items"]] == [
        one["sku"] for one in SAID["products"]["items"]
    ]
    assert len(told(upgraded, "/v1/audit", limit=200)["items"]) == SAID["audit"]
    uploads = upgraded.call("GET", f"{upgraded.ends['uploads_api']}/uploads", upgraded.token()).json()["items"]
    for now, then in zip(uploads, SAID["uploads"]["items"], strict=True):
        ended = (
            {"failed": 1} if then["counts"] == {"expected": 1} else then["counts"]
        )  # its grant has ended: the sweep says
        assert now["name"] == then["name"]
        assert now["counts"] in (then["counts"], ended)


def test_everybody_signs_in_as_before(upgraded: Stack) -> None:
    assert all(upgraded.token(role) for role in ("admin", "analyst", "viewer"))  # the passwords printed back then
    assert told(upgraded, "/v1/taxonomy", "analyst")
    nora = upgraded.sign_in(NORA, PASSWORD)["AccessToken"]
    image = next(iter(SAID["images"]))
    url = f"{upgraded.ends['search_api']}/v1/images/{image}"
    assert upgraded.call("PATCH", url, nora, json={"tags": ["kept", "nr 0"]}).status_code == 200  # an analyst still


def test_work_goes_on_where_it_was_left(upgraded: Stack) -> None:
    """The same bytes are known, and a batch of back then takes files."""
    token = upgraded.token()
    image = next(image for image, was in SAID["images"].items() if not was["trashed"] and was["labels"])
    url = f"{upgraded.ends['search_api']}/v1/images/{image}"
    known = upgraded.call("GET", f"{url}/original", token, follow_redirects=True).content
    (again,) = upgraded.grant(token, [("again.jpg", known, "image/jpeg")])["items"]
    assert (again["status"], again["duplicate_of"]) == ("duplicate", image)

    (batch,) = {one["batch_id"] for one in SAID["uploads"]["items"] if one["name"] == "The first release"}
    content = known + b"as the newest release sends it"
    more = {"name": "new.jpg", "size": len(content), "content_type": "image/jpeg"}
    path = f"{upgraded.ends['uploads_api']}/uploads/{batch}/files"
    (item,) = upgraded.call("POST", path, token, json={"files": [more]}).json()["items"]
    form = {"data": item["upload"]["fields"], "files": {"file": ("f", content, "image/jpeg")}}
    assert upgraded.call("POST", item["upload"]["url"], **form).is_success
    assert upgraded.wait(token, batch)["counts"]["ready"] == 1 + len(SAID["images"])


def test_the_doctor_says_what_is_left_to_do(upgraded: Stack) -> None:
    """What the first release knew of a picture's likeness cannot be compared with today's: that is made anew."""

    def command(*words: str) -> str:
        """As a person types it who knows only where the installation is: other tests leave settings behind."""
        env = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PIXPLORE_"))}
        env |= {"PIXPLORE_HOME": str(upgraded.home)} | upgraded.extra
        line = [sys.executable, "-m", "pixplore", *words]
        return subprocess.run(line, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True).stdout

    shown = [image for image, was in SAID["images"].items() if not was["trashed"]]
    wrong = re.findall(r"^WRONG  pictures .*$", command("doctor"), re.M)
    assert len(wrong) == 1
    assert f"{len(shown)} of an older release are not found as similar" in wrong[0]
    assert f"relabel {len(shown)}" in command("relabel", "--missing-embedding")
    deadline = time.monotonic() + 60
    while found := re.findall(r"^WRONG  pictures .*$", command("doctor"), re.M):
        assert time.monotonic() < deadline, found
        time.sleep(1)
    similar = told(upgraded, f"/v1/images/{shown[0]}/similar", limit=50)["items"]
    assert {one["id"] for one in similar} >= set(shown[1:])
    assert told(upgraded, f"/v1/images/{shown[0]}")["tags"] == SAID["images"][shown[0]]["tags"]
