"""The uploads API as it really stands behind API Gateway: which tokens open it, and how it says no."""

import base64
import json
import uuid

import httpx
import pytest

from tests.stack import Stack

FILES = {"files": [{"name": "a.jpg", "size": 10, "content_type": "image/jpeg"}]}


def refused(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert {"type", "title", "status", "detail", "instance"} <= answer.json().keys()
    assert answer.json()["status"] == status


def claims_changed(token: str, **changes: object) -> str:
    """The same token with other claims under the old signature."""
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))) | changes
    return ".".join([head, base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("="), signature])


def unsigned(token: str) -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    return f"{head}.{token.split('.')[1]}."


def of_another_pool(stack: Stack) -> str:
    cognito = stack.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName=f"foreign-{uuid.uuid4().hex[:6]}")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="foreign", ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    cognito.create_group(UserPoolId=pool, GroupName="admin")
    cognito.admin_create_user(UserPoolId=pool, Username="eve", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username="eve", Password="Secret-Pass1", Permanent=True)
    cognito.admin_add_user_to_group(UserPoolId=pool, Username="eve", GroupName="admin")
    answer = cognito.admin_initiate_auth(
        UserPoolId=pool, ClientId=client, AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "eve", "PASSWORD": "Secret-Pass1"},
    )  # fmt: skip
    cognito.delete_user_pool(UserPoolId=pool)
    return str(answer["AuthenticationResult"]["AccessToken"])


def of_another_client(stack: Stack) -> str:
    """The admin's own, but made for another program of the same pool."""
    cognito, pool = stack.client("cognito-idp"), stack.ends["user_pool_id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="another", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    user = stack.ends["demo_users"]["admin"]
    answer = cognito.initiate_auth(
        ClientId=client, AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": user["email"], "PASSWORD": user["password"]},
    )  # fmt: skip
    cognito.delete_user_pool_client(UserPoolId=pool, ClientId=client)
    return str(answer["AuthenticationResult"]["AccessToken"])


@pytest.mark.parametrize("wrong", ["missing", "nonsense", "id", "tampered", "expired", "unsigned", "foreign", "client"])
def test_only_access_tokens_of_our_pool_open_it(stack: Stack, wrong: str) -> None:
    good = stack.token("admin")
    token = {
        "missing": lambda: None,
        "nonsense": lambda: "nonsense",
        "id": lambda: stack.token("admin", "IdToken"),
        "tampered": lambda: claims_changed(good, sub=str(uuid.uuid4())),
        "expired": lambda: claims_changed(good, exp=1),
        "unsigned": lambda: unsigned(good),
        "foreign": lambda: of_another_pool(stack),
        "client": lambda: of_another_client(stack),
    }[wrong]()
    for method, path in (("POST", "/uploads"), ("GET", "/uploads")):
        refused(stack.call(method, stack.ends["uploads_api"] + path, token, json=FILES), 401)


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_only_administrators_upload(stack: Stack, role: str) -> None:
    refused(stack.call("POST", f"{stack.ends['uploads_api']}/uploads", stack.token(role), json=FILES), 403)


def test_an_unknown_address_is_a_problem_too(stack: Stack) -> None:
    refused(stack.call("GET", f"{stack.ends['uploads_api']}/nothing", stack.token("admin")), 404)


def test_a_bad_body_names_its_fields(stack: Stack) -> None:
    answer = stack.call("POST", f"{stack.ends['uploads_api']}/uploads", stack.token("admin"), json={"files": []})
    refused(answer, 422)
    assert answer.json()["errors"] == [{"field": "files", "message": "must hold at least 1"}]
