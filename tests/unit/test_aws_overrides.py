"""A signed link says how the browser shall take the file, also where it names a version."""

import asyncio
from typing import Any

from embedded.aws_guard import overriding

HEADERS = [(b"content-type", b"image/jpeg"), (b"content-length", b"3")]


def sent(query: bytes, status: int = 200) -> list[tuple[bytes, bytes]]:
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    start = {"type": "http.response.start", "status": status, "headers": HEADERS}
    asyncio.run(overriding(query, send)(start))  # type: ignore[arg-type]
    return list(messages[0]["headers"])


def test_a_download_keeps_its_name() -> None:
    query = (
        b"versionId=7&response-content-disposition=attachment%3B%20filename%3D%22a.jpg%22&response-content-type=x%2Fy"
    )
    assert dict(sent(query)) == {
        b"content-length": b"3",
        b"content-disposition": b'attachment; filename="a.jpg"',
        b"content-type": b"x/y",
    }


def test_errors_and_other_answers_stay_as_they_are() -> None:
    assert sent(b"response-content-type=x", 404) == HEADERS
    assert sent(b"versionId=7") == HEADERS
