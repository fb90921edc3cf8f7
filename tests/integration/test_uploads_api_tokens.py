"""The uploads API as it really stands behind API Gateway: who may ask what, and how it says no."""

import base64
import json
import uuid

import httpx
import pytest

from embedded.provision_api import ROUTES
from tests.integration.callers import Callers
from tests.integration.callers import callers as callers
from tests.stack import Stack

NONE = uuid.UUID(int=7)
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


ROWS = {
    # what it is asked as, with which body, and the answer to an administrator
    ("POST", "/uploads"): ("/uploads", {"files": []}, 422),
    ("GET", "/uploads"): ("/uploads", None, 200),
    ("GET", "/uploads/{batch_id}"): (f"/uploads/{NONE}", None, 404),
    ("POST", "/uploads/{batch_id}/files"): (f"/uploads/{NONE}/files", FILES, 404),
    ("POST", "/uploads/{batch_id}/retry"): (f"/uploads/{NONE}/retry", None, 404),
    ("GET", "/uploads/{batch_id}/errors.csv"): (f"/uploads/{NONE}/errors.csv", None, 404),
}  # fmt: skip


def test_every_provisioned_route_has_a_row(stack: Stack) -> None:
    gateway = stack.client("apigateway")
    (api,) = gateway.get_rest_apis()["items"]
    resources = gateway.get_resources(restApiId=api["id"], embed=["methods"], limit=500)["items"]
    there = {(method, one["path"]) for one in resources for method in one.get("resourceMethods", {})}
    assert there == set(ROWS)
    assert there == {(method, path) for method, path, _ in ROUTES}, "on AWS they are the same"


@pytest.fixture(scope="module")
def wrong(stack: Stack, callers: Callers) -> dict[str, str | None]:
    """Tokens that open nothing: never ours, or no longer."""
    good = stack.token("admin")
    share = stack.call(
        "POST", f"{stack.ends['search_api']}/v1/shares", callers.tokens["admin"], json={"filters": {}}
    ).json()
    return {
        "nobody": None,
        "nonsense": "nonsense",
        "ID token": stack.token("admin", "IdToken"),
        "tampered": claims_changed(good, sub=str(uuid.uuid4())),
        "expired": claims_changed(good, exp=1),
        "unsigned": unsigned(good),
        "another pool": of_another_pool(stack),
        "another client": of_another_client(stack),
        "a share's": share["token"],
        **{name: callers.tokens[name] for name in ("disabled", "signed out everywhere", "deleted")},
    }


@pytest.mark.parametrize("route", ROWS, ids=lambda route: "_".join(route))
def test_who_may(stack: Stack, callers: Callers, wrong: dict[str, str | None], route: tuple[str, str]) -> None:
    path, body, status = ROWS[route]

    def ask(token: str | None) -> httpx.Response:
        return stack.call(route[0], stack.ends["uploads_api"] + path, token, json=body)

    for name, token in wrong.items():
        answer = ask(token)
        assert answer.status_code == 401, (name, answer.text)
        refused(answer, 401)
    for name in ("viewer", "analyst", "moved out"):
        answer = ask(callers.tokens[name])
        assert answer.status_code == 403, (name, answer.text)
        refused(answer, 403)
    assert ask(callers.tokens["admin"]).status_code == status


def test_an_unknown_address_is_a_problem_too(stack: Stack) -> None:
    refused(stack.call("GET", f"{stack.ends['uploads_api']}/nothing", stack.token("admin")), 404)


def test_a_bad_body_names_its_fields(stack: Stack) -> None:
    answer = stack.call("POST", f"{stack.ends['uploads_api']}/uploads", stack.token("admin"), json={"files": []})
    refused(answer, 422)
    assert answer.json()["errors"] == [{"field": "files", "message": "must hold at least 1"}]
