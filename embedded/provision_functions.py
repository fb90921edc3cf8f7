"""The Lambda functions: one ZIP of our code, a role each with what it may do, the event source, the schedule."""

import base64
import contextlib
import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedded.aws_endpoint import ACCOUNT
from embedded.aws_lambda import MOST_TAG, WARM_TAG
from embedded.plan import Made
from embedded.provision_storage import LABEL_TIMEOUT

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("pixplore", "backend_lambdas")
SWEEP_RULE = "pixplore-sweep"
READ, WRITE, LIST = ["s3:GetObject", "s3:GetObjectVersion", "s3:HeadObject"], ["s3:PutObject"], ["s3:ListBucket"]
# AWS asks for the single action's permission where ten messages go at once; ministack for the batch's own name.
TAKE = ["sqs:ReceiveMessage", "sqs:DeleteMessage*", "sqs:ChangeMessageVisibility*", "sqs:GetQueueAttributes"]
SEND = ["sqs:SendMessage*", "sqs:GetQueueAttributes"]
ASK = ["cognito-idp:AdminListGroupsForUser"]
PURGE = ["s3:ListBucketVersions", "s3:DeleteObjectVersion"]


@dataclass(frozen=True)
class Function:
    """`may` maps a resource (originals, renditions, queue, dlq, people) to the actions allowed there."""

    file: str
    timeout: int
    memory: int
    warm: int
    most: int
    may: dict[str, list[str]]

    @property
    def name(self) -> str:
        return "pixplore-" + self.file.replace("_", "-")


FUNCTIONS = (
    Function("issue_uploads", 29, 512, 1, 2, {"originals": READ + WRITE + LIST, "queue": SEND, "people": ASK}),
    Function("upload_status", 29, 512, 1, 2, {"originals": READ + LIST, "queue": SEND, "people": ASK}),
    Function("label_image", LABEL_TIMEOUT, 1769, 2, 2,
             {"originals": READ + LIST, "renditions": READ + WRITE + ["s3:DeleteObject"], "queue": TAKE}),
    Function("sweep", 60, 512, 1, 1, {"originals": LIST + PURGE, "renditions": PURGE, "queue": SEND, "dlq": TAKE}),
    Function("redrive", 60, 512, 0, 1, {"originals": READ + LIST, "queue": SEND, "dlq": TAKE}),
)  # fmt: skip


def functions(client: Any, environment: dict[str, str], runtime: str, made: Made) -> dict[str, str]:
    """Create or update all of them. Returns file name -> ARN of the function."""
    code = package()
    digest = base64.b64encode(hashlib.sha256(code).digest()).decode()
    arns = {f.file: _function(client, f, code, digest, environment, runtime, made) for f in FUNCTIONS}
    _event_source(client("lambda"), arns["label_image"], _arn_of(made.queue_url, client("sqs").meta.region_name))
    _schedule(client, arns["sweep"])
    return arns


def package(root: Path = ROOT) -> bytes:
    """Our code as a ZIP whose bytes depend on the files' content alone."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(p for name in PACKAGES for p in (root / name).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                entry = zipfile.ZipInfo(str(path.relative_to(root)), (1980, 1, 1, 0, 0, 0))
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _function(
    client: Any, f: Function, code: bytes, digest: str, environment: dict[str, str], runtime: str, made: Made
) -> str:
    lambdas = client("lambda")
    settings = {
        "Role": _role(client("iam"), f, made), "Handler": f"backend_lambdas.{f.file}.handler", "Runtime": runtime,
        "Timeout": f.timeout, "MemorySize": f.memory, "Environment": {"Variables": environment},
    }  # fmt: skip
    tags = {WARM_TAG: str(f.warm), MOST_TAG: str(f.most)}
    try:
        there = lambdas.get_function(FunctionName=f.name)
    except lambdas.exceptions.ResourceNotFoundException:
        made_now = lambdas.create_function(FunctionName=f.name, Code={"ZipFile": code}, Tags=tags,
                                           **settings)  # fmt: skip
        return str(made_now["FunctionArn"])
    now = there["Configuration"]
    if now["CodeSha256"] != digest:
        lambdas.update_function_code(FunctionName=f.name, ZipFile=code)
    if any(now.get(key) != value for key, value in settings.items()):
        lambdas.update_function_configuration(FunctionName=f.name, **settings)
    lambdas.tag_resource(Resource=now["FunctionArn"], Tags=tags)
    return str(now["FunctionArn"])


def _role(iam: Any, f: Function, made: Made) -> str:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    places = {
        "originals": [f"arn:aws:s3:::{made.originals_bucket}", f"arn:aws:s3:::{made.originals_bucket}/*"],
        "renditions": [f"arn:aws:s3:::{made.renditions_bucket}", f"arn:aws:s3:::{made.renditions_bucket}/*"],
        "queue": [_arn_of(made.queue_url, "*")], "dlq": [_arn_of(made.dlq_url, "*")],
        "people": [f"arn:aws:cognito-idp:*:{ACCOUNT}:userpool/{made.user_pool_id}"],
    }  # fmt: skip
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": actions, "Resource": places[place]} for place, actions in f.may.items()
        ],
    }
    try:
        arn = str(iam.get_role(RoleName=f.name)["Role"]["Arn"])
    except iam.exceptions.NoSuchEntityException:
        arn = str(iam.create_role(RoleName=f.name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"])
    iam.put_role_policy(RoleName=f.name, PolicyName="work", PolicyDocument=json.dumps(policy))
    return arn


def _arn_of(queue_url: str, region: str) -> str:
    return f"arn:aws:sqs:{region}:{ACCOUNT}:{queue_url.rsplit('/', 1)[-1]}"


def _event_source(lambdas: Any, function: str, queue_arn: str) -> None:
    settings = {"BatchSize": 10, "FunctionResponseTypes": ["ReportBatchItemFailures"],
                "ScalingConfig": {"MaximumConcurrency": 2}, "Enabled": True}  # fmt: skip
    there = lambdas.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
    if there:
        lambdas.update_event_source_mapping(UUID=there[0]["UUID"], **settings)
    else:
        lambdas.create_event_source_mapping(EventSourceArn=queue_arn, FunctionName=function, **settings)


def _schedule(client: Any, function: str) -> None:
    events, lambdas = client("events"), client("lambda")
    arn = events.put_rule(Name=SWEEP_RULE, ScheduleExpression="rate(1 minute)", State="ENABLED")["RuleArn"]
    events.put_targets(Rule=SWEEP_RULE, Targets=[{"Id": "sweep", "Arn": function}])
    allow(lambdas, function, "schedule", "events.amazonaws.com", arn)


def allow(lambdas: Any, function: str, statement: str, service: str, source: str) -> None:
    """Let `service` call the function on behalf of `source`; an older permission of that name is replaced."""
    with contextlib.suppress(lambdas.exceptions.ResourceNotFoundException):
        lambdas.remove_permission(FunctionName=function, StatementId=statement)
    lambdas.add_permission(FunctionName=function, StatementId=statement, Action="lambda:InvokeFunction",
                           Principal=service, SourceArn=source)  # fmt: skip
