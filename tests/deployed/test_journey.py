"""`make deploy-local`: one photograph travels what the CDK has deployed, and what must not pass does not.

API Gateway -> grant -> S3 -> EventBridge -> SQS -> Lambda -> recogniser -> PostgreSQL -> search API.
"""

import hashlib
import os
import time
import uuid
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import httpx
import pytest

from pixplore import sweeping
from tests.deployed.conftest import ORDER, Deployed, cdk

if not os.environ.get("PIXPLORE_DEPLOY_LOCAL"):
    pytest.skip("needs the CDK's command line: `make deploy-local` runs it", allow_module_level=True)
PHOTO = Path(__file__).resolve().parents[2] / "demo" / "photos" / "hammer2.jpg"
PASSWORD = "Hammer2026x!"


@pytest.fixture(scope="module")
def token(migrated: Deployed) -> str:
    return sign_in(migrated, migrated.physical("auth", "People"), migrated.container("dashboard")["PIXPLORE_CLIENT_ID"],
                   "admin")  # fmt: skip


def sign_in(deployed: Deployed, pool: str, client: str, group: str | None) -> str:
    """The access token of a new person of a pool."""
    people, email = deployed.emulator.client("cognito-idp"), f"{uuid.uuid4().hex[:8]}@example.com"
    people.admin_create_user(
        UserPoolId=pool, Username=email, MessageAction="SUPPRESS",
        UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
    )  # fmt: skip
    people.admin_set_user_password(UserPoolId=pool, Username=email, Password=PASSWORD, Permanent=True)
    if group:
        people.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=group)
    given = people.initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH", ClientId=client, AuthParameters={"USERNAME": email, "PASSWORD": PASSWORD}
    )
    return str(given["AuthenticationResult"]["AccessToken"])


def uploads(deployed: Deployed) -> str:
    """Where the emulator serves what is https://<id>.execute-api.<region>.amazonaws.com/v1 on AWS."""
    api = deployed.physical("ingest", "UploadsApi")
    assert f"https://{api}.execute-api." in deployed.container("dashboard")["PIXPLORE_UPLOADS_API"]
    return f"{deployed.emulator.url}/_aws/execute-api/{api}/v1"


