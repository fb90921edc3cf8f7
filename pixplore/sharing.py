"""Share links: a signed word that lets whoever holds it look at what one query finds, and at nothing else.

The word carries the share's id and expiry under an HMAC; whether the share still stands is asked of its row at every
use. A visitor's own filters are a query of their own *within* the share's (`Query.within`): each is judged by itself,
so nothing that a visitor asks can undo what the share asks. What only the company should know (who uploaded, batches,
boards, the trash) is neither shown nor can it be asked for.
"""

import base64
import binascii
import hmac
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from pixplore import cursor
from pixplore.errors import Invalid, Unauthenticated
from pixplore.finding import Finder
from pixplore.query import FACETS, Query, fingerprint

MOST_DAYS = 90
DAYS = 7
"""How long a share holds where nothing is said."""
_PREFIX = "pxs_"
_SIGNED = b"pixplore share 1"
_LENGTH = 16 + 8 + 32
_INSIDE = ("uploader", "batch_id", "collection", "status")
"""Facets that tell of the company's people and work rather than of pictures."""
VISITOR_FACETS = tuple(name for name in FACETS if name not in _INSIDE)
REFUSED = frozenset({"trashed", *_INSIDE, *(f"not_{name}" for name in _INSIDE)})
"""Filters that a visitor does not have."""


def sign(key: bytes, share_id: UUID, expires_at: datetime) -> str:
    """The token of a share."""
    body = share_id.bytes + int(expires_at.timestamp()).to_bytes(8, "big")
    return _PREFIX + base64.urlsafe_b64encode(body + _mac(key, body)).decode().rstrip("=")


def claimed(token: str) -> UUID:
    """The share that a token claims to be of, nothing proven. Raises Unauthenticated for what is no such token."""
    return UUID(bytes=_raw(token)[:16])


def check(key: bytes, token: str, now: datetime | None = None) -> None:
    """Raises Unauthenticated for a token that is forged or has expired."""
    raw = _raw(token)
    body, mac = raw[:24], raw[24:]
    if not hmac.compare_digest(mac, _mac(key, body)):
        raise _does_not_hold()
    if int.from_bytes(body[16:], "big") <= (now or datetime.now(UTC)).timestamp():
        raise Unauthenticated("This link has expired. Ask whoever sent it for a new one.")


def visitors(query: Query, pairs: Iterable[tuple[str, str]], facets: Iterable[str], share: Query) -> Query:
    """What a visitor asks, within the share. Raises Invalid for filters and facets that visitors do not have."""
    faults = {name: "is not a parameter here" for name, _ in pairs if name in REFUSED}
    if hidden := [name for name in facets if name in _INSIDE]:
        faults["facets"] = f"“{hidden[0]}” is not a facet here; known are {', '.join(VISITOR_FACETS)}, attr.<name>"
    if faults:
        raise Invalid(faults)
    return replace(query, within=share)


def holds(finder: Finder, share: Query, image_id: UUID, created_at: datetime) -> bool:
    """Whether the share's query finds this image.

    Asks for the one image that follows the place just before this one in the share's own order, so that the answer
    is the engine's and not a second opinion on what a query means.
    """
    asked = Query(created_from=created_at, created_to=created_at + timedelta(microseconds=1), within=share)
    place = fingerprint(asked, "newest")
    before = [created_at.isoformat(), str(UUID(int=image_id.int - 1))] if image_id.int else None
    after = cursor.encode(place, before) if before else None
    return finder.page(asked, "newest", 1, after).ids == [image_id]


def _raw(token: str) -> bytes:
    text = token.removeprefix(_PREFIX)
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise _does_not_hold() from None
    if not token.startswith(_PREFIX) or len(raw) != _LENGTH:
        raise _does_not_hold()
    return raw


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.new(key, _SIGNED + body, sha256).digest()


def _does_not_hold() -> Unauthenticated:
    return Unauthenticated("This link does not hold. Ask whoever sent it for a new one.")
