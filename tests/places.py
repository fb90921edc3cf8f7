"""Storage and queues by moto (where security and ordering do not matter), the catalogue in a real PostgreSQL, the
real recogniser: what the pipeline's tests stand on."""

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import boto3
import pytest
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber
from sqlalchemy import Engine, text

from pixplore import arrivals, uploads
from pixplore.arrivals import Arrival
from pixplore.aws import clients, queue
from pixplore.catalogue import manifest, read
from pixplore.catalogue.database import open_engine
from pixplore.catalogue.read import Entry
from pixplore.labelling import Labeller
from pixplore.promises import promise
from pixplore.sweeping import Places
from pixplore.vision.embedding import Embedder

ROOT = Path(__file__).resolve().parents[1]
ORIGINALS, RENDITIONS = "pixplore-originals-test", "pixplore-renditions-test"
REGION = "eu-central-1"
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


@pytest.fixture(scope="session")
def recogniser(model_dir: Path) -> Iterator[str]:
    """Address of a recogniser of our own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "embedded.recogniser", "--port", str(port), "--workers", "1"],
        cwd=ROOT, env=os.environ | {"PIXPLORE_MODEL_DIR": str(model_dir), "OMP_NUM_THREADS": "1"} | KEYS,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=1)
            break
        except OSError:
            assert process.poll() is None, "the recogniser ended at once"
            assert time.monotonic() < deadline, "the recogniser does not answer"
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait(10)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Buckets and queues in moto; returns the settings that name them, which are also in the environment."""
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_REKOGNITION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    one_at_a_time(monkeypatch)
    with mock_aws():
        for name, value in (KEYS | {"AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}).items():
            monkeypatch.setenv(name, value)
        clients.forget()
        queue.most_receives.cache_clear()
        s3, sqs = boto3.client("s3", REGION), boto3.client("sqs", REGION)
        for bucket in (ORIGINALS, RENDITIONS):
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_versioning(Bucket=ORIGINALS, VersioningConfiguration={"Status": "Enabled"})
        dlq = sqs.create_queue(QueueName="dead")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=dlq, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        url = sqs.create_queue(QueueName="ingest", Attributes={
            "VisibilityTimeout": "360",
            "RedrivePolicy": f'{{"deadLetterTargetArn": "{arn}", "maxReceiveCount": 5}}',
        })["QueueUrl"]  # fmt: skip
        settings = {
            "PIXPLORE_ORIGINALS_BUCKET": ORIGINALS, "PIXPLORE_RENDITIONS_BUCKET": RENDITIONS,
            "PIXPLORE_QUEUE_URL": url, "PIXPLORE_DLQ_URL": dlq,
        }  # fmt: skip
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        yield settings
        clients.forget()


def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto's S3 takes no two requests for the same key at once; the real one does."""
    lock, answer = threading.Lock(), BotocoreStubber.__call__

    def locked(*args: Any, **options: Any) -> Any:
        with lock:
            return answer(*args, **options)

    monkeypatch.setattr(BotocoreStubber, "__call__", locked)


@dataclass
class Pipeline:
    """Everything at hand, and the few moves that tests repeat."""

    engine: Engine
    labeller: Labeller
    places: Places

    def promise(self, *names: str, sha256: str | None = None, defaults: dict[str, Any] | None = None) -> list[Any]:
        """A new batch that expects these files; its items."""
        with self.engine.begin() as connection:
            batch = manifest.create_batch(connection, "test", "anna@shop.example", defaults or {})
            files = [promise(name, 1000, "image/jpeg", sha256) for name in names]
            return manifest.add_files(connection, batch, files, uploads.GRANT_SECONDS)

    def store(self, item: Any, content: bytes) -> None:
        boto3.client("s3", REGION).put_object(Bucket=ORIGINALS, Key=item.object_key, Body=content)

    def arrival(self, item: Any, sequencer: str = "") -> Arrival:
        return Arrival(ORIGINALS, item.object_key, sequencer.ljust(32, "0") if sequencer else "")

    def take(self, name: str, content: bytes, **promised: Any) -> Any:
        """A file through the whole pipeline; its item afterwards."""
        (item,) = self.promise(name, **promised)
        self.store(item, content)
        self.labeller(self.arrival(item))
        return self.item(item)

    def item(self, item: Any) -> Any:
        with self.engine.begin() as connection:
            return manifest.items_of(connection, [item.image_id])[0]

    def rows(self, sql: str, **values: Any) -> list[Any]:
        with self.engine.begin() as connection:
            found = connection.execute(text(sql), values)
            return list(found) if found.returns_rows else []

    def one(self, sql: str, **values: Any) -> Any:
        return self.rows(sql, **values)[0][0]

    def entry(self, image_id: UUID) -> Entry:
        """The image as people see it."""
        with self.engine.begin() as connection:
            return read.entry(connection, image_id)

    def terms(self) -> set[str]:
        """Names of everything that any image is found by."""
        sql = "select distinct label.name from image, unnest(terms) term join label on label.id = term / 1024"
        return {name for (name,) in self.rows(sql)}

    def messages(self) -> list[str]:
        """Keys of the messages that wait now; they are taken out."""
        found = queue.receive(self.places.queue_url)
        queue.delete(self.places.queue_url, [m.receipt for m in found])
        return [arrivals.read(m.body).key for m in found]

    def renditions(self) -> set[str]:
        found = boto3.client("s3", REGION).list_objects_v2(Bucket=RENDITIONS).get("Contents", [])
        return {entry["Key"] for entry in found}


@pytest.fixture
def pipeline(
    aws: dict[str, str], database_url: str, recogniser: str, model_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Pipeline]:
    """The pipeline on an empty catalogue."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_REKOGNITION", recogniser)
    clients.forget()
    engine = open_engine(database_url, pool_size=12)
    labeller = Labeller(engine, ORIGINALS, RENDITIONS, Embedder(model_dir))
    yield Pipeline(engine, labeller, Places(engine, ORIGINALS, aws["PIXPLORE_QUEUE_URL"], aws["PIXPLORE_DLQ_URL"]))
    engine.dispose()
