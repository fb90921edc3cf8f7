"""What is kept about one person: all of it in one file, nothing of anybody else; and no place in what is shown."""

import io
import json
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import boto3
import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from pixplore.__main__ import main
from pixplore.aws import cognito
from pixplore.catalogue import collections, edit, personal, saved, sessions, verdicts
from pixplore.catalogue.schema import metadata
from pixplore.domain import Person, Role
from pixplore.query import parse_query
from tests.pictures import drawn, photo
from tests.pictures import saved as file_of
from tests.places import ORIGINALS, REGION, RENDITIONS, Pipeline

ANNA, BOB = "anna@shop.example", "Bob@shop.example"
NAMES = ("created_by", "by", "owner", "actor", "uploader", "updated_by")


@pytest.fixture
def written(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Callable[[str], dict[str, Any]]]:
    """What the command writes about somebody, in an installation where Anna and Bob have accounts."""
    cognito._pool.cache_clear()  # another test's
    people: Any = boto3.client("cognito-idp", REGION)
    pool = people.create_user_pool(PoolName="p")["UserPool"]["Id"]
    for role in Role:
        people.create_group(UserPoolId=pool, GroupName=role.value)
    for email in (ANNA, BOB):
        people.admin_create_user(UserPoolId=pool, Username=email, MessageAction="SUPPRESS",
                                 UserAttributes=[{"Name": "email", "Value": email}])  # fmt: skip
        people.admin_set_user_password(UserPoolId=pool, Username=email, Password="Secret-12", Permanent=True)
    people.admin_add_user_to_group(UserPoolId=pool, Username=ANNA, GroupName="admin")
    told = people.admin_get_user(UserPoolId=pool, Username=ANNA)["UserAttributes"]
    sub = next(one["Value"] for one in told if one["Name"] == "sub")
    sessions.open_ticket(pipeline.engine, "hash-of-a-ticket", sub, b"sealed tokens")
    monkeypatch.setenv("PIXPLORE_USER_POOL_ID", pool)
    monkeypatch.setenv("PIXPLORE_CLIENT_ID", "client")
    monkeypatch.setenv("DATABASE_URL", pipeline.engine.url.render_as_string(False))
    monkeypatch.setenv("PIXPLORE_HOME", str(tmp_path / "no home"))

    def write(email: str) -> dict[str, Any]:
        to = tmp_path / f"{email}.json"
        assert main(["person", email, "--export", str(to)]) == 0
        assert stat.S_IMODE(to.stat().st_mode) == 0o600
        return json.loads(to.read_text())  # type: ignore[no-any-return]

    yield write
    cognito._pool.cache_clear()


def busy(pipeline: Pipeline, email: str, picture: UUID) -> None:
    who = Person("sub", email, Role.ADMIN)
    with pipeline.engine.begin() as connection:
        verdicts.decide(connection, picture, email[:3], "accept", email)
        edit.change(connection, picture, {"title": f"Title by {email[:3]}"}, email)
        board, _ = collections.create(connection, f"Board of {email}", "", email)
        collections.add_images(connection, board, [picture], who)
        query, _ = parse_query([("label", "Cup")])
        saved.create(connection, f"Search of {email}", query, "newest", email)
    pipeline.rows(
        """insert into job (id, action, filters, state, total, created_by)
           values (gen_random_uuid(), 'tag', '{}', 'done', 1, :by);
           insert into product (sku, updated_by) values (:by, :by);
           insert into taxonomy (rules, "by") values ('{}', :by);
           insert into taught_label (id, label, examples, "by") values (gen_random_uuid(), :by, '{}', :by);
           insert into review_skip ("by", image_id, label, until) values (:by, :image, 'Cup', now());
           insert into share (id, filters, created_by, expires_at) values (gen_random_uuid(), '{}', :by, now());
           insert into change (actor, action, detail)
           values ('admin@x.example', 'account', jsonb_build_object('account', cast(:by as text)))""",
        by=email, image=picture,
    )  # fmt: skip


def test_all_of_one_person_and_nothing_of_another(pipeline: Pipeline, written: Callable[[str], dict[str, Any]]) -> None:
    picture = pipeline.take("cup.jpg", photo(5)).image_id
    for email in (ANNA, BOB):
        busy(pipeline, email, picture)
    anna, bob = written(ANNA), written(BOB.lower())
    assert (anna["about"], anna["account"]["groups"], bob["account"]["groups"]) == (ANNA, ["admin"], [])
    assert {part for part in personal.PARTS if not anna[part]} == set()
    assert {part for part in personal.PARTS if not bob[part]} == {"sessions", "uploads", "files", "pictures"}
    assert BOB.lower() not in json.dumps(anna).lower()
    assert ANNA not in json.dumps(bob)
    for secret in ("sealed", "ticket", "Secret-12"):
        assert secret not in json.dumps(anna)
    assert {row["action"] for row in anna["changes"]} >= {"ingest", "edit", "accept", "collection_create"}


def test_every_column_that_names_people_has_a_part() -> None:
    """A new table that names somebody, and is no part of the export, fails here."""
    asked = " ".join(personal.PARTS.values()).replace('"', "")
    for table in metadata.sorted_tables:
        for column in table.columns:
            if column.name in NAMES:
                assert re.search(rf"from .*\b{table.name}\b.*lower\({column.name}\)", asked, re.S), (table, column)


def test_nobody_and_a_file_that_is_there(
    pipeline: Pipeline, written: Callable[[str], dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["person", "nobody@x.example", "--export", str(tmp_path / "nobody.json")]) == 1
    there = tmp_path / "there.json"
    there.write_text("mine")
    assert main(["person", ANNA, "--export", str(there)]) == 2
    assert (there.read_text(), "name a new file" in capsys.readouterr().err) == ("mine", True)


def test_where_a_picture_was_taken_is_in_none_of_its_renditions(pipeline: Pipeline) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x8298] = "Canon", "Grandma"
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (IFDRational(52), IFDRational(31), IFDRational(12))
    place[3], place[4] = "E", (IFDRational(13), IFDRational(24), IFDRational(0))
    sent = file_of(drawn(1600, 1200), exif=exif)
    item = pipeline.take("home.jpg", sent)
    assert pipeline.one("select exif from image")["gps"]["latitude"] == 52.52
    s3 = boto3.client("s3", REGION)
    assert b"Grandma" in s3.get_object(Bucket=ORIGINALS, Key=item.object_key)["Body"].read(), (
        "the file is kept as it is"
    )
    for key in (f"{item.image_id}/thumb.webp", f"{item.image_id}/preview.webp"):
        content = s3.get_object(Bucket=RENDITIONS, Key=key)["Body"].read()
        shown = Image.open(io.BytesIO(content))
        assert (dict(shown.getexif()), {"exif", "xmp", "icc_profile"} & set(shown.info)) == ({}, set())
        assert not re.search(b"EXIF|XMP |Canon|Grandma", content)
    assert len(pipeline.renditions()) == 2
