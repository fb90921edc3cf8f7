"""A backup and the way back: every table and file compared, damage refused, what is broken off gone on with.

Buckets and user pool by moto, two real databases, pictures through the real pipeline. test_recovery_stack.py does the
same on a whole stack while it is being written to.
"""

import gzip
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import boto3
import pytest
from sqlalchemy import text

from pixplore.aws import cognito, storage
from pixplore.backup import at_once, restoring
from pixplore.backup.folder import Folder
from pixplore.backup.restoring import Restored, checked, restore
from pixplore.backup.taking import Places, take
from pixplore.catalogue import backup as tables
from pixplore.catalogue import changes, collections, edit, pictures, revision, shares, verdicts
from pixplore.catalogue.database import open_engine
from pixplore.catalogue.schema import metadata
from pixplore.domain import Person, Role
from pixplore.errors import Conflict, Damaged, Unavailable
from pixplore.labels import pack
from pixplore.query import parse_query
from pixplore.vision.hashes import sha256 as digest
from tests.pictures import drawn, photo, saved
from tests.places import ORIGINALS, REGION, RENDITIONS, Pipeline

ANN = "anna@shop.example"


@dataclass
class Home:
    """An installation: where its things are, and what tests ask of it."""

    places: Places

    def rows(self, name: str, columns: str = "*") -> list[Any]:
        with self.places.engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(text(f"select {columns} from {name}"))]
        return sorted(found, key=repr)

    def original(self, key: str, version: str | None) -> bytes:
        return storage.fetch(self.places.buckets["originals"], key, version).content


def picture(seed: int) -> bytes:
    return saved(drawn(seed=seed + 1))


def user_pool(client: Any) -> str:
    pool = client.create_user_pool(PoolName="people", UsernameAttributes=["email"])["UserPool"]["Id"]
    for role in Role:
        client.create_group(UserPoolId=pool, GroupName=role.value)
    return str(pool)


def person(pool: str, email: str, role: Role | None, enabled: bool = True) -> None:
    client = boto3.client("cognito-idp", REGION)
    client.admin_create_user(UserPoolId=pool, Username=email, UserAttributes=[{"Name": "email", "Value": email}])
    client.admin_set_user_password(UserPoolId=pool, Username=email, Password="Secret-Pass1", Permanent=True)
    if role:
        client.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=role.value)
    if not enabled:
        client.admin_disable_user(UserPoolId=pool, Username=email)


