"""A body is read as far as it may be long, and no further: what goes on for ever fills nobody's memory."""

import asyncio
from typing import Any

import pytest
from starlette.requests import Request

from dashboard.forwarding import small


def request(parts: list[bytes], told: list[int]) -> Request:
    """One whose body comes in these parts, the last again and again; `told` grows with each that was asked for."""

    async def receive() -> dict[str, Any]:
        told.append(1)
        assert len(told) < 100, "read on and on"
        more = len(told) < len(parts) or len(parts) > 1
        return {"type": "http.request", "body": parts[min(len(told), len(parts)) - 1], "more_body": more}

    return Request({"type": "http", "method": "POST", "headers": []}, receive)


@pytest.mark.parametrize(("parts", "most", "read"), [([b"abc"], 3, b"abc"), ([b"abcd"], 3, None), ([b""], 3, b"")])
def test_what_fits_is_read_whole(parts: list[bytes], most: int, read: bytes | None) -> None:
    assert asyncio.run(small(request(parts, []), most)) == read


def test_what_goes_on_for_ever_is_not_waited_for() -> None:
    told: list[int] = []
    assert asyncio.run(small(request([b"x" * 10, b"x" * 10], told), 25)) is None
    assert len(told) == 3
