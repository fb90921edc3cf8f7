"""How buckets, queues and the user pool are set up, for `python -m pixplore doctor`."""

import json
from dataclasses import dataclass
from typing import Any

from pixplore.aws import clients, cognito
from pixplore.domain import Role


@dataclass(frozen=True, slots=True)
class Bucket:
    versioned: bool
    announces: bool
    """To EventBridge, that a file has come."""


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
