"""The local AWS endpoint: who may call, what codes and letters are like, what people and functions meet."""

import json
import time
import uuid
from pathlib import Path
from typing import Any

import botocore
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.stack import Stack


def anonymous(stack: Stack) -> Any:
    return stack.client("cognito-idp", config=Config(signature_version=botocore.UNSIGNED))


def sign_up(stack: Stack) -> tuple[str, Any]:
    email, cognito = f"{uuid.uuid4().hex[:10]}@example.com", anonymous(stack)
    cognito.sign_up(
        ClientId=stack.ends["client_id"], Username=email, Password="Secret-Pass1",
        UserAttributes=[{"Name": "email", "Value": email}],
    )  # fmt: skip
    return email, cognito


def test_nobody_takes_another_persons_address(stack: Stack) -> None:
    email, cognito = sign_up(stack)
    cognito.confirm_sign_up(ClientId=stack.ends["client_id"], Username=email, ConfirmationCode=stack.code(email))
    token = stack.sign_in(email, "Secret-Pass1")["AccessToken"]
    admin = stack.ends["demo_users"]["admin"]["email"]
    for name, value in (("email", admin), ("email", "nobody@shop.example"), ("email_verified", "true")):
        with pytest.raises(ClientError, match="NotAuthorized"):
            cognito.update_user_attributes(AccessToken=token, UserAttributes=[{"Name": name, "Value": value}])
    attributes = {a["Name"]: a["Value"] for a in cognito.get_user(AccessToken=token)["UserAttributes"]}
    assert (attributes["email"], attributes["email_verified"]) == (email, "true")


@pytest.mark.parametrize("path", ["/_ministack/health", "/_ministack/reset", "/_ministack/ses/messages", "/health"])
def test_control_paths_need_the_token(stack: Stack, path: str) -> None:
    assert httpx.get(stack.ends["aws_endpoint"] + path).status_code == 403
    wrong = httpx.get(stack.ends["aws_endpoint"] + path, headers={"x-pixplore-control": "guess"})
    assert wrong.status_code == 403