def call(url: str, token: str | None, **request: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.request(request.pop("method", "GET"), url, headers=headers, timeout=60, **request)


def test_every_stack_is_there(deployed: Deployed) -> None:
    stacks = deployed.emulator.client("cloudformation").describe_stacks()["Stacks"]
    states = {stack["StackName"]: stack["StackStatus"] for stack in stacks}
    assert {deployed.stack(name): states[deployed.stack(name)] for name in ORDER} == {
        deployed.stack(name): "CREATE_COMPLETE" for name in ORDER
    }
    kept = sum(len(deployed.resources(name)) for name in ORDER)
    print(f"{kept} resources deployed, {sum(deployed.fitted.dropped.values())} left out")
    assert kept > 150


def test_a_photograph_travels_the_deployed_wiring(migrated: Deployed, token: str, search_api: str) -> None:
    content = PHOTO.read_bytes()
    file = {"name": "hammer.jpg", "size": len(content), "content_type": "image/jpeg",
            "sha256": hashlib.sha256(content).hexdigest()}  # fmt: skip
    granted = call(f"{uploads(migrated)}/uploads", token, method="POST", json={"files": [file], "name": "deployed"})
    assert granted.status_code == 201, granted.text + migrated.emulator.log[-3000:]
    (item,) = granted.json()["items"]
    grant = item["upload"]
    assert migrated.physical("data", "Originals") in grant["url"]
    sent = httpx.post(grant["url"], data=grant["fields"], files={"file": ("f", content, "image/jpeg")}, timeout=60)
    assert sent.status_code == 204, sent.text
    began, batch = time.monotonic(), f"{uploads(migrated)}/uploads/{granted.json()['batch_id']}"
    state = ended(migrated, batch, token)
    assert state == {"ready": 1}, (state, migrated.emulator.log[-3000:])
    print(f"stored -> ready in {time.monotonic() - began:.1f} s")
    found = call(f"{search_api}/v1/images", token, params={"label": "Hammer"})
    assert found.status_code == 200, found.text
    (image,) = found.json()["items"]
    assert image["id"] == item["image_id"]
    assert image["sha256"] == file["sha256"]
    thumbnail = httpx.get(image["thumbnail_url"], timeout=20)
    assert (thumbnail.status_code, thumbnail.content[8:12]) == (200, b"WEBP")
    assert migrated.physical("delivery", "Renditions") in image["thumbnail_url"]
    original = call(f"{search_api}/v1/images/{image['id']}/original", token)
    assert original.status_code == 302
    assert httpx.get(original.headers["location"], timeout=20).content == content


def ended(deployed: Deployed, batch: str, token: str, limit: float = 60) -> dict[str, int]:
    deadline = time.monotonic() + limit
    while True:
        answer = call(batch, token)
        assert answer.status_code == 200, answer.text
        counts = {state: number for state, number in answer.json()["counts"].items() if number}
        if not {"expected", "received", "processing"} & set(counts) or time.monotonic() > deadline:
            return counts
        time.sleep(0.3)


def test_a_file_that_is_no_picture_is_refused_in_words(migrated: Deployed, token: str) -> None:
    content = b"GIF89a of another kind than it says"
    granted = call(f"{uploads(migrated)}/uploads", token, method="POST", json={"files": [
        {"name": "odd.jpg", "size": len(content), "content_type": "image/jpeg"}]}).json()  # fmt: skip
    grant = granted["items"][0]["upload"]
    httpx.post(grant["url"], data=grant["fields"], files={"file": ("f", content, "image/jpeg")}, timeout=60)
    batch = f"{uploads(migrated)}/uploads/{granted['batch_id']}"
    assert ended(migrated, batch, token) == {"rejected": 1}
    assert call(batch, token).json()["items"][0]["error"]["message"]


def test_a_poison_message_reaches_the_dead_letter_queue_alone(migrated: Deployed) -> None:
    queues = migrated.emulator.client("sqs")
    queue, dead = (migrated.physical("ingest", name) for name in ("Queue", "DeadLetters"))
    queues.send_message(QueueUrl=queue, MessageBody="{ this is no event")
    deadline = time.monotonic() + 60
    while True:
        letters = queues.receive_message(QueueUrl=dead, WaitTimeSeconds=2, MaxNumberOfMessages=10).get("Messages", [])
        if letters:
            break
        assert time.monotonic() < deadline, migrated.emulator.log[-3000:]
    assert [letter["Body"] for letter in letters] == ["{ this is no event"]
    left = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert int(left["ApproximateNumberOfMessages"]) == 0


def test_foreign_and_missing_tokens_are_answered_401(migrated: Deployed, token: str) -> None:
    people = migrated.emulator.client("cognito-idp")
    other = people.create_user_pool(PoolName="foreign")["UserPool"]["Id"]
    client = people.create_user_pool_client(
        UserPoolId=other, ClientName="c", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    foreign = sign_in(migrated, other, client, None)
    header, payload, signature = token.split(".")
    forged = f"{header}.{payload}.{signature[::-1]}"
    for bad in (None, foreign, forged, "nonsense"):
        answer = call(f"{uploads(migrated)}/uploads", bad)
        assert answer.status_code == 401, (bad, answer.text)
        assert answer.headers["content-type"].startswith("application/problem+json")
    people.delete_user_pool(UserPoolId=other)
    assert call(f"{uploads(migrated)}/uploads", token).status_code == 200


def test_somebody_without_the_role_may_not_upload(migrated: Deployed) -> None:
    viewer = sign_in(migrated, migrated.physical("auth", "People"),
                     migrated.container("dashboard")["PIXPLORE_CLIENT_ID"], "viewer")  # fmt: skip
    answer = call(f"{uploads(migrated)}/uploads", viewer, method="POST", json={"files": [
        {"name": "a.jpg", "size": 10, "content_type": "image/jpeg"}]})  # fmt: skip
    assert answer.status_code == 403, answer.text


def test_sweep_and_redrive_run_with_the_rights_they_were_given(migrated: Deployed) -> None:
    """The sweep looks into database, bucket and queue; the letter of before goes back, and dies again."""
    swept = migrated.invoke("Sweep", {"prefix": ""})
    assert swept.keys() == {field.name for field in fields(sweeping.Swept)}
    deadline = time.monotonic() + 60  # it was looked at, and is hidden for a while
    while (redriven := migrated.invoke("Redrive")["redriven"]) == 0:
        assert time.monotonic() < deadline, migrated.emulator.log[-3000:]
        time.sleep(2)
    assert redriven == 1


def test_teardown_leaves_only_what_must_outlive_a_mistake(migrated: Deployed, search_api: str) -> None:
    """The last test of the file. What stays is what templates say, no more: then that goes, too."""
    made = {place: kind for name in ORDER for kind, place in migrated.resources(name).values()}
    kept = {place for place, kind in made.items() if kind in KEPT}
    assert set(made.values()) >= {kind for kind, _ in LISTS}, "there is something of each kind to take down"
    cdk(migrated, "destroy", "--all", "--force")
    client = migrated.emulator.client
    left = [
        s["StackName"] for s in client("cloudformation").describe_stacks()["Stacks"] if "pixplore-" in s["StackName"]
    ]
    assert left == []
    # API Gateway's right to write logs is the account's, for every API in it: it stays.
    account = [place for place in made if "UploadsApiCloudWatchRole" in place]
    stayed = {kind: listed for kind, every in LISTS if (listed := [one for one in every(client) if one in made])}
    assert stayed == {"AWS::IAM::Role": account}
    buckets = {bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]}
    for name in [place for place in kept if made[place] == "AWS::S3::Bucket"]:
        assert name in buckets
        empty(client("s3"), name)
        client("s3").delete_bucket(Bucket=name)
    after = {bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]}
    assert {name for name in after if not name.startswith("cdk-")} == set()


