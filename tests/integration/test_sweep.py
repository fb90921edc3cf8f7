"""What stopped on its way is found again: lost events, lost rows, lost uploads, dead letters."""

from datetime import UTC, datetime, timedelta

import boto3
import pytest

from pixplore import operations, sweeping, uploads
from pixplore.arrivals import Arrival
from pixplore.aws import queue
from pixplore.sweeping import sweep
from tests.pictures import photo
from tests.places import ORIGINALS, REGION, Pipeline

SOON, LATER = timedelta(minutes=1), timedelta(minutes=30)


def now(later: timedelta = SOON) -> datetime:
    """The sweep's clock; the database's and the storage's stay."""
    return datetime.now(UTC) + later


def due(pipeline: Pipeline) -> None:
    pipeline.rows("update item set look_at = now() - interval '1 second'")


def test_a_lost_event_is_sent_again(pipeline: Pipeline) -> None:
    item, other = pipeline.promise("cup.jpg", "not sent yet.jpg")
    pipeline.store(item, photo(5))
    due(pipeline)
    swept = sweep(pipeline.places, now())
    assert (swept.looked, swept.sent, swept.failed) == (2, 1, 0)
    assert pipeline.messages() == [item.object_key]
    assert sweep(pipeline.places, now()).looked == 0  # both are left alone for a while
    assert pipeline.item(other).status == "expected"
    assert pipeline.labeller(Arrival(ORIGINALS, item.object_key)) == "ready"


def test_work_that_died_is_taken_up_by_another(pipeline: Pipeline) -> None:
    (item,) = pipeline.promise("cup.jpg")
    pipeline.store(item, photo(5))
    pipeline.rows("update item set status = 'processing', attempts = 1, look_at = now() - interval '1 second'")
    assert sweep(pipeline.places, now()).sent == 1
    assert pipeline.labeller(Arrival(ORIGINALS, pipeline.messages()[0])) == "ready"


def test_what_may_still_be_worked_on_gets_its_message_later(pipeline: Pipeline) -> None:
    (item,) = pipeline.promise("cup.jpg")
    pipeline.store(item, photo(5))
    pipeline.rows("update item set status = 'processing', look_at = now() + interval '15 seconds'")
    assert sweep(pipeline.places, now()).sent == 1
    assert pipeline.messages() == []
    assert queue.depth(pipeline.places.queue_url).delayed == 1


def test_a_busy_queue_is_left_to_work(pipeline: Pipeline) -> None:
    (item,) = pipeline.promise("cup.jpg")
    pipeline.store(item, photo(5))
    queue.send(pipeline.places.queue_url, [Arrival(ORIGINALS, item.object_key).body()])
    due(pipeline)
    assert sweep(pipeline.places, now()).sent == 0
    due(pipeline)
    assert sweep(pipeline.places, now(LATER)).sent == 1  # unless it has waited for long


@pytest.mark.parametrize("status", ["expected", "processing"])
def test_what_a_dead_worker_holds_is_not_waited_for(pipeline: Pipeline, status: str) -> None:
    (item,) = pipeline.promise("cup.jpg")
    pipeline.store(item, photo(5))
    queue.send(pipeline.places.queue_url, [Arrival(ORIGINALS, item.object_key).body()])
    assert queue.receive(pipeline.places.queue_url, hidden=360)  # and its worker is killed
    pipeline.rows(f"update item set status = '{status}', look_at = now() - interval '1 second'")
    assert sweep(pipeline.places, now(timedelta(seconds=5))).sent == 0  # nobody knows yet
    pipeline.rows("update item set look_at = now() - interval '1 second', updated_at = now() - interval '31 seconds'")
    assert sweep(pipeline.places, now(timedelta(seconds=31))).sent == 1


