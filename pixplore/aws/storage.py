"""Objects in S3: grants for browsers to send and fetch them, and our own reading and writing.

A grant names the exact key, the type and the size range, and ends after an hour. It could be used twice within that
hour; that harms nothing, because the bucket keeps versions and a picture that was taken stays what it was: the
version that was looked at is written down, and a later one under the same key is not looked at.
"""

import io
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import HTTPClientError

from pixplore.aws import clients
from pixplore.domain import MAX_FILE_BYTES
from pixplore.errors import NotFound, Refused, Unavailable

if TYPE_CHECKING:
    from pixplore.aws.delivery import Front  # only who signs needs its library

GRANT_SECONDS = 3600
STABLE_SECONDS = 6 * 3600
_CHUNK = 256 * 1024
_fronts: "dict[str, Front]" = {}
_WHAT = "The storage"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a browser needs to send one file: a form's address and fields; the file itself comes last."""

    url: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as it is now. `size` in bytes, `metadata` is what its grant said of it."""

    key: str
    size: int
    modified: datetime
    version: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fetched:
    """An object's content and what goes with it."""

    content: bytes
    version: str | None
    content_type: str
    metadata: dict[str, str]


def post_grant(
    bucket: str, key: str, content_type: str, metadata: dict[str, str] | None = None, seconds: int = GRANT_SECONDS
) -> Grant:
    """A pre-signed POST for exactly this key and type, 1 byte to 15 MB. No request is made.

    `metadata` values (any text) are kept with the object, so that a lost manifest can be rebuilt from it.
    """
    fields = {"Content-Type": content_type, "success_action_status": "204"}
    fields |= {f"x-amz-meta-{name}": value for name, value in told(metadata or {}).items()}
    conditions: list[Any] = [{name: value} for name, value in fields.items()]
    conditions.append(["content-length-range", 1, MAX_FILE_BYTES])
    form = clients.s3().generate_presigned_post(bucket, key, fields, conditions, seconds)
    return Grant(form["url"], form["fields"])


def told(metadata: dict[str, str]) -> dict[str, str]:
    """Any text as S3 keeps it beside an object: ASCII, and not too long."""
    return {name: quote(value, safe=" @+:/")[:1500] for name, value in metadata.items()}


def read(bucket: str, key: str, version: str | None = None, most: int = MAX_FILE_BYTES) -> tuple[bytes, str | None]:
    """(content, version) of an object. Raises NotFound, Refused `too_large`, Unavailable."""
    which = {"VersionId": version} if version else {}
    with clients.reachable(_WHAT):
        answer = clients.s3().get_object(Bucket=bucket, Key=key, **which)  # type: ignore[arg-type]
        if answer["ContentLength"] > most:
            answer["Body"].close()
            raise Refused("too_large", f"The file is larger than {most // 1_000_000} MB. Save it smaller.")
        content = io.BytesIO()
        try:
            for chunk in answer["Body"].iter_chunks(_CHUNK):
                content.write(chunk)
        except OSError as error:  # urllib3's errors: the connection was cut
            raise Unavailable("The storage broke off. Try again in a moment.") from error
    return content.getvalue(), _version(answer.get("VersionId"))


def head(bucket: str, key: str, version: str | None = None) -> Stored | None:
    """What is under this key now, or was as this version; None where nothing is."""
    which: Any = {"VersionId": version} if version else {}
    try:
        with clients.reachable(_WHAT):
            answer = clients.s3().head_object(Bucket=bucket, Key=key, **which)
    except NotFound:
        return None
    return Stored(key, answer["ContentLength"], answer["LastModified"], answer.get("VersionId"), answer["Metadata"])


def fetch(bucket: str, key: str, version: str | None = None) -> Fetched:
    """A whole object with what is kept beside it, as a backup keeps it. Raises NotFound, Unavailable."""
    which: Any = {"VersionId": version} if version else {}
    with clients.reachable(_WHAT):
        answer = clients.s3().get_object(Bucket=bucket, Key=key, **which)
        try:
            content = answer["Body"].read()
        except (OSError, HTTPClientError) as error:  # the connection was cut
            raise Unavailable("The storage broke off. Try again in a moment.") from error
    return Fetched(content, _version(answer.get("VersionId")), answer["ContentType"], answer["Metadata"])


def put_original(bucket: str, key: str, content: bytes, content_type: str, metadata: dict[str, str]) -> str | None:
    """Write an original as a browser's form would have; its version."""
    with clients.reachable(_WHAT):
        answer = clients.s3().put_object(
            Bucket=bucket, Key=key, Body=content, ContentType=content_type, Metadata=metadata
        )
    return _version(answer.get("VersionId"))


