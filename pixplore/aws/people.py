"""Who stands behind an access token: the e-mail and the groups that Cognito knows now."""

from typing import Any

from botocore.exceptions import ClientError

from pixplore.aws import clients
from pixplore.domain import Person, role_of
from pixplore.errors import PixploreError, Unauthenticated

_REFUSED = ("NotAuthorizedException", "UserNotFoundException", "InvalidParameterException",
            "PasswordResetRequiredException")  # fmt: skip


def person_of(access_token: str, pool_id: str) -> Person:
    """A token's owner by Cognito's word, under the verified e-mail (else the user name), with the role of today.

    Raises Unauthenticated where Cognito takes the token no longer: signed out everywhere, disabled, deleted.
    PixploreError where it does not say (Unavailable: does not answer).
    """
    told, groups = _asked(access_token, pool_id)
    known = {a["Name"]: a.get("Value", "") for a in told["UserAttributes"]}
    # An address that nobody proved to be theirs could be another person's.
    email = known.get("email", "") if known.get("email_verified") == "true" else told["Username"]
    role = role_of(groups)
    return Person(known.get("sub", told["Username"]), email, role)


def account_of(access_token: str, pool_id: str) -> dict[str, Any]:
    """What the pool keeps about a token's owner and tells them: attributes, groups, second steps. Raises as
    `person_of`.

    Its dates and its state are told to administrators alone, by a call that this program has no right to.
    """
    told, groups = _asked(access_token, pool_id)
    return {
        "username": told["Username"],
        "attributes": {each["Name"]: each.get("Value", "") for each in told["UserAttributes"]},
        "groups": groups,
        "second_steps": told.get("UserMFASettingList", []),
    }


def _asked(access_token: str, pool_id: str) -> tuple[Any, list[str]]:
    """GetUser's answer, and the names of the groups."""
    try:
        with clients.reachable("The sign-in service"):
            told = clients.cognito().get_user(AccessToken=access_token)
            groups = clients.cognito().admin_list_groups_for_user(
                UserPoolId=pool_id, Username=told["Username"], Limit=60
            )
    except PixploreError as error:
        cause = error.__cause__
        if isinstance(cause, ClientError) and cause.response["Error"]["Code"] in _REFUSED:
            raise Unauthenticated("Your session is over. Sign in again.") from error
        raise
    return told, [group["GroupName"] for group in groups["Groups"]]