def test_the_token_opens_them(stack: Stack) -> None:
    secret = stack.home / "secrets" / "aws-control-token"
    assert secret.stat().st_mode & 0o777 == 0o600
    answer = httpx.get(
        stack.ends["aws_endpoint"] + "/_ministack/health", headers={"x-pixplore-control": secret.read_text().strip()}
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("service", ["s3", "sqs", "cognito-idp", "lambda", "iam", "events", "apigateway"])
@pytest.mark.parametrize(
    "wrong",
    [
        {"aws_secret_access_key": "wrong"},
        {"aws_access_key_id": "test", "aws_secret_access_key": "test"},
        {"aws_access_key_id": "000000000000", "aws_secret_access_key": "test"},
    ],
)
def test_wrong_keys_open_nothing(stack: Stack, service: str, wrong: dict[str, str]) -> None:
    calls = {
        "s3": "list_buckets", "sqs": "list_queues", "cognito-idp": "list_user_pools", "lambda": "list_functions",
        "iam": "list_users", "events": "list_rules", "apigateway": "get_rest_apis",
    }  # fmt: skip
    arguments = {"MaxResults": 5} if service == "cognito-idp" else {}
    with pytest.raises(ClientError):
        getattr(stack.client(service, **wrong), calls[service])(**arguments)


def test_no_keys_open_nothing(stack: Stack) -> None:
    base = stack.ends["aws_endpoint"]
    for url in (base + "/", f"{base}/{stack.ends['originals_bucket']}", f"{base}/2015-03-31/functions/"):
        assert httpx.get(url).status_code == 403
        assert httpx.get(url, headers={"Authorization": "Bearer x"}).status_code == 403


def test_a_foreign_host_is_refused(stack: Stack) -> None:
    assert httpx.get(stack.ends["aws_endpoint"] + "/", headers={"Host": "evil.example"}).status_code == 403


def test_it_listens_on_this_machine_alone(stack: Stack) -> None:
    listening = {c.laddr.ip for process in stack.tree() for c in process.net_connections("tcp") if c.status == "LISTEN"}
    assert listening == {"127.0.0.1"}


def test_the_sign_up_code_is_random_and_comes_by_mail(stack: Stack) -> None:
    codes = set()
    for _ in range(3):
        email, cognito = sign_up(stack)
        codes.add(code := stack.code(email))
        for constant in ("123456", "654321"):
            with pytest.raises(ClientError, match="CodeMismatch"):
                cognito.confirm_sign_up(ClientId=stack.ends["client_id"], Username=email, ConfirmationCode=constant)
        cognito.confirm_sign_up(ClientId=stack.ends["client_id"], Username=email, ConfirmationCode=code)
        assert stack.sign_in(email, "Secret-Pass1")["AccessToken"]
    assert len(codes) == 3


def test_a_code_sent_again_replaces_the_first(stack: Stack) -> None:
    email, cognito = sign_up(stack)
    first = stack.code(email)
    cognito.resend_confirmation_code(ClientId=stack.ends["client_id"], Username=email)
    second = stack.code(email)
    assert len(stack.letters(email)) == 2
    assert first != second
    with pytest.raises(ClientError, match="CodeMismatch"):
        cognito.confirm_sign_up(ClientId=stack.ends["client_id"], Username=email, ConfirmationCode=first)
    cognito.confirm_sign_up(ClientId=stack.ends["client_id"], Username=email, ConfirmationCode=second)


def test_a_forgotten_password_takes_the_mailed_code_and_bounds_guessing(stack: Stack) -> None:
    email, cognito = sign_up(stack)
    client_id = stack.ends["client_id"]
    cognito.confirm_sign_up(ClientId=client_id, Username=email, ConfirmationCode=stack.code(email))
    cognito.forgot_password(ClientId=client_id, Username=email)
    right = stack.code(email)
    wrong = "000001" if right != "000001" else "000002"
    errors = []
    for code in [wrong] * 10 + [right]:
        with pytest.raises(ClientError) as error:
            cognito.confirm_forgot_password(
                ClientId=client_id, Username=email, ConfirmationCode=code, Password="Other-Pass2"
            )
        errors.append(error.value.response["Error"]["Code"])
    assert errors == ["CodeMismatchException"] * 10 + ["LimitExceededException"]
    cognito.forgot_password(ClientId=client_id, Username=email)
    cognito.confirm_forgot_password(
        ClientId=client_id, Username=email, ConfirmationCode=stack.code(email), Password="Other-Pass2"
    )
    assert stack.sign_in(email, "Other-Pass2")["AccessToken"]


@pytest.mark.parametrize("password", ["short1A", "nouppercase1", "NoNumbersHere", " Leading1", "Trailing1 "])
def test_the_password_policy(stack: Stack, password: str) -> None:
    email = f"{uuid.uuid4().hex[:10]}@example.com"
    with pytest.raises((ClientError, botocore.exceptions.ParamValidationError), match="assword"):
        anonymous(stack).sign_up(
            ClientId=stack.ends["client_id"], Username=email, Password=password,
            UserAttributes=[{"Name": "email", "Value": email}],
        )  # fmt: skip


def test_private_files(stack: Stack) -> None:
    private = [stack.home / "endpoints.json", *(stack.home / "secrets").iterdir()]
    private += [p for p in (stack.home / "aws" / "state").rglob("*") if p.is_file()]
    private += list(Path(stack.ends["mail_dir"]).glob("*.eml"))
    assert [p for p in private if p.stat().st_mode & 0o077] == []


def test_a_function_may_do_its_work_and_no_more(stack: Stack) -> None:
    iam = stack.client("iam")
    document = iam.get_role_policy(RoleName="pixplore-upload-status", PolicyName="work")["PolicyDocument"]
    text = document if isinstance(document, str) else json.dumps(document)
    assert "s3:PutObject" not in text
    assert '"*"' not in text


def test_the_label_function_stays_warm(stack: Stack) -> None:
    deadline = time.monotonic() + 20
    while len(stack.parts("lambda-pixplore-label-image")) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.2)
