"""Tokens that must be refused, each the way an attacker would make it, and the ones that must be taken."""

import base64
import hashlib
import hmac
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from pixplore.domain import Role, role_of
from pixplore.errors import Unauthenticated, Unavailable
from pixplore.identity import KeySet, verify
from pixplore.settings import IdentitySettings
from tests.contract.conftest import Api
from tests.contract.issuer import CLIENT, ISSUER, Issuer


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _unsigned(issuer: Issuer, alg: str) -> str:
    return f"{_part({'alg': alg, 'typ': 'JWT', 'kid': 'key-1'})}.{_part(issuer.claims('admin'))}."


def _signed_with_public_key(issuer: Issuer) -> str:
    """HS256 with the public key as the secret: works where a verifier lets the token choose the algorithm."""
    secret = issuer.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    body = f"{_part({'alg': 'HS256', 'kid': 'key-1'})}.{_part(issuer.claims('admin'))}"
    seal = hmac.new(secret, body.encode(), hashlib.sha256).digest()
    return f"{body}.{base64.urlsafe_b64encode(seal).decode().rstrip('=')}"


def _of_another_key(issuer: Issuer, **headers: object) -> str:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(issuer.claims("admin"), other, "RS256", headers={"kid": "key-1", **headers})


def _tampered(issuer: Issuer) -> str:
    head, _, seal = issuer.token("viewer").split(".")
    return f"{head}.{_part(issuer.claims('admin'))}.{seal}"


ATTACKS = {
    "alg none": lambda i: _unsigned(i, "none"),
    "alg NONE": lambda i: _unsigned(i, "NONE"),
    "HS256 with the public key": _signed_with_public_key,
    "signed by another key": _of_another_key,
    "brings its key": lambda i: _of_another_key(i, jwk={"kty": "RSA"}),
    "names a key set": lambda i: i.token("admin", headers={"jku": "http://127.0.0.1:1/keys"}),
    "names a certificate": lambda i: i.token("admin", headers={"x5u": "http://127.0.0.1:1/c"}),
    "brings a certificate": lambda i: i.token("admin", headers={"x5c": ["MII"]}),
    "asks for an extension": lambda i: i.token("admin", headers={"crit": ["b64"], "b64": True}),
    "unknown key": lambda i: i.token("admin", headers={"kid": "other"}),
    "key id is a path": lambda i: i.token("admin", headers={"kid": "../../dev/null"}),
    "tampered": _tampered,
    "ID token": lambda i: i.token("admin", token_use="id", aud=CLIENT, client_id=None),
    "ID token that names the client": lambda i: i.token("admin", token_use="id"),
    "other client": lambda i: i.token("admin", client_id="other"),
    "other issuer": lambda i: i.token("admin", iss=ISSUER + "x"),
    "no issuer": lambda i: i.token("admin", iss=None),
    "expired": lambda i: i.token("admin", exp=int(time.time()) - 60),
    "no expiry": lambda i: i.token("admin", exp=None),
    "not yet": lambda i: i.token("admin", nbf=int(time.time()) + 600),
    "no subject": lambda i: i.token("admin", sub=None),
    "not a token": lambda i: "x",
    "two dots": lambda i: "..",
    "long": lambda i: "a" * 20_000,
    "deep": lambda i: base64.urlsafe_b64encode(b"[" * 3000).decode() + ".e30.e30",
}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda name: name.replace(" ", "-"))
def test_is_refused(api: Api, attack: str) -> None:
    token = ATTACKS[attack](api.issuer)
    answer = api.client.get(api.address + "/v1/images", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["instance"] == "/v1/images"


@pytest.mark.parametrize("header", [None, "", "Basic eDp5", "Bearer", "Token x"])
def test_no_token_is_refused(api: Api, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    assert api.client.get(api.address + "/v1/images?nonsense=1", headers=headers).status_code == 401


def test_roles(api: Api) -> None:
    for role in ("none", "viewer", "analyst", "admin"):
        assert api.get(role, "/v1/images").status_code == 200
    assert api.get("admin", "/v1/audit").status_code == 200
    refused = api.get("analyst", "/v1/audit")
    assert refused.status_code == 403
    assert refused.headers["content-type"] == "application/problem+json"
    assert role_of(["viewer", "admin", "analyst"]) is Role.ADMIN
    assert role_of(None) is role_of("admin") is role_of(["Admin", 7]) is Role.VIEWER


def test_keys_are_fetched_at_most_once_a_minute() -> None:
    issuer, now = Issuer(), [0.0]
    settings = IdentitySettings(user_pool_id="p", client_id=CLIENT, token_issuer=ISSUER, jwks_url=issuer.jwks_url)
    keys = KeySet(issuer.jwks_url, clock=lambda: now[0])
    assert verify(issuer.token("admin"), settings, keys).role is Role.ADMIN
    for n in range(50):
        with pytest.raises(Unauthenticated):
            verify(issuer.token("admin", headers={"kid": f"unknown-{n}"}), settings, keys)
    assert issuer.fetches == 1
    now[0] = 61
    for n in range(50):
        with pytest.raises(Unauthenticated):
            verify(issuer.token("admin", headers={"kid": f"unknown-{n}"}), settings, keys)
    assert issuer.fetches == 2
    issuer.broken, now[0] = True, 200
    with pytest.raises(Unauthenticated):
        verify(issuer.token("admin", headers={"kid": "new"}), settings, keys)
    assert verify(issuer.token("viewer"), settings, keys).sub == "sub-viewer"  # the keys we have stay good
    issuer.close()


def test_without_any_keys_it_is_503_and_heals() -> None:
    issuer, now = Issuer(), [0.0]
    issuer.broken = True
    settings = IdentitySettings(user_pool_id="p", client_id=CLIENT, token_issuer=ISSUER, jwks_url=issuer.jwks_url)
    keys = KeySet(issuer.jwks_url, clock=lambda: now[0])
    for _ in range(5):
        with pytest.raises(Unavailable):
            verify(issuer.token(), settings, keys)
    assert issuer.fetches == 1
    issuer.broken, now[0] = False, 3
    assert verify(issuer.token(), settings, keys).role is Role.VIEWER
    issuer.close()
