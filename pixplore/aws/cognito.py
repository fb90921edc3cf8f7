"""Accounts: the calls of an Amazon Cognito user pool that the dashboard makes, with errors for people.

Every function may raise Unavailable (the pool is away or asks for patience) and Invalid (what was typed).
No answer tells whether an address has an account.
"""

import base64
import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from pixplore.domain import Person, Role
from pixplore.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

WRONG = "Wrong email or password. Try again, or choose “Forgot password”."
WRONG_CODE = "This code is not right, or no longer. Ask for a new one and type it as it came."
WRONG_TOTP = "That code is not right. Wait for the next one in your app and type it."
POLICY = "At least 8 characters with a capital letter and a number; no space at the beginning or the end."


@dataclass(frozen=True, slots=True)
class Tokens:
    """`expires_at` is the access token's end, in seconds since 1970."""

    access: str
    refresh: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the pool asks before it gives tokens: `name` is Cognito's, `session` goes back with the answer."""

    name: str
    session: str
    username: str


@dataclass(frozen=True, slots=True)
class Member:
    """One account of the pool. `status` is Cognito's (CONFIRMED, UNCONFIRMED …), `username` its name for the person."""

    username: str
    sub: str
    email: str
    role: Role
    status: str
    enabled: bool
    created: datetime


@cache
def _pool() -> "CognitoIdentityProviderClient":
    settings = Config(connect_timeout=3, read_timeout=10, retries={"max_attempts": 2, "mode": "standard"})
    return boto3.client("cognito-idp", config=settings)


def sign_in(client_id: str, email: str, password: str) -> Tokens | Challenge:
    """Check a password. Raises Unauthenticated where the pair is wrong, Forbidden where the e-mail is unconfirmed."""
    with _errors():
        answer = _pool().initiate_auth(
            ClientId=client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        )
    return _outcome(dict(answer), email)


def answer(client_id: str, challenge: Challenge, value: str) -> Tokens | Challenge:
    """Answer a challenge: `value` is the six digits of an authenticator app, or the new password."""
    field = {"SOFTWARE_TOKEN_MFA": "SOFTWARE_TOKEN_MFA_CODE", "NEW_PASSWORD_REQUIRED": "NEW_PASSWORD"}[challenge.name]
    with _errors(code=WRONG_TOTP):
        said = _pool().respond_to_auth_challenge(
            ClientId=client_id,
            ChallengeName=challenge.name,  # type: ignore[arg-type]
            Session=challenge.session,
            ChallengeResponses={"USERNAME": challenge.username, field: value},
        )
    return _outcome(dict(said), challenge.username)


def _outcome(said: dict[str, Any], username: str, refresh: str = "") -> Tokens | Challenge:
    if result := said.get("AuthenticationResult"):
        access = result["AccessToken"]
        return Tokens(access, result.get("RefreshToken", refresh), float(claims(access)["exp"]))
    name = said.get("ChallengeName", "")
    if name not in ("SOFTWARE_TOKEN_MFA", "NEW_PASSWORD_REQUIRED"):
        raise Unavailable(f"This account needs a step that Pixplore does not know ({name}). Ask an administrator.")
    return Challenge(name, said["Session"], said.get("ChallengeParameters", {}).get("USER_ID_FOR_SRP", username))


def refresh(client_id: str, token: str) -> Tokens:
    """New access token. Raises Unauthenticated where the refresh token was revoked or is too old."""
    with _errors("Your session is over. Sign in again."):
        said = _pool().initiate_auth(
            ClientId=client_id, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters={"REFRESH_TOKEN": token}
        )
    outcome = _outcome(dict(said), "", token)
    if isinstance(outcome, Challenge):
        raise Unauthenticated("Your session is over. Sign in again.")
    return outcome


def claims(token: str) -> dict[str, Any]:
    """What a token says, unchecked: only for tokens that came from the pool itself a moment ago."""
    part = token.split(".")[1]
    said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return said


def person(tokens: Tokens) -> Person:
    """Who signed in: the e-mail from the pool, the highest role among the groups; without a group a viewer."""
    said = claims(tokens.access)
    groups = said.get("cognito:groups", [])
    role = _highest(groups)
    with _errors():
        known = {a["Name"]: a.get("Value", "") for a in _pool().get_user(AccessToken=tokens.access)["UserAttributes"]}
    return Person(said["sub"], known.get("email", said.get("username", "")), role)


def _highest(groups: Collection[str]) -> Role:
    return next((r for r in (Role.ADMIN, Role.ANALYST) if r.value in groups), Role.VIEWER)


