"""SQS -> catalogue: each message says that a file has arrived; those that could not be taken yet come again."""

import asyncio
import os
import random
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import AsyncBatchProcessor, EventType, async_process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from backend_lambdas import figures
from pixplore import arrivals
from pixplore.aws import clients, queue
from pixplore.catalogue import ingest
from pixplore.catalogue.database import open_engine
from pixplore.catalogue.snapshot import transaction
from pixplore.errors import PixploreError, Unavailable
from pixplore.labelling import Labeller
from pixplore.settings import DatabaseSettings, QueueSettings, StorageSettings, VisionSettings, load
from pixplore.vision import apart
from pixplore.vision.embedding import Embedder

THREADS = 3  # files at once in one process: while one waits for storage or recogniser, another is decoded
log = Logger(service="label_image")
threads = ThreadPoolExecutor(THREADS, "label")
processor = AsyncBatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


@cache
def labeller() -> Labeller:
    """Everything that is dear to make, made once a process."""
    stored, vision = load(StorageSettings), load(VisionSettings)
    engine = open_engine(load(DatabaseSettings).database_url, pool_size=THREADS + 1)
    return Labeller(engine, stored.originals_bucket, stored.renditions_bucket, Embedder(vision.model_dir), vision.faces)


def prepare() -> None:
    """Make it all before the first message: a function's start has a whole core, its first second matters."""
    apart.decode.ready()
    clients.s3(), clients.rekognition(), clients.sqs()
    try:
        with transaction(labeller().engine):
            pass
    except Unavailable as away:
        log.warning("started without the database: %s", away)


@figures.metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    note_arrivals(event)
    return dict(async_process_partial_response(event, take, processor, context))


def note_arrivals(event: dict[str, Any]) -> None:
    """People see `received` for the whole batch while its first files are worked on."""
    found = []
    for record in event["Records"]:
        try:
            arrival = arrivals.read(record["body"])
            found.append(arrival) if arrivals.is_ours(arrival.key) else None
        except arrivals.Malformed:
            continue
    try:
        with transaction(labeller().engine) as connection:
            ingest.seen(connection, found)
    except PixploreError as error:
        log.warning("cannot note arrivals: %s", error)


async def take(record: SQSRecord) -> None:
    await asyncio.get_running_loop().run_in_executor(threads, take_now, record)


def take_now(record: SQSRecord) -> None:
    """Raises where the message must come again; SQS counts and ends in the dead-letter queue."""
    try:
        arrival = arrivals.read(record.body)
    except arrivals.Malformed:
        queue.hide(load(QueueSettings).queue_url, [record.receipt_handle], 0)  # no use to wait: a dead letter soon
        raise
    if not arrivals.is_ours(arrival.key):
        log.warning("left alone, not a key of ours: %s", arrival.key)
        return
    try:
        outcome = labeller()(arrival)
    except Exception as error:
        log.exception("not taken yet: %s", arrival.key)
        figures.put_off(error)
        give_back(record, arrival, error)
        raise
    figures.ended(outcome, record)
    log.info({"image_id": str(arrival.image_id), "outcome": outcome})


def give_back(record: SQSRecord, arrival: arrivals.Arrival, error: Exception) -> None:
    """Let the message come again soon, later each time, or say to people that it was the last time."""
    receives, url = int(record.attributes.approximate_receive_count), load(QueueSettings).queue_url
    try:
        last = receives >= queue.most_receives(url)
        seconds = 0 if last else int(min(5 * 3 ** (receives - 1), 300) * random.uniform(0.8, 1.2))  # noqa: S311 - no secret
        queue.hide(url, [record.receipt_handle], seconds)
        with transaction(labeller().engine) as connection:
            if last:
                reason = error.detail if isinstance(error, PixploreError) else "Something went wrong on our side."
                ingest.end(connection, arrival.image_id, "failed", "not_processed", f"{reason} Retry the file.")
            else:
                ingest.put_off(connection, arrival.image_id, seconds)
    except PixploreError as further:  # the message comes again by itself, after the queue's own time
        log.warning("cannot note it: %s", further)


if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:  # tests import this file without its settings
    prepare()
