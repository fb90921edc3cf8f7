"""The uploads API as CONTRACT.md has it: the functions behind API Gateway, called with its events."""

import csv
import io
import json
from copy import deepcopy
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import boto3
import pytest

from pixplore.aws.people import person_of
from pixplore.domain import MAX_FILE_BYTES
from pixplore.standing import Standing
from tests.pictures import photo
from tests.places import REGION, Pipeline

EVENT = json.loads((Path(__file__).resolve().parents[1] / "events" / "api_gateway_proxy.json").read_text())
CONTEXT = SimpleNamespace(
    function_name="f", memory_limit_in_mb=512, invoked_function_arn="arn:aws:lambda:x", aws_request_id="r"
)
GOOD = {"name": "cup.jpg", "size": 1000, "content_type": "image/jpeg"}
CLIENT = EVENT["requestContext"]["authorizer"]["claims"]["client_id"]


class Api:
    """Calls the functions as API Gateway would; `token` is a real one of a user pool, an administrator's."""

    def __init__(self, token: str, pool: str) -> None:
        from backend_lambdas import issue_uploads, upload_status

        self.pool, self.token, self.claims = pool, token, dict(EVENT["requestContext"]["authorizer"]["claims"])
        self.functions = {"POST": issue_uploads, "GET": upload_status}
        for function in self.functions.values():
            function.engine.cache_clear()

    def raw(self, method: str, path: str, body: Any = None, **query: str) -> dict[str, Any]:
        event = deepcopy(EVENT)
        event |= {"httpMethod": method, "path": path, "body": body if isinstance(body, str) else json.dumps(body)}
        event |= {"queryStringParameters": query or None,
                  "multiValueQueryStringParameters": {k: [v] for k, v in query.items()} or None}  # fmt: skip
        event["headers"]["Authorization"] = f"Bearer {self.token}"
        event["requestContext"]["authorizer"]["claims"] = self.claims
        return self.functions[method].handler(event, CONTEXT)

    def call(self, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Any]:
        answer = self.raw(method, path, body, **query)
        kind = answer["multiValueHeaders"]["Content-Type"][0]
        if answer["statusCode"] >= 400:
            assert kind == "application/problem+json"
            problem = json.loads(answer["body"])
            assert problem["status"] == answer["statusCode"]
            assert {"type", "title", "status", "detail", "instance"} <= set(problem)
            assert "Traceback" not in answer["body"]
            return answer["statusCode"], problem
        return answer["statusCode"], json.loads(answer["body"])

    def upload(self, *files: dict[str, Any], **more: Any) -> dict[str, Any]:
        status, answer = self.call("POST", "/uploads", {"files": list(files), **more})
        assert status == 201, answer
        return dict(answer)


