"""The function behind the queue: partial answers, retries that come later each time, poison, a database away."""

import json
from collections.abc import Callable
from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pixplore import labelling
from pixplore.aws import queue, recognition
from pixplore.catalogue.database import open_engine
from pixplore.errors import Throttled
from pixplore.vision import apart
from tests import broken_decoder
from tests.pictures import photo
from tests.places import Pipeline

RECORD = json.loads((Path(__file__).resolve().parents[1] / "events" / "sqs_batch.json").read_text())["Records"][0]
CONTEXT = SimpleNamespace(
    function_name="f", memory_limit_in_mb=512, invoked_function_arn="arn:aws:lambda:x", aws_request_id="r"
)
Invoke = Callable[..., list[str]]


@pytest.fixture
def invoke(
    pipeline: Pipeline, database_url: str, model_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> Invoke:  # fmt: skip
    """Sends bodies to the queue, receives them and calls the function; returns the bodies that it gave back."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("PIXPLORE_MODEL_DIR", str(model_dir))
    from backend_lambdas import label_image

    label_image.labeller.cache_clear()

    def call(*bodies: str, receives: int = 1) -> list[str]:
        queue.send(pipeline.places.queue_url, bodies)
        records = []
        for message in queue.receive(pipeline.places.queue_url, hidden=360):
            record: dict[str, Any] = deepcopy(RECORD) | {
                "messageId": message.id, "body": message.body, "receiptHandle": message.receipt,
            }  # fmt: skip
            record["attributes"]["ApproximateReceiveCount"] = str(receives)
            records.append(record)
        answer = label_image.handler({"Records": records}, CONTEXT)
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        return [record["body"] for record in records if record["messageId"] in failed]

    return call


def test_one_bad_message_does_not_hold_up_the_others(pipeline: Pipeline, invoke: Invoke) -> None:
    good, bad, empty = pipeline.promise("good.jpg", "bad.jpg", "gone.jpg")
    pipeline.store(good, photo(5))
    pipeline.store(bad, b"text named .jpg")
    bodies = [pipeline.arrival(item).body() for item in (good, bad, empty)]
    assert sorted(invoke(*bodies, "poison")) == sorted([bodies[2], "poison"])
    assert [pipeline.item(item).status for item in (good, bad, empty)] == ["ready", "rejected", "received"]


def test_a_file_that_ends_its_decoder_costs_itself_alone(
    pipeline: Pipeline, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "COMMAND", broken_decoder.COMMAND)
    monkeypatch.setattr(apart, "decode", decoder := apart.Decoder())
    monkeypatch.setattr(labelling, "decode", decoder)
    hide = queue.hide
    monkeypatch.setattr(queue, "hide", lambda url, receipts, seconds: hide(url, receipts, 0))
    items = pipeline.promise(*(f"{n}.jpg" for n in range(10)))
    for n, item in enumerate(items):
        pipeline.store(item, broken_decoder.CRASHES if n in (0, 4) else photo(n))
    bodies = [pipeline.arrival(item).body() for item in items]
    assert sorted(invoke(*bodies)) == sorted([bodies[0], bodies[4]])
    assert [pipeline.item(item).status for item in items] == ["received" if n in (0, 4) else "ready" for n in range(10)]
    for receives in (2, 3, 4, 5):
        assert sorted(invoke(receives=receives)) == sorted([bodies[0], bodies[4]])
    ended = pipeline.item(items[0])
    assert (ended.status, ended.error_code) == ("failed", "not_processed")
    assert ended.error_message.startswith("The program that opens pictures broke off at this one.")
    assert queue.receive(pipeline.places.queue_url) == []
    assert {letter.body for letter in queue.receive(pipeline.places.dlq_url)} == {bodies[0], bodies[4]}
    decoder._idle()


def test_objects_of_others_are_left_alone(invoke: Invoke, pipeline: Pipeline) -> None:
    other = pipeline.arrival(SimpleNamespace(object_key="somebody/else.jpg")).body()
    assert invoke(other) == []


def test_a_recogniser_that_asks_for_patience_is_asked_later(
    pipeline: Pipeline, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    (item,) = pipeline.promise("cup.jpg")
    pipeline.store(item, photo(5))
    body = pipeline.arrival(item).body()
    asked: list[int] = []

    def patience(*_: object, **__: object) -> None:
        raise Throttled("The recogniser asks for patience.")

    hide = queue.hide
    monkeypatch.setattr(queue, "hide", lambda url, receipts, seconds: (asked.append(seconds), hide(url, receipts, 0)))
    monkeypatch.setattr(recognition, "_ask", patience)
    for receives in (1, 2, 3, 4):
        assert invoke(*([body] if receives == 1 else []), receives=receives) == [body]
    assert pipeline.item(item).status == "received"
    assert all(earlier < later for earlier, later in pairwise(asked))
    assert asked[-1] <= 360
    assert invoke(receives=5) == [body]
    ended = pipeline.item(item)
    assert (ended.status, ended.error_code) == ("failed", "not_processed")
    assert ended.error_message == "The recogniser asks for patience. Retry the file."


def test_the_database_away_gives_every_message_back(
    pipeline: Pipeline, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backend_lambdas import label_image

    (item,) = pipeline.promise("cup.jpg")
    pipeline.store(item, photo(5))
    body = pipeline.arrival(item).body()
    labeller = label_image.labeller()
    away = open_engine("postgresql://u:p@127.0.0.1:1/none")
    monkeypatch.setattr(label_image, "labeller", lambda: type(labeller)(away, *list(vars(labeller).values())[1:]))
    assert invoke(body) == [body]
    assert pipeline.item(item).status == "expected"
    monkeypatch.setattr(label_image, "labeller", lambda: labeller)
    assert invoke(body) == []
    assert pipeline.item(item).status == "ready"
