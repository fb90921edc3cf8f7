"""Which calls the endpoint's gate lets through, and which of them it must save after."""

import pytest

from embedded.aws_guard import changes, served_unsigned, signed

SIGNED = {b"authorization": b"AWS4-HMAC-SHA256 Credential=AKIAX/20260101/eu-central-1/s3/aws4_request, Signature=0"}
FORM = {b"content-type": b"multipart/form-data; boundary=x"}


def target(name: str) -> dict[bytes, bytes]:
    return {b"x-amz-target": name.encode()}


@pytest.mark.parametrize(
    ("headers", "query", "expected"),
    [
        (SIGNED, b"", True),
        ({b"authorization": b"Bearer x"}, b"X-Amz-Signature=1&X-Amz-Credential=AKIAX%2F2026", False),
        ({b"authorization": b"AWS4-HMAC-SHA256 Credential=/20260101/x, Signature=0"}, b"", False),
        ({}, b"X-Amz-Credential=AKIAX%2F2026&X-Amz-Signature=1", True),
        ({}, b"X-Amz-Credential=&X-Amz-Signature=1", False),
        ({}, b"X-Amz-Credential=%2F2026&X-Amz-Signature=1", False),
        ({}, b"AWSAccessKeyId=AKIAX&Signature=1&Expires=9", True),
        ({}, b"AWSAccessKeyId=&Signature=1", False),
        ({}, b"", False),
    ],
)
def test_signed(headers: dict[bytes, bytes], query: bytes, expected: bool) -> None:
    assert signed(headers, query) is expected


@pytest.mark.parametrize(
    ("method", "path", "headers", "expected"),
    [
        ("POST", "/", target("AWSCognitoIdentityProviderService.InitiateAuth"), True),
        ("POST", "/", target("AmazonSQS.SendMessage"), False),
        ("GET", "/eu-central-1_abc/.well-known/jwks.json", {}, True),
        ("GET", "/eu-central-1_abc/.well-known/other", {}, False),
        ("GET", "/_aws/execute-api/abc/v1/uploads", {}, True),
        ("POST", "/pixplore-originals-1234", FORM, True),
        ("POST", "/pixplore-originals-1234/key", FORM, False),
        ("PUT", "/pixplore-originals-1234/key", {}, False),
        ("GET", "/", {}, False),
        ("GET", "/bucket/key", {}, False),
        ("OPTIONS", "/bucket", {}, True),
        ("GET", "/oauth2/authorize", {}, False),
        ("POST", "/2015-03-31/functions/x/invocations", {}, False),
    ],
)
def test_served_unsigned(method: str, path: str, headers: dict[bytes, bytes], expected: bool) -> None:
    assert served_unsigned(method, path, headers) is expected


@pytest.mark.parametrize(
    ("method", "path", "headers", "query", "expected"),
    [
        ("GET", "/bucket/key", {}, b"", ""),
        ("PUT", "/bucket/key", {}, b"", "queues"),
        ("DELETE", "/bucket/key", {}, b"", "queues"),
        ("POST", "/bucket", FORM, b"", "queues"),
        ("PUT", "/bucket", {}, b"", "all"),
        ("PUT", "/bucket", {}, b"versioning", "all"),
        ("PUT", "/bucket/key", {}, b"tagging", "all"),
        ("POST", "/", target("AmazonSQS.SendMessage"), b"", "queues"),
        ("POST", "/", target("AmazonSQS.CreateQueue"), b"", "all"),
        ("POST", "/", target("AWSCognitoIdentityProviderService.SignUp"), b"", "all"),
        ("POST", "/", target("AWSCognitoIdentityProviderService.GetUser"), b"", ""),
        ("POST", "/", target("AWSCognitoIdentityProviderService.GetUserAuthFactors"), b"", "all"),
        ("POST", "/_aws/execute-api/abc/v1/uploads", {}, b"", ""),
        ("POST", "/2015-03-31/functions/x/invocations", {}, b"", ""),
        ("POST", "/2015-03-31/functions", {}, b"", "all"),
        ("PUT", "/2015-03-31/functions/x/code", {}, b"", "all"),
        ("DELETE", "/restapis/abc", {}, b"", "all"),
    ],
)
def test_changes(method: str, path: str, headers: dict[bytes, bytes], query: bytes, expected: str) -> None:
    assert changes(method, path, headers, query) == expected
