"""Turning the second step off, on the local stack: what the proof opened is closed at once, what was open stays."""

import time
import uuid

import pytest

from pixplore.aws import cognito
from pixplore.errors import Unauthenticated
from tests.browser.test_accounts import totp
from tests.stack import Stack

PASSWORD = "Correct-horse 7"


@pytest.fixture
def client(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> str:
    """The client's id; cognito's calls reach the pool of the stack."""
    named = {
        "AWS_ENDPOINT_URL": "aws_endpoint",
        "AWS_DEFAULT_REGION": "region",
        "AWS_ACCESS_KEY_ID": "aws_access_key_id",
        "AWS_SECRET_ACCESS_KEY": "aws_secret_access_key",
    }
    for name, end in named.items():
        monkeypatch.setenv(name, stack.ends[end])
    cognito._pool.cache_clear()
    monkeypatch.setattr(cognito, "_pool", cognito._pool.__wrapped__)
    return str(stack.ends["client_id"])


def test_the_proof_leaves_no_session_behind(stack: Stack, client: str, monkeypatch: pytest.MonkeyPatch) -> None:
    email = f"{uuid.uuid4().hex[:10]}@example.com"
    cognito.sign_up(client, email, PASSWORD)
    cognito.confirm(client, email, stack.code(email))
    mine, elsewhere = cognito.sign_in(client, email, PASSWORD), cognito.sign_in(client, email, PASSWORD)
    assert isinstance(mine, cognito.Tokens)
    assert isinstance(elsewhere, cognito.Tokens)
    secret = cognito.begin_totp(mine.access)
    cognito.finish_totp(mine.access, totp(secret, time.time()))
    given: list[cognito.Tokens | cognito.Challenge] = []
    ask = cognito.answer

    def noted(*asked: object) -> cognito.Tokens | cognito.Challenge:
        given.append(ask(*asked))  # type: ignore[arg-type]
        return given[-1]

    monkeypatch.setattr(cognito, "answer", noted)
    cognito.stop_totp(client, mine.access, email, PASSWORD, totp(secret, time.time()))
    (proof,) = given
    assert isinstance(proof, cognito.Tokens)
    with pytest.raises(Unauthenticated):
        cognito.refresh(client, proof.refresh)
    with pytest.raises(Unauthenticated):
        cognito.has_totp(proof.access)
    for tokens in (mine, elsewhere):
        assert not cognito.has_totp(cognito.refresh(client, tokens.refresh).access)
