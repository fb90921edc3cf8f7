"""boto3 clients, each made once, with time limits that suit us, and AWS's errors as our own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, EndpointProviderError, ParamValidationError

from pixplore.errors import NotFound, PixploreError, Throttled, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

# One request waits at most this long for one connection and for one answer, in seconds.
_CONNECT, _READ = 3, 20
_SETTINGS: dict[str, Any] = {"connect_timeout": _CONNECT, "read_timeout": _READ, "max_pool_connections": 32,
                             "tcp_keepalive": True}  # fmt: skip
REGIONAL: Any = {"addressing_style": "virtual"}
"""bucket.s3.region.amazonaws.com in signed addresses. Left to itself boto3 names no region there, and S3 sends browsers
on for hours after a bucket was made, which no form of another origin survives."""
_THROTTLES = frozenset({
    "ThrottlingException", "Throttling", "ProvisionedThroughputExceededException", "LimitExceededException",
    "TooManyRequestsException", "SlowDown", "RequestLimitExceeded", "RequestThrottled",
})  # fmt: skip
_MISSING = frozenset({"NoSuchKey", "NoSuchVersion", "404", "NotFound"})
_lock = threading.Lock()
_made: dict[str, Any] = {}
_session = boto3.session.Session()


def _client(service: str, **settings: Any) -> Any:
    # Making a client is not safe in several threads at once; using one is.
    with _lock:
        if service not in _made:
            session: Any = _session  # its stubs know services by literal names only
            _made[service] = session.client(service, config=Config(**(_SETTINGS | settings)))
        return _made[service]


def s3() -> "S3Client":
    return _client(  # type: ignore[no-any-return]
        "s3", signature_version="s3v4", retries={"mode": "standard", "total_max_attempts": 3},
        # S3 checks what we send by TLS and length; a CRC of everything would cost more than the decode.
        request_checksum_calculation="when_required", response_checksum_validation="when_required",
        s3=REGIONAL,
    )  # fmt: skip


def sqs() -> "SQSClient":
    return _client("sqs", retries={"mode": "standard", "total_max_attempts": 3})  # type: ignore[no-any-return]


def rekognition() -> "RekognitionClient":
    """Retries with jitter, and slows down all threads of the process when Rekognition limits our rate.

    All tries together stay below a function's minute: what takes longer is the queue's to repeat.
    """
    return _client(  # type: ignore[no-any-return]
        "rekognition", read_timeout=10, retries={"mode": "adaptive", "total_max_attempts": 4}
    )


def secrets() -> Any:
    return _client("secretsmanager", retries={"mode": "standard", "total_max_attempts": 3})


def cognito() -> "CognitoIdentityProviderClient":
    """Answers in milliseconds or not at all: who asks has people waiting."""
    return _client(  # type: ignore[no-any-return]
        "cognito-idp", read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2}
    )


def credentials() -> Any:
    """The keys in use now: access_key, secret_key, token; equal while they are the same."""
    found = _session.get_credentials()
    if found is None:
        raise Unavailable("No AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role.")
    return found.get_frozen_credentials()


def forget() -> None:
    """Drop all clients: the next call reads the settings of the environment anew."""
    global _session
    with _lock:
        _made.clear()
        _session = boto3.session.Session()


@contextmanager
def reachable(what: str) -> Iterator[None]:
    """AWS's errors as ours: NotFound, Throttled, Unavailable, and PixploreError `aws_refused` for what will never do.

    `what` begins the sentence: "The storage".
    """
    try:
        yield
    except ClientError as error:
        raise _ours(error, what) from error
    except (ParamValidationError, EndpointProviderError) as error:  # a name that no bucket can have: nothing was sent
        raise PixploreError(
            f"{what} knows no such name. Tell whoever runs Pixplore: a setting is wrong.", "aws_refused"
        ) from error
    except BotoCoreError as error:
        raise Unavailable(f"{what} cannot be reached. Try again in a moment.") from error


def _ours(error: ClientError, what: str) -> Exception:
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
    if code in _MISSING:
        return NotFound(f"{what} does not have it (any more). Look whether it was deleted.")
    if code in _THROTTLES or status == 429:
        return Throttled(f"{what} asks for patience. Try again in a moment.")
    if status >= 500:
        return Unavailable(f"{what} does not answer as it should. Try again in a moment.")
    return PixploreError(f"{what} refused the request ({code}). Tell whoever runs Pixplore.", "aws_refused")
