"""Backup, restore, lost originals and a catalogue built anew, on two whole stacks, by the commands that people type.

The tests go on from one another: the first stack is written to while it is backed up, the second takes the backup.
"""

import json
import os
import re
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from pixplore.catalogue.backup import LEFT_OUT, RESTORED
from pixplore.catalogue.database import engine_of
from pixplore.catalogue.schema import metadata
from tests.pictures import photo
from tests.stack import ROOT, Stack

pytestmark = pytest.mark.timeout(600)
EVE = "eve@shop.example"


def pixplore(stack: Stack, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command as a person types it who knows only where the installation is."""
    inherited = {k: v for k, v in os.environ.items() if k != "DATABASE_URL" and not k.startswith(("AWS_", "PIXPLORE_"))}
    return subprocess.run(
        [sys.executable, "-m", "pixplore", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300,
        env=inherited | {"PIXPLORE_HOME": str(stack.home)} | environment,
    )  # fmt: skip


def rows(stack: Stack, sql: str, **values: Any) -> list[Any]:
    engine = engine_of(stack.ends["database_url"])
    with engine.begin() as connection:
        found = connection.execute(text(sql), values)
        told = [tuple(row) for row in found] if found.returns_rows else []
    engine.dispose()
    return told


def fresh(number: int) -> bytes:
    return photo(number) + uuid.uuid4().bytes


def patch(stack: Stack, token: str, image_id: str, **wanted: Any) -> None:
    answer = stack.call("PATCH", f"{stack.ends['search_api']}/v1/images/{image_id}", token, json=wanted)
    assert answer.status_code == 200, answer.text


def post(stack: Stack, token: str, path: str, body: Any) -> Any:
    answer = stack.call("POST", stack.ends["search_api"] + path, token, json=body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


@dataclass
class Writing:
    """Goes on uploading pictures and changing tags, one after another, until told to end."""

    stack: Stack
    token: str
    known: list[str]
    batches: list[str] = field(default_factory=list)
    patches: int = 0
    _end: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Writing":
        self._threads = [threading.Thread(target=self._until_the_end, args=(what,)) for what in (self._send, self._tag)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join(60)

    def _until_the_end(self, what: Any) -> None:
        while not self._end.is_set():
            what()

    def _send(self) -> None:
        files = [(f"{len(self.batches)}-{n}.jpg", fresh(n), "image/jpeg") for n in range(3)]
        self.batches.append(self.stack.upload(self.token, files)["batch_id"])

    def _tag(self) -> None:
        patch(self.stack, self.token, self.known[self.patches % len(self.known)], tags=[f"turn {self.patches}"])
        self.patches += 1


@dataclass
class Kept:
    """What is known of the first stack when its backup is done."""

    folder: Path
    share: str
    ready_before: set[str]
    batches: list[str]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("source") / "home")
    stack.start()
    yield stack
    stack.kill()


@pytest.fixture(scope="module")
def target(kept: Kept, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("target") / "home")
    stack.start()
    yield stack
    stack.kill()


@pytest.fixture(scope="module")
def kept(source: Stack, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """A backup of the first stack, taken while two programs write to it."""
    token, folder = source.token(), tmp_path_factory.mktemp("backups") / "first"
    first = source.upload(token, [(f"cup {n} ü.jpg", fresh(n), "image/jpeg") for n in range(12)], name="First")
    assert source.wait(token, first["batch_id"])["counts"] == {"ready": 12}
    ids = [item["image_id"] for item in first["items"]]
    patch(source, token, ids[0], title="Cup\twith “tab”", sku="C-1", attributes={"price": 12.5})
    post(source, token, "/v1/review/decisions", {"image_id": ids[1], "label": "Hand made", "verdict": "accept"})
    board = post(source, token, "/v1/collections", {"name": "Spring"})["id"]
    post(source, token, f"/v1/collections/{board}/images", {"image_ids": ids[:3]})
    share = post(source, token, "/v1/shares", {"filters": {"batch_id": [first["batch_id"]]}})["token"]
    assert source.call("DELETE", f"{source.ends['search_api']}/v1/images/{ids[11]}", token).status_code == 200
    cognito, pool = source.client("cognito-idp"), source.ends["user_pool_id"]
    cognito.admin_create_user(UserPoolId=pool, Username=EVE, MessageAction="SUPPRESS", UserAttributes=[
        {"Name": "email", "Value": EVE}, {"Name": "email_verified", "Value": "true"}])  # fmt: skip
    cognito.admin_set_user_password(UserPoolId=pool, Username=EVE, Password="Secret-Pass1", Permanent=True)
    cognito.admin_add_user_to_group(UserPoolId=pool, Username=EVE, GroupName="analyst")
    with Writing(source, token, ids[2:8]) as writing:
        while len(writing.batches) < 3 or writing.patches < 10:
            time.sleep(0.05)
        before, patched = len(writing.batches), writing.patches
        done = pixplore(source, "backup", str(folder))
        assert len(writing.batches) > before
        assert writing.patches > patched
    assert done.returncode == 0, done.stdout + done.stderr
    for batch in writing.batches:
        source.wait(token, batch)
    return Kept(folder, share, set(ids), [first["batch_id"], *writing.batches])


def test_a_backup_under_writes_comes_back_as_one_moment(source: Stack, target: Stack, kept: Kept) -> None:
    checked = pixplore(target, "restore", str(kept.folder), "--check")
    assert (checked.returncode, rows(target, "select count(*) from image")) == (0, [(0,)])
    done = pixplore(target, "restore", str(kept.folder))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "choose" in done.stdout
    wait_for_open_files(target)

    changes = "select seq, actor, action, image_id, detail, at from change order by seq"
    there = [row for row in rows(target, changes) if row[2] != RESTORED]
    begun_after = next(row[0] for row in rows(target, changes) if row[2] == RESTORED)
    restored = [row for row in there if row[0] < begun_after]
    in_source = {row[0]: row for row in rows(source, changes)}
    assert restored
    assert all(in_source[row[0]] == row for row in restored)

    # Each row is what the last change of it says; not one is from another moment than the changes are.
    pictures = {row[0]: row for row in rows(target, "select id, tags, sha256, object_key, object_version from image")}
    ingested = [row[3] for row in there if row[2] == "ingest"]
    assert sorted(ingested) == sorted(pictures)
    tags = {row[3]: row[4]["tags"]["after"] for row in restored if row[2] == "edit" and "tags" in row[4]}
    assert tags
    assert {one: pictures[one][1] for one in tags} == tags
    assert kept.ready_before <= {str(one) for one in pictures}


def wait_for_open_files(stack: Stack) -> None:
    """Files that were on their way when the backup was made are looked at."""
    deadline = time.monotonic() + 60
    while rows(stack, "select 1 from item where status in ('received', 'processing')"):
        assert time.monotonic() < deadline
        time.sleep(0.3)


def test_what_nobody_changed_since_is_letter_for_letter_the_same(source: Stack, target: Stack, kept: Kept) -> None:
    differs = {"image": ["object_version"], "item": ["sequencer"], "change": ["xid"]}
    quiet = {
        "image": "id in (select id from image except select image_id from change where action = 'edit')"
                 " and batch_id = :first",
        "item": "batch_id = :first", "change": "action = 'none'", "batch": "id = :first",
        "decision": "true", "collection": "true", "collection_image": "true", "share": "true", "secret": "true",
        "label": "true", "product": "true", "saved_search": "true", "taxonomy": "true", "taught_label": "true",
        "review_skip": "true", "job": "true", "job_image": "true",
    }  # fmt: skip
    assert set(quiet) == {table.name for table in metadata.sorted_tables} - set(LEFT_OUT)
    for name, where in quiet.items():
        columns = ", ".join(f'"{c.name}"' for c in metadata.tables[name].columns if c.name not in differs.get(name, []))
        asked = f"select {columns} from {name} where {where}"
        values = {"first": kept.batches[0]} if ":first" in where else {}
        found = [sorted(rows(stack, asked, **values), key=repr) for stack in (source, target)]
        if name == "label":  # pictures that came later may have brought new ones
            found[0] = [row for row in found[0] if row in found[1]]
        assert found[1] == found[0], name
        assert found[1] or name in ("change", "product", "saved_search", "taxonomy", "taught_label", "review_skip",
                                    "job", "job_image"), name  # fmt: skip


def test_every_file_is_there_byte_for_byte(source: Stack, target: Stack, kept: Kept) -> None:
    ours, theirs = source.client("s3"), target.client("s3")
    before = dict(rows(source, "select id, object_version from image"))
    asked = "select id, object_key, object_version from image"
    for image_id, key, version in rows(target, asked):
        old = ours.get_object(Bucket=source.ends["originals_bucket"], Key=key, VersionId=before[image_id])
        new = theirs.get_object(Bucket=target.ends["originals_bucket"], Key=key, VersionId=version)
        assert new["Body"].read() == old["Body"].read()
        assert (new["ContentType"], new["Metadata"]) == (old["ContentType"], old["Metadata"])
        for name in ("thumb.webp", "preview.webp"):
            found = [
                client.get_object(Bucket=stack.ends["renditions_bucket"], Key=f"{image_id}/{name}")["Body"].read()
                for client, stack in ((ours, source), (theirs, target))
            ]
            assert found[0] == found[1]


def test_the_restored_installation_answers(target: Stack, kept: Kept) -> None:
    token = target.token()
    found = target.images(token, batch_id=kept.batches[0], limit=50, facets="label")
    assert found["total"] == len(found["items"]) == 11  # one is in the trash
    assert target.images(token, batch_id=kept.batches[0], trashed="true")["total"] == 1
    assert target.images(token, label="Hand made")["total"] == 1
    total = rows(target, "select count(*) from image where deleted_at is null")[0][0]
    assert target.images(token, limit=1)["total"] == total
    thumb = httpx.get(found["items"][0]["thumbnail_url"])
    assert (thumb.status_code, thumb.headers["content-type"]) == (200, "image/webp")
    visit = target.call("GET", f"{target.ends['search_api']}/v1/shared/images", kept.share)
    assert visit.json()["total"] == 11
    trail = target.call("GET", f"{target.ends['search_api']}/v1/audit", token, params={"action": RESTORED}).json()
    assert len(trail["items"]) == 1
    again = target.upload(token, [("new.jpg", fresh(3), "image/jpeg")])
    assert target.wait(token, again["batch_id"])["counts"] == {"ready": 1}


def test_people_choose_a_new_password_and_have_their_role(target: Stack, kept: Kept) -> None:
    cognito, client_id = target.client("cognito-idp"), target.ends["client_id"]
    with pytest.raises(cognito.exceptions.NotAuthorizedException):
        target.sign_in(EVE, "Secret-Pass1")
    cognito.forgot_password(ClientId=client_id, Username=EVE)
    cognito.confirm_forgot_password(
        ClientId=client_id, Username=EVE, ConfirmationCode=target.code(EVE), Password="Another-Pass2"
    )
    token = target.sign_in(EVE, "Another-Pass2")["AccessToken"]
    assert post(target, token, "/v1/shares", {"filters": {}})["token"]  # what an analyst may, and a viewer may not


def test_a_second_restore_into_it_changes_nothing(target: Stack, kept: Kept) -> None:
    before = rows(target, "select count(*), max(seq) from change")
    done = pixplore(target, "restore", str(kept.folder))
    assert (done.returncode, "brought back before" in done.stdout) == (0, True)
    assert " 0 objects put" in done.stdout
    assert rows(target, "select count(*), max(seq) from change") == before


@pytest.fixture
def picture(source: Stack, kept: Kept) -> tuple[str, str, str]:
    """(id, key, version) of a picture that nothing has happened to yet."""
    token = source.token()
    made = source.upload(token, [("cup.jpg", fresh(5), "image/jpeg")])
    source.wait(token, made["batch_id"])
    ((image_id, key, version),) = rows(source, "select id, object_key, object_version from image where id = :id",
                                       id=made["items"][0]["image_id"])  # fmt: skip
    return str(image_id), key, version


def original(stack: Stack, image_id: str) -> bytes:
    address = f"{stack.ends['search_api']}/v1/images/{image_id}/original"
    return httpx.get(stack.call("GET", address, stack.token(), follow_redirects=False).headers["location"]).content


def newest(stack: Stack, key: str) -> bytes:
    return stack.client("s3").get_object(Bucket=stack.ends["originals_bucket"], Key=key)["Body"].read()


def test_a_deleted_original_comes_back(source: Stack, picture: tuple[str, str, str]) -> None:
    image_id, key, version = picture
    content = original(source, image_id)
    for _ in range(2):
        source.client("s3").delete_object(Bucket=source.ends["originals_bucket"], Key=key)
    done = pixplore(source, "recover-original", image_id)
    assert (done.returncode, "the deletion was taken back" in done.stdout) == (0, True), done.stdout + done.stderr
    assert newest(source, key) == original(source, image_id) == content
    assert rows(source, "select object_version from image where id = :id", id=image_id) == [(version,)]
    assert "in order" in pixplore(source, "recover-original", image_id).stdout
    (told,) = rows(source, "select detail ->> 'how' from change where action = 'recover_original' and image_id = :id",
                   id=image_id)  # fmt: skip
    assert told == ("the deletion was taken back",)


def test_an_original_that_was_written_over_is_the_newest_again(source: Stack, picture: tuple[str, str, str]) -> None:
    image_id, key, _ = picture
    content = original(source, image_id)
    source.client("s3").put_object(Bucket=source.ends["originals_bucket"], Key=key, Body=fresh(6))
    done = pixplore(source, "recover-original", image_id)
    assert (done.returncode, "is the newest again" in done.stdout) == (0, True), done.stdout + done.stderr
    assert newest(source, key) == original(source, image_id) == content
    time.sleep(1)  # its arrival is announced, and changes nothing
    assert rows(source, "select status from item where image_id = :id", id=image_id) == [("ready",)]


def test_the_same_bytes_in_another_version_will_do(source: Stack, picture: tuple[str, str, str]) -> None:
    image_id, key, version = picture
    content, bucket = original(source, image_id), source.ends["originals_bucket"]
    told = source.client("s3").head_object(Bucket=bucket, Key=key)["Metadata"]
    other = source.client("s3").put_object(Bucket=bucket, Key=key, Body=content, Metadata=told)["VersionId"]
    source.client("s3").delete_object(Bucket=bucket, Key=key, VersionId=version)
    done = pixplore(source, "recover-original", image_id)
    assert (done.returncode, "another version" in done.stdout) == (0, True), done.stdout + done.stderr
    assert rows(source, "select object_version from image where id = :id", id=image_id) == [(other,)]
    assert original(source, image_id) == content


def test_what_no_version_has_comes_from_a_backup(source: Stack, kept: Kept) -> None:
    image_id = min(kept.ready_before)
    ((key, version),) = rows(source, "select object_key, object_version from image where id = :id", id=image_id)
    content = original(source, image_id)
    s3, bucket = source.client("s3"), source.ends["originals_bucket"]
    s3.delete_object(Bucket=bucket, Key=key, VersionId=version)
    for name in ("thumb", "preview"):
        s3.delete_object(Bucket=source.ends["renditions_bucket"], Key=f"{image_id}/{name}.webp")
    lost = pixplore(source, "recover-original", "--all")
    assert (lost.returncode, "1 lost" in lost.stdout) == (1, True), lost.stdout + lost.stderr
    done = pixplore(source, "recover-original", "--all", "--from", str(kept.folder))
    assert (done.returncode, "1 recovered, 0 lost" in done.stdout) == (0, True), done.stdout + done.stderr
    assert "taken from the backup; thumbnail and preview made anew" in done.stdout
    assert newest(source, key) == original(source, image_id) == content
    for name in ("thumb", "preview"):
        s3.head_object(Bucket=source.ends["renditions_bucket"], Key=f"{image_id}/{name}.webp")


def test_a_catalogue_is_built_again_from_the_bucket_and_an_export(source: Stack, kept: Kept, tmp_path: Path) -> None:
    """Last, because it empties the first stack's tables."""
    token = source.token()
    exported = source.call("GET", f"{source.ends['search_api']}/v1/export", token, params={"format": "jsonl"})
    file = tmp_path / "export.jsonl"
    file.write_bytes(exported.content)
    before = {row["id"]: row for row in map(json.loads, exported.text.splitlines())}
    uploads = dict(rows(source, "select id, created_at from image"))
    moved = {row[0] for row in rows(source, "select image_id from change where action = 'recover_original'")}
    assert len(before) > 11
    names = ", ".join(table.name for table in metadata.sorted_tables if table.name not in LEFT_OUT)
    rows(source, f"truncate {names}")
    assert source.images(token, limit=1)["total"] == 0

    seeing = [one for part in source.parts("embedded.recogniser") for one in (part, *part.children(recursive=True))]
    for one in seeing:  # or a quick machine has labelled everything before somebody is too early
        one.suspend()
    try:
        done = pixplore(source, "rebuild")
        early = pixplore(source, "rebuild", "--export", str(file))
    finally:
        for one in seeing:
            one.resume()
    assert done.returncode == 0, done.stdout + done.stderr
    sent = int(re.search(r"^rebuild (\d+) of", done.stdout, re.M)[1])  # type: ignore[index]
    assert sent == len(uploads)
    assert (early.returncode, "are still on their way" in early.stderr) == (2, True)
    deadline = time.monotonic() + 240
    while rows(source, "select count(*) from image") != [(sent,)]:
        assert time.monotonic() < deadline, rows(source, "select status, count(*) from item group by 1")
        time.sleep(0.5)
    wait_for_open_files(source)
    found = dict(rows(source, "select id, name from image"))
    # from the objects' own metadata
    assert {one: found[uuid.UUID(one)] for one in before} == {one: row["name"] for one, row in before.items()}
    for image_id, at in rows(source, "select id, created_at from image"):
        assert image_id in moved or abs((at - uploads[image_id]).total_seconds()) < 60

    done = pixplore(source, "rebuild", "--export", str(file), "--by", "anna@shop.example")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 accepted again" in done.stdout
    again = source.call("GET", f"{source.ends['search_api']}/v1/export", token, params={"format": "jsonl"})
    after = {row["id"]: row for row in map(json.loads, again.text.splitlines())}
    trashed = after.keys() - before.keys()
    assert len(trashed) == 1  # an export knows nothing of the trash
    for image_id, row in before.items():
        assert after[image_id] == row
