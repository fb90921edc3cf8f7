"""Files written while they are read: whoever goes away gives the place back, however early."""

import anyio
import pytest
from starlette.types import Message

from pixplore.errors import Unavailable
from search_api.streamed import streamed

SCOPE = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}}


async def _gone() -> Message:
    return {"type": "http.disconnect"}


async def _never(message: Message) -> None:
    await anyio.sleep_forever()


def test_who_goes_away_before_the_first_byte_keeps_no_place() -> None:
    for _ in range(6):  # more than there are places
        anyio.run(streamed(iter([b"a file"]), "text/csv", "csv"), SCOPE, _gone, _never)


def test_an_answer_that_is_never_sent_keeps_no_place() -> None:
    for _ in range(6):
        streamed(iter([b"a file"]), "text/csv", "csv")


def test_what_is_written_ends_with_its_reader() -> None:
    ended = []

    def parts():
        try:
            yield b"one"
            yield b"two"
        finally:
            ended.append(True)

    sent: list[bytes] = []

    async def one_part(message: Message) -> None:
        if message.get("body"):
            sent.append(message["body"])
            await anyio.sleep_forever()

    async def gone() -> Message:
        while not sent:
            await anyio.sleep(0.001)
        return {"type": "http.disconnect"}

    anyio.run(streamed(parts(), "text/csv", "csv"), SCOPE, gone, one_part)
    assert (sent, ended) == ([b"one"], [True])


def test_not_more_than_so_many_at_once() -> None:
    held = [streamed(iter([b"a file"]), "text/csv", "csv") for _ in range(4)]
    with pytest.raises(Unavailable, match="Several files"):
        streamed(iter([b"a file"]), "text/csv", "csv")
    del held
