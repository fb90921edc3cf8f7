"""Many pictures at once out of storage, for an archive; and ids without an object each."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from uuid import UUID

from pixplore.aws import storage
from pixplore.catalogue import exports
from pixplore.catalogue.exports import Original
from pixplore.catalogue.snapshot import Engine, snapshot
from pixplore.errors import Invalid, NotFound, Refused

MOST_FILES, MOST_BYTES = 5_000, 4_000_000_000
_AHEAD = 3
"""Pictures that are read before their turn; each has up to 15 MB."""


def kept(image_ids: Iterable[UUID]) -> Iterator[UUID]:
    """All of them, read at once and kept as 16 bytes each."""
    block = b"".join([one.bytes for one in image_ids])
    return (UUID(bytes=block[at : at + 16]) for at in range(0, len(block), 16))


def originals(engine: Engine, image_ids: Iterator[UUID]) -> list[Original]:
    """The files of what a query found. Raises Invalid where they are too many for one archive, or none."""
    ids = list(islice(image_ids, MOST_FILES + 1))
    if len(ids) > MOST_FILES:
        raise _too_much(f"finds more than {MOST_FILES:,} images")
    with snapshot(engine) as connection:
        files = exports.originals(connection, ids)
    if sum(one.bytes for one in files) > MOST_BYTES:
        raise _too_much(f"finds more than {MOST_BYTES // 1_000_000_000} GB of pictures")
    if not files:
        raise _too_much("finds no picture")
    return files


def contents(bucket: str, files: Iterable[Original]) -> Iterator[tuple[Original, bytes | None]]:
    """Each file with its bytes, in order; None for one that the storage does not have. Raises Unavailable."""

    def read(one: Original) -> bytes | None:
        try:
            return storage.read(bucket, one.object_key, one.object_version)[0]
        except (NotFound, Refused):
            return None

    ahead: deque[tuple[Original, Future[bytes | None]]] = deque()
    todo = iter(files)
    pool = ThreadPoolExecutor(_AHEAD, "originals")
    try:
        for one in todo:
            ahead.append((one, pool.submit(read, one)))
            if len(ahead) >= _AHEAD:
                done, content = ahead.popleft()
                yield done, content.result()
        for done, content in ahead:
            yield done, content.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _too_much(what: str) -> Invalid:
    return Invalid({"query": f"{what}; narrow it for an archive"})
