"""From an arrived object to the catalogue: rule, queue, dead letters, functions, and the API that grants uploads."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.cdk.config import LABEL_TIMEOUT, MOST_RECEIVES, Deployment, Hours
from infra.cdk.constructs.function import Function, FunctionProps, Inside, allow
from infra.cdk.constructs.package import MODEL_DIR
from infra.cdk.constructs.uploads_api import UploadsApi, UploadsApiProps
from infra.cdk.stacks.auth import AuthStack
from infra.cdk.stacks.data import DataStack

BATCH = 10
TRASH_DAYS = "30"
"""After which the sweep deletes for good, and the dashboard says so."""
_OWN = {"PIXPLORE_MODEL_DIR": MODEL_DIR, "PIXPLORE_FACES": "0", "OMP_NUM_THREADS": "1"}
_RECOGNISE = ("rekognition:DetectLabels", "rekognition:DetectText", "rekognition:DetectModerationLabels")


@dataclass(frozen=True)
class IngestProps:
    deployment: Deployment
    data: DataStack
    renditions: s3.Bucket
    auth: AuthStack


@dataclass(frozen=True)
class May:
    """Statements that name one resource each; `key` is the originals' key."""

    originals: s3.Bucket
    renditions: s3.Bucket
    key: str
    queue: str
    dlq: str
    users: str
    pool: str

    def connect(self) -> iam.PolicyStatement:
        return allow("rds-db:connect", on=[self.users])

    def ask_for_groups(self) -> iam.PolicyStatement:
        """What somebody may do now, whatever their token says (pixplore/standing.py)."""
        return allow("cognito-idp:AdminListGroupsForUser", on=[self.pool])

    def list_originals(self) -> iam.PolicyStatement:
        return allow("s3:ListBucket", on=[self.originals.bucket_arn])

    def read_originals(self) -> list[iam.PolicyStatement]:
        """Listing makes "not there" of what else would be "not allowed"."""
        return [
            allow("s3:GetObject", "s3:GetObjectVersion", on=[self.originals.arn_for_objects("*")]),
            allow("kms:Decrypt", on=[self.key]),
            self.list_originals(),
        ]

    def grant_uploads(self) -> list[iam.PolicyStatement]:
        """What a browser may do with a form that this role has signed."""
        return [
            allow("s3:PutObject", on=[self.originals.arn_for_objects("*")]),
            allow("kms:GenerateDataKey", on=[self.key]),
        ]

    def render(self) -> list[iam.PolicyStatement]:
        return [allow("s3:PutObject", "s3:DeleteObject", on=[self.renditions.arn_for_objects("*")])]

    def delete_for_good(self) -> list[iam.PolicyStatement]:
        """What was in the trash for long: each version of it."""
        both = (self.originals, self.renditions)
        return [
            allow("s3:ListBucketVersions", on=[bucket.bucket_arn for bucket in both]),
            allow("s3:DeleteObjectVersion", on=[bucket.arn_for_objects("*") for bucket in both]),
        ]

    def send(self) -> iam.PolicyStatement:
        return allow("sqs:SendMessage", "sqs:GetQueueAttributes", on=[self.queue])

    def take(self, queue: str) -> iam.PolicyStatement:
        return allow(
            "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes",
            on=[queue],
        )  # fmt: skip


