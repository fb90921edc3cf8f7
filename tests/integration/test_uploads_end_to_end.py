"""Uploads on the whole local stack: real signatures, events, queue, functions, recogniser."""

import contextlib
import json
import time
from typing import Any

import httpx
import psutil
import pytest

from tests.pictures import drawn, photo, saved
from tests.stack import Stack

JPEG = "image/jpeg"


def fresh(number: int = 0) -> bytes:
    """A photograph whose bytes nobody has sent before."""
    return photo(number) + time.time_ns().to_bytes(8, "big")


def test_every_name_and_kind_ends_clearly(stack: Stack) -> None:
    token = stack.token()
    content = fresh(5)
    names = ["../../etc/passwd.jpg", "a+b c%20d.jpg", "👟 schuh.jpg", "cup\u202egpj.exe", "=cmd|' /c calc'!A1.jpg"]
    files = [(name, fresh(n), JPEG) for n, name in enumerate(names)]
    files += [("same.jpg", content, JPEG), ("same again.jpg", content + b"", JPEG)]
    files += [("gif named.jpg", saved(drawn(), "GIF"), JPEG), ("png named.jpg", saved(drawn(seed=9), "PNG"), JPEG)]
    files += [("text.jpg", b"hello " * 100, JPEG), ("half.jpg", fresh(7)[:4000], JPEG)]
    files += [("small.png", saved(drawn(79, 79), "PNG"), "image/png"), ("x" * 300 + ".jpg", fresh(8), JPEG)]
    files += [("empty.jpg", b"", JPEG), ("a.tiff", saved(drawn(seed=8), "TIFF"), "image/tiff")]
    answer = stack.upload(token, files, name="Names", defaults={"tags": ["names"]})
    batch = stack.wait(token, answer["batch_id"])
    ended = [(i["status"], i.get("error", {}).get("code")) for i in batch["items"]]
    assert ended == [
        *[("ready", None)] * 6, ("duplicate", "duplicate"), ("rejected", "kind_not_taken"), ("ready", None),
        ("rejected", "not_an_image"), ("rejected", "truncated"), ("rejected", "too_small"),
        ("rejected", "name_too_long"), ("rejected", "empty_file"), ("ready", None),
    ]  # fmt: skip
    found = stack.images(token, batch_id=answer["batch_id"], limit=50)
    assert found["total"] == 8
    shown = {image["name"] for image in found["items"]}
    assert {"passwd.jpg", "a+b c%20d.jpg", "👟 schuh.jpg", "cupgpj.exe"} <= shown
    assert all("names" in image["tags"] for image in found["items"])
    thumb = httpx.get(found["items"][0]["thumbnail_url"])
    assert (thumb.status_code, thumb.headers["content-type"]) == (200, "image/webp")


@pytest.mark.parametrize("change", ["key", "type", "size"])
def test_a_grant_is_good_for_its_file_alone(stack: Stack, change: str) -> None:
    token = stack.token()
    answer = stack.grant(token, [("cup.jpg", fresh(), JPEG)])
    grant, content = answer["items"][0]["upload"], fresh()
    fields = dict(grant["fields"])
    if change == "key":
        fields["key"] = f"{fields['key'][:-1]}0x"
    if change == "type":
        fields["Content-Type"] = "text/html"
    if change == "size":
        content += b"\0" * 15_000_000
    sent = httpx.post(grant["url"], data=fields, files={"file": ("f", content, JPEG)}, timeout=60)
    assert sent.status_code in (400, 403)


def test_a_grant_used_again_leaves_the_picture_as_it_is(stack: Stack) -> None:
    token = stack.token()
    first = fresh(3)
    answer = stack.upload(token, [("cup.jpg", first, JPEG)])
    stack.wait(token, answer["batch_id"])
    grant = answer["items"][0]["upload"]
    again = httpx.post(grant["url"], data=grant["fields"], files={"file": ("f", fresh(4), JPEG)}, timeout=60)
    assert again.status_code == 204
    time.sleep(1)
    image = f"{stack.ends['search_api']}/v1/images/{answer['items'][0]['image_id']}"
    original = stack.call("GET", f"{image}/original", token, follow_redirects=False)
    assert httpx.get(original.headers["location"]).content == first
    assert stack.images(token, batch_id=answer["batch_id"])["total"] == 1


def test_events_that_come_again_and_again_change_nothing(stack: Stack) -> None:
    token = stack.token()
    answer = stack.upload(token, [("cup.jpg", fresh(2), JPEG)])
    stack.wait(token, answer["batch_id"])
    key = answer["items"][0]["upload"]["fields"]["key"]
    event = json.dumps({"source": "aws.s3", "detail-type": "Object Created", "detail": {
        "bucket": {"name": stack.ends["originals_bucket"]}, "object": {"key": key, "sequencer": "00"}}})  # fmt: skip
    entries = [{"Id": str(n), "MessageBody": event} for n in range(10)]
    stack.client("sqs").send_message_batch(QueueUrl=stack.ends["queue_url"], Entries=entries)
    assert wait_for_empty(stack, "queue_url")
    assert stack.images(token, batch_id=answer["batch_id"])["total"] == 1


def test_poison_goes_to_the_dead_letters_and_nothing_else_does(stack: Stack) -> None:
    token, sqs = stack.token(), stack.client("sqs")
    sqs.send_message(QueueUrl=stack.ends["queue_url"], MessageBody="poison")
    answer = stack.upload(token, [(f"{n}.jpg", fresh(n), JPEG) for n in range(5)])
    assert stack.wait(token, answer["batch_id"])["counts"] == {"ready": 5}
    assert wait_for_empty(stack, "queue_url")
    letters = sqs.receive_message(QueueUrl=stack.ends["dlq_url"], MaxNumberOfMessages=10,
                                  MessageSystemAttributeNames=["All"], VisibilityTimeout=0)["Messages"]  # fmt: skip
    bodies = [letter["Body"] for letter in letters]
    assert bodies.count("poison") == 1
    assert not [body for body in bodies if answer["batch_id"] in body]
    sqs.purge_queue(QueueUrl=stack.ends["dlq_url"])


def test_decoders_that_are_killed_cost_no_file(stack: Stack) -> None:
    """The process that decodes is no part of the worker: killed again and again, its worker and the files live on."""
    token = stack.token()
    workers = {process.pid for process in stack.parts("pixplore-label-image")}
    answer = stack.upload(token, [(f"{n}.jpg", fresh(n), JPEG) for n in range(10)])
    killed, until = 0, time.monotonic() + 3
    while time.monotonic() < until:
        for process in stack.parts("pixplore.vision.apart"):
            with contextlib.suppress(psutil.Error):
                process.kill()
                killed += 1
        time.sleep(0.1)
    assert stack.wait(token, answer["batch_id"], 120)["counts"] == {"ready": 10}
    assert killed
    assert workers <= {process.pid for process in stack.parts("pixplore-label-image")}


def wait_for_empty(stack: Stack, queue: str) -> bool:
    names: Any = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = stack.client("sqs").get_queue_attributes(QueueUrl=stack.ends[queue], AttributeNames=names)
        if not any(int(found["Attributes"][name]) for name in names):
            return True
        time.sleep(0.3)
    return False
