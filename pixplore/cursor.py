"""Where a page ended, as an opaque word that ties itself to its query and sort.

A cursor holds the sort values of the last row shown, nothing secret. Its check sum and fingerprint are there so that
one cut short, altered or used with another query is refused instead of quietly showing the wrong page.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from pixplore.errors import Invalid
from pixplore.query import UNSOUND


def encode(place: str, values: Sequence[str]) -> str:
    """`place` names query and sort; `values` are the last row's sort values as text."""
    body = json.dumps([place, *values], separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(_sum(body) + body).decode().rstrip("=")


def decode(cursor: str, place: str, count: int) -> list[str]:
    """The `count` values put in. Raises Invalid naming `cursor` when it is not one of ours for this place."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        check, body = raw[:8], raw[8:]
        parts = json.loads(body) if check == _sum(body) else None
    except (ValueError, binascii.Error, UnicodeError, RecursionError):
        parts = None
    if (
        not isinstance(parts, list)
        or len(parts) != count + 1
        or not all(isinstance(part, str) and not UNSOUND.search(part) for part in parts)
    ):
        raise Invalid({"cursor": "is not a cursor of this list; start again without it"})
    if parts[0] != place:
        raise Invalid({"cursor": "belongs to another query or sort; start again without it"})
    return parts[1:]


def decode_as(cursor: str, place: str, *readers: Callable[[str], Any]) -> list[Any]:
    """The values put in, each read by its reader. Raises Invalid naming `cursor`."""
    try:
        return [read(text) for read, text in zip(readers, decode(cursor, place, len(readers)), strict=True)]
    except (ValueError, ArithmeticError) as error:
        raise Invalid({"cursor": "is not a cursor of this list; start again without it"}) from error


def moment(text: str) -> datetime:
    """A time as cursors hold it, in UTC. Raises ValueError or OverflowError, which `decode_as` tells as Invalid."""
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError("no time of ours")
    return read.astimezone(UTC)


def version(text: str) -> int:
    """A version of the catalogue. Raises ValueError, which `decode_as` tells as Invalid."""
    read = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1
    if read < 0:
        raise ValueError("no version of ours")
    return read


def _sum(body: bytes) -> bytes:
    return blake2b(body, digest_size=8, person=b"pixplore cursor"[:16]).digest()
