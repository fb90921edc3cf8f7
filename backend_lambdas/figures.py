"""What label_image tells CloudWatch in its log (embedded metric format): how much, how fast, what was refused."""

import threading
import time

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from pixplore.errors import Throttled

metrics = Metrics(namespace="Pixplore")  # without a service: it would be a dimension, and alarms ask for none
_one_at_a_time = threading.Lock()


def ended(outcome: str, record: SQSRecord) -> None:
    """A picture ended as ready, duplicate, rejected or failed."""
    waited = time.time() - int(record.attributes.sent_timestamp) / 1000
    with _one_at_a_time:
        metrics.add_metric("ImagesProcessed", MetricUnit.Count, 1)
        if outcome == "ready":
            metrics.add_metric("TimeToReady", MetricUnit.Seconds, max(0.0, waited))
        elif outcome in ("rejected", "failed"):
            metrics.add_metric("ImagesRefused", MetricUnit.Count, 1)


def put_off(error: Exception) -> None:
    """A picture will be tried again."""
    if isinstance(error, Throttled):
        with _one_at_a_time:
            metrics.add_metric("RecognitionThrottled", MetricUnit.Count, 1)