@pytest.fixture
def source(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A catalogue with something of everything in it."""
    monkeypatch.setattr(at_once, "_PATIENCE_S", (0,))
    cognito._pool.cache_clear()
    pool = user_pool(boto3.client("cognito-idp", REGION))
    person(pool, ANN, Role.ADMIN)
    person(pool, "bob@shop.example", Role.ANALYST, enabled=False)
    person(pool, "eve@shop.example", None)
    fill(pipeline)
    yield Home(Places(pipeline.engine, {"originals": ORIGINALS, "renditions": RENDITIONS}, pool))
    cognito._pool.cache_clear()


def fill(pipeline: Pipeline) -> None:
    """Pictures ready, one deleted in the bucket and one written over; a failed, a refused, a waiting and an absent
    file; and what people did."""
    one, gone, over = (pipeline.take(f"{n}.jpg", picture(n)) for n in range(3))
    s3 = boto3.client("s3", REGION)
    s3.delete_object(Bucket=ORIGINALS, Key=gone.object_key)
    s3.put_object(Bucket=ORIGINALS, Key=over.object_key, Body=picture(9))
    pipeline.take("bad.jpg", b"no picture at all, only text " * 20)
    failed, waiting, _ = pipeline.promise("failed.jpg", "waiting.jpg", "absent.jpg")
    pipeline.store(failed, picture(4))
    pipeline.store(waiting, picture(5))
    pipeline.rows("update item set status = 'failed', error_code = 'not_processed' where name = 'failed.jpg'")
    pipeline.rows("update item set sequencer = 'FF' where name = 'waiting.jpg'")
    with pipeline.engine.begin() as connection:
        edit.change(connection, one.image_id, {"title": "Tab\tand\nline \\ “ß”", "tags": ["a|b", "ü"],
                                               "attributes": {"price": 10.5, "brand": None}}, ANN)  # fmt: skip
        edit.trash(connection, over.image_id, ANN)
        verdicts.decide(connection, one.image_id, "Hand made", "accept", ANN)
        board, _ = collections.create(connection, "Spring", "note", ANN)
        collections.add_images(connection, board, [one.image_id], Person("sub", ANN, Role.ADMIN))
        shares.create(connection, "for you", parse_query([], {})[0], "newest", True,
                      datetime.now(UTC) + timedelta(days=1), ANN)  # fmt: skip
        connection.execute(text("insert into taxonomy (rules, by) values ('{}', 'x')"))
        connection.execute(text("insert into product (sku, title, updated_by) values ('A-1', 'Cup', 'x')"))
        connection.execute(text("insert into saved_search (id, name, filters, owner) values (:i, 's', '{}', 'x')"),
                           {"i": uuid4()})  # fmt: skip
        connection.execute(text("insert into session (sid_hash, sub, sealed, expires_at) values ('h', 's', '', now())"))


@pytest.fixture
def target(source: Home, new_database: Callable[..., str]) -> Iterator[Home]:
    """Another installation, empty but for an account that the backup knows too."""
    s3 = boto3.client("s3", REGION)
    for bucket in ("other-originals", "other-renditions"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket="other-originals", VersioningConfiguration={"Status": "Enabled"})
    pool = user_pool(boto3.client("cognito-idp", REGION))
    person(pool, ANN, None)
    engine = tables.unhurried_engine(new_database())
    yield Home(Places(engine, {"originals": "other-originals", "renditions": "other-renditions"}, pool))
    engine.dispose()


@pytest.fixture
def kept(source: Home, tmp_path: Path) -> Folder:
    folder = Folder(tmp_path / "backup")
    take(source.places, folder, None, print)
    return folder


def bring_back(target: Home, folder: Folder) -> Restored:
    return restore(target.places, folder, checked(folder, print), print)


def test_everything_comes_back_as_it_was(source: Home, target: Home, kept: Folder) -> None:
    done = bring_back(target, kept)
    assert not done.again
    own = {"image": ["object_version"], "item": ["sequencer"], "change": ["xid"]}
    names = [table.name for table in metadata.sorted_tables if table.name not in tables.LEFT_OUT]
    assert {"image", "decision", "secret", "share", "taxonomy", "job", "label"} <= set(names)
    for name in names:
        columns = ", ".join(f'"{c.name}"' for c in metadata.tables[name].columns if c.name not in own.get(name, []))
        there = [row for row in target.rows(name, columns) if tables.RESTORED not in row]
        assert there == source.rows(name, columns), name
    assert len(source.rows("image")) == 3
    assert target.rows("session") == []
    assert [row[0] for row in target.rows("item", "sequencer")] == [None] * len(target.rows("item"))


def test_files_come_back_in_the_version_that_was_looked_at(source: Home, target: Home, kept: Folder) -> None:
    bring_back(target, kept)
    before = {row[0]: row[1:] for row in source.rows("image", "id, object_key, object_version, sha256")}
    after = {row[0]: row[1:] for row in target.rows("image", "id, object_key, object_version, sha256")}
    assert before.keys() == after.keys()
    for image_id, (key, version, sha256) in after.items():
        content = target.original(key, version)
        assert content == source.original(*before[image_id][:2])
        assert (digest(content), version is None) == (sha256, False)
        for name in ("thumb.webp", "preview.webp"):
            found = [storage.fetch(h.places.buckets["renditions"], f"{image_id}/{name}") for h in (source, target)]
            assert found[0].content == found[1].content
    s3 = boto3.client("s3", REGION)
    keys = {one["Key"] for one in s3.list_objects_v2(Bucket="other-originals")["Contents"]}
    names = {row[0]: row[1] for row in source.rows("item", "object_key, name")}
    assert sorted(names[key] for key in keys) == ["0.jpg", "1.jpg", "2.jpg", "failed.jpg", "waiting.jpg"]


def test_people_come_back_with_role_and_lock(source: Home, target: Home, kept: Folder) -> None:
    done = bring_back(target, kept)
    assert (done.people["made"], done.people["there"]) == (2, 1)
    found = {one.email: one for one in cognito.members(target.places.user_pool_id)}
    assert {email: (one.role, one.enabled, one.status) for email, one in found.items()} == {
        ANN: (Role.ADMIN, True, "CONFIRMED"), "bob@shop.example": (Role.ANALYST, False, "CONFIRMED"),
        "eve@shop.example": (Role.VIEWER, True, "CONFIRMED"),
    }  # fmt: skip
    assert b"Secret-Pass1" not in gzip.decompress((kept.root / "people.gz").read_bytes())


def test_what_is_written_afterwards_gets_numbers_of_its_own(source: Home, target: Home, kept: Folder) -> None:
    newest = max(row[0] for row in source.rows("change", "seq"))
    bring_back(target, kept)
    with target.places.engine.begin() as connection:
        version = changes.note(connection, "x", "edit", {})
        label = connection.execute(text("insert into label (name) values ('Quite new') returning id")).scalar_one()
        waits = "select count(*) from change where xid >= pg_snapshot_xmin(pg_current_snapshot())"
        assert connection.execute(text(waits)).scalar_one() == 1  # only ours: all others are seen by the index
    assert version == newest + 2  # the note of the restore lies between
    assert label > max(row[0] for row in source.rows("label", "id"))


def test_a_catalogue_in_use_is_refused(source: Home, kept: Folder) -> None:
    with pytest.raises(Conflict, match="not empty"):
        bring_back(source, kept)


@pytest.mark.parametrize("file", ["tables/image.gz", "people.gz", "objects.gz", "an object", "backup.json"])
def test_damage_is_refused_before_anything_is_written(target: Home, kept: Folder, file: str) -> None:
    path = next((kept.root / "objects" / "originals").rglob("*-*-*/*")) if file == "an object" else kept.root / file
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    if file == "backup.json":
        path.write_bytes(content[:-40])
    with pytest.raises(Damaged, match=r"damaged"):
        bring_back(target, kept)
    assert target.rows("image") == target.rows("change") == []
    assert "Contents" not in boto3.client("s3", REGION).list_objects_v2(Bucket="other-originals")


def test_a_missing_file_and_an_unfinished_backup_are_refused(target: Home, kept: Folder, tmp_path: Path) -> None:
    (kept.root / "tables" / "image.gz").rename(tmp_path / "image.gz")
    with pytest.raises(Damaged, match=r"tables/image\.gz of the backup is missing"):
        bring_back(target, kept)
    (kept.root / "backup.json").unlink()
    with pytest.raises(Damaged, match="unfinished backup"):
        bring_back(target, kept)
    with pytest.raises(Damaged, match="no backup"):
        bring_back(target, Folder(tmp_path / "nothing"))


@pytest.mark.parametrize(
    ("field", "value", "says"), [("schema", "9999", "a newer one made it"), ("format", 2, "format 2")]
)
def test_a_backup_of_a_newer_pixplore_is_refused(target: Home, kept: Folder, field: str, value: Any, says: str) -> None:
    path = kept.root / "backup.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {field: value}))
    with pytest.raises(Conflict, match=says):
        bring_back(target, kept)


def test_a_folder_that_names_files_elsewhere_is_refused(target: Home, kept: Folder) -> None:
    path = kept.root / "backup.json"
    said = json.loads(path.read_text())
    said["people"]["file"] = "../../etc/passwd"
    path.write_text(json.dumps(said))
    with pytest.raises(Damaged, match="outside its folder"):
        bring_back(target, kept)


def test_a_restore_that_broke_off_goes_on(
    source: Home, target: Home, kept: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, calls = storage.put_original, []

    def dies(*arguments: Any) -> Any:
        calls.append(arguments[1])
        if len(calls) == 4:  # of five, two are no pictures': at least one picture is placed
            raise Unavailable("The storage cannot be reached.")
        return put(*arguments)

    monkeypatch.setattr(restoring, "_PART", 1)
    monkeypatch.setattr(storage, "put_original", dies)
    monkeypatch.setattr(at_once, "_PATIENCE_S", ())
    with pytest.raises(Unavailable):
        bring_back(target, kept)
    assert len(target.rows("image")) == 3
    done = bring_back(target, kept)
    assert done.again
    assert done.there >= 1
    assert [row for row in target.rows("image", "object_version") if row[0] is None] == []
    assert len([row for row in target.rows("change", "action") if row[0] == tables.RESTORED]) == 1


def test_a_newer_backup_shares_what_is_the_same(
    source: Home, target: Home, kept: Folder, pipeline: Pipeline, tmp_path: Path
) -> None:
    pipeline.take("later.jpg", picture(7))
    newer = Folder(tmp_path / "newer")
    lines: list[str] = []
    take(source.places, newer, kept, lines.append)
    assert any("(9 shared with the older backup)" in line for line in lines)  # 3 pictures, not the open files
    shutil.rmtree(kept.root)
    bring_back(target, newer)
    assert len(target.rows("image")) == 4


def test_files_that_were_lost_before_are_told(source: Home, pipeline: Pipeline, tmp_path: Path) -> None:
    key, version = source.rows("image", "object_key, object_version")[0]
    boto3.client("s3", REGION).delete_object(Bucket=ORIGINALS, Key=key, VersionId=version)
    manifest = take(source.places, Folder(tmp_path / "backup"), None, print)
    assert manifest.missing == [f"originals/{key}"]


def test_a_picture_removed_meanwhile_is_not_missing(
    source: Home, pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For good, between the snapshot and the copying of files."""
    listed = tables.objects
    key, version = source.rows("image", "object_key, object_version")[0]

    def removed_then(connection: Any, out: Any) -> int:
        number = listed(connection, out)
        boto3.client("s3", REGION).delete_object(Bucket=ORIGINALS, Key=key, VersionId=version)
        pipeline.rows("delete from image where object_key = :key", key=key)
        return number

    monkeypatch.setattr(tables, "objects", removed_then)
    folder = Folder(tmp_path / "backup")
    assert take(source.places, folder, None, print).missing == []
    assert f"originals/{key}" not in {f"{one.bucket}/{one.key}" for one in folder.objects(folder.manifest())}


def test_a_backup_needs_a_folder_of_its_own(source: Home, kept: Folder, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="is not empty"):
        take(source.places, kept, None, print)
    (tmp_path / "file").write_text("")
    with pytest.raises(Conflict, match="cannot be made"):
        take(source.places, Folder(tmp_path / "file" / "below"), None, print)
    assert kept.root.stat().st_mode & 0o077 == 0


def test_a_backup_of_an_older_schema_is_migrated(
    source: Home, target: Home, new_database: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the program of that time would have written it: its tables and columns."""
    old = open_engine(new_database(empty=True))
    old_one = UUID(int=7)
    with old.begin() as connection:
        revision.bring_to(connection, "0001")
        connection.execute(text("insert into image (id, name, title) values (:id, 'RED.JPG', 'Two')"), {"id": old_one})
        connection.execute(text("insert into label (name, parents) values ('Shoe', '{Footwear}'), ('Footwear', '{}')"))
        connection.execute(
            text("insert into image_label (image_id, label_id, source, confidence) "
                 "select :id, id, 'ai', 91.3 from label where name = 'Shoe'"), {"id": old_one},
        )  # fmt: skip
        columns = {
            name: list(connection.execute(text(
                "select column_name from information_schema.columns where table_name = :t"), {"t": name}).scalars())
            for name in ("image", "label", "image_label")
        }  # fmt: skip
    monkeypatch.setattr(tables, "tables", lambda: list(columns.items()))
    monkeypatch.setattr(tables, "objects", lambda connection, out: 0)
    folder = Folder(tmp_path / "old")
    take(Places(old, source.places.buckets, source.places.user_pool_id), folder, None, print)
    monkeypatch.undo()
    old.dispose()
    assert folder.manifest().schema == "0001"
    bring_back(target, folder)
    with target.places.engine.connect() as connection:
        assert revision.schema(connection).fits
    names = {row[1]: row[0] for row in target.rows("label", "id, name")}
    assert target.rows("image", "id, name_key, said") == [(old_one, "red.jpg", [pack(names["Shoe"], 913)])]


def test_a_worker_forgets_the_label_ids_of_another_catalogue(pipeline: Pipeline) -> None:
    """One that has run since before a restore would write numbers that mean other labels now."""
    pipeline.take("cup.jpg", photo(5))
    before = pipeline.terms()
    pipeline.rows(
        "truncate batch, item, image, label, change, decision, collection_image, review_skip restart identity"
    )
    pipeline.rows("insert into label (name) select 'Other ' || n from generate_series(1, 3) n")
    assert pipeline.take("cup.jpg", photo(5)).status == "ready"
    assert pipeline.terms() == before
    assert not [name for name in pipeline.terms() if name.startswith("Other")]


def test_ids_that_another_catalogue_gave_are_not_written(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """Restored between asking for them and writing them."""
    monkeypatch.setattr(pictures, "label_ids", lambda engine, labels: {label.name: 99_999 for label in labels})
    with pytest.raises(Unavailable, match="restored just now"):
        pipeline.take("cup.jpg", photo(5))
    assert pipeline.rows("select 1 from image") == []