def test_uploads_that_people_left_do_not_stand_before_what_a_worker_dropped(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "MOST_BATCHES", 3)
    monkeypatch.setattr(sweeping, "MOST_ITEMS", 5)
    left = [pipeline.promise("never sent.jpg") for _ in range(8)]
    (item,) = pipeline.promise("cup.jpg")
    pipeline.store(item, photo(5))
    pipeline.rows("update item set look_at = now() - interval '5 minutes'")
    pipeline.rows(f"""update item set status = 'processing', updated_at = now() - interval '1 minute',
                      look_at = now() - interval '1 second' where image_id = '{item.image_id}'""")
    swept = sweep(pipeline.places, now())
    assert (swept.looked, swept.sent) == (4, 1)
    assert pipeline.messages() == [item.object_key]
    assert sum(sweep(pipeline.places, now()).looked for _ in range(2)) == len(left) - 3  # all have their turn


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_wrong_clock_of_the_storage_holds_nothing_up(pipeline: Pipeline, hours: int) -> None:
    (item,) = pipeline.promise("cup.jpg")
    pipeline.store(item, photo(5))
    due(pipeline)
    assert sweep(pipeline.places, now(timedelta(hours=hours))).sent == 1
    assert pipeline.messages() == [item.object_key]  # at once


def test_a_wrong_clock_of_the_database_puts_nothing_off_for_an_hour(pipeline: Pipeline) -> None:
    (item,) = pipeline.promise("cup.jpg")
    pipeline.store(item, photo(5))
    pipeline.rows("update item set status = 'received', updated_at = now() + interval '1 hour',"
                  " look_at = now() + interval '61 minutes'")  # fmt: skip
    assert sweep(pipeline.places, now()).sent == 1


def test_more_stuck_files_than_messages_means_that_some_are_lost(pipeline: Pipeline) -> None:
    items = pipeline.promise("one.jpg", "two.jpg")
    for number, item in enumerate(items):
        pipeline.store(item, photo(number))
    queue.send(pipeline.places.queue_url, [Arrival(ORIGINALS, items[0].object_key).body()])
    due(pipeline)
    assert sweep(pipeline.places, now()).sent == 2  # which one cannot be told: one too many harms nothing
    assert sorted(pipeline.messages()) == sorted([items[0].object_key] * 2 + [items[1].object_key])


def test_a_file_that_never_came_fails_and_can_be_sent_again(pipeline: Pipeline) -> None:
    (item,) = pipeline.promise("cup.jpg")
    due(pipeline)
    pipeline.rows("update item set expires_at = now() - interval '1 second'")
    assert sweep(pipeline.places, now()).failed == 1
    assert (pipeline.item(item).status, pipeline.item(item).error_code) == ("failed", "never_received")
    (again,) = uploads.retry(pipeline.engine, ORIGINALS, pipeline.places.queue_url, item.batch_id)
    assert (again.status, again.error_code) == ("expected", None)
    assert uploads.grant(ORIGINALS, again, "a@b.example").fields["key"] == item.object_key


def test_a_file_that_cannot_be_finished_ends(pipeline: Pipeline) -> None:
    (item,) = pipeline.promise("cup.jpg")
    pipeline.store(item, photo(5))
    pipeline.rows("update item set status = 'processing', attempts = 8, look_at = now() - interval '1 second'")
    assert sweep(pipeline.places, now()).failed == 1
    assert pipeline.item(item).error_code == "not_processed"


def test_an_object_without_a_row_is_found_by_its_slice(pipeline: Pipeline) -> None:
    (item,) = pipeline.promise("cup.jpg")
    pipeline.store(item, photo(5))
    boto3.client("s3", REGION).put_object(Bucket=ORIGINALS, Key="somebody/else.txt", Body=b"x")
    pipeline.rows("delete from item")
    assert sweep(pipeline.places, now()).orphans == 0  # too fresh, and another slice
    number = int(item.object_key[:3], 16)
    at = now(LATER).timestamp() // 60
    minute = at + (number - at) % sweeping.SLICES
    assert sweep(pipeline.places, datetime.fromtimestamp(minute * 60, UTC)).orphans == 1
    assert pipeline.messages() == [item.object_key]
    assert sweep(pipeline.places, now(LATER), prefix="").orphans == 1
    assert pipeline.labeller(Arrival(ORIGINALS, item.object_key)) == "ready"
    assert sweep(pipeline.places, now(LATER), prefix="").orphans == 0