@pytest.fixture
def api(pipeline: Pipeline, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Api:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setattr("backend_lambdas.api.client_id", lambda: CLIENT)
    people: Any = boto3.client("cognito-idp", REGION)
    pool = people.create_user_pool(PoolName="p")["UserPool"]["Id"]
    client = people.create_user_pool_client(UserPoolId=pool, ClientName="c")["UserPoolClient"]["ClientId"]
    people.admin_create_user(
        UserPoolId=pool, Username="anna@shop.example", MessageAction="SUPPRESS",
        UserAttributes=[{"Name": "email", "Value": "anna@shop.example"}],
    )  # fmt: skip
    people.admin_set_user_password(UserPoolId=pool, Username="anna@shop.example", Password="Secret-12", Permanent=True)
    answer = people.admin_initiate_auth(
        UserPoolId=pool, ClientId=client, AuthFlow="ADMIN_NO_SRP_AUTH",
        AuthParameters={"USERNAME": "anna@shop.example", "PASSWORD": "Secret-12"},
    )  # fmt: skip
    people.create_group(UserPoolId=pool, GroupName="admin")
    people.admin_add_user_to_group(UserPoolId=pool, Username="anna@shop.example", GroupName="admin")
    asked_each_time(monkeypatch, pool)
    return Api(answer["AuthenticationResult"]["AccessToken"], pool)


def asked_each_time(monkeypatch: pytest.MonkeyPatch, pool: str) -> None:
    """The pool's word is kept for no time at all."""
    standing = Standing(partial(person_of, pool_id=pool), ahead=0)
    monkeypatch.setattr("pixplore.standing.FRESH_S", 0.0)
    monkeypatch.setattr("backend_lambdas.api.standing", lambda: standing)


def test_files_are_granted_and_the_grant_is_narrow(api: Api) -> None:
    answer = api.upload(GOOD, GOOD | {"name": "Ünï+ c😀de.png", "content_type": "image/png"}, name="Spring")
    assert set(answer) == {"batch_id", "expires_at", "items"}
    first, second = answer["items"]
    assert (first["name"], first["status"], second["name"]) == ("cup.jpg", "expected", "Ünï+ c😀de.png")
    fields = second["upload"]["fields"]
    assert urlsplit(second["upload"]["url"]).scheme == "https"
    assert fields["key"] == f"{answer['batch_id']}/{second['image_id']}"
    assert fields["Content-Type"] == "image/png"
    assert all(ord(c) < 128 for value in fields.values() for c in value)
    import base64

    policy = json.loads(base64.b64decode(fields["policy"]))
    assert ["content-length-range", 1, MAX_FILE_BYTES] in policy["conditions"]
    assert {"key": fields["key"]} in policy["conditions"]
    assert {"Content-Type": "image/png"} in policy["conditions"]
    assert answer["expires_at"].endswith("Z")


def test_what_is_refused_gets_no_grant_and_the_others_do(api: Api, pipeline: Pipeline) -> None:
    there = pipeline.take("there.jpg", photo(5))
    answer = api.upload(
        GOOD,
        GOOD | {"size": 0},
        GOOD | {"size": MAX_FILE_BYTES + 1},
        GOOD | {"name": "a.gif", "content_type": "image/gif"},
        GOOD | {"name": "x" * 300},
        GOOD | {"name": "\u202e\u0000"},
        GOOD | {"sha256": there.sha256.upper()},
        GOOD | {"name": "one.jpg", "sha256": "0" * 64},
        GOOD | {"name": "two.jpg", "sha256": "0" * 64},
        GOOD | {"name": "../../etc/passwd"},
    )
    items = answer["items"]
    codes = [(i["status"], i.get("error", {}).get("code"), "upload" in i) for i in items]
    assert codes == [
        ("expected", None, True),
        ("rejected", "empty_file", False),
        ("rejected", "too_large", False),
        ("rejected", "kind_not_taken", False),
        ("rejected", "name_too_long", False),
        ("rejected", "name_missing", False),
        ("duplicate", "duplicate", False),
        ("expected", None, True),
        ("expected", None, True),  # the first may never come: what both are shows when they arrive
        ("expected", None, True),
    ]
    assert items[6]["duplicate_of"] == str(there.image_id)
    assert ".." not in items[9]["upload"]["fields"]["key"]
    assert all(i["error"]["message"].endswith(".") for i in items if "error" in i)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("no json", "body"),
        ("", "body"),
        ("[" * 100_000, "body"),
        ([], "body"),
        ({}, "files"),
        ({"files": []}, "files"),
        ({"files": [GOOD] * 501}, "files"),
        ({"files": [{}]}, "files.0.name"),
        ({"files": [GOOD, GOOD | {"size": -1}]}, "files.1.size"),
        ({"files": [GOOD | {"size": "10"}]}, "files.0.size"),
        ({"files": [GOOD | {"size": 1.5}]}, "files.0.size"),
        ({"files": [GOOD | {"size": 10**400}]}, "files.0.size"),
        ({"files": [GOOD | {"sha256": "xyz"}]}, "files.0.sha256"),
        ({"files": [GOOD | {"name": 5}]}, "files.0.name"),
        ({"files": [GOOD], "defaults": {"colour": "red"}}, "defaults.colour"),
        ({"files": [GOOD], "defaults": {"tags": "red"}}, "defaults.tags"),
        ({"files": [GOOD], "name": "x" * 201}, "name"),
        ({"files": [GOOD], "defaults": {"tags": ["ok", "__unset__"]}}, "defaults.tags.1"),
        ({"files": [GOOD], "defaults": {"category": "__unset__"}}, "defaults.category"),
        ({"files": [GOOD], "defaults": {"attributes": {"big": 10**400}}}, "defaults.attributes.big"),
        ({"files": [GOOD], "defaults": {"attributes": {"a": {"deep": 1}}}}, "defaults.attributes.a"),
        ({"files": [GOOD], "defaults": {"attributes": {"": 1}}}, "defaults.attributes"),
        ({"files": [GOOD], "defaults": {"attributes": {"a.gte": 1}}}, "defaults.attributes.a.gte"),
    ],
)
def test_a_wrong_body_is_422_that_names_the_field(api: Api, body: Any, field: str) -> None:
    status, problem = api.call("POST", "/uploads", body)
    assert status == 422
    faults = [fault["field"] for fault in problem["errors"]]
    assert faults.count(field) == 1
    assert len(faults) == 1 or body == {"files": [{}]}  # a union's members are not told one by one


