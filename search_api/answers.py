"""JSON out: orjson, times in UTC with a Z."""

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import orjson
from fastapi import Response


class Json(Response):
    """Dataclasses, UUIDs and times are taken as they are."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return as_json(content)


def as_json(content: Any) -> bytes:
    try:
        return orjson.dumps(content, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)
    except TypeError:  # a product list may bring whole numbers of any length; orjson stops at 64 bits
        return json.dumps(content, default=_plain, ensure_ascii=False).encode()


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)
