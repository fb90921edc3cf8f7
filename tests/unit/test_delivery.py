"""Addresses of renditions at a CDN: CloudFront's own check holds on them, and they stay the same for hours."""

import base64
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from pixplore.aws import delivery, storage
from pixplore.settings import DeliverySettings

KEY = rsa.generate_private_key(65537, 2048)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@pytest.fixture
def front():
    made = delivery.front(
        DeliverySettings(renditions_url="https://cdn.example", renditions_key_id="K1", renditions_key=pem(KEY))
    )
    storage.serve_by("renditions", made)
    yield made
    storage.serve_by("renditions", None)


def checked_by_cloudfront(address: str) -> int:
    """What CloudFront does with a canned policy. Returns until when the address holds; raises InvalidSignature."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["Key-Pair-Id"] == "K1"
    until = int(asked["Expires"])
    policy = json.dumps(
        {"Statement": [{"Resource": address.split("?")[0], "Condition": {"DateLessThan": {"AWS:EpochTime": until}}}]},
        separators=(",", ":"),
    )
    signature = base64.b64decode(asked["Signature"].translate(str.maketrans("-_~", "+=/")))
    KEY.public_key().verify(signature, policy.encode(), padding.PKCS1v15(), hashes.SHA1())
    return until


def test_an_address_is_the_cdns_and_holds_for_two_windows(front, monkeypatch: pytest.MonkeyPatch) -> None:
    start = 1_764_000_000 // 3600 * 3600
    addresses = []
    for moment in (start, start + 3599, start + 3600):
        monkeypatch.setattr(storage.time, "time", lambda moment=moment: float(moment))
        addresses.append(storage.stable_get_url("renditions", "a b/thumb.webp", lifetime=3600))
    assert addresses[0] == addresses[1] != addresses[2]
    assert addresses[0].startswith("https://cdn.example/a%20b/thumb.webp?")
    assert checked_by_cloudfront(addresses[0]) == start + 7200


def test_an_address_is_good_for_one_picture(front) -> None:
    address = storage.stable_get_url("renditions", "a/thumb.webp")
    checked_by_cloudfront(address)
    with pytest.raises(InvalidSignature):
        checked_by_cloudfront(address.replace("a/thumb", "b/thumb"))


def test_other_buckets_keep_their_own_addresses(front, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("AWS_ACCESS_KEY_ID", "A"), ("AWS_SECRET_ACCESS_KEY", "B"), ("AWS_REGION", "eu-central-1")):
        monkeypatch.setenv(name, value)
    assert "cdn.example" not in storage.stable_get_url("originals", "a/thumb.webp")


def test_a_key_that_cloudfront_cannot_check_is_refused() -> None:
    settings = DeliverySettings(
        renditions_url="https://cdn.example",
        renditions_key_id="K1",
        renditions_key=pem(ec.generate_private_key(ec.SECP256R1())),
    )
    with pytest.raises(ValueError, match="RSA"):
        delivery.front(settings)
    assert delivery.front(DeliverySettings(renditions_url="")) is None
