"""Files that are dropped again: what the manifest awaits is sent, what it has is not, the rest is new.

And questions: each is answered once, however often and in whatever order it is asked.
"""

from typing import Any

import pytest

from dashboard.upload import uploads
from dashboard.upload.alike_views import pairs
from dashboard.upload.uploads import Upload, answer, known_files


def test_files_are_known_by_name_and_size() -> None:
    upload = Upload("q", "batch", missing={("a.jpg", 10): ["1", "2"]}, arrived={("b.jpg", 20): [{"image_id": "3"}]})
    files = [
        {"key": 1, "name": "a.jpg", "size": 10},
        {"key": 2, "name": "b.jpg", "size": 20},
        {"key": 3, "name": "b.jpg", "size": 20},
        {"key": 4, "name": "a.jpg", "size": 11},
        {"key": 5, "name": "folder/a.jpg", "size": 10},
    ]
    resumed, sent, fresh = known_files(upload, files[:4])
    assert resumed == {1: "1"}
    assert sent == [{"image_id": "3", "key": 2}]
    assert [file["key"] for file in fresh] == [3, 4]
    assert upload.missing == {("a.jpg", 10): ["2"]}


def of(batch_id: str, **sizes: int) -> list[dict[str, object]]:
    return [{"id": name, "width": n, "height": n, "batch_id": batch_id} for name, n in sizes.items()]


def test_a_pair_is_the_largest_picture_beside_another() -> None:
    found = pairs([{"images": of("new", s=1, l=3, m=2)}], "new")
    assert [(a["id"], b["id"]) for a, b in found] == [("l", "m"), ("l", "s")]


def test_what_the_catalogue_had_before_stands_beside_each_new_copy_and_never_beside_its_like() -> None:
    found = pairs([{"images": of("new", s=1, l=3) + of("older", one=1, two=2)}], "new")
    assert [(a["id"], b["id"]) for a, b in found] == [("two", "l"), ("two", "s")]


@pytest.fixture
def manifest(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the uploads API says of the batch, a page a call; it is filled by the test."""
    said: list[dict[str, Any]] = []
    monkeypatch.setattr(uploads, "batch", lambda *_, **__: {"items": [dict(item) for item in said]})
    return said


def test_a_question_asked_again_is_answered_as_before_whatever_was_asked_since(manifest: list[dict[str, Any]]) -> None:
    upload = Upload("q", "batch")
    manifest.append({"image_id": "1", "name": "a.jpg", "size": 10, "status": "received"})
    first = answer(upload, {"request": "one", "kind": "states"})
    manifest[0]["status"] = "ready"
    second = answer(upload, {"request": "two", "kind": "states"})
    assert (first["items"][0][1], second["items"][0][1]) == ("received", "ready")
    assert answer(upload, {"request": "one", "kind": "states"}) is first
    assert upload.answer is first  # the page hands over the answer to what was asked last
    assert answer(upload, {"request": "two", "kind": "states"}) is second
    for number in range(50):
        answer(upload, {"request": f"more {number}", "kind": "states"})
    assert len(upload.answers) < 10


def test_what_this_tab_was_sending_all_the_time_is_awaited_no_longer(manifest: list[dict[str, Any]]) -> None:
    """After a lost session the page learns of missing files, which the browser is about to send all the same."""
    upload = Upload("q", "batch")
    for number in ("1", "2"):
        manifest.append({"image_id": number, "name": "a.jpg", "size": 10, "status": "expected"})
    uploads.recall(upload)
    assert upload.awaited == 2
    manifest[1]["status"] = "received"
    assert answer(upload, {"request": "one", "kind": "states"})["awaited"] == 1
    assert upload.missing == {("a.jpg", 10): ["1"]}