class IngestStack(Stack):
    """Offers `queue`, `dlq`, `may`, `settings`, `functions` and `api`."""

    def __init__(self, scope: Construct, name: str, props: IngestProps, **options: Any) -> None:
        super().__init__(scope, name, **options)
        data = props.data
        self._queues(data.originals.bucket_name)
        self.may = May(
            data.originals, props.renditions, data.key.key_arn, self.queue.queue_arn, self.dlq.queue_arn,
            data.database.users, props.auth.pool.user_pool_arn,
        )  # fmt: skip
        self.settings = {
            "DATABASE_URL": data.database.url,
            "PIXPLORE_ORIGINALS_BUCKET": data.originals.bucket_name,
            "PIXPLORE_RENDITIONS_BUCKET": props.renditions.bucket_name,
            "PIXPLORE_QUEUE_URL": self.queue.queue_url,
            "PIXPLORE_DLQ_URL": self.dlq.queue_url,
            "PIXPLORE_TRASH_DAYS": TRASH_DAYS,
        }
        self._functions(props, data.inside, {**self.settings, **props.auth.settings, **_OWN})
        self._wake(props.deployment.profile.awake)
        self.api = UploadsApi(self, "Uploads", UploadsApiProps(
            pool=props.auth.pool, rate=props.deployment.profile.api_rate, log_days=props.deployment.profile.log_days,
            functions={name: self.functions[name] for name in ("issue_uploads", "upload_status")},
        ))  # fmt: skip

    def _queues(self, bucket: str) -> None:
        self.dlq = sqs.Queue(
            self, "DeadLetters",
            retention_period=Duration.days(14), encryption=sqs.QueueEncryption.SQS_MANAGED, enforce_ssl=True,
        )  # fmt: skip
        self.queue = sqs.Queue(
            self, "Queue",
            visibility_timeout=Duration.seconds(6 * LABEL_TIMEOUT), receive_message_wait_time=Duration.seconds(20),
            retention_period=Duration.days(4), encryption=sqs.QueueEncryption.SQS_MANAGED, enforce_ssl=True,
            dead_letter_queue=sqs.DeadLetterQueue(max_receive_count=MOST_RECEIVES, queue=self.dlq),
        )  # fmt: skip
        events.Rule(
            self, "Arrived",
            description="A picture arrived",
            event_pattern=events.EventPattern(
                source=["aws.s3"], detail_type=["Object Created"], detail={"bucket": {"name": [bucket]}}
            ),
            targets=[targets.SqsQueue(self.queue)],
        )  # fmt: skip

    def _functions(self, props: IngestProps, inside: Inside, environment: Mapping[str, str]) -> None:
        may, profile = self.may, props.deployment.profile
        connect, send, look, asks = may.connect(), may.send(), may.list_originals(), may.ask_for_groups()
        table = (
            ("issue_uploads", "Grants to send files", 512, 29, 10, [connect, asks, look, *may.grant_uploads(), send]),
            ("upload_status", "States of uploads", 512, 29, 10, [connect, asks]),
            ("label_image", "Looks at pictures that arrived", 1769, LABEL_TIMEOUT, profile.label_concurrency,
             [connect, *may.read_originals(), *may.render(), may.take(may.queue), allow(*_RECOGNISE, on=["*"])]),
            ("sweep", "Finds what stopped on its way, empties the trash", 512, 60, 1,
             [connect, look, *may.delete_for_good(), send, may.take(may.dlq)]),
            ("redrive", "Puts dead letters back", 512, 60, 1, [connect, send, may.take(may.dlq)]),
        )  # fmt: skip
        self.functions: dict[str, lambda_.Function] = {}
        for file, what, memory, seconds, reserved, allowed in table:
            self.functions[file] = Function(self, _title(file), FunctionProps(
                file=file, what=what, inside=inside, environment=environment, may=allowed, memory=memory,
                seconds=seconds, reserved=reserved, package="vision" if file == "label_image" else "plain",
            ))  # fmt: skip
        self.functions["label_image"].add_event_source(sources.SqsEventSource(
            self.queue, batch_size=BATCH, report_batch_item_failures=True, max_concurrency=profile.label_concurrency,
        ))  # fmt: skip

    def _wake(self, awake: Hours | None) -> None:
        """The sweep each minute while anybody may wait; each night one more try for what stopped in an outage."""
        each_minute = (
            events.Schedule.rate(Duration.minutes(1))
            if awake is None
            else events.Schedule.cron(minute="*", hour=f"{awake.begin}-{awake.end - 1}", week_day=awake.days)
        )
        for file, schedule in (
            ("sweep", each_minute),
            ("redrive", events.Schedule.cron(minute="30", hour="5")),
        ):
            events.Rule(
                self, f"{_title(file)}Schedule",
                schedule=schedule, targets=[targets.LambdaFunction(self.functions[file], retry_attempts=0)],
            )  # fmt: skip


def _title(file: str) -> str:
    return file.title().replace("_", "")
