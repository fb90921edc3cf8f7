"""What the recogniser answers, whatever it is: what the catalogue can keep, or Unavailable with a sentence."""

import contextlib
import json
import math
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixplore.aws import clients, recognition
from pixplore.domain import Label, Recognition
from pixplore.errors import Unavailable
from tests.hostile.test_words import MANY
from tests.unit.test_recognition import MODERATED, READ, SEEN

FACE = {"BoundingBox": {"Left": 0.1, "Top": 0.1, "Width": 0.2, "Height": 0.2}, "Confidence": 99.0,
        "AgeRange": {"Low": 20, "High": 30}, "Emotions": [{"Type": "CALM", "Confidence": 90.0}]}  # fmt: skip
WHOLE: dict[str, Any] = {"seen": SEEN, "read": READ, "moderated": MODERATED, "faces": {"FaceDetails": [FACE]}}
ODD: list[Any] = [None, True, "", "x", "\0", "\ud800", "x" * 100_000, -1, 0, 1e3, 10**400, math.nan, math.inf, [], {},
                  [None], {"Name": {}}, [[]] * 50_000]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    for step in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from places(value[step], (*path, step))


EVERY_PLACE = list(places(WHOLE))


def read(answers: dict[str, Any]) -> Recognition | None:
    """As `start` reads them; None where they cannot be."""
    kinds = {"detect_labels": "seen", "detect_text": "read", "detect_moderation_labels": "moderated",
             "detect_faces": "faces"}  # fmt: skip
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(4) as pool:
        patch.setattr(recognition, "_ask", lambda operation, **_: answers[kinds[operation]])
        try:
            return recognition.start(b"", pool, faces=True)()
        except Unavailable:
            return None


def keepable(found: Recognition) -> bool:
    """PostgreSQL takes it, and a label with its confidence fits one number (pixplore.labels)."""
    told = json.dumps([found.text, found.moderation, found.quality, found.faces, found.model], allow_nan=False)
    names = [name for label in found.labels for name in (label.name, *label.parents, *label.categories)]
    boxes = [side for label in found.labels for box in label.boxes for side in (box.left, box.top, box.width)]
    return (
        "\\u0000" not in told and "\\ud800" not in told and len(told) < 300_000
        and all(0 < len(name) <= 200 and not set(name) & {"\0", "\ud800"} for name in (*names, *found.colours))
        and all(0 <= label.confidence <= 100 for label in found.labels)
        and all(math.isfinite(side) for side in boxes)
    )  # fmt: skip


def put(value: Any, path: tuple[Any, ...], odd: Any) -> None:
    with contextlib.suppress(LookupError, TypeError):  # what was put in before may have taken the place away
        for step in path[:-1]:
            value = value[step]
        value[path[-1]] = odd


@MANY
@given(st.lists(st.tuples(st.sampled_from(EVERY_PLACE), st.sampled_from(ODD)), min_size=1, max_size=3))
def test_an_answer_with_something_else_in_it(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    answers = deepcopy(WHOLE)
    for path, odd in changes:
        put(answers, path, odd)
    found = read(answers)
    assert found is None or keepable(found)


@pytest.mark.parametrize("path", EVERY_PLACE, ids=lambda path: ".".join(map(str, path)))
def test_an_answer_that_lacks_a_part(path: tuple[Any, ...]) -> None:
    answers: Any = deepcopy(WHOLE)
    *way, last = path
    at = answers
    for step in way:
        at = at[step]
    if len(path) == 1:
        answers[last] = {}
    else:
        del at[last]
    found = read(answers)
    assert found is None or keepable(found)


def test_a_whole_answer_is_read() -> None:
    found = read(WHOLE)
    assert found
    assert keepable(found)
    assert [label.name for label in found.labels] == ["Running Shoe", "Clothing"]
    assert found.faces[0]["age"] == {"Low": 20, "High": 30}


def test_what_may_not_be_kept_is_not_taken() -> None:
    """`keepable` can fail, and more than Rekognition ever gives is no answer."""
    whole = read(WHOLE)
    assert whole
    for odd in (Label("x\0", 50.0), Label("x", 103.0), Label("x", math.nan), Label("", 50.0)):
        assert not keepable(Recognition((odd,), *(getattr(whole, name) for name in
                                                  ("colours", "text", "moderation", "quality", "model"))))  # fmt: skip
    many = deepcopy(WHOLE)
    many["seen"]["Labels"] = [{"Name": f"L{n}", "Confidence": 50.0} for n in range(100_000)]
    assert read(many) is None
    many = deepcopy(WHOLE)
    many["read"]["TextDetections"] = [{"DetectedText": f"{n} \0{'x' * 5_000}", "Type": "LINE", "Confidence": 99.0}
                                      for n in range(100_000)]  # fmt: skip
    found = read(many)
    assert found
    assert len(found.text) == 200
    assert keepable(found)


BODIES = [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"<html>", b"[" * 100_000, b'{"Labels":' * 20_000,
          b'{"Labels": 5}', b'{"Labels": {"Name": 1}}', b'{"Labels": [5, "x", null]}', b'{"Labels": [{"Name": 5}]}',
          b'{"Labels": [{"Name": "x", "Confidence": "much"}], "TextDetections": 7, "ModerationLabels": "x"}',
          b'{"Labels": [{"Name": "x", "Confidence": NaN}]}',
          b'{"Labels": [{"Name": "x", "Confidence": 1e999}]}']  # fmt: skip


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], None]]:
    """A server in Rekognition's place that gives the same body to every question."""
    now = [b""]

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", str(len(now[0])))
            self.end_headers()
            self.wfile.write(now[0])

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL_REKOGNITION", f"http://127.0.0.1:{server.server_port}")
    for name, value in {"ACCESS_KEY_ID": "test", "SECRET_ACCESS_KEY": "test", "REGION": "eu-central-1",
                        "DEFAULT_REGION": "eu-central-1"}.items():  # fmt: skip
        monkeypatch.setenv(f"AWS_{name}", value)
    clients.forget()
    yield lambda body: now.__setitem__(0, body)
    clients.forget()
    server.shutdown()
    server.server_close()


def test_bodies_that_are_no_answer(says: Callable[[bytes], None]) -> None:
    with ThreadPoolExecutor(4) as pool:
        for body in BODIES:
            says(body)
            with pytest.raises(Unavailable, match="Try again in a moment"):
                recognition.start(b"jpeg", pool, faces=True)()
        says(json.dumps(SEEN).encode())
        assert recognition.start(b"jpeg", pool, faces=False)().labels[0].name == "Running Shoe"
