"""All accounts of a user pool, for a backup, and made again in another pool.

Cognito gives nobody a password or the secret of an authenticator app: whoever is brought back chooses a new password
by "Forgot password" and sets the app up anew.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pixplore.aws import clients, cognito
from pixplore.domain import Role

_WHAT = "The user pool"
_MOST = 1_000_000
NEVER_CONFIRMED = "UNCONFIRMED"


@dataclass(frozen=True, slots=True)
class Account:
    """`status` is Cognito's; `totp`: an authenticator app is asked at sign-in."""

    email: str
    role: str
    status: str
    enabled: bool
    totp: bool


def accounts(pool_id: str) -> Iterator[Account]:
    """By e-mail. Raises Forbidden where the AWS role may not list them, Unavailable."""
    for one in cognito.members(pool_id, _MOST):
        with clients.reachable(_WHAT):
            told = clients.cognito().admin_get_user(UserPoolId=pool_id, Username=one.username)
        totp = "SOFTWARE_TOKEN_MFA" in told.get("UserMFASettingList", [])
        yield Account(one.email, one.role.value, one.status, one.enabled, totp)


def names(pool_id: str) -> dict[str, str]:
    """E-mail in small letters -> user name, of all accounts there are."""
    return {one.email.lower(): one.username for one in cognito.members(pool_id, _MOST)}


def told(pool_id: str, email: str) -> dict[str, Any] | None:
    """What the pool keeps about somebody: attributes, groups, dates, second step; None where there is no account."""
    username = names(pool_id).get(email.lower())
    if username is None:
        return None
    with clients.reachable(_WHAT):
        one = clients.cognito().admin_get_user(UserPoolId=pool_id, Username=username)
        groups = clients.cognito().admin_list_groups_for_user(UserPoolId=pool_id, Username=username)["Groups"]
    return {
        "username": username,
        "attributes": {each["Name"]: each.get("Value", "") for each in one["UserAttributes"]},
        "groups": [group["GroupName"] for group in groups],
        "status": one["UserStatus"],
        "enabled": one["Enabled"],
        "created_at": one["UserCreateDate"],
        "changed_at": one["UserLastModifiedDate"],
        "second_steps": one.get("UserMFASettingList", []),
    }


def bring_back(pool_id: str, account: Account, username: str | None) -> None:
    """Make the account unless it is there as `username`; then give it its role, and lock it where it was locked.

    It begins confirmed, with a password that nobody knows: for an account without one Cognito refuses "Forgot
    password". Nothing is mailed. One that is disabled is so before it gets its role.
    """
    if username is None:
        attributes: Any = [{"Name": "email", "Value": account.email}, {"Name": "email_verified", "Value": "true"}]
        with clients.reachable(_WHAT):
            made = clients.cognito().admin_create_user(
                UserPoolId=pool_id, Username=account.email, UserAttributes=attributes, MessageAction="SUPPRESS"
            )
            username = made["User"]["Username"]
            clients.cognito().admin_set_user_password(
                UserPoolId=pool_id, Username=username, Password=f"{secrets.token_urlsafe(32)}Aa1-", Permanent=True
            )
    cognito.set_enabled(pool_id, username, account.enabled)
    cognito.set_role(pool_id, username, Role(account.role))