KEPT = {"AWS::S3::Bucket", "AWS::KMS::Key", "AWS::Cognito::UserPool", "AWS::Backup::BackupVault"}
LISTS: tuple[tuple[str, Callable[[Any], list[str]]], ...] = (
    ("AWS::Lambda::Function", lambda of: [one["FunctionName"] for one in of("lambda").list_functions()["Functions"]]),
    ("AWS::SQS::Queue", lambda of: of("sqs").list_queues().get("QueueUrls", [])),
    ("AWS::ApiGateway::RestApi", lambda of: [one["id"] for one in of("apigateway").get_rest_apis()["items"]]),
    ("AWS::Events::Rule", lambda of: [one["Name"] for one in of("events").list_rules()["Rules"]]),
    ("AWS::IAM::Role", lambda of: [one["RoleName"] for one in of("iam").list_roles()["Roles"]]),
    ("AWS::Logs::LogGroup", lambda of: [one["logGroupName"] for one in of("logs").describe_log_groups()["logGroups"]]),
    ("AWS::SNS::Topic", lambda of: [one["TopicArn"] for one in of("sns").list_topics()["Topics"]]),
    ("AWS::ECS::Cluster", lambda of: of("ecs").list_clusters()["clusterArns"]),
    ("AWS::CloudWatch::Alarm",
     lambda of: [one["AlarmName"] for one in of("cloudwatch").describe_alarms()["MetricAlarms"]]),
)  # fmt: skip
"""Kinds of which nothing may stay, and how to ask for the physical ids of those that there are."""


def empty(s3: Any, bucket: str) -> None:
    """Every version of every object."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for one in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
            s3.delete_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])