def dead(pipeline: Pipeline, *bodies: str) -> None:
    queue.send(pipeline.places.dlq_url, bodies)


def test_dead_letters_end_their_items_and_come_back(pipeline: Pipeline) -> None:
    stuck, fine = pipeline.promise("stuck.jpg", "fine.jpg")
    for item, number in ((stuck, 5), (fine, 6)):
        pipeline.store(item, photo(number))
    pipeline.labeller(pipeline.arrival(fine))
    pipeline.rows("update item set status = 'processing', attempts = 5, look_at = now() + interval '1 hour'"
                  " where name = 'stuck.jpg'")  # fmt: skip
    dead(pipeline, pipeline.arrival(stuck).body(), pipeline.arrival(fine).body(), "poison")
    swept = sweep(pipeline.places, now())
    assert (swept.failed, swept.cleared) == (0, 1)  # somebody may be at work on it
    due(pipeline)
    assert sweep(pipeline.places, now()).failed == 1
    assert pipeline.item(stuck).status == "failed"
    uploads.retry(pipeline.engine, ORIGINALS, pipeline.places.queue_url, stuck.batch_id)
    due(pipeline)
    assert sweep(pipeline.places, now()).failed == 0  # the old letter says nothing about the new try
    shown = operations.dead_letters(pipeline.places)
    assert {letter.item.name if letter.item else None for letter in shown} == {"stuck.jpg", None}


def test_redrive_takes_all_or_the_chosen(pipeline: Pipeline) -> None:
    items = pipeline.promise("one.jpg", "two.jpg", "three.jpg")
    for number, item in enumerate(items):
        pipeline.store(item, photo(number))
    pipeline.rows("update item set status = 'failed', error_code = 'not_processed', error_message = 'Why.'")
    dead(pipeline, *(pipeline.arrival(item).body() for item in items), "poison")
    letters = operations.dead_letters(pipeline.places)
    assert sorted(letter.item.name for letter in letters if letter.item) == ["one.jpg", "three.jpg", "two.jpg"]
    assert {letter.reason for letter in letters} == {"Why.", "The message is about no file that Pixplore knows."}
    one = next(letter for letter in letters if letter.item and letter.item.name == "two.jpg")
    assert operations.redrive(pipeline.places, [one.message_id]) == 1
    assert pipeline.messages() == [items[1].object_key]
    assert pipeline.item(items[1]).status == "received"
    assert operations.redrive(pipeline.places, []) == 0
    assert operations.redrive(pipeline.places) == 3
    assert {i.status for i in map(pipeline.item, items)} == {"received"}
    assert operations.queue_figures(pipeline.places).dead == 0


def test_failures_and_throughput_for_operators(pipeline: Pipeline) -> None:
    bad = pipeline.take("bad.jpg", photo(5)[:3000])
    good = pipeline.take("good.jpg", photo(5))
    lost, broken = pipeline.promise("lost.jpg", "broken.jpg")
    pipeline.store(broken, photo(6))
    pipeline.rows("update item set status = 'failed', error_code = 'never_received' where name = 'lost.jpg'")
    pipeline.rows("update item set status = 'failed', error_code = 'not_processed' where name = 'broken.jpg'")
    names = [item.name for item in operations.recent_failures(pipeline.engine)]
    assert set(names) == {"bad.jpg", "lost.jpg", "broken.jpg"}
    minutes = operations.throughput(pipeline.engine, 5)
    assert len(minutes) == 5
    assert (sum(m.ready for m in minutes), sum(m.rejected for m in minutes)) == (1, 1)
    assert operations.retry_items(pipeline.places, [bad.image_id, good.image_id, lost.image_id]) == 0
    assert operations.retry_all(pipeline.places) == 1
    assert pipeline.messages() == [broken.object_key]
    figures = operations.queue_figures(pipeline.places)
    assert figures.waiting == 0
    assert figures.oldest_seconds == pytest.approx(0, abs=30)
