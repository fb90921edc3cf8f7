"""Accounts against a user pool (moto: it takes any code, so codes are tried in tests/browser on the local stack)."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from pixplore.aws import cognito
from pixplore.domain import Role
from pixplore.errors import Forbidden, Invalid, NotFound, Unauthenticated

PASSWORD = "Correct-horse 7"


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str]]:
    """(pool id, client id) of an empty pool."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        cognito._pool.cache_clear()
        made = boto3.client("cognito-idp")
        pool_id = made.create_user_pool(PoolName="p", UsernameAttributes=["email"])["UserPool"]["Id"]
        client = made.create_user_pool_client(
            UserPoolId=pool_id,
            ClientName="c",
            ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            PreventUserExistenceErrors="ENABLED",
        )
        for role in ("analyst", "admin"):
            made.create_group(UserPoolId=pool_id, GroupName=role)
        yield pool_id, client["UserPoolClient"]["ClientId"]
    cognito._pool.cache_clear()


def test_from_sign_up_to_a_person_with_the_least_role(pool: tuple[str, str]) -> None:
    _, client = pool
    cognito.sign_up(client, "ada@pixplore.example", PASSWORD)
    with pytest.raises(Forbidden, match="Confirm your email"):
        cognito.sign_in(client, "ada@pixplore.example", PASSWORD)
    cognito.confirm(client, "ada@pixplore.example", "123456")
    tokens = cognito.sign_in(client, "ada@pixplore.example", PASSWORD)
    assert isinstance(tokens, cognito.Tokens)
    person = cognito.person(tokens)
    assert (person.email, person.role) == ("ada@pixplore.example", Role.VIEWER)
    assert cognito.claims(cognito.refresh(client, tokens.refresh).access)["sub"] == person.sub


def test_the_highest_group_is_the_role(pool: tuple[str, str]) -> None:
    pool_id, client = pool
    cognito.sign_up(client, "ada@pixplore.example", PASSWORD)
    cognito.confirm(client, "ada@pixplore.example", "123456")
    for group in ("analyst", "admin"):
        boto3.client("cognito-idp").admin_add_user_to_group(
            UserPoolId=pool_id, Username="ada@pixplore.example", GroupName=group
        )
    tokens = cognito.sign_in(client, "ada@pixplore.example", PASSWORD)
    assert isinstance(tokens, cognito.Tokens)
    assert cognito.person(tokens).role is Role.ADMIN


def test_a_password_given_by_an_administrator_is_for_the_first_time_only(pool: tuple[str, str]) -> None:
    pool_id, client = pool
    boto3.client("cognito-idp").admin_create_user(
        UserPoolId=pool_id,
        Username="ada@pixplore.example",
        TemporaryPassword="Given-word 1",
        UserAttributes=[{"Name": "email", "Value": "ada@pixplore.example"}],
    )
    asked = cognito.sign_in(client, "ada@pixplore.example", "Given-word 1")
    assert isinstance(asked, cognito.Challenge)
    assert asked.name == "NEW_PASSWORD_REQUIRED"
    assert isinstance(cognito.answer(client, asked, PASSWORD), cognito.Tokens)
    assert isinstance(cognito.sign_in(client, "ada@pixplore.example", PASSWORD), cognito.Tokens)


def test_nobody_learns_who_has_an_account(pool: tuple[str, str]) -> None:
    _, client = pool
    cognito.sign_up(client, "ada@pixplore.example", PASSWORD)
    cognito.sign_up(client, "ada@pixplore.example", "Another-horse 8")  # said to work, changes nothing
    cognito.confirm(client, "ada@pixplore.example", "123456")
    said = set()
    for email, password in (("ada@pixplore.example", "Another-horse 8"), ("nobody@pixplore.example", PASSWORD)):
        with pytest.raises(Unauthenticated) as caught:
            cognito.sign_in(client, email, password)
        said.add(caught.value.detail)
    assert said == {cognito.WRONG}
    cognito.forgot(client, "nobody@pixplore.example")


def test_a_weak_password_is_told_with_the_policy(pool: tuple[str, str]) -> None:
    _, client = pool
    with pytest.raises(Invalid, match="At least 8 characters"):
        cognito.sign_up(client, "ada@pixplore.example", "short")


def test_the_current_password_is_asked_for(pool: tuple[str, str]) -> None:
    _, client = pool
    cognito.sign_up(client, "ada@pixplore.example", PASSWORD)
    cognito.confirm(client, "ada@pixplore.example", "123456")
    tokens = cognito.sign_in(client, "ada@pixplore.example", PASSWORD)
    assert isinstance(tokens, cognito.Tokens)
    with pytest.raises(Unauthenticated, match="current password is wrong"):
        cognito.change_password(tokens.access, "Wrong-horse 7", "Another-horse 8")
    cognito.sign_out_everywhere(tokens.access)
    with pytest.raises(Unauthenticated):
        cognito.change_password(tokens.access, PASSWORD, "Another-horse 8")


def test_an_administrator_sees_everybody_and_gives_roles(pool: tuple[str, str]) -> None:
    pool_id, client = pool
    boto3.client("cognito-idp").create_group(UserPoolId=pool_id, GroupName="viewer")
    for number in range(61):  # more than a page
        cognito.sign_up(client, f"{number:02}@pixplore.example", PASSWORD)
    cognito.confirm(client, "07@pixplore.example", "123456")
    found = cognito.members(pool_id)
    assert [one.email for one in found] == [f"{number:02}@pixplore.example" for number in range(61)]
    assert len(cognito.members(pool_id, 10)) == 10
    ada = found[7]
    assert (ada.role, ada.status, ada.enabled) == (Role.VIEWER, "CONFIRMED", True)
    for role in (Role.ADMIN, Role.ANALYST, Role.VIEWER, Role.ANALYST):
        cognito.set_role(pool_id, ada.username, role)
        said = boto3.client("cognito-idp").admin_list_groups_for_user(UserPoolId=pool_id, Username=ada.username)
        assert [group["GroupName"] for group in said["Groups"]] == [role.value]
        assert cognito.role_of(pool_id, ada.username) is role
    assert cognito.members(pool_id)[7].role is Role.ANALYST
    cognito.set_enabled(pool_id, ada.username, False)
    assert not cognito.members(pool_id)[7].enabled
    with pytest.raises(Unauthenticated):
        cognito.sign_in(client, ada.email, PASSWORD)
    cognito.set_enabled(pool_id, ada.username, True)
    assert isinstance(cognito.sign_in(client, ada.email, PASSWORD), cognito.Tokens)
    with pytest.raises(NotFound, match="not there any more"):
        cognito.set_role(pool_id, "nobody", Role.ADMIN)
