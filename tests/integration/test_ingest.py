"""From file to picture: once, ten times at once, out of order, twice the same bytes, and what people said stays."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from pixplore.aws import recognition
from pixplore.catalogue import verdicts
from pixplore.errors import NotFound, Throttled
from tests.pictures import drawn, photo, saved
from tests.places import Pipeline


def test_a_photograph_becomes_a_picture(pipeline: Pipeline) -> None:
    content = photo(0)  # baseball.jpg
    defaults = {"category": "Sport", "tags": ["new"], "attributes": {"season": "summer"}}
    item = pipeline.take("shelf/baseball.jpg", content, defaults=defaults)
    assert item.status == "ready"
    assert item.sha256 == hashlib.sha256(content).hexdigest()
    ((name, key, category, tags, attributes, uploader, kind, version, embedding, colours, words),) = pipeline.rows(
        "select name, name_key, category, tags, attributes, uploader, content_type, object_version, embedding,"
        " colours, words from image"
    )
    assert (name, category, tags, attributes) == ("baseball.jpg", "Sport", ["new"], {"season": "summer"})
    assert key == name
    assert (uploader, kind) == ("anna@shop.example", "image/jpeg")
    assert version
    assert len(embedding) == 512
    assert colours
    assert words.startswith(" baseball jpg \x1f new \x1f sport \n summer \x1f")
    labels = {one.name: one for one in pipeline.entry(item.image_id).labels}
    assert labels["Baseball"].confidence > 55
    assert labels["Baseball"].model == pipeline.one("select label_model from image")
    ancestors = pipeline.one("select parents from label where name = 'Baseball'")
    assert ancestors
    assert set(ancestors) <= pipeline.terms()
    assert pipeline.rows("select actor, action from change") == [("anna@shop.example", "ingest")]
    assert pipeline.renditions() == {f"{item.image_id}/thumb.webp", f"{item.image_id}/preview.webp"}


def test_its_product_gives_it_a_name(pipeline: Pipeline) -> None:
    pipeline.rows("""insert into product (sku, title, category, file_name, created_at, attributes, updated_by) values
        ('CUP-1', 'White cup', 'Kitchen', null, '2026-10-01', '{"brand": "Nord"}', 'a'),
        ('X9', 'Other cup', null, 'Cup-1.JPG', null, '{}', 'a'), ('PAN', 'Pan', 'Kitchen', null, null, '{}', 'a')""")
    pipeline.take("cup-1.jpg", photo(5), defaults={"category": "Any", "attributes": {"brand": "?", "lot": 7}})
    pipeline.take("pan.jpeg", photo(25))
    pipeline.take("shelf\\cup-1.png", photo(6))
    found = pipeline.rows("select sku, title, category, created_at::date::text, attributes from image order by sku")
    assert found[2][:3] == ("X9", "Other cup", "Any")  # its file name says more than a SKU
    assert found[2][4] == {"brand": "?", "lot": 7}
    assert found[1][:3] == ("PAN", "Pan", "Kitchen")
    assert found[0] == ("CUP-1", "White cup", "Kitchen", "2026-10-01", {"brand": "Nord"})


def test_a_product_list_that_comes_at_the_same_moment_misses_no_picture(pipeline: Pipeline) -> None:
    from pixplore.catalogue.products import import_products
    from pixplore.product_csv import parse

    items = pipeline.promise(*(f"p-{n}.jpg" for n in range(8)))
    for number, item in enumerate(items):
        pipeline.store(item, photo(number))
    lines = "".join(f"P-{n},Product {n}\n" for n in range(8))
    rows = parse(f"sku,title\n{lines}".encode()).rows
    with ThreadPoolExecutor(9) as pool:
        taken = [pool.submit(pipeline.labeller, pipeline.arrival(item)) for item in items]
        pool.submit(import_products, pipeline.engine, rows, "anna@shop.example", dry_run=False).result()
    assert {one.result() for one in taken} == {"ready"}
    assert pipeline.one("select count(*) from image where title = 'Product ' || right(sku, 1)") == 8


def test_the_same_event_ten_times_at_once_gives_one_row(pipeline: Pipeline) -> None:
    (item,) = pipeline.promise("cup.jpg")
    pipeline.store(item, photo(5))
    start = Barrier(10)

    def take(_: int) -> str:
        start.wait()
        return pipeline.labeller(pipeline.arrival(item, "0A"))

    with ThreadPoolExecutor(10) as ten:
        outcomes = list(ten.map(take, range(10)))
    assert set(outcomes) <= {"ready", "nothing"}
    assert pipeline.one("select count(*) from image") == 1
    assert pipeline.one("select count(*) from change") == 1
    assert pipeline.item(item).status == "ready"
    assert pipeline.labeller(pipeline.arrival(item, "0A")) == "nothing"


def test_the_same_bytes_ten_times_at_once_give_one_picture(pipeline: Pipeline) -> None:
    items = pipeline.promise(*(f"cup-{n}.jpg" for n in range(10)))
    for item in items:
        pipeline.store(item, photo(5))
    start = Barrier(10)

    def take(item: object) -> str:
        start.wait()
        return pipeline.labeller(pipeline.arrival(item))

    with ThreadPoolExecutor(10) as ten:
        outcomes = sorted(ten.map(take, items))
    assert outcomes == ["duplicate"] * 9 + ["ready"]
    (winner,) = (i for i in map(pipeline.item, items) if i.status == "ready")
    losers = [i for i in map(pipeline.item, items) if i.status == "duplicate"]
    assert {i.duplicate_of for i in losers} == {winner.image_id}
    assert "in the catalogue already" in losers[0].error_message
    assert pipeline.renditions() == {f"{winner.image_id}/thumb.webp", f"{winner.image_id}/preview.webp"}


@pytest.mark.parametrize("order", [(1, 2), (2, 1), (2, 1, 2), (1, 2, 1, 1)])
def test_events_in_any_order_end_the_same(pipeline: Pipeline, order: tuple[int, ...]) -> None:
    """A broken file, then the whole one under the same key: the whole one counts, whatever comes when."""
    (item,) = pipeline.promise("cup.jpg")
    pipeline.store(item, photo(5)[:3000])
    pipeline.store(item, photo(5))
    for number in order:
        pipeline.labeller(pipeline.arrival(item, f"0A{number}"))
    assert pipeline.item(item).status == "ready"
    assert pipeline.one("select count(*) from image") == 1


def test_a_better_file_under_the_same_key_heals_a_refusal(pipeline: Pipeline) -> None:
    (item,) = pipeline.promise("cup.jpg")
    pipeline.store(item, photo(5)[:3000])
    assert pipeline.labeller(pipeline.arrival(item, "0A")) == "rejected"
    assert pipeline.item(item).error_code == "truncated"
    assert pipeline.labeller(pipeline.arrival(item, "0A")) == "nothing"
    pipeline.store(item, photo(5))
    assert pipeline.labeller(pipeline.arrival(item, "0B")) == "ready"
    assert pipeline.item(item).error_code is None


def test_a_grant_used_again_changes_nothing(pipeline: Pipeline) -> None:
    item = pipeline.take("cup.jpg", photo(5))
    version = pipeline.one("select object_version from image")
    pipeline.store(item, photo(6))
    assert pipeline.labeller(pipeline.arrival(item, "0F")) == "nothing"
    assert pipeline.rows("select sha256, object_version from image") == [(item.sha256, version)]


def test_a_picture_in_the_trash_is_not_brought_back(pipeline: Pipeline) -> None:
    item = pipeline.take("cup.jpg", photo(5))
    pipeline.rows("update image set deleted_at = now()")
    assert pipeline.labeller(pipeline.arrival(item, "0F")) == "nothing"
    again = pipeline.take("cup again.jpg", photo(5))
    assert (again.status, again.duplicate_of) == ("duplicate", item.image_id)
    assert "in the trash" in again.error_message
    assert pipeline.one("select count(*) from image where deleted_at is null") == 0


def test_duplicates_are_known_before_the_upload(pipeline: Pipeline) -> None:
    item = pipeline.take("cup.jpg", photo(5))
    (again,) = pipeline.promise("same.jpg", sha256=item.sha256)
    assert (again.status, again.duplicate_of) == ("duplicate", item.image_id)


def test_what_is_only_promised_makes_nothing_a_duplicate(pipeline: Pipeline) -> None:
    """The promised one may never come, be refused, or prove to be another file: both are granted, the bytes decide."""
    promised = hashlib.sha256(photo(6)).hexdigest()
    liar, honest = pipeline.promise("liar.jpg", "honest.jpg", sha256=promised)
    assert (liar.status, honest.status) == ("expected", "expected")
    pipeline.store(liar, photo(7))
    pipeline.store(honest, photo(6))
    for item in (liar, honest):
        pipeline.labeller(pipeline.arrival(item))
    ends = dict(pipeline.rows("select name, coalesce(error_code, status) from item"))
    assert ends == {"liar.jpg": "changed_on_the_way", "honest.jpg": "ready"}


def test_new_labels_leave_what_people_said(pipeline: Pipeline) -> None:
    item = pipeline.take("baseball.jpg", photo(0))
    image_id = item.image_id
    with pipeline.engine.begin() as connection:
        verdicts.decide(connection, image_id, "Heirloom", "accept", "b@shop.example")
        verdicts.decide(connection, image_id, "Baseball", "reject", "b@shop.example")
    pipeline.rows("update image set title = 'Mine', tags = '{kept}', label_model = 'old', deleted_at = now()")
    said = pipeline.one("update image set said = said[1:1], embedding = null, words = '' returning said")
    again = pipeline.arrival(item)
    assert pipeline.labeller(type(again)(again.bucket, again.key, relabel=True)) == "ready"
    assert pipeline.rows("select title, tags, label_model <> 'old', deleted_at is null from image") == [
        ("Mine", ["kept"], True, False)
    ]
    assert "Heirloom" in pipeline.terms()
    assert "Baseball" not in pipeline.terms()
    assert [one.name for one in pipeline.entry(image_id).labels if one.source == "person"] == ["Heirloom"]
    assert len(pipeline.one("select said from image")) > len(said)
    assert pipeline.one("select octet_length(embedding) from image") == 512
    assert "baseball" in pipeline.one("select words from image")
    assert pipeline.rows("select action from change order by seq") == [
        ("ingest",), ("accept",), ("reject",), ("relabel",),
    ]  # fmt: skip
    told = pipeline.one("select detail from change where action = 'relabel'")
    assert told["model"] == pipeline.one("select label_model from image")
    assert set(told.get("labels", {}).get("before", ())) <= {"Heirloom"}
    assert "Baseball" not in str(told)  # what people rejected did not come


def test_a_throttled_recogniser_leaves_nothing_half_done(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    (item,) = pipeline.promise("cup.jpg")
    pipeline.store(item, photo(5))
    with monkeypatch.context() as patched:

        def patience(*_: object, **__: object) -> None:
            raise Throttled("The recogniser asks for patience.")

        patched.setattr(recognition, "_ask", patience)
        with pytest.raises(Throttled):
            pipeline.labeller(pipeline.arrival(item, "0A"))
    assert pipeline.one("select count(*) from image") == 0
    assert pipeline.item(item).status == "processing"
    assert pipeline.labeller(pipeline.arrival(item, "0A")) == "ready"  # no lock was left behind


def test_a_file_that_is_gone_ends_after_three_looks(pipeline: Pipeline) -> None:
    (item,) = pipeline.promise("cup.jpg")
    for _ in range(2):
        with pytest.raises(NotFound):
            pipeline.labeller(pipeline.arrival(item))
    assert pipeline.labeller(pipeline.arrival(item)) == "failed"
    assert pipeline.item(item).error_code == "not_in_storage"


def test_an_object_without_a_row_gets_one(pipeline: Pipeline) -> None:
    import boto3

    from tests.places import ORIGINALS, REGION

    (item,) = pipeline.promise("will be lost")
    metadata = {"name": "caf%C3%A9.jpg", "by": "anna@shop.example"}
    boto3.client("s3", REGION).put_object(
        Bucket=ORIGINALS, Key=item.object_key, Body=photo(5), Metadata=metadata
    )  # fmt: skip
    pipeline.rows("delete from item")
    pipeline.rows("delete from batch")
    assert pipeline.labeller(pipeline.arrival(item)) == "ready"
    assert pipeline.rows("select name, uploader, batch_id from image") == [
        ("café.jpg", "anna@shop.example", item.batch_id)
    ]
    assert pipeline.one("select name from batch") == "Recovered files"
    pipeline.rows("delete from item")  # a row is lost, the picture is not: nothing to do
    assert pipeline.labeller(pipeline.arrival(item)) == "nothing"


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "AVIF"])
def test_every_kind_reaches_the_catalogue(pipeline: Pipeline, kind: str) -> None:
    assert pipeline.take(f"a.{kind.lower()}", saved(drawn(500, 400), kind)).status == "ready"
    assert pipeline.one("select content_type from image") == f"image/{kind.lower()}"