def test_a_body_of_bytes_is_422(api: Api) -> None:
    import base64

    from backend_lambdas import issue_uploads

    event = deepcopy(EVENT) | {"body": base64.b64encode(b"\xff\xfe\x00").decode(), "isBase64Encoded": True}
    event["headers"]["Authorization"] = f"Bearer {api.token}"
    assert issue_uploads.handler(event, CONTEXT)["statusCode"] == 422


def test_only_who_is_an_administrator_now(api: Api) -> None:
    """Whatever the token says: its groups are the ones of when it was made."""
    people: Any = boto3.client("cognito-idp", REGION)
    for group in ("viewer", "analyst", "administrators"):
        people.create_group(UserPoolId=api.pool, GroupName=group)
    who = {"UserPoolId": api.pool, "Username": "anna@shop.example"}
    for groups in (["admin"], ["viewer", "admin"], [], ["viewer", "analyst"], ["administrators"]):
        for there in people.admin_list_groups_for_user(**who)["Groups"]:
            people.admin_remove_user_from_group(**who, GroupName=there["GroupName"])
        for group in groups:
            people.admin_add_user_to_group(**who, GroupName=group)
        for method, path in (("POST", "/uploads"), ("GET", "/uploads"), ("GET", f"/uploads/{uuid4()}")):
            status = api.call(method, path, {"files": [GOOD]})[0]
            assert (status == 403) == ("admin" not in groups), (groups, method, path)
    api.claims["token_use"] = "id"
    assert api.call("GET", "/uploads")[0] == 401


def test_a_token_made_for_another_program_is_401(api: Api) -> None:
    api.claims["client_id"] = "another"
    assert api.call("GET", "/uploads")[0] == 401


def test_a_token_that_cognito_takes_no_longer_is_401(api: Api) -> None:
    api.token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."
    assert api.call("POST", "/uploads", {"files": [GOOD]})[0] == 401


def test_a_batch_is_read_page_by_page(api: Api, pipeline: Pipeline) -> None:
    defaults = {"category": "Shoes", "tags": ["new", "new", " x "], "attributes": {"size": 42}}
    batch = api.upload(*([GOOD] * 250), name="Big", defaults=defaults)["batch_id"]
    assert pipeline.one("select defaults from batch") == defaults | {"tags": ["new", "x"]}
    status, more = api.call("POST", f"/uploads/{batch}/files", {"files": [GOOD | {"size": 0}]})
    assert (status, more["items"][0]["status"]) == (201, "rejected")
    status, page = api.call("GET", f"/uploads/{batch}")
    assert {"batch_id", "name", "created_at", "counts", "items"} <= set(page)
    assert (page["name"], page["counts"], page["created_by"]) == (
        "Big", {"expected": 250, "rejected": 1}, "anna@shop.example",
    )  # fmt: skip
    seen, cursor = list(page["items"]), page["next_cursor"]
    while cursor:
        page = api.call("GET", f"/uploads/{batch}", cursor=cursor)[1]
        seen, cursor = seen + page["items"], page["next_cursor"]
    assert len(seen) == len({i["image_id"] for i in seen}) == 251
    assert len(api.call("GET", f"/uploads/{batch}", status="rejected", cursor="")[1]["items"]) == 1
    assert api.call("GET", f"/uploads/{batch}", status="lost")[1]["errors"][0]["field"] == "status"
    found = api.call("GET", "/uploads")[1]
    assert (found["items"][0]["batch_id"], found["next_cursor"]) == (batch, None)


def test_batches_page_newest_first(api: Api) -> None:
    for number in range(53):
        api.upload(GOOD, name=f"n{number}")
    first = api.call("GET", "/uploads")[1]
    second = api.call("GET", "/uploads", cursor=first["next_cursor"])[1]
    names = [b["name"] for b in first["items"] + second["items"]]
    assert names == [f"n{number}" for number in reversed(range(53))]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("cursor", ["x", "AAAA", "é", "a" * 5000, "eyJhIjogMX0"])
