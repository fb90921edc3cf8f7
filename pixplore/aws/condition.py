"""How buckets, queues and the user pool are set up, for `python -m pixplore doctor`."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from pixplore.aws import clients, cognito
from pixplore.domain import Role


@dataclass(frozen=True, slots=True)
class Bucket:
    versioned: bool
    announces: bool
    """To EventBridge, that a file has come."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """Who a bucket is open to, and what its rules take away. None: the endpoint does not know the question, or this
    role may not ask it.

    `closed`: all four settings of Block Public Access are on. `public`: its policy opens it to everybody. `aborts`:
    uploads in parts that broke off are taken away. `older_days`: so long versions are kept that are not the newest, 0
    for ever.
    """

    closed: bool | None
    public: bool | None
    aborts: bool | None
    older_days: int | None


BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_NONE_SET = frozenset({
    "NoSuchPublicAccessBlockConfiguration", "NoSuchBucketPolicy", "NoSuchLifecycleConfiguration",
})  # fmt: skip
_UNASKED = frozenset({
    "AccessDenied", "AccessDeniedException", "NotImplemented", "MethodNotAllowed", "UnknownOperation",
    "UnsupportedOperation",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pool:
    """`missing_groups` of our roles; `flows` and `has_secret` of the app client; `admins` who may sign in."""

    missing_groups: list[str]
    flows: set[str]
    has_secret: bool
    admins: int


def bucket(name: str) -> Bucket:
    """Raises NotFound, Unavailable, PixploreError where it is refused."""
    with clients.reachable(f"The bucket {name}"):
        clients.s3().head_bucket(Bucket=name)
        versioning = clients.s3().get_bucket_versioning(Bucket=name)
        events = clients.s3().get_bucket_notification_configuration(Bucket=name)
    return Bucket(versioning.get("Status") == "Enabled", "EventBridgeConfiguration" in events)


def keeping(name: str) -> Keeping:
    """Raises NotFound, Unavailable, PixploreError where it is refused."""
    s3, what = clients.s3(), f"The bucket {name}"
    with clients.reachable(what):
        block = _asked(lambda: s3.get_public_access_block(Bucket=name))
        status = _asked(lambda: s3.get_bucket_policy_status(Bucket=name))
        lifecycle = _asked(lambda: s3.get_bucket_lifecycle_configuration(Bucket=name))
    closed = public = aborts = older = None
    if block is not None:
        settings = block.get("PublicAccessBlockConfiguration", {})
        closed = all(settings.get(one) for one in BLOCKS)
    if status is not None:  # an endpoint that does not know the question may answer another one
        public = status.get("PolicyStatus", {}).get("IsPublic") if status else False
    if lifecycle is not None:
        rules = [rule for rule in lifecycle.get("Rules", []) if rule["Status"] == "Enabled" and _is_for_all(rule)]
        aborts = any("AbortIncompleteMultipartUpload" in rule for rule in rules)
        days = [rule["NoncurrentVersionExpiration"]["NoncurrentDays"] for rule in rules
                if "NoncurrentVersionExpiration" in rule]  # fmt: skip
        older = min(days, default=0)
    return Keeping(closed, public, aborts, older)


def _asked(ask: Callable[[], Any]) -> dict[str, Any] | None:
    """The answer, {} where nothing is set, None where nobody can tell."""
    try:
        return dict(ask())
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in _NONE_SET:
            return {}
        if code in _UNASKED or error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") in (405, 501):
            return None
        raise


def _is_for_all(rule: Any) -> bool:
    """Not for some of the objects alone."""
    return not (rule.get("Prefix") or any(rule.get("Filter", {}).values()))


def dead_letters_go_to(queue_url: str) -> str:
    """The name of the queue that takes what cannot be processed; "" where there is none."""
    with clients.reachable("The queue"):
        found = clients.sqs().get_queue_attributes(QueueUrl=queue_url, AttributeNames=["RedrivePolicy"])
    policy = json.loads(found.get("Attributes", {}).get("RedrivePolicy", "{}"))
    return str(policy.get("deadLetterTargetArn", "")).rsplit(":", 1)[-1]


def pool(pool_id: str, client_id: str) -> Pool:
    """Raises Unavailable, Forbidden, PixploreError where the pool or the client is not there."""
    with clients.reachable("The user pool"):
        groups: list[Any] = clients.cognito().list_groups(UserPoolId=pool_id)["Groups"]
        told = clients.cognito().describe_user_pool_client(UserPoolId=pool_id, ClientId=client_id)["UserPoolClient"]
    there = {group["GroupName"] for group in groups}
    admins = sum(1 for one in cognito.members(pool_id, 10_000) if one.role == Role.ADMIN and one.enabled)
    return Pool(
        [role.value for role in Role if role.value not in there], set(told.get("ExplicitAuthFlows", [])),
        "ClientSecret" in told, admins,
    )  # fmt: skip
