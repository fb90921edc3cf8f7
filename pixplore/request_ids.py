"""One id a request, from the edge through every program's log: what people are shown with an error finds its lines."""

import re
import secrets

HEADER = "x-request-id"
_FORM = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)


def new() -> str:
    return secrets.token_hex(6)


def taken(told: str | None) -> str:
    """The id that a caller gave, or a new one: what comes from outside must neither break a log's line nor fill it."""
    return told if told and _FORM.fullmatch(told) else new()


def referred(sentence: str, request_id: str) -> str:
    """A sentence for people, with what leads an administrator to the log."""
    return f"{sentence} Reference: {request_id}"