def test_a_forged_cursor_is_422(api: Api, cursor: str) -> None:
    batch = api.upload(GOOD)["batch_id"]
    for path in ("/uploads", f"/uploads/{batch}"):
        status, problem = api.call("GET", path, cursor=cursor)
        assert status == 422
        assert problem["errors"][0]["field"] == "cursor"


@pytest.mark.parametrize("path", ["/uploads/{id}", "/uploads/nonsense", "/uploads/{id}/errors.csv", "/elsewhere"])
def test_what_is_not_there_is_404(api: Api, path: str) -> None:
    assert api.call("GET", path.format(id=uuid4()))[0] == 404
    assert api.call("POST", f"/uploads/{uuid4()}/files", {"files": [GOOD]})[0] == 404
    assert api.call("POST", f"/uploads/{uuid4()}/retry")[0] == 404


def test_retry_grants_what_never_came_and_queues_what_failed(api: Api, pipeline: Pipeline) -> None:
    batch = api.upload(*(GOOD | {"name": name} for name in ("came", "lost", "failed", "fine")))
    items = {i["name"]: SimpleNamespace(object_key=i["upload"]["fields"]["key"], **i) for i in batch["items"]}
    for number, name in enumerate(("came", "failed", "fine")):
        pipeline.store(items[name], photo(number))
    pipeline.labeller(pipeline.arrival(items["fine"]))
    pipeline.rows("update item set status = 'failed', error_code = 'not_processed' where name = 'failed'")
    status, answer = api.call("POST", f"/uploads/{batch['batch_id']}/retry")
    assert status == 200
    again = {i["name"]: i for i in answer["items"]}
    assert {name: (i["status"], "upload" in i) for name, i in again.items()} == {
        "came": ("received", False), "lost": ("expected", True), "failed": ("received", False),
    }  # fmt: skip
    assert again["lost"]["image_id"] == items["lost"].image_id
    assert sorted(pipeline.messages()) == sorted([items["came"].object_key, items["failed"].object_key])


def test_retry_reaches_the_failed_behind_any_number_that_never_came(api: Api, pipeline: Pipeline) -> None:
    batch = api.upload(*(GOOD | {"name": f"never {n}"} for n in range(500)))
    more = api.call("POST", f"/uploads/{batch['batch_id']}/files", {"files": [GOOD | {"name": "failed"}]})[1]
    item = next(SimpleNamespace(object_key=i["upload"]["fields"]["key"], **i) for i in more["items"])
    pipeline.store(item, photo(1))
    pipeline.rows("update item set status = 'failed', error_code = 'not_processed' where name = 'failed'")
    assert api.call("POST", f"/uploads/{batch['batch_id']}/retry")[0] == 200
    assert pipeline.messages() == [item.object_key]


def test_errors_as_csv_are_no_formulas(api: Api) -> None:
    bad = GOOD | {"name": '=cmd|"/c calc"!A1.gif', "content_type": "image/gif"}
    batch = api.upload(bad, GOOD, GOOD | {"name": "a,b\n.jpg", "size": 0})["batch_id"]
    answer = api.raw("GET", f"/uploads/{batch}/errors.csv")
    assert answer["multiValueHeaders"]["Content-Type"] == ["text/csv; charset=utf-8"]
    rows = list(csv.DictReader(io.StringIO(answer["body"].removeprefix("\ufeff"))))
    assert [(r["name"], r["status"], r["code"]) for r in rows] == [
        ("'=cmd|\"/c calc\"!A1.gif", "rejected", "kind_not_taken"), ("a,b.jpg", "rejected", "empty_file"),
    ]  # fmt: skip


def test_the_database_away_is_503_with_a_word(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@127.0.0.1:1/none")
    for function in api.functions.values():
        function.engine.cache_clear()
    answer = api.raw("POST", "/uploads", {"files": [GOOD]})
    assert answer["statusCode"] == 503
    assert int(answer["multiValueHeaders"]["Retry-After"][0]) >= 1
    assert "database" in json.loads(answer["body"])["detail"]
    for function in api.functions.values():
        function.engine.cache_clear()
