"""Addresses of objects: the same in every process for hours, safe names, narrow grants."""

import subprocess
import sys
import time
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from pixplore.aws import clients, storage

KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1"}  # fmt: skip


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch):
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    clients.forget()
    storage._address.cache_clear()
    storage._signed.cache_clear()
    yield
    clients.forget()
    storage._address.cache_clear()
    storage._signed.cache_clear()


def test_an_address_stays_the_same_for_its_lifetime_and_then_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    start = 1_764_000_000 // 3600 * 3600
    addresses = []
    for moment in (start, start + 1800, start + 3599, start + 3600):
        monkeypatch.setattr(storage.time, "time", lambda moment=moment: float(moment))
        addresses.append(storage.stable_get_url("bucket", "a/thumb.webp", lifetime=3600))
    assert len(set(addresses[:3])) == 1
    assert addresses[3] != addresses[0]
    parts = parse_qs(urlsplit(addresses[0]).query)
    assert parts["X-Amz-Expires"] == ["7200"]
    assert parts["X-Amz-Date"][0].endswith("0000Z")


def test_another_process_makes_the_same_address() -> None:
    here = storage.stable_get_url("bucket", "a/thumb.webp", lifetime=86_400)
    code = "from pixplore.aws.storage import stable_get_url as s; print(s('bucket', 'a/thumb.webp', lifetime=86_400))"
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert there.stdout.strip() == here


def test_the_signature_is_the_one_botocore_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the same moment, botocore's own presigner gives the same signature."""
    import datetime

    import botocore.auth

    moment = int(time.time() // 3600) * 3600
    at = datetime.datetime.fromtimestamp(moment, datetime.UTC)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_: at)
    theirs = clients.s3().generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "ä b/+.webp"},
                                                 ExpiresIn=7200)  # fmt: skip
    ours = storage.stable_get_url("bucket", "ä b/+.webp", lifetime=3600)
    assert parse_qs(urlsplit(ours).query) == parse_qs(urlsplit(theirs).query)
    assert unquote(urlsplit(ours).path) == unquote(urlsplit(theirs).path)
    assert urlsplit(ours).netloc == urlsplit(theirs).netloc


@pytest.mark.parametrize(
    ("name", "plain", "full"),
    [
        ("cup.jpg", "cup.jpg", "cup.jpg"),
        ("../../etc/passwd", "passwd", "passwd"),
        ('a"b\\c;d%.jpg', "c_d_.jpg", "c%3Bd%25.jpg"),
        ("Café 1+2.jpg", "Cafe 1+2.jpg", "Caf%C3%A9%201%2B2.jpg"),
        ("👟.jpg", "jpg", "%F0%9F%91%9F.jpg"),
        ("a\r\nSet-Cookie: x=1.jpg", "aSet-Cookie: x=1.jpg", "aSet-Cookie%3A%20x%3D1.jpg"),
        ("cup\u202egpj.exe", "cupgpj.exe", "cupgpj.exe"),
        ("...", "picture", "picture"),
        ("", "picture", "picture"),
    ],
)
def test_downloads_have_safe_names(name: str, plain: str, full: str) -> None:
    header = storage.content_disposition(name)
    assert header == f"attachment; filename=\"{plain}\"; filename*=UTF-8''{full}"
    address = storage.download_url("bucket", "k/k", name, "image/jpeg", version="v1")
    query = parse_qs(urlsplit(address).query)
    assert query["response-content-disposition"] == [header]
    assert query["versionId"] == ["v1"]


def test_a_grant_of_a_role_carries_its_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "tok")
    clients.forget()
    grant = storage.post_grant("bucket", "a/b", "image/jpeg", {"name": "ü" * 300})
    assert grant.fields["x-amz-security-token"] == "tok"
    assert len(grant.fields["x-amz-meta-name"]) <= 1500
