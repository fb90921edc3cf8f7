"""Files written while they are read: so many at a time, ended as soon as nobody listens any more."""

import threading
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from typing import Any

from anyio import CancelScope
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from pixplore.aws.storage import content_disposition
from pixplore.errors import Unavailable

_AT_ONCE = threading.BoundedSemaphore(4)
"""Files that one process writes at a time: each holds two connections to the database."""


def streamed(parts: Iterator[bytes], media_type: str, ending: str, about: str = "pixplore") -> "_File":
    """The file `<about>-<today>.<ending>`. Raises Unavailable while too many are being written."""
    if not _AT_ONCE.acquire(blocking=False):
        raise Unavailable("Several files are being written already. Try again in a moment.", retry_after=10)
    name = f"{about}-{datetime.now(UTC).date().isoformat()}.{ending}"
    return _File(parts, media_type=media_type, headers={
        "Content-Disposition": content_disposition(name),
        "Content-Encoding": "identity",  # so that nothing on the way packs, and holds back, what is sent
    })  # fmt: skip


class _File(StreamingResponse):
    """Ends what it reads from as soon as nobody listens any more; a fault on the way breaks the transfer."""

    def __init__(self, parts: Iterator[bytes], **more: Any) -> None:
        next(parts_begun := _begun(parts))
        super().__init__(parts_begun, **more)
        self._parts = parts_begun

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            with CancelScope(shield=True):
                await run_in_threadpool(self._parts.close)


def _begun(parts: Iterator[bytes]) -> Generator[bytes]:
    """Inside its `finally` from the start: closed before it was ever read from, it lets go all the same."""
    try:
        yield b""
        yield from parts
    finally:
        _AT_ONCE.release()
