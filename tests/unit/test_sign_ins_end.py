"""What the local Cognito remembers of signing in and out does not grow without end."""

from pathlib import Path
from typing import Any

import pytest
from ministack.services import cognito

from embedded import aws_cognito
from embedded.aws_cognito import MOST_REVOKED, Newest

PATCHED = ("_build_auth_result", "_revoked_tokens", "_send_verification_email", "_begin_user_auth_challenge",
           "_validate_password", "_confirmation_code_error", "_confirm_sign_up", "_update_user_attributes",
           "_deliver_cognito_email")  # fmt: skip


@pytest.fixture
def mended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    for name in PATCHED:
        monkeypatch.setattr(cognito, name, getattr(cognito, name))  # put back afterwards
    monkeypatch.setattr(aws_cognito, "MOST_SIGN_INS", 5)  # each token is signed, which takes its time
    aws_cognito.install(tmp_path)
    return cognito


def test_the_newest_sign_ins_of_a_person_are_known(mended: Any) -> None:
    user: dict[str, Any] = {"Username": "ada", "Attributes": []}
    for _ in range(8):
        mended._build_auth_result("eu-central-1_pool", "client", user)
    before = user["_origin_jtis"][-1]
    mended._build_auth_result("eu-central-1_pool", "client", user)
    assert user["_origin_jtis"][-2] == before
    assert len(user["_origin_jtis"]) == 5


def test_the_newest_revoked_tokens_are_known(mended: Any) -> None:
    assert isinstance(mended._revoked_tokens, Newest)
    for number in range(MOST_REVOKED + 5):
        mended._revoked_tokens.add(f"token {number}")
    assert len(mended._revoked_tokens) == len(list(mended._revoked_tokens)) == MOST_REVOKED
    assert "token 4" not in mended._revoked_tokens
    assert {"token 5", f"token {MOST_REVOKED + 4}"} <= set(mended._revoked_tokens)
