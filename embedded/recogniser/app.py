"""The HTTP side: Rekognition's JSON 1.1 protocol, so that boto3's client works unchanged."""

import asyncio
import logging
import os
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from embedded.recogniser.objects import fetch
from embedded.recogniser.operations import Operations
from embedded.recogniser.request import Fault, S3Object, invalid, picture

BODY_LIMIT = 8 * 1024 * 1024  # 5 MB of bytes as base64, and the rest
_TARGET = re.compile(r"RekognitionService\.(\w+)")
_CREDENTIAL = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/,\s]+)/")
log = logging.getLogger("pixplore.recogniser")


def make_app(operations: Operations, threads: int) -> Starlette:
    """`threads` pictures are looked at at once; the rest wait their turn."""
    pool = ThreadPoolExecutor(threads, thread_name_prefix="recognise")

    async def call(request: Request) -> Response:
        try:
            check_credential(request.headers.get("authorization", ""))
            target = _TARGET.fullmatch(request.headers.get("x-amz-target", ""))
            if target is None or target[1] not in operations.names():
                raise Fault("UnknownOperationException", "This recogniser does not know the operation.")
            body = await read_body(request)
            answer = await asyncio.get_running_loop().run_in_executor(pool, work, target[1], body)
        except Fault as fault:
            return reply({"__type": fault.kind, "Message": fault.message}, 400, fault.kind)
        except Exception:
            log.exception("a picture could not be looked at")
            kind = "InternalServerError"
            return reply({"__type": kind, "Message": "The recogniser failed; see its log."}, 500, kind)
        return reply(answer)

    def work(operation: str, body: Mapping[str, Any]) -> dict[str, object]:
        place = picture(body)
        return operations.call(operation, fetch(place) if isinstance(place, S3Object) else place, body)

    async def healthz(_: Request) -> Response:
        return reply({"status": "ok", "pid": os.getpid()})

    return Starlette(routes=[Route("/", call, methods=["POST"]), Route("/healthz", healthz)])


def reply(content: object, status: int = 200, error: str = "") -> Response:
    headers = {"x-amzn-errortype": error} if error else {}
    return Response(orjson.dumps(content), status, headers, "application/x-amz-json-1.1")


async def read_body(request: Request) -> Mapping[str, Any]:
    """The JSON object sent; a Fault where it is too long or no object."""
    chunks, length = [], 0
    async for chunk in request.stream():
        length += len(chunk)
        if length > BODY_LIMIT:
            raise Fault("ImageTooLargeException", "Image.Bytes takes 5 MB at most; use Image.S3Object for more.")
        chunks.append(chunk)
    try:
        body = orjson.loads(b"".join(chunks) or b"{}")
    except orjson.JSONDecodeError as error:
        raise Fault("SerializationException", "The body is not JSON.") from error
    if not isinstance(body, dict):
        raise invalid("the body is not an object.")
    return body


def check_credential(authorization: str) -> None:
    """The caller must name the installation's key id, where AWS_ACCESS_KEY_ID tells one, or one of those in
    PIXPLORE_RECOGNISER_KEYS (a function's role). The signature is not checked: only this machine can call."""
    expected = os.environ.get("AWS_ACCESS_KEY_ID")
    found = _CREDENTIAL.match(authorization)
    known = {expected, *os.environ.get("PIXPLORE_RECOGNISER_KEYS", "").split(",")} - {""}
    if expected and (found is None or found[1] not in known):
        raise Fault("AccessDeniedException", "The request is not signed with this installation's access key.")
