"""kill -9 of everything while pictures come in: nothing acknowledged is lost, nothing is there twice.

`make test-faults` does it with 200 files and five kills; the default suite with fewer.
"""

import hashlib
import os
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from pixplore.catalogue.database import engine_of
from tests.stack import ROOT, Stack

FILES = int(os.environ.get("PIXPLORE_FAULT_FILES", "30"))
KILLS = int(os.environ.get("PIXPLORE_FAULT_KILLS", "1"))


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Stack]:
    running = Stack(tmp_path / "home")
    running.start()
    yield running
    running.kill()


def pictures(salt: bytes) -> list[tuple[str, bytes, str]]:
    """FILES JPEGs with bytes of their own: what follows a JPEG's end changes its hash, not the picture."""
    photos = sorted((ROOT / "demo" / "photos").glob("*.jpg"))
    made = []
    for n in range(FILES):
        photo = photos[n % len(photos)]
        content = photo.read_bytes() + salt + n.to_bytes(2, "big")
        made.append((f"{n:03}-{photo.name}", content, "image/jpeg"))
    return made


def send(item: dict[str, object], content: bytes, sent: set[str]) -> None:
    """Post one granted file until S3 acknowledged it, as a person's browser does when told to go on."""
    grant = item["upload"]
    while True:
        try:
            answer = httpx.post(grant["url"], data=grant["fields"], files={"file": ("f", content, "image/jpeg")})  # type: ignore[index]
        except httpx.HTTPError:
            time.sleep(0.2)
            continue
        assert answer.status_code in (200, 201, 204), answer.text
        sent.add(str(item["image_id"]))
        return


@pytest.mark.timeout(900)
def test_nothing_is_lost_and_nothing_twice(own: Stack) -> None:
    files = pictures(uuid.uuid4().bytes)
    answer = own.grant(own.token(), files)
    items, sent = answer["items"], set[str]()
    work = list(zip(items, files, strict=True))

    def one_after_another(part: list[tuple[dict[str, object], tuple[str, bytes, str]]]) -> None:
        for item, (_, content, _) in part:
            send(item, content, sent)
            time.sleep(0.02)

    senders = [threading.Thread(target=one_after_another, args=(work[n::2],), daemon=True) for n in range(2)]
    for sender in senders:
        sender.start()
    for number in range(KILLS):
        goal = len(files) * (number + 1) // (KILLS + 1)
        while len(sent) < goal:
            time.sleep(0.01)
        own.kill()
        own.start()
    for sender in senders:
        sender.join(120)
    assert len(sent) == len(files)
    batch = own.wait(own.token(), answer["batch_id"], 300)
    assert batch["counts"] == {"ready": len(files)}

    found = own.images(own.token("viewer"), limit=1, batch_id=answer["batch_id"])
    assert found["total"] == len(files)
    with engine_of(own.ends["database_url"]).connect() as link:
        digests = [row[0] for row in link.execute(text("select sha256 from image"))]
    digests = [d.hex() if isinstance(d, bytes | memoryview) else d for d in digests]
    assert sorted(digests) == sorted(hashlib.sha256(content).hexdigest() for _, content, _ in files)
    sqs = own.client("sqs")
    letters = sqs.get_queue_attributes(QueueUrl=own.ends["dlq_url"], AttributeNames=["ApproximateNumberOfMessages"])
    assert letters["Attributes"]["ApproximateNumberOfMessages"] == "0"
