"""The gate in front of the endpoint: no foreign Host, no control path without the token, no call without a
signature that holds but for the few that AWS serves unsigned.

ministack by itself takes a call without credentials, or with a wrong secret beside the root key's id, as root's.
"""

import hmac
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

PROVISIONED = "/_pixplore/provisioned"
CONTROL_PREFIXES = ("/_ministack", "/_localstack", "/_pixplore", "/health")
TOKEN_HEADER = "x-pixplore-control"  # noqa: S105
READS = frozenset({"GET", "HEAD", "OPTIONS"})
ASKED_OFTEN = (b".GetUser", b".AdminListGroupsForUser")
"""Cognito's word about tokens (pixplore/standing.py): nothing is to be saved after it."""
KEY_SET = re.compile(r"/[\w-]+/\.well-known/(jwks\.json|openid-configuration)")


class Gate:
    """ASGI middleware. `touch(what)` hears about each call that may change state (see aws_state), `provisioned()`
    when everything is created."""

    def __init__(
        self, app: App, port: int, token: str, touch: Callable[[str], None], provisioned: Callable[[], None]
    ) -> None:
        self._app, self._token, self._touch, self._provisioned = app, token.encode(), touch, provisioned
        # A page elsewhere whose name was rebound to 127.0.0.1 still sends its own name here.
        self._hosts = {f"{name}:{port}".encode() for name in ("127.0.0.1", "localhost", "[::1]")}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        if scope["type"] != "http":
            return None  # no WebSocket API here
        headers = dict(scope["headers"])
        if headers.get(b"host") not in self._hosts:
            return await _answer(send, 403, b"unknown host")
        path = scope["path"]
        if path.startswith(CONTROL_PREFIXES) and not hmac.compare_digest(
            headers.get(TOKEN_HEADER.encode(), b""), self._token
        ):
            return await _answer(send, 403, b"this path needs the control token")
        if path == PROVISIONED:
            self._provisioned()
            return await _answer(send, 200, b"")
        if not (signed(headers, scope["query_string"]) or served_unsigned(scope["method"], path, headers)):
            return await _answer(send, 403, b"this call must be signed")
        if what := changes(scope["method"], path, headers, scope["query_string"]):
            self._touch(what)
        return await self._app(scope, receive, overriding(scope["query_string"], send))


def overriding(query: bytes, send: Send) -> Send:
    """S3's response-content-type and response-content-disposition of a signed link: ministack honours them for an
    object's newest version, but not where the link names a version."""
    wanted = {
        name.removeprefix("response-").encode(): values[-1].encode("latin-1", "replace")
        for name, values in parse_qs(query.decode("latin-1")).items()
        if name in ("response-content-type", "response-content-disposition")
    }
    if not wanted:
        return send

    async def overridden(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] in (200, 206):
            kept = [(name, value) for name, value in message["headers"] if name.lower() not in wanted]
            message = {**message, "headers": [*kept, *wanted.items()]}
        await send(message)

    return overridden


def signed(headers: dict[bytes, bytes], query: bytes) -> bool:
    """Whether a call names a key and a signature at all; ministack checks whether it holds."""
    authorization = headers.get(b"authorization", b"")
    if authorization:
        return re.match(rb"AWS4-HMAC-SHA256 +Credential=[^/\s]+/", authorization) is not None
    v4 = b"X-Amz-Signature=" in query and re.search(rb"X-Amz-Credential=[^&/%]", query)
    v2 = b"Signature=" in query and re.search(rb"(^|&)AWSAccessKeyId=[^&]", query)  # an older form, S3 only
    return bool(v4 or v2)


def served_unsigned(method: str, path: str, headers: dict[bytes, bytes]) -> bool:
    """The calls that AWS serves without a signature and that check what they need themselves: the uploads API
    (a token), Cognito's sign-in calls, its public keys, a browser's preflight, a form post (a signed policy)."""
    if path.startswith("/_aws/execute-api/") or (method == "GET" and KEY_SET.fullmatch(path)):
        return True
    if path.startswith(CONTROL_PREFIXES) or method == "OPTIONS":
        return True  # control paths were asked for their token before
    if headers.get(b"x-amz-target", b"").startswith(b"AWSCognitoIdentityProviderService."):
        return method == "POST"
    form = headers.get(b"content-type", b"").startswith(b"multipart/form-data")
    return method == "POST" and form and re.fullmatch(r"/[a-z0-9.-]{3,63}/?", path) is not None


def check_every_signature(root_key_id: str) -> None:
    """Have ministack check the root key's signatures as it does everybody else's, and know no other root."""
    from ministack.core import iam_evaluator
    from ministack.services import sts

    def is_root(key_id: str) -> bool:
        return not key_id or key_id == root_key_id  # empty: a call that `served_unsigned` let in

    iam_evaluator.is_root_access_key = sts.is_root_access_key = is_root
    iam_evaluator._is_root_key = lambda key_id: not key_id  # decides which signatures are left unchecked


def changes(method: str, path: str, headers: dict[bytes, bytes], query: bytes) -> str:
    """What a call may change: "" nothing we must save, "queues" messages only, "all" anything.

    An object is on disk before its PUT is answered; what it may set off is a message in a queue.
    """
    if method in READS or (
        path.startswith(("/_aws/execute-api/", "/2015-03-31/functions/")) and path.endswith("/invocations")
    ):
        return ""
    if path.startswith("/_aws/execute-api/"):
        return ""
    if headers.get(b"x-amz-target", b"").endswith(ASKED_OFTEN):
        return ""
    if headers.get(b"x-amz-target", b"").startswith(b"AmazonSQS."):
        return "all" if b"Queue" in headers[b"x-amz-target"] else "queues"
    object_call = path.count("/") >= 2 and not query and not path.startswith(("/20", "/restapis/"))
    posted_form = headers.get(b"content-type", b"").startswith(b"multipart/form-data")
    if posted_form or (object_call and method in ("PUT", "DELETE")):
        return "queues"
    return "all"


async def _answer(send: Send, status: int, text: bytes) -> None:
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
