"""What an answer must hold to count as one. Each check takes status and body, and raises Wrong with a sentence."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

FIELDS = ("key", "policy", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature")
"""What S3 wants of a form, in lower case."""
LEAST_CONFIDENCE = 55
LIMIT = 50
"""Pictures on a page."""


class Wrong(Exception):
    """The answer is not what was asked for."""


@dataclass(frozen=True, slots=True)
class Grant:
    image_id: str
    batch_id: str
    url: str
    fields: dict[str, str]


def signed_in(status: int, body: bytes) -> str:
    """The access token."""
    token = _json(status, 200, body).get("AuthenticationResult", {}).get("AccessToken", "")
    if token.count(".") != 2:
        raise Wrong("signed in without a token")
    return str(token)


def granted(status: int, body: bytes, name: str) -> Grant:
    """One file was asked for: one item that is expected, with a form whose key is its own."""
    told = _json(status, 201, body)
    items = told.get("items") or []
    if [item.get("name") for item in items] != [name]:
        raise Wrong(f"{len(items)} items for one file")
    (item,) = items
    if item.get("status") != "expected" or "upload" not in item:
        raise Wrong(f"not granted: {item.get('status')} {item.get('error') or ''}".strip())
    fields = item["upload"].get("fields") or {}
    there = {field.lower() for field, value in fields.items() if value}
    if missing := [field for field in FIELDS if field not in there]:
        raise Wrong(f"the form lacks {', '.join(missing)}")
    if item["image_id"] not in fields["key"]:
        raise Wrong("the form's key is another file's")
    return Grant(item["image_id"], told["batch_id"], item["upload"]["url"], fields)


def stored(status: int, body: bytes) -> bool:
    """True, or Wrong."""
    if status not in (201, 204):
        raise Wrong(f"S3 answered {status}: {_start(body)}")
    return True


def search(label: str) -> dict[str, str | int]:
    """What a person asks for: a page with what the panel beside it shows."""
    return {"label": label, "limit": LIMIT, "facets": "label,category", "facet_limit": LIMIT}


def found(status: int, body: bytes, label: str, known: int) -> int:
    """The total: not less than is known to be there, on a full page, of pictures that carry the label (or one below
    it), and the same number in the label's own facet."""
    told = _json(status, 200, body)
    total, items = told["total"], told["items"]
    if total < known:
        raise Wrong(f"{total} of at least {known} pictures with the label")
    if len(items) != min(LIMIT, total):
        raise Wrong(f"{len(items)} pictures on a page of {LIMIT}, of {total}")
    if strangers := sum(label not in names(item) for item in items):
        raise Wrong(f"{strangers} of {len(items)} pictures do not carry the label")
    counts = {value["value"]: value["count"] for value in told["facets"]["label"]["values"]}
    if counts.get(label, total) != total or max(counts.values(), default=total) != total:
        raise Wrong("the label's facet counts other pictures than the total")
    return int(total)


def names(item: dict[str, Any]) -> set[str]:
    """Every label that a picture is found by without saying how sure it must be."""
    return set(_names(item))


def _names(item: dict[str, Any]) -> Iterator[str]:
    for label in item["labels"]:
        if label["confidence"] >= LEAST_CONFIDENCE:
            yield label["name"]
            yield from label["parents"]


def _json(status: int, wanted: int, body: bytes) -> dict[str, Any]:
    if status != wanted:
        raise Wrong(f"answered {status}: {_start(body)}")
    try:
        told = orjson.loads(body)
    except ValueError:
        raise Wrong("answered no JSON") from None
    if not isinstance(told, dict):
        raise Wrong("answered no JSON object")
    return told


def _start(body: bytes | None) -> str:
    return " ".join((body or b"").decode("utf-8", "replace").split())[:160]