def _version(told: str | None) -> str | None:
    """A bucket that keeps no versions says `null`, or nothing."""
    return told if told and told != "null" else None


def put(bucket: str, key: str, content: bytes, content_type: str) -> None:
    """Write an object that never changes afterwards (a rendition)."""
    with clients.reachable(_WHAT):
        clients.s3().put_object(
            Bucket=bucket, Key=key, Body=content, ContentType=content_type,
            CacheControl="private, max-age=604800, immutable",
        )  # fmt: skip


def delete(bucket: str, keys: list[str]) -> None:
    """Remove objects; those that are not there are no error."""
    with clients.reachable(_WHAT):
        for key in keys:
            clients.s3().delete_object(Bucket=bucket, Key=key)


def listing(bucket: str, prefix: str, most: int = 10_000) -> Iterator[Stored]:
    """Objects whose key begins with `prefix`, by key; a thousand a request, `most` at most."""
    with clients.reachable(_WHAT):
        pages = (
            clients.s3()
            .get_paginator("list_objects_v2")
            .paginate(Bucket=bucket, Prefix=prefix, PaginationConfig={"MaxItems": most})
        )
        for page in pages:
            for found in page.get("Contents", []):
                yield Stored(found["Key"], found["Size"], found["LastModified"])


def download_url(
    bucket: str, key: str, filename: str, content_type: str, version: str | None = None, seconds: int = 300
) -> str:
    """An address that makes a browser save the object under `filename`, for `seconds`. No request is made."""
    params = {
        "Bucket": bucket, "Key": key, "ResponseContentType": content_type,
        "ResponseContentDisposition": content_disposition(filename),
    }  # fmt: skip
    if version:
        params["VersionId"] = version
    return str(clients.s3().generate_presigned_url("get_object", Params=params, ExpiresIn=seconds))


def content_disposition(filename: str) -> str:
    """The header that saves a file under this name: no path, no control characters, ASCII beside UTF-8 (RFC 6266)."""
    base = filename.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(c for c in base if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))[:150]
    name = name.strip(" .") or "picture"
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = "".join("_" if c in '"\\%;' else c for c in plain).strip(" .") or "picture"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def stable_get_url(bucket: str, key: str, *, lifetime: int = STABLE_SECONDS) -> str:
    """An address of an object that stays letter for letter the same for `lifetime` seconds, in every process.

    So browsers find the picture in their cache. Where a CDN stands before the bucket, it is the CDN's. It is
    signed as of the start of the current window and holds for two windows: at least `lifetime` (at most 3.5 days) from
    any moment, as long as the signing key does.
    """
    window = int(time.time() // lifetime) * lifetime
    if front := _fronts.get(bucket):
        return front.address(key, window + 2 * lifetime)
    return _signed(bucket, key, window, 2 * lifetime, clients.credentials())


def serve_by(bucket: str, front: "Front | None") -> None:
    """From now on, addresses of this bucket are those of its CDN (None: S3's own)."""
    _fronts.pop(bucket, None)
    if front:
        _fronts[bucket] = front


def signing(lifetime: int = STABLE_SECONDS) -> tuple[int, Any]:
    """What addresses are made with now; an address made with the same is the same."""
    return int(time.time() // lifetime), clients.credentials()


class _FixedTime(S3SigV4QueryAuth):
    """Signs as of a given moment instead of now."""

    def __init__(self, credentials: Any, region: str, seconds: int, moment: int) -> None:
        super().__init__(credentials, "s3", region, expires=seconds)
        self._timestamp = datetime.fromtimestamp(moment, UTC).strftime("%Y%m%dT%H%M%SZ")

    def add_auth(self, request: Any) -> None:
        request.context["timestamp"] = self._timestamp
        steps: Any = self  # botocore's stubs leave these methods out
        steps._modify_request_before_signing(request)
        to_sign = steps.string_to_sign(request, steps.canonical_request(request))
        steps._inject_signature_to_request(request, steps.signature(to_sign, request))


@lru_cache(maxsize=20_000)
def _signed(bucket: str, key: str, moment: int, seconds: int, credentials: Any) -> str:
    request = AWSRequest(method="GET", url=f"{_address(bucket)}/{quote(key)}")
    _FixedTime(credentials, clients.s3().meta.region_name, seconds, moment).add_auth(request)
    return str(request.url)


@lru_cache(maxsize=16)
def _address(bucket: str) -> str:
    """Where botocore would send requests for this bucket: its rules for hosts and paths are long."""
    url = clients.s3().generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"}, ExpiresIn=60)
    return str(url).split("?")[0].removesuffix("/k")
