"""What administrators see of the queue and do about it, over HTTP, with queues of moto."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from sqlalchemy import text

from pixplore import uploads
from pixplore.arrivals import Arrival
from pixplore.catalogue import budget, manifest
from pixplore.catalogue.snapshot import transaction
from pixplore.errors import Conflict
from pixplore.promises import promise
from tests.contract import catalogues
from tests.contract.conftest import Api, serving
from tests.contract.issuer import Issuer
from tests.places import ORIGINALS, REGION

Queues = dict[str, str]


@pytest.fixture
def operated(
    aws: Queues, issuer: Issuer, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Api, Queues]]:
    """The API beside queues; only Cognito's part is the issuer's."""
    for name, value in issuer.environment(database_url).items():
        if name not in aws and name != "AWS_ENDPOINT_URL":
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", issuer.address)
    with serving(issuer, database_url) as api:
        yield api, aws


@pytest.mark.parametrize("engine", ["sql", "index"])
def test_pictures_are_counted_by_either_engine(
    engine: str, aws: Queues, issuer: Issuer, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in issuer.environment(database_url).items():
        if name not in aws and name != "AWS_ENDPOINT_URL":
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", issuer.address)
    monkeypatch.setenv("PIXPLORE_INDEX", "1" if engine == "index" else "0")
    monkeypatch.setenv("PIXPLORE_INDEX_DIR", str(tmp_path))
    with serving(issuer, database_url) as api:
        made = [catalogues.picture(n, deleted=n == 3) for n in range(5)]
        with transaction(api.engine) as connection:
            catalogues.write(connection, made)
        told = api.get("admin", "/v1/operations").json()
        assert (told["images"], told["trashed"]) == (4, 1)
        assert (api.engines.at_once() is not None) == (engine == "index")
        gone = api.call("admin", "DELETE", f"/v1/images/{made[0].id}").json()["version"]
        told = api.get("admin", "/v1/operations", {"min_version": gone}).json()
        assert (told["images"], told["trashed"]) == (3, 2)


def _failed(api: Api, *codes: str | None) -> list[manifest.Item]:
    """A batch with one failed file for each code, all in storage."""
    with api.engine.begin() as connection:
        batch = manifest.create_batch(connection, "test", "ada@example.com", {})
        files = [promise(f"{n}.jpg", 1000, "image/jpeg", None) for n in range(len(codes))]
        items = manifest.add_files(connection, batch, files, uploads.GRANT_SECONDS)
        for item, code in zip(items, codes, strict=True):
            connection.execute(
                text("update item set status = :s, error_code = :c, error_message = 'It broke.' where image_id = :i"),
                {"s": "failed" if code else "ready", "c": code, "i": item.image_id},
            )
            boto3.client("s3", REGION).put_object(Bucket=ORIGINALS, Key=item.object_key, Body=b"x")
    return items


def test_only_for_administrators(operated: tuple[Api, Queues]) -> None:
    api, _ = operated
    for method, path in (
        ("GET", ""),
        ("GET", "/dead-letters"),
        ("GET", "/ended"),
        ("POST", "/redrive"),
        ("POST", "/retry-failed"),
    ):
        assert api.call("analyst", method, f"/v1/operations{path}").status_code == 403
        assert api.call(None, method, f"/v1/operations{path}").status_code == 401


def test_figures_and_failures_and_retry(operated: tuple[Api, Queues]) -> None:
    api, _ = operated
    items = _failed(api, "broken", None, "never_received")
    with api.engine.begin() as connection:
        connection.execute(text("update item set updated_at = updated_at - position * interval '1 millisecond'"))
    told = api.get("admin", "/v1/operations", {"minutes": 5}).json()
    assert told["queue"] == {"waiting": 0, "in_flight": 0, "delayed": 0, "dead": 0, "oldest_seconds": None}
    assert (told["items"]["failed"], told["items"]["ready"], told["items"]["expected"]) == (2, 1, 0)
    assert len(told["throughput"]) == 5
    assert sum(minute["failed"] for minute in told["throughput"]) == 2
    assert {f["image_id"] for f in told["failures"]} == {str(items[0].image_id), str(items[2].image_id)}
    assert told["failures"][0]["error"]["message"] == "It broke."
    for minute in told["throughput"]:
        for state in ("ready", "failed"):
            if minute[state]:
                asked = {"at": minute["at"], "state": state}
                found = api.get("admin", "/v1/operations/ended", asked).json()
                assert len(found["items"]) == found["total"] == minute[state]
                assert {one["status"] for one in found["items"]} == {state}
                few = api.get("admin", "/v1/operations/ended", asked | {"limit": 1}).json()
                assert (few["items"], few["total"]) == (found["items"][:1], minute[state])
                assert few["items"][0]["updated_at"] == max(one["updated_at"] for one in found["items"])
    retried = api.call("admin", "POST", "/v1/operations/retry-failed").json()
    assert retried["retried"] == 1  # what never arrived must be sent again
    assert api.get("admin", "/v1/operations").json()["queue"]["waiting"] == 1
    assert api.get("admin", "/v1/audit").json()["items"][0]["action"] == "retry"


def test_dead_letters_are_shown_and_redriven(operated: tuple[Api, Queues]) -> None:
    api, aws = operated
    items = _failed(api, "broken", "broken")
    sqs = boto3.client("sqs", REGION)
    for item in items:
        body = Arrival(ORIGINALS, item.object_key).body()
        sqs.send_message(QueueUrl=aws["PIXPLORE_DLQ_URL"], MessageBody=body)
    letters = api.get("admin", "/v1/operations/dead-letters").json()["items"]
    assert {letter["item"]["image_id"] for letter in letters} == {str(item.image_id) for item in items}
    assert letters[0]["reason"] == "It broke."
    one = {"message_ids": [letters[0]["message_id"]]}
    assert api.call("admin", "POST", "/v1/operations/redrive", json=one).json()["redriven"] == 1
    figures = api.get("admin", "/v1/operations").json()["queue"]
    assert (figures["waiting"], figures["dead"]) == (1, 1)
    assert api.call("admin", "POST", "/v1/operations/redrive").json()["redriven"] == 1
    version = api.call("admin", "POST", "/v1/operations/redrive").json()["version"]
    letters = api.get("admin", "/v1/operations/dead-letters", {"min_version": version})
    assert (letters.status_code, letters.json()["items"]) == (200, [])
    assert api.call("admin", "POST", "/v1/operations/redrive", json={"ids": []}).status_code == 422


def test_a_budget_is_counted_and_refuses_what_would_pass_it(operated: tuple[Api, Queues]) -> None:
    api, _ = operated
    _failed(api, None, None)  # two pictures of this month
    address = "/v1/operations/budget"
    assert api.call("analyst", "GET", address).status_code == 403
    before = api.get("admin", address).json()
    assert before["limit"] is None
    with api.engine.begin() as connection:
        budget.check(connection, 10_000)  # no limit: nothing is refused
    each = before["per_image"]
    assert before["spent"] == pytest.approx(before["pictures"] * each)
    limit = before["spent"] + before["promised"] + 3.5 * each
    assert api.call("admin", "PUT", address, json={"limit": limit}).json()["version"]
    assert api.get("admin", address).json()["limit"] == pytest.approx(limit)
    with api.engine.begin() as connection:
        budget.check(connection, 3)
        with pytest.raises(Conflict, match="4 more files would cost"):
            budget.check(connection, 4)
    for wrong in (-1, 1e9, "much"):
        assert api.call("admin", "PUT", address, json={"limit": wrong}).status_code == 422
    trail = api.get("admin", "/v1/audit", {"action": "budget"}).json()["items"]
    assert trail[0]["detail"] == {"limit": {"before": None, "after": limit}}


def test_account_changes_stand_in_the_audit_trail(operated: tuple[Api, Queues]) -> None:
    api, _ = operated
    body = {"account": "eve@example.com", "what": "role", "before": "viewer", "after": "admin"}
    assert api.call("analyst", "POST", "/v1/operations/account-changes", json=body).status_code == 403
    assert api.call("admin", "POST", "/v1/operations/account-changes", json=body).json()["version"]
    trail = api.get("admin", "/v1/audit", {"action": "account"}).json()["items"]
    assert trail[0]["detail"] == {"account": "eve@example.com", "role": {"before": "viewer", "after": "admin"}}
