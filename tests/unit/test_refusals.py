"""Lines of the log for refusals: what stands in them, and that a flood of them ends."""

import json
import logging
import time
from typing import Any

import pytest

from pixplore import log_lines
from pixplore.refusals import Refusals, about, route_of


class Written:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, line: str, *values: object, **_: Any) -> None:
        self.lines.append(line % values)


def test_a_line_says_who_was_refused_what_and_why(caplog: pytest.LogCaptureFixture) -> None:
    noted = Refusals(logging.getLogger("pixplore.of_this_test").warning)
    noted.note(403, "GET", "/v1/audit", "0123456789ab", "sub-of-anna", "This needs the role admin.")
    noted.note(401, "X" * 1_000, "/v1/images", "another-id-1")
    first, second = caplog.records
    assert first.getMessage() == (
        "refused: 403 forbidden, GET /v1/audit, request 0123456789ab, by sub-of-anna. This needs the role admin."
    )
    assert second.getMessage().startswith("refused: 401 unauthenticated, XXXXXXXXXX /v1/images, ")
    told = json.loads(log_lines._formatter().format(first))
    assert (told["level"], told["status"], told["type"], told["route"], told["sub"], told["request_id"]) == (
        "WARNING", 403, "forbidden", "/v1/audit", "sub-of-anna", "0123456789ab",
    )  # fmt: skip


def test_a_flood_is_counted_and_the_next_minute_has_lines_again() -> None:
    written, now = Written(), [0.0]
    noted = Refusals(written, most=3, each_s=60, clock=lambda: now[0])
    for _ in range(1_000):
        noted.note(401, "GET", "/v1/images", "id-of-a-call")
    assert len(written.lines) == 3
    now[0] = 61
    noted.note(401, "GET", "/v1/images", "a-later-call")
    assert written.lines[3] == "refused: and 997 more in a minute, without lines of their own"
    assert "a-later-call" in written.lines[4]
    noted.over()
    assert len(written.lines) == 5


def test_the_rest_is_told_when_nobody_comes_any_more() -> None:
    written = Written()
    noted = Refusals(written, most=1, each_s=0.05)
    noted.note(401, "GET", "/", "id-of-a-call")
    noted.note(401, "GET", "/", "id-of-a-call")
    for _ in range(100):
        if len(written.lines) == 2:
            break
        time.sleep(0.02)
    assert written.lines[1] == "refused: and 1 more in a minute, without lines of their own"


def test_a_copy_of_a_call_knows_the_same() -> None:
    scope: dict[str, Any] = {}
    about(scope)
    about({**scope})["sub"] = "x"
    assert about(scope) == {"sub": "x"}
    assert route_of(scope) == "an unknown address"
