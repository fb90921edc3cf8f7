"""What was in the trash for its time is gone for good, wherever it was; nothing comes back, whoever is killed."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import boto3
import httpx
import pytest
from sqlalchemy import text

from pixplore.arrivals import Arrival
from pixplore.aws import versions
from pixplore.catalogue import collections, edit, feed, verdicts
from pixplore.catalogue.database import open_engine
from pixplore.domain import Person, Role
from pixplore.errors import Unavailable
from pixplore.purging import Purger
from pixplore.sweeping import sweep
from tests.pictures import photo
from tests.places import ORIGINALS, REGION, RENDITIONS, Pipeline
from tests.stack import Stack

ANNA = "anna@shop.example"
DAYS = 30


def purger(pipeline: Pipeline, days: int = DAYS) -> Purger:
    return Purger(pipeline.engine, ORIGINALS, RENDITIONS, days)


def trash(pipeline: Pipeline, image_id: UUID, days: float) -> None:
    """Deleted by a person, so many days ago."""
    with pipeline.engine.begin() as connection:
        edit.trash(connection, image_id, ANNA)
    pipeline.rows(
        "update image set deleted_at = now() - :days * interval '1 day' where id = :id", days=days, id=image_id
    )


def places_of(rows: Callable[..., list[tuple[str, ...]]], word: str) -> set[str]:
    """Which columns of which tables hold this word, in any form that text can be found in."""
    columns = rows(
        """
        select table_name, column_name from information_schema.columns join information_schema.tables
         using (table_schema, table_name) where table_schema = 'public' and table_type = 'BASE TABLE'
        """
    )
    return {
        f"{table}.{column}" for table, column in columns
        if rows(f'select 1 from "{table}" where cast("{column}" as text) ilike :word limit 1', word=f"%{word}%")
    }  # fmt: skip


def stored(beginning: str = "") -> set[tuple[str, str]]:
    """Every version and deletion in both buckets: (bucket, key)."""
    s3, found = boto3.client("s3", REGION), set()
    for bucket in (ORIGINALS, RENDITIONS):
        told = s3.list_object_versions(Bucket=bucket, Prefix=beginning)
        found |= {(bucket, one["Key"]) for one in (*told.get("Versions", []), *told.get("DeleteMarkers", []))}
    return found


@pytest.fixture
def cherished(pipeline: Pipeline) -> UUID:
    """A picture that people have done everything with; sent twice, written over and deleted in its bucket."""
    item = pipeline.take("grandma's garden.jpg", photo(5))
    twin = pipeline.take("the same again.jpg", photo(5))
    assert (twin.status, twin.duplicate_of) == ("duplicate", item.image_id)
    s3 = boto3.client("s3", REGION)
    s3.put_object(Bucket=ORIGINALS, Key=item.object_key, Body=b"written over")
    s3.delete_object(Bucket=ORIGINALS, Key=item.object_key)
    other = pipeline.take("other.jpg", photo(1)).image_id
    anna = Person("sub", ANNA, Role.ADMIN)
    with pipeline.engine.begin() as connection:
        edit.change(connection, item.image_id, {"title": "Grandma's garden", "tags": ["gardenparty"]}, ANNA)
        verdicts.decide(connection, item.image_id, "Cup", "accept", ANNA)
        board, _ = collections.create(connection, "Board", "", ANNA)
        collections.add_images(connection, board, [item.image_id, other], anna)
        job = uuid4()
        connection.execute(
            text("""
                insert into job (id, action, filters, state, total, created_by)
                values (:job, 'tag', '{}', 'done', 1, :by);
                insert into taught_label (id, label, examples, "by")
                values (:job, 'Garden', array[:image, :other], :by);
                insert into job_image (job_id, place, image_id, before) values (:job, 0, :image, '["gardenparty"]')
            """),
            {"job": job, "image": item.image_id, "other": other, "by": ANNA},
        )
    return item.image_id


def test_nothing_holds_it_any_more_but_who_deleted_it_and_when(pipeline: Pipeline, cherished: UUID) -> None:
    sha = pipeline.one("select sha256 from image where id = :id", id=cherished)
    trash(pipeline, cherished, DAYS + 0.1)
    words = ("garden.jpg", "gardenparty", "the same again", sha)
    assert all(places_of(pipeline.rows, word) for word in words)
    assert purger(pipeline)() == 2  # the file, and the one with the same bytes
    assert {word: places_of(pipeline.rows, word) for word in words} == {word: set() for word in words}
    assert places_of(pipeline.rows, str(cherished)) == {"change.image_id"}
    trail = pipeline.rows("select actor, action, detail from change where image_id = :id order by seq", id=cherished)
    assert [tuple(row)[:2] for row in trail][-2:] == [(ANNA, "delete"), ("system", "purge")]
    assert {str(row.detail) for row in trail} == {"{}"}
    left = {key for _, key in stored()}
    other = pipeline.one("select id from image")
    assert left == {pipeline.one("select object_key from image"), f"{other}/thumb.webp", f"{other}/preview.webp"}
    assert pipeline.one("select examples from taught_label") == [other]
    with feed.open_feed(pipeline.engine.url.render_as_string(False)).connect() as connection:
        assert len(feed.rows_of(connection, [cherished])) == 0


def test_what_is_not_over_its_time_stays(pipeline: Pipeline) -> None:
    kept, young = (pipeline.take(f"{n}.jpg", photo(n)).image_id for n in (1, 5))
    trash(pipeline, young, DAYS - 0.1)
    before = stored()
    assert purger(pipeline)() == 0
    trash(pipeline, young, 10_000)
    pipeline.rows("update image set deleted_at = now() - interval '9000 days' where id = :id", id=young)
    assert purger(pipeline, days=0)() == 0, "never"
    assert (stored(), {row.id for row in pipeline.rows("select id from image")}) == (before, {kept, young})


def test_killed_half_way_it_goes_on_and_nothing_comes_back(
    pipeline: Pipeline, cherished: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    trash(pipeline, cherished, DAYS + 1)
    key = pipeline.one("select object_key from image where id = :id", id=cherished)

    def broken_off(bucket: str, beginning: str) -> None:
        raise Unavailable("The storage cannot be reached.")

    with monkeypatch.context() as patch:
        patch.setattr(versions, "remove_all", broken_off)
        with pytest.raises(Unavailable):
            purger(pipeline)()
    assert places_of(pipeline.rows, "gardenparty") == set()
    boto3.client("s3", REGION).put_object(Bucket=ORIGINALS, Key=key, Body=photo(5))  # as if no deletion hid it
    sweep(pipeline.places, datetime.now(UTC) + timedelta(hours=1), "")
    assert pipeline.messages() == [], "the sweep does not take it for a picture that the catalogue has lost"
    assert pipeline.labeller(Arrival(ORIGINALS, key)) == "nothing"
    assert purger(pipeline)() == 2
    assert not {k for _, k in stored(key)} | {k for _, k in stored(f"{cherished}/")}
    assert places_of(pipeline.rows, str(cherished)) == {"change.image_id"}
    assert purger(pipeline)() == 0


def test_the_same_file_may_come_again(pipeline: Pipeline) -> None:
    first = pipeline.take("cup.jpg", photo(5))
    trash(pipeline, first.image_id, DAYS + 1)
    assert pipeline.take("cup.jpg", photo(5)).status == "duplicate"
    purger(pipeline)()
    assert pipeline.take("cup.jpg", photo(5)).status == "ready"


def test_on_a_whole_stack(stack: Stack) -> None:
    token = stack.token()
    content = photo(5) + time.time_ns().to_bytes(8, "big")
    made = stack.upload(token, [("remember me.jpg", content, "image/jpeg")])
    (item,) = stack.wait(token, made["batch_id"])["items"]
    image_id, address = item["image_id"], f"{stack.ends['search_api']}/v1/images/{item['image_id']}"
    shown = stack.call("GET", address, token).json()
    stack.call("DELETE", address, token).raise_for_status()
    engine = open_engine(stack.ends["database_url"])
    with engine.begin() as link:
        link.execute(text("update image set deleted_at = now() - interval '31 days' where id = :id"), {"id": image_id})
    lambdas = stack.client("lambda")
    deadline = time.monotonic() + 60
    while stack.call("GET", address, token).status_code != 404:
        assert time.monotonic() < deadline
        lambdas.invoke(FunctionName="pixplore-sweep", Payload=b"{}")
    for words in ({"q": "remember"}, {"q": "remember", "trashed": "true"}):
        assert stack.images(token, **words)["total"] == 0
    s3 = stack.client("s3")
    for bucket in (stack.ends["originals_bucket"], stack.ends["renditions_bucket"]):
        told = s3.list_object_versions(Bucket=bucket)
        assert image_id not in str(told.get("Versions")) + str(told.get("DeleteMarkers"))
    assert httpx.get(shown["preview_url"]).status_code == 404

    def rows(sql: str, **values: str) -> list[tuple[str, ...]]:
        with engine.begin() as link:
            return [tuple(row) for row in link.execute(text(sql), values)]

    assert places_of(rows, "remember me") == set()
    assert places_of(rows, image_id) == {"change.image_id"}
    trail = stack.call("GET", f"{stack.ends['search_api']}/v1/audit?image_id={image_id}", token).json()["items"]
    assert [one["action"] for one in trail][:2] == ["purge", "delete"]
    engine.dispose()
