"""Buckets, queues, and the rule that turns a stored object into a message."""

import json
from typing import Any

from pixplore.aws.condition import BLOCKS

RULE, QUEUE, DEAD_LETTERS = "pixplore-object-created", "pixplore-ingest", "pixplore-ingest-dlq"
LABEL_TIMEOUT = 60  # seconds; the queue hides a message six times as long, as AWS advises
MOST_RECEIVES = 5
OLDER_DAYS = (365, 7)
"""So long versions that are not the newest are promised: originals, renditions."""


def storage(client: Any, suffix: str, dashboard: str) -> dict[str, str]:
    """Create all of it; `dashboard` is the origin whose pages may post to the originals bucket.

    Returns originals_bucket, renditions_bucket, queue_url, dlq_url.
    """
    s3 = client("s3")
    originals, renditions = f"pixplore-originals-{suffix}", f"pixplore-renditions-{suffix}"
    there = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    for name in (originals, renditions):
        if name not in there:
            s3.create_bucket(Bucket=name, **_place(s3))
    s3.put_bucket_versioning(Bucket=originals, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_notification_configuration(
        Bucket=originals, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    for name in (originals, renditions):
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(BLOCKS, True))
        # As on AWS (infra/cdk/stacks); the stand-in keeps the rules and does nothing by them.
        s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [{
            "ID": "as on AWS", "Status": "Enabled", "Filter": {"Prefix": ""},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2},
            "NoncurrentVersionExpiration": {"NoncurrentDays": OLDER_DAYS[name == renditions]},
        }]})  # fmt: skip
    # The port may be another than at the last start: both names of this machine, no other origin.
    origins = [dashboard, dashboard.replace("127.0.0.1", "localhost")]
    rules = {
        originals: ["POST", "PUT"],
        renditions: ["GET", "HEAD"],
    }
    for bucket, methods in rules.items():
        s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [{
            "AllowedOrigins": origins, "AllowedMethods": methods, "AllowedHeaders": ["*"],
            "ExposeHeaders": ["ETag", "x-amz-version-id"], "MaxAgeSeconds": 3600,
        }]})  # fmt: skip
    queue_url, dlq_url, queue_arn = _queues(client("sqs"))
    _route(client, originals, queue_url, queue_arn)
    return {"originals_bucket": originals, "renditions_bucket": renditions, "queue_url": queue_url, "dlq_url": dlq_url}


def _place(s3: Any) -> dict[str, Any]:
    region = s3.meta.region_name
    return {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}


def _queues(sqs: Any) -> tuple[str, str, str]:
    dlq_url = _queue(sqs, DEAD_LETTERS, {"MessageRetentionPeriod": str(14 * 86400)})
    redrive = {"deadLetterTargetArn": _queue_arn(sqs, dlq_url), "maxReceiveCount": MOST_RECEIVES}
    url = _queue(sqs, QUEUE, {
        "VisibilityTimeout": str(6 * LABEL_TIMEOUT), "ReceiveMessageWaitTimeSeconds": "20",
        "MessageRetentionPeriod": str(4 * 86400), "RedrivePolicy": json.dumps(redrive),
    })  # fmt: skip
    return url, dlq_url, _queue_arn(sqs, url)


def _queue(sqs: Any, name: str, attributes: dict[str, str]) -> str:
    try:
        url = str(sqs.get_queue_url(QueueName=name)["QueueUrl"])
    except sqs.exceptions.QueueDoesNotExist:
        return str(sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])
    sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)
    return url


def _queue_arn(sqs: Any, url: str) -> str:
    return str(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])


def _route(client: Any, bucket: str, queue_url: str, queue_arn: str) -> None:
    events = client("events")
    pattern = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": {"bucket": {"name": [bucket]}}}
    arn = events.put_rule(
        Name=RULE, EventPattern=json.dumps(pattern), State="ENABLED", Description="A picture arrived"
    )["RuleArn"]
    events.put_targets(Rule=RULE, Targets=[{"Id": "ingest", "Arn": queue_arn}])
    policy = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage",
        "Resource": queue_arn, "Condition": {"ArnEquals": {"aws:SourceArn": arn}},
    }]}  # fmt: skip
    client("sqs").set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": json.dumps(policy)})
