"""`python -m pixplore import` on a real catalogue: conflicts, rejects, kill -9, pictures, the other commands."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import boto3
import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from pixplore import arrivals
from pixplore.__main__ import main
from pixplore.aws import clients, queue
from pixplore.catalogue import read
from pixplore.catalogue.database import open_engine
from pixplore.catalogue.document import refresh_words
from pixplore.catalogue.snapshot import Engine, transaction
from pixplore.catalogue.terms import refresh_terms
from pixplore.importing.entries import NAMESPACE
from tests.pictures import photo
from tests.places import ORIGINALS, REGION, Pipeline


@pytest.fixture
def engine(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    opened = open_engine(database_url)
    yield opened
    opened.dispose()


def rows(engine: Engine, sql: str) -> list[Any]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit status and last line."""
    status = main(["import", *arguments])
    return status, capsys.readouterr().out.splitlines()[-1]


def as_made_anew(engine: Engine) -> bool:
    """Whether words and terms are what they would be if they were made one by one."""
    with engine.connect() as connection:
        ids = list(connection.execute(text("select id from image")).scalars())
        return not refresh_words(connection, ids) and not refresh_terms(connection, ids)


def test_new_ones_conflicts_and_what_changed(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with transaction(engine) as connection:
        connection.execute(
            text("insert into product (sku, title, category, updated_by) values ('A', 'Trail', 'Run', 'x')")
        )
        connection.execute(text('insert into taxonomy (rules, by) values (\'{"Boot": {"to": "Stiefel"}}\', \'x\')'))
    file = tmp_path / "a.csv"
    file.write_text(
        "sku,name,title,category,created_at,width,height,labels,tags,attributes\n"
        "A,one.jpg,Red shoe,Shoes,2026-01-30T10:00:00Z,100,50,Shoe:90|Boot:40.5,a|b,"
        '"{""price"":10,""brand"":""Acme""}"\n'
        ",two.jpg,,,,,,,,\n"
        "A,one.jpg,Twice,,,,,,,\n"
    )
    assert run(capsys, str(file), "--by", "ann@example.com") == (0, "imported 2, updated 0, skipped 1, rejected 0")
    assert run(capsys, str(file)) == (0, "imported 0, updated 0, skipped 3, rejected 0")
    one = uuid5(NAMESPACE, "A\x1fone.jpg")
    with engine.connect() as connection:
        entry = read.entry(connection, one)
    assert (entry.title, entry.category, entry.tags, entry.attributes, entry.status, entry.has_renditions) == (
        "Red shoe", "Shoes", ["a", "b"], {"price": 10, "brand": "Acme"}, "ready", False,
    )  # fmt: skip
    assert [(label.name, label.confidence) for label in entry.labels] == [("Shoe", 90.0), ("Stiefel", 40.5)]
    assert entry.orientation == "landscape"
    assert as_made_anew(engine)
    told = "select actor, detail ->> 'file', count(*) from change where action = 'import' group by 1, 2"
    assert rows(engine, told) == [("ann@example.com", "a.csv", 2)]  # fmt: skip
    ends = rows(engine, "select actor, detail from change where action = 'import_end' order by seq")
    assert ends == [
        ("ann@example.com", {"file": "a.csv", "imported": 2, "updated": 0, "skipped": 1, "rejected": 0}),
        ("import", {"file": "a.csv", "imported": 0, "updated": 0, "skipped": 3, "rejected": 0}),
    ]

    file.write_text(
        "sku,name,title,labels,attributes,tags\n"
        'A,one.jpg,Blue shoe,,"{""brand"":""Globex""}",\n'
        ",two.jpg,,Cup:80,,\n"
        ",new.jpg,,,,\n"
        "A,one.jpg,,Shoe:95,,\n"
    )
    update = "--on-conflict", "update"
    assert run(capsys, str(file), *update) == (0, "imported 1, updated 3, skipped 0, rejected 0")
    assert run(capsys, str(file), *update) == (0, "imported 0, updated 0, skipped 4, rejected 0")
    with engine.connect() as connection:
        entry = read.entry(connection, one)
        (last,) = [e for e in read.detail(connection, one).history if "title" in e.detail]
    assert (entry.title, entry.tags, entry.attributes) == ("Blue shoe", ["a", "b"], {"price": 10, "brand": "Globex"})
    assert [(label.name, label.confidence) for label in entry.labels] == [("Shoe", 95.0)]
    assert last.detail["title"] == {"before": "Red shoe", "after": "Blue shoe"}
    assert as_made_anew(engine)


def test_rejected_rows_stand_beside_the_file(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.csv"
    file.write_text('name,width,category\ngood.jpg,5,\n=bad.jpg,wide,=1+1\n"open.jpg,1,\n,1,\nfine.jpg,,\n')
    assert run(capsys, str(file)) == (0, "imported 2, updated 0, skipped 0, rejected 3")
    beside = Path(f"{file}.rejected.csv")
    found = list(csv.reader(beside.open(newline="")))
    assert found[0] == ["line", "reason", "unread", "name", "width", "category"]
    assert [(row[0], row[2:]) for row in found[1:]] == [
        ("3", ["", "'=bad.jpg", "wide", "'=1+1"]), ("4", ['"open.jpg,1,']), ("5", ["", "", "1", ""]),
    ]  # fmt: skip
    assert [row[1] for row in found[1:]] == [
        "width: is not a whole number of pixels",
        'A quotation mark (") is not closed, or stands inside quotes without being doubled', "name: is missing",
    ]  # fmt: skip
    beside.write_text(beside.read_text().replace("wide", "7"))  # mended, and taken from there
    mended = beside.rename(tmp_path / "mended.csv")
    assert run(capsys, str(mended))[1] == "imported 1, updated 0, skipped 0, rejected 2"
    assert ("=bad.jpg", 7, "=1+1") in rows(engine, "select name, width, category from image")
    file.write_text("name\nfine.jpg\n")
    run(capsys, str(file))
    assert not beside.exists()

    lines = tmp_path / "b.jsonl"
    lines.write_text('{"name": "", "x": 1}\nnothing\n')
    assert run(capsys, str(lines)) == (1, "imported 0, updated 0, skipped 0, rejected 2")
    told = [json.loads(line) for line in Path(f"{lines}.rejected.jsonl").read_text().splitlines()]
    assert [(one["line"], one["row"]) for one in told] == [(1, {"name": "", "x": 1}), (2, "nothing")]
    assert run(capsys, str(tmp_path / "absent.csv"))[0] == 2
    lines.write_bytes(b"%PDF-1.4 ...")
    assert run(capsys, str(lines))[0] in (1, 2)


def test_killed_and_run_again(engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.parquet"
    assert main(["synthesise", "--images", "100000", "--to", str(file)]) == 0
    assert pq.ParquetFile(file).metadata.num_rows == 100_000
    worker = subprocess.Popen(
        [sys.executable, "-m", "pixplore", "import", str(file)], env=os.environ, stdout=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while not (had := rows(engine, "select count(*) from image")[0][0]):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    worker.send_signal(signal.SIGKILL)
    worker.wait(10)
    assert had < 100_000
    capsys.readouterr()
    status, last = run(capsys, str(file))
    skipped = int(last.split("skipped ")[1].split(",")[0])
    assert (status, last) == (0, f"imported {100_000 - skipped}, updated 0, skipped {skipped}, rejected 0")
    assert skipped >= had
    assert rows(engine, "select count(*), count(distinct id) from image") == [(100_000, 100_000)]
    assert rows(engine, "select count(*), count(distinct image_id) from change where action = 'import'") == [
        (100_000, 100_000)
    ]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_made_up_catalogues_are_the_same_by_every_way(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    assert main(["synthesise", "--images", "700", "--seed", "5"]) == 0
    made = (
        "select id, name, title, sku, category, created_at, width, height, tags, attributes, said from image order by 1"
    )
    want = rows(engine, made)
    assert len(want) == 700
    assert as_made_anew(engine)
    with transaction(engine) as connection:
        connection.execute(text("truncate image cascade"))
    file = tmp_path / f"a.{kind}"
    assert main(["synthesise", "--images", "700", "--seed", "5", "--to", str(file)]) == 0
    capsys.readouterr()
    assert run(capsys, str(file)) == (0, "imported 700, updated 0, skipped 0, rejected 0")
    assert rows(engine, made) == want


def test_rows_with_a_picture_go_through_the_pipeline(
    pipeline: Pipeline, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "DATABASE_URL", pipeline.engine.url.render_as_string(hide_password=False).replace("+psycopg2", "")
    )
    (tmp_path / "shots").mkdir()
    (tmp_path / "shots" / "a.jpg").write_bytes(photo())
    boto3.client("s3", REGION).put_object(Bucket=ORIGINALS, Key="elsewhere/b.jpg", Body=photo(1))
    given = {"sku": "A-1", "title": "Red shoe", "category": "Shoes", "created_at": "2020-05-06", "tags": ["x"],
             "attributes": {"brand": "Acme"}, "labels": [{"name": "Sneaker", "confidence": 100},
                                                         {"name": "Cup", "confidence": 40}]}  # fmt: skip
    file = tmp_path / "a.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in (
        {"name": "a.jpg", "image": "shots/a.jpg"} | given, {"image": f"s3://{ORIGINALS}/elsewhere/b.jpg"},
        {"name": "c.jpg", "image": "shots/absent.jpg"}, {"name": "entry.jpg"},
    )))  # fmt: skip
    assert run(capsys, str(file), "--by", "ann@example.com") == (0, "imported 3, updated 0, skipped 0, rejected 1")
    items = pipeline.rows("select image_id, object_key from item order by name")
    for _, key in items:
        assert pipeline.labeller(arrivals.Arrival(ORIGINALS, key)) == "ready"
    entry = pipeline.entry(uuid5(NAMESPACE, "A-1\x1fa.jpg"))
    assert (entry.sku, entry.title, entry.category, entry.tags, entry.attributes) == (
        "A-1", "Red shoe", "Shoes", ["x"], {"brand": "Acme"},
    )  # fmt: skip
    assert entry.created_at.isoformat() == "2020-05-06T00:00:00+00:00"
    assert entry.has_renditions
    labels = {label.name: (label.confidence, label.source) for label in entry.labels}
    assert labels["Sneaker"] == (100.0, "person")
    assert "Cup" not in labels
    assert as_made_anew(pipeline.engine)
    assert run(capsys, str(file))[1] == "imported 0, updated 0, skipped 3, rejected 1"

    pipeline.messages()
    assert main(["relabel", "--missing-embedding"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "relabel 0"
    assert main(["relabel"]) == 0
    again = queue.receive(pipeline.places.queue_url)
    assert {arrivals.read(one.body).image_id for one in again} == {UUID(str(i)) for i, _ in items}
    assert all(arrivals.read(one.body).relabel for one in again)


def test_a_picture_that_s3_refuses_rejects_its_row_and_a_storage_that_is_away_ends_the_import(
    aws: dict[str, str], engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    s3 = boto3.client("s3", REGION)
    s3.put_object(Bucket=ORIGINALS, Key="elsewhere/b.jpg", Body=photo(1))
    s3.put_object(Bucket=ORIGINALS, Key="frozen.jpg", Body=photo(2), StorageClass="GLACIER")
    access_point = "arn:aws:s3:eu-central-1:123456789012:accesspoint:no_such"
    refused = {
        "s3://no-such-bucket/a.jpg": "NoSuchBucket", f"s3://{ORIGINALS}/absent.jpg": "there is no file",
        f"s3://{ORIGINALS}/frozen.jpg": "InvalidObjectState", "s3://Not A Bucket!/a.jpg": "no such name",
        f"s3://{access_point}/a.jpg": "no such name", "s3://arn:aws:s3:::x/a.jpg": "no such name",
        "s3://..": "s3://BUCKET/KEY", "s3://": "s3://BUCKET/KEY", f"S3://{ORIGINALS}/": "s3://BUCKET/KEY",
        "s3:///a.jpg": "s3://BUCKET/KEY", "x" * 300: "there is no file",
    }  # fmt: skip
    file = tmp_path / "a.jsonl"
    taken = f"s3://{ORIGINALS}/elsewhere/b.jpg"
    file.write_text("\n".join(json.dumps({"name": f"{n}.jpg", "image": place})
                              for n, place in enumerate([*refused, taken])))  # fmt: skip
    assert run(capsys, str(file)) == (0, f"imported 1, updated 0, skipped 0, rejected {len(refused)}")
    told = [json.loads(line) for line in Path(f"{file}.rejected.jsonl").read_text().splitlines()]
    for one, (place, reason) in zip(told, refused.items(), strict=True):
        assert one["row"]["image"] == place
        assert one["reason"].startswith("image: ")
        assert reason in one["reason"]

    monkeypatch.setenv("PIXPLORE_ORIGINALS_BUCKET", "no-such-bucket")  # our own bucket: no row is at fault
    file.write_text(json.dumps({"name": "new.jpg", "image": taken}))
    assert main(["import", str(file)]) == 2
    assert "broke off: The storage refused the request (NoSuchBucket)" in capsys.readouterr().err
    monkeypatch.setenv("PIXPLORE_ORIGINALS_BUCKET", ORIGINALS)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    clients.forget()
    assert main(["import", str(file)]) == 2
    assert "broke off: The storage cannot be reached" in capsys.readouterr().err
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3")
    clients.forget()
    assert run(capsys, str(file)) == (0, "imported 1, updated 0, skipped 0, rejected 0")


def test_only_a_picture_leaves_the_machine(
    aws: dict[str, str], engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever wrote the list may not make us send what else lies on this machine, or ask another for it."""
    folder, secret = tmp_path / "in", tmp_path / "secret.jpg"
    (folder / "inside").mkdir(parents=True)
    secret.write_text("-----BEGIN PRIVATE KEY-----")
    (tmp_path / "cup.jpg").write_bytes(photo())
    (folder / "link.jpg").symlink_to(secret)
    os.mkfifo(folder / "pipe.jpg")
    no_picture = ["../secret.jpg", "inside/../../secret.jpg", str(secret), "link.jpg"]
    absent = ["http://169.254.169.254/latest/meta-data", "http://127.0.0.1:1/a.jpg", f"file://{secret}", "pipe.jpg",
              "inside", "a\0b.jpg", "~/secret.jpg", "/dev/zero"]  # fmt: skip
    file = folder / "a.jsonl"
    named = [*no_picture, *absent]
    file.write_text("\n".join(json.dumps({"name": f"{n}.jpg", "image": at}) for n, at in enumerate(named)))
    assert run(capsys, str(file))[1] == f"imported 0, updated 0, skipped 0, rejected {len(named)}"
    told = [json.loads(line)["reason"] for line in Path(f"{file}.rejected.jsonl").read_text().splitlines()]
    assert all("not a picture" in reason for reason in told[: len(no_picture)])
    assert all("no file" in reason or "control character" in reason for reason in told[len(no_picture) :])
    assert "Contents" not in boto3.client("s3", REGION).list_objects_v2(Bucket=ORIGINALS)
    file.write_text(json.dumps({"name": "cup.jpg", "image": "../cup.jpg"}))  # wherever it lies
    assert run(capsys, str(file))[1] == "imported 1, updated 0, skipped 0, rejected 0"


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    told = capsys.readouterr().out
    for name in ("models", "migrate", "import", "synthesise", "relabel"):
        assert name in told
