"""JSON out: orjson, times in UTC with a Z."""

from typing import Any

import orjson
from fastapi import Response


class Json(Response):
    """Dataclasses, UUIDs and times are taken as they are."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return orjson.dumps(content, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)
