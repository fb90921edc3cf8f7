"""Who stands behind an access token: the e-mail that Cognito knows."""

import threading
import time
from hashlib import sha256

from botocore.exceptions import ClientError

from pixplore.aws import clients
from pixplore.errors import PixploreError, Unauthenticated

_KEPT_SECONDS = 300
_MOST = 1000
_REFUSED = ("NotAuthorizedException", "UserNotFoundException", "InvalidParameterException",
            "PasswordResetRequiredException")  # fmt: skip
_lock = threading.Lock()
_known: dict[bytes, tuple[float, str]] = {}


def email_of(access_token: str) -> str:
    """The verified e-mail of a token's owner (else the user name), asked of Cognito once in five minutes a token.

    Raises Unauthenticated where Cognito takes the token no longer (signed out everywhere), Unavailable.
    """
    digest = sha256(access_token.encode()).digest()  # tokens themselves are not kept in memory
    now = time.monotonic()
    with _lock:
        until, email = _known.get(digest, (0.0, ""))
    if now < until:
        return email
    email = _ask(access_token)
    with _lock:
        if len(_known) >= _MOST:
            _known.clear()
        _known[digest] = (now + _KEPT_SECONDS, email)
    return email


def _ask(access_token: str) -> str:
    try:
        with clients.reachable("The sign-in service"):
            answer = clients.cognito().get_user(AccessToken=access_token)
    except PixploreError as error:
        cause = error.__cause__
        if isinstance(cause, ClientError) and cause.response["Error"]["Code"] in _REFUSED:
            raise Unauthenticated("Your session is over. Sign in again.") from error
        raise
    attributes = {a["Name"]: a.get("Value", "") for a in answer["UserAttributes"]}
    # An address that nobody proved to be theirs could be another person's.
    return attributes.get("email", "") if attributes.get("email_verified") == "true" else answer["Username"]
