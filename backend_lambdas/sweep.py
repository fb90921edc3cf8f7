"""Each minute: find what stopped on its way, and delete for good what was in the trash for long.

The event may carry a `prefix` of keys, "" for the whole bucket.
"""

from dataclasses import asdict
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from pixplore import sweeping
from pixplore.catalogue.database import open_engine
from pixplore.purging import Purger
from pixplore.settings import DatabaseSettings, QueueSettings, StorageSettings, TrashSettings, load

log = Logger(service="sweep")


@cache
def places() -> sweeping.Places:
    queues = load(QueueSettings)
    engine = open_engine(load(DatabaseSettings).database_url, pool_size=1)
    return sweeping.Places(engine, load(StorageSettings).originals_bucket, queues.queue_url, queues.dlq_url)


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    swept = asdict(sweeping.sweep(places(), sweeping.now(), event.get("prefix")))
    purger = Purger(
        places().engine, places().bucket, load(StorageSettings).renditions_bucket, load(TrashSettings).trash_days
    )
    swept["purged"] = purger()
    log.info(swept)
    return swept
