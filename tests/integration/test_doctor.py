"""`python -m pixplore doctor` on a whole stack that is in order, and with one part after another really broken."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest
from botocore.exceptions import ClientError
from sqlalchemy import text

from embedded.home import free_port
from pixplore.aws import clients, queue
from pixplore.catalogue import purge, revision
from pixplore.catalogue.database import open_engine
from pixplore.doctor import inside
from pixplore.doctor.finding import Finding
from tests.pictures import photo
from tests.places import ORIGINALS, REGION, RENDITIONS, Pipeline
from tests.stack import ROOT, Stack


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("doctor") / "home")
    stack.start()
    made = stack.upload(stack.token(), [("cup.jpg", photo(5) + uuid.uuid4().bytes, "image/jpeg")])
    stack.wait(stack.token(), made["batch_id"])
    yield stack
    stack.kill()


def examined(home: Path, **environment: str) -> tuple[int, dict[str, list[str]]]:
    """Exit status, and by part what is wrong with it."""
    inherited = {k: v for k, v in os.environ.items() if k != "DATABASE_URL" and not k.startswith(("AWS_", "PIXPLORE_"))}
    done = subprocess.run(
        [sys.executable, "-m", "pixplore", "doctor"], cwd=ROOT, capture_output=True, text=True, timeout=120,
        env=inherited | {"PIXPLORE_HOME": str(home)} | environment,
    )  # fmt: skip
    assert not done.stderr, done.stderr
    wrong: dict[str, list[str]] = {}
    for part, says in re.findall(r"^WRONG  (.{15})(.*)$", done.stdout, re.M):
        wrong.setdefault(part.strip(), []).append(says)
    return done.returncode, wrong


@pytest.fixture
def with_changed(own: Stack, tmp_path: Path) -> Callable[..., tuple[int, dict[str, list[str]]]]:
    """What the doctor says where endpoints.json has other addresses."""

    def look(**changed: Any) -> tuple[int, dict[str, list[str]]]:
        tmp_path.chmod(0o700)
        file = tmp_path / "endpoints.json"
        file.write_text(json.dumps(own.ends | changed))
        file.chmod(0o600)
        return examined(tmp_path)

    return look


def test_a_stack_in_order(own: Stack) -> None:
    assert examined(own.home) == (0, {})


def test_no_installation_at_all(tmp_path: Path) -> None:
    status, wrong = examined(tmp_path)
    assert (status, list(wrong)) == (1, ["settings"])
    assert "start it with `make run`" in wrong["settings"][0]


def test_a_setting_that_is_missing(with_changed: Any) -> None:
    status, wrong = with_changed(user_pool_id="")
    assert (status, list(wrong)) == (1, ["settings"])
    assert "PIXPLORE_USER_POOL_ID" in wrong["settings"][0]


@contextlib.contextmanager
def held(processes: list[psutil.Process]) -> Iterator[None]:
    """They run no further, as on a machine that swaps itself to death."""
    assert processes
    for process in processes:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGCONT)


def test_a_search_api_that_hangs(own: Stack) -> None:
    with held(own.parts("-m search_api")):
        status, wrong = examined(own.home)
    assert (status, list(wrong)) == (1, ["search API"])
    assert own.ends["search_api"] in wrong["search API"][0]


def test_a_dashboard_that_hangs(own: Stack) -> None:
    with held(own.parts("streamlit run")):
        status, wrong = examined(own.home)
    assert (status, list(wrong)) == (1, ["dashboard"])


def test_a_database_that_hangs(own: Stack) -> None:
    server = next(p for p in own.parts("postgres") if "-D" in p.cmdline())
    with held([server, *server.children()]):
        status, wrong = examined(own.home)
    assert status == 1
    assert wrong["database"] == ["The catalogue's database cannot be reached. Try again in a moment."]
    assert set(wrong) <= {"database", "search API"}  # which says so itself


def test_an_aws_that_is_away(with_changed: Any) -> None:
    status, wrong = with_changed(aws_endpoint=f"http://127.0.0.1:{free_port()}")
    assert status == 1
    assert {"originals", "renditions", "queue", "user pool"} <= set(wrong)


def test_a_recogniser_and_an_uploads_api_that_are_away(with_changed: Any) -> None:
    away = f"http://127.0.0.1:{free_port()}"
    assert with_changed(recogniser=away, uploads_api=away) == (1, {
        "recogniser": ["The recogniser cannot be reached. Try again in a moment."],
        "uploads API": [f"Nothing answers at {away}: set PIXPLORE_UPLOADS_API rightly."],
    })  # fmt: skip


def test_an_uploads_api_that_lets_anybody_in(own: Stack, with_changed: Any) -> None:
    status, wrong = with_changed(uploads_api=own.ends["search_api"])  # it knows no /uploads and answers 404
    assert (status, "404 instead of 401" in wrong["uploads API"][0]) == (1, True)


@pytest.mark.parametrize(
    ("schema", "says"), [("0002", "run `python -m pixplore migrate`"), ("9999", "a newer Pixplore")]
)
def test_another_schema(new_database: Callable[..., str], with_changed: Any, schema: str, says: str) -> None:
    url = new_database(empty=schema != "9999")
    with open_engine(url).begin() as connection:
        if schema == "9999":
            connection.execute(text("update alembic_version set version_num = '9999'"))
        else:
            revision.bring_to(connection, schema)
    status, wrong = with_changed(database_url=url)
    assert (status, list(wrong)) == (1, ["schema"])
    assert says in wrong["schema"][0]


def test_buckets_people_and_dead_letters(own: Stack) -> None:
    s3, cognito, sqs = own.client("s3"), own.client("cognito-idp"), own.client("sqs")
    bucket, pool = own.ends["originals_bucket"], own.ends["user_pool_id"]
    admin = own.ends["demo_users"]["admin"]["email"]
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
    cognito.admin_disable_user(UserPoolId=pool, Username=admin)
    cognito.delete_group(UserPoolId=pool, GroupName="viewer")
    sqs.send_message(QueueUrl=own.ends["dlq_url"], MessageBody="poison")
    try:
        status, wrong = examined(own.home)
    finally:
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
        cognito.admin_enable_user(UserPoolId=pool, Username=admin)
        cognito.create_group(UserPoolId=pool, GroupName="viewer")
        sqs.purge_queue(QueueUrl=own.ends["dlq_url"])
    assert (status, set(wrong)) == (1, {"originals", "user pool", "dead letters"})
    assert ["versions" in wrong["originals"][0], "EventBridge" in wrong["originals"][1]] == [True, True]
    assert ["no group viewer" in wrong["user pool"][0], "No admin" in wrong["user pool"][1]] == [True, True]
    assert "1 messages" in wrong["dead letters"][0]
    assert examined(own.home) == (0, {})


def test_files_that_others_may_read(own: Stack) -> None:
    (own.home / "endpoints.json").chmod(0o644)
    try:
        status, wrong = examined(own.home)
    finally:
        (own.home / "endpoints.json").chmod(0o600)
    assert (status, list(wrong)) == (1, ["private files"])
    assert f"chmod go-rwx {own.home / 'endpoints.json'}" in wrong["private files"][0]


def test_a_secret_that_others_may_read_and_a_model_that_is_gone(own: Stack) -> None:
    secret = next(path for path in (own.home / "secrets").iterdir() if path.is_file())
    model = next((own.home / "models").glob("efficientnet*"))
    aside = model.rename(model.with_suffix(".aside"))
    secret.chmod(0o640)
    try:
        status, wrong = examined(own.home)
    finally:
        secret.chmod(0o600)
        aside.rename(model)
    assert (status, set(wrong)) == (1, {"private files", "models"})
    assert f"chmod go-rwx {secret}" in wrong["private files"][0]
    assert f"{model} is missing" in wrong["models"][0]


def wrongs(found: Iterator[Finding]) -> dict[str, str]:
    return {one.part: one.says for one in found if one.well is False}


def test_work_that_does_not_go_on(pipeline: Pipeline) -> None:
    """No worker and no sweep runs here."""
    assert wrongs(inside.queues(pipeline.engine)) == {}
    (item,) = pipeline.promise("cup.jpg")
    pipeline.store(item, photo(5))
    pipeline.rows("update item set status = 'received', updated_at = now() - interval '20 minutes',"
                  " look_at = now() - interval '6 minutes'")  # fmt: skip
    queue.send(pipeline.places.queue_url, [pipeline.arrival(item).body()])
    wrong = wrongs(inside.queues(pipeline.engine))
    assert (set(wrong), "1 files wait, the longest for 20 min" in wrong["queue"]) == ({"queue", "sweep"}, True)
    sqs = boto3.client("sqs", REGION)
    sqs.set_queue_attributes(QueueUrl=pipeline.places.queue_url, Attributes={"RedrivePolicy": ""})
    assert "dead letters" in next(f.says for f in inside.queues(pipeline.engine) if f.well is False)


def test_files_that_are_not_in_storage(pipeline: Pipeline) -> None:
    one, other = (pipeline.take(f"{n}.jpg", photo(n)) for n in range(2))
    assert wrongs(inside.pictures(pipeline.engine)) == {}
    s3 = boto3.client("s3", REGION)
    version = pipeline.one("select object_version from image where id = :id", id=one.image_id)
    s3.delete_object(Bucket=ORIGINALS, Key=one.object_key, VersionId=version)
    assert (
        "2 newest pictures 1 originals are not in storage (“0.jpg”)"
        in wrongs(inside.pictures(pipeline.engine))["pictures"]
    )
    s3.delete_object(Bucket=RENDITIONS, Key=f"{other.image_id}/thumb.webp")
    said = [one.says for one in inside.pictures(pipeline.engine)]
    assert len(said) == 2
    assert "thumbnails" in said[1]


def test_a_trash_that_nobody_empties(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = (pipeline.take(f"{n}.jpg", photo(n)).image_id for n in range(2))
    pipeline.rows("update image set deleted_at = now() - interval '30 days 1 hour' where id = :id", id=one)
    assert wrongs(inside.trash(pipeline.engine)) == {}, "the next sweep may do it"
    pipeline.rows("update image set deleted_at = now() - interval '32 days' where id = :id", id=other)
    assert "1 pictures should have been deleted" in wrongs(inside.trash(pipeline.engine))["trash"]
    monkeypatch.setenv("PIXPLORE_TRASH_DAYS", "0")
    assert wrongs(inside.trash(pipeline.engine)) == {}
    monkeypatch.delenv("PIXPLORE_TRASH_DAYS")
    with pipeline.engine.begin() as connection:
        purge.begin(connection, 30, 100)
    assert wrongs(inside.trash(pipeline.engine)) == {}
    pipeline.rows("update item set updated_at = now() - interval '25 hours' where error_code = 'deleted'")
    assert "2 pictures" in wrongs(inside.trash(pipeline.engine))["trash"], "their files are not gone"


def closed_and_ruled(s3: Any, name: str) -> None:
    blocks = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(blocks, True))
    rules(s3, name, {})


def rules(s3: Any, name: str, changed: dict[str, Any]) -> None:
    rule = {
        "ID": "all", "Status": "Enabled", "Filter": {"Prefix": ""},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 365},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2},
    } | changed  # fmt: skip
    rule = {key: value for key, value in rule.items() if value is not None}
    s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [rule]})


def test_buckets_that_are_open_or_keep_too_much(aws: dict[str, str]) -> None:
    s3 = boto3.client("s3", REGION)

    def wrong() -> list[str]:  # moto knows nothing of EventBridge
        return [one.says for one in inside.buckets() if one.well is False and "EventBridge" not in one.says]

    bare = wrong()
    assert [word for word in ("everybody", "broke off", "for ever") if not any(word in said for said in bare)] == []
    for name in (ORIGINALS, RENDITIONS):
        closed_and_ruled(s3, name)
    assert wrong() == []
    assert f"{ORIGINALS} is closed to the public; its rules end broken uploads, and older versions after 365 days" in [
        one.says for one in inside.buckets()
    ]
    for changed, says in (
        ({"Status": "Disabled"}, "broke off"), ({"Filter": {"Prefix": "some/"}}, "for ever"),
        ({"NoncurrentVersionExpiration": None}, "for ever"), ({"AbortIncompleteMultipartUpload": None}, "broke off"),
    ):  # fmt: skip
        rules(s3, ORIGINALS, changed)
        assert says in " ".join(wrong()), changed
    closed_and_ruled(s3, ORIGINALS)
    s3.put_public_access_block(Bucket=ORIGINALS, PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    assert "Block Public Access" in wrong()[0]


@pytest.mark.parametrize(("code", "status"), [("NotImplemented", 501), ("AccessDenied", 403)])
def test_what_a_storage_does_not_tell_is_not_checked(
    aws: dict[str, str], monkeypatch: pytest.MonkeyPatch, code: str, status: int
) -> None:
    def refuse(**_: str) -> None:
        raise ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "GetIt")  # type: ignore[typeddict-item]

    for call in ("get_public_access_block", "get_bucket_policy_status", "get_bucket_lifecycle_configuration"):
        monkeypatch.setattr(clients.s3(), call, refuse)
    said = [one.says for one in inside.buckets() if one.well is None]
    assert said == [
        f"not checked of {name}: public access, its policy, its lifecycle rules; "
        "the storage does not tell, or not to this role"
        for name in (ORIGINALS, RENDITIONS)
    ]


def test_a_policy_that_opens_a_bucket(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients.s3(), "get_bucket_policy_status", lambda **_: {"PolicyStatus": {"IsPublic": True}})
    assert "take that statement out" in " ".join(one.says for one in inside.buckets() if one.well is False)


@pytest.mark.parametrize(("hours", "says"), [(1, "3,600 s ahead of"), (-1, "3,600 s behind")])
def test_a_clock_that_is_an_hour_off(pipeline: Pipeline, hours: int, says: str) -> None:
    assert wrongs(inside.clock(pipeline.engine)) == {}
    assert says in wrongs(inside.clock(pipeline.engine, datetime.now(UTC) + timedelta(hours=hours)))["clock"]


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o700)
    assert wrongs(inside.home(tmp_path)) == {}
    monkeypatch.setattr(inside, "LEAST_DISK", 10**18)
    assert "make room" in wrongs(inside.home(tmp_path))["disk"]


def test_a_database_without_room_for_more(pipeline: Pipeline) -> None:
    with pipeline.engine.connect() as connection:
        used, most = connection.execute(
            text("select (select count(*) from pg_stat_activity where backend_type = 'client backend'),"
                 " current_setting('max_connections')::int")
        ).one()  # fmt: skip
    url = pipeline.engine.url.render_as_string(hide_password=False)
    with contextlib.ExitStack() as opened:
        crowd = open_engine("postgresql://" + url.split("://", 1)[1], pool_size=most)
        opened.callback(crowd.dispose)
        for _ in range(most - used - 8):
            opened.enter_context(crowd.connect())
        assert "connections are in use" in wrongs(inside.database(pipeline.engine))["database"]