def sign_up(client_id: str, email: str, password: str) -> None:
    """Make an account; the pool mails a code. An address that has one already is answered the same."""
    try:
        with _errors():
            _pool().sign_up(
                ClientId=client_id,
                Username=email,
                Password=password,
                UserAttributes=[{"Name": "email", "Value": email}],
            )
    except _Exists:
        pass


def confirm(client_id: str, email: str, code: str) -> None:
    """Confirm an address by the code that was mailed."""
    with _errors(WRONG_CODE):
        _pool().confirm_sign_up(ClientId=client_id, Username=email, ConfirmationCode=code)


def resend(client_id: str, email: str) -> None:
    """Mail another code, where there is somebody to confirm."""
    _quietly("resend_confirmation_code", client_id, email)


def forgot(client_id: str, email: str) -> None:
    """Mail a code for a new password, where there is an account."""
    _quietly("forgot_password", client_id, email)


def _quietly(call: str, client_id: str, email: str) -> None:
    try:
        with _errors():
            getattr(_pool(), call)(ClientId=client_id, Username=email)
    except (Unauthenticated, Forbidden, Invalid, _Exists):
        pass  # no account, or none to confirm: nobody may learn it


def reset(client_id: str, email: str, code: str, password: str) -> None:
    """Set a new password by the code that was mailed."""
    with _errors(WRONG_CODE):
        _pool().confirm_forgot_password(ClientId=client_id, Username=email, ConfirmationCode=code, Password=password)


def change_password(access: str, old: str, new: str) -> None:
    """Raises Unauthenticated where the old one is wrong."""
    with _errors("The current password is wrong."):
        _pool().change_password(AccessToken=access, PreviousPassword=old, ProposedPassword=new)


def begin_totp(access: str) -> str:
    """A new secret (base32) for an authenticator app; it counts only once a code of it was shown."""
    with _errors():
        return _pool().associate_software_token(AccessToken=access)["SecretCode"]


def finish_totp(access: str, code: str) -> None:
    """Take the first code of the app as proof and ask for one at every sign-in from now on."""
    with _errors(code=WRONG_TOTP):
        said = _pool().verify_software_token(AccessToken=access, UserCode=code, FriendlyDeviceName="Pixplore")
    if said.get("Status") != "SUCCESS":
        raise Invalid({"code": WRONG_TOTP}, WRONG_TOTP)
    _prefer_totp(access, True)


def stop_totp(client_id: str, access: str, email: str, password: str, code: str) -> None:
    """Ask for no more codes at sign-in. Who asks for it proves both steps once more, as at a sign-in.

    What the pool gives for that proof opens a session; nobody is to have it, so it is revoked at once. Raises
    Unauthenticated where the password is wrong.
    """
    try:
        asked = sign_in(client_id, email, password)
    except Unauthenticated as error:
        raise Unauthenticated("The password is wrong. Nothing was changed: type it again.") from error
    while isinstance(asked, Challenge):
        if asked.name != "SOFTWARE_TOKEN_MFA":  # a code must not become somebody's new password
            raise Forbidden("Sign out and in again first: your account asks for more than a code.")
        asked = answer(client_id, asked, code)
    with _errors():
        _pool().revoke_token(Token=asked.refresh, ClientId=client_id)
    _prefer_totp(access, False)


def _prefer_totp(access: str, on: bool) -> None:
    with _errors():
        _pool().set_user_mfa_preference(
            AccessToken=access, SoftwareTokenMfaSettings={"Enabled": on, "PreferredMfa": on}
        )


def has_totp(access: str) -> bool:
    """Whether a sign-in of this person asks for a code."""
    with _errors():
        return "SOFTWARE_TOKEN_MFA" in _pool().get_user(AccessToken=access).get("UserMFASettingList", [])


def sign_out_everywhere(access: str) -> None:
    """Revoke every token of the person, on every device."""
    with _errors():
        _pool().global_sign_out(AccessToken=access)


def members(pool_id: str, most: int = 1000) -> list[Member]:
    """The accounts of the pool by e-mail, `most` at most. Needs an administrator's AWS rights: raises Forbidden."""
    with _managing():
        people = [
            user
            for page in _pool()
            .get_paginator("list_users")
            .paginate(UserPoolId=pool_id, PaginationConfig={"MaxItems": most, "PageSize": 60})
            for user in page["Users"]
        ]
        groups = {role: _in_group(pool_id, role) for role in (Role.ADMIN, Role.ANALYST)}
    found = []
    for user in people:
        known = {a["Name"]: a.get("Value", "") for a in user["Attributes"]}
        name = user["Username"]
        role = _highest([role.value for role, names in groups.items() if name in names])
        found.append(
            Member(
                name,
                known.get("sub", ""),
                known.get("email", name),
                role,
                user["UserStatus"],
                user["Enabled"],
                user["UserCreateDate"],
            )
        )
    return sorted(found, key=lambda one: one.email)


def _in_group(pool_id: str, role: Role) -> set[str]:
    pages = _pool().get_paginator("list_users_in_group").paginate(UserPoolId=pool_id, GroupName=role.value)
    return {user["Username"] for page in pages for user in page["Users"]}


def role_of(pool_id: str, username: str) -> Role:
    """The role that somebody has now, whatever an older token says. Raises NotFound."""
    return _highest(_groups(pool_id, username))


def set_role(pool_id: str, username: str, role: Role) -> None:
    """Put somebody into exactly the group of this role. Tokens given before say the old one until they are renewed.

    Into the new group first: a failure between the calls leaves the higher of both roles, and is told.
    """
    before = _groups(pool_id, username)
    with _managing():
        if role.value not in before:
            _pool().admin_add_user_to_group(UserPoolId=pool_id, Username=username, GroupName=role.value)
        for other in before & (set(Role) - {role}):
            _pool().admin_remove_user_from_group(UserPoolId=pool_id, Username=username, GroupName=other)


def invite(pool_id: str, email: str) -> None:
    """Make an account for somebody; the pool mails them a first password. Raises Conflict where there is one."""
    attributes: list[Any] = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
    try:
        with _managing():
            _pool().admin_create_user(
                UserPoolId=pool_id, Username=email, UserAttributes=attributes, DesiredDeliveryMediums=["EMAIL"]
            )
    except _Exists as error:
        raise Conflict(
            "There is an account with this email already: nobody was invited. Choose it in the list."
        ) from error


def _groups(pool_id: str, username: str) -> set[str]:
    with _managing():
        said = _pool().admin_list_groups_for_user(UserPoolId=pool_id, Username=username, Limit=60)
    return {group["GroupName"] for group in said["Groups"]}


def sign_out_member(pool_id: str, username: str) -> None:
    """Revoke every token of somebody, on every device."""
    with _managing():
        _pool().admin_user_global_sign_out(UserPoolId=pool_id, Username=username)


def set_enabled(pool_id: str, username: str, enabled: bool) -> None:
    """Let somebody sign in, or no longer: an open session ends when its token is to be renewed, if nobody ends it."""
    with _managing():
        call = _pool().admin_enable_user if enabled else _pool().admin_disable_user
        call(UserPoolId=pool_id, Username=username)


@contextmanager
def _managing() -> Iterator[None]:
    try:
        with _errors():
            yield
    except Unauthenticated as error:  # of somebody else's account, not of the session of who asks
        raise NotFound("This account is not there any more. Refresh the page.") from error


class _Exists(Exception):
    """The address has an account; never shown to anybody."""


@contextmanager
def _errors(wrong: str = WRONG, code: str = WRONG_CODE) -> Iterator[None]:
    """`wrong` is said of a pair or a token that does not hold, `code` of a code."""
    try:
        yield
    except ClientError as error:
        raise _for_people(error, wrong, code) from error
    except BotoCoreError as error:
        raise Unavailable("The sign-in service cannot be reached. Try again in a moment.") from error


def _for_people(error: ClientError, wrong: str, wrong_code: str) -> Exception:
    match error.response.get("Error", {}).get("Code", ""):
        case "NotAuthorizedException" | "UserNotFoundException":
            return Unauthenticated(wrong)
        case "UserNotConfirmedException":
            return Forbidden("This account waits for its code. Confirm your email with the one we sent.")
        case "PasswordResetRequiredException":
            return Forbidden("An administrator asked for a new password: choose “Forgot password”.")
        case "AccessDeniedException":
            return Forbidden("Pixplore may not manage accounts: give its AWS role the admin calls of the user pool.")
        case "CodeMismatchException" | "ExpiredCodeException" | "EnableSoftwareTokenMFAException":
            return Invalid({"code": wrong_code}, wrong_code)
        case "InvalidPasswordException":
            return Invalid({"password": POLICY}, f"This password is too weak. {POLICY}")
        case "UsernameExistsException" | "AliasExistsException":
            return _Exists()
        case "TooManyRequestsException" | "LimitExceededException" | "TooManyFailedAttemptsException":
            return Unavailable("Too many attempts. Wait some minutes and try again.", 60)
        case "InvalidParameterException" | "ParamValidationError":
            return Invalid({"input": "not accepted"}, "Check what you typed: the sign-in service did not accept it.")
        case _:
            return Unavailable("The sign-in service does not answer as it should. Try again in a moment.")
