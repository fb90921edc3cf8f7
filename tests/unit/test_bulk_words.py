"""Bulk work in words, saved searches as states, orders as moves: what the pages say and mean, without a page."""

from typing import Any

import pytest

from dashboard.bulk import bulk_calls, bulk_words, downloads
from dashboard.bulk.bulk_calls import Chosen, chosen, filters, tried
from dashboard.catalogue.catalogue_state import State
from dashboard.sharing.saved_searches import state_of

JOB: dict[str, Any] = {
    "action": "tag", "value": "summer", "state": "done", "total": 12345, "done": 12345, "changed": 12340,
    "unchanged": 5, "failed": 0, "undo_of": None, "undone_by": None, "eta": None, "error": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("action", "value", "said"),
    [
        ("tag", "summer", "Tagged 12,340 pictures with “summer”"),
        ("untag", "a*b", "Removed the tag “a*b” from 12,340 pictures"),
        ("set_attribute", {"name": "size", "value": 0}, "Set size to “0” on 12,340 pictures"),
        ("set_attribute", {"name": "size", "value": None}, "Removed size from 12,340 pictures"),
        ("set_category", None, "Removed the category from 12,340 pictures"),
        ("delete", None, "Moved 12,340 pictures to the trash"),
        ("add_to_collection", "b1", "Added 12,340 pictures to “Autumn”"),
        ("remove_from_collection", "gone", "Took 12,340 pictures out of a collection"),
        ("reject_label", "Cup", "Rejected “Cup” on 12,340 pictures"),
        ("taxonomy", {}, "Brought the labels of 12,340 pictures in line with the names"),
    ],
)
def test_what_was_done(action: str, value: object, said: str) -> None:
    assert bulk_words.done(JOB | {"action": action, "value": value}, {"b1": "Autumn"}) == said


def test_what_was_undone_says_what_it_was() -> None:
    back = JOB | {"action": "tag", "value": "summer", "undo_of": "x"}
    assert bulk_words.done(back) == "Undone: tagged 12,340 pictures with “summer”"
    assert bulk_words.doing(back) == "Undoing: tagged 12,345 pictures with “summer”"


def test_what_would_happen_is_said_before() -> None:
    trial = {"changed": 12345, "unchanged": 12, "reasons": [{"error": "It is full.", "count": 1}]}
    assert bulk_words.would(trial) == [
        "12,345 pictures will change.",
        "12 pictures are so already.",
        "1 picture cannot be changed. It is full.",
    ]
    nothing = {"changed": 0, "unchanged": 1, "reasons": []}
    assert bulk_words.would(nothing) == ["Nothing will change.", "1 picture is so already."]


def test_progress_and_trouble() -> None:
    assert bulk_words.left(JOB | {"done": 5000, "eta": 130.0}) == "5,000 of 12,345, about 2 minutes left"
    assert bulk_words.left(JOB | {"done": 5000, "eta": 1.0}) == "5,000 of 12,345"
    assert bulk_words.troubles(JOB) == ""
    stopped = bulk_words.troubles(JOB | {"state": "cancelled", "done": 5000, "failed": 1})
    assert stopped == "It was stopped after 5,000 of 12,345. 1 picture could not be changed."


def test_what_can_be_taken_back() -> None:
    assert bulk_words.can_undo(JOB)
    assert bulk_words.can_undo(JOB | {"state": "cancelled"})
    for other in ({"changed": 0}, {"state": "running"}, {"undo_of": "x"}, {"undone_by": "x"}, {"action": "taxonomy"}):
        assert not bulk_words.can_undo(JOB | other), other


def test_all_of_a_result_and_chosen_pictures_are_named_differently() -> None:
    here = State((("label", "Cup & Co"), ("label", "Plate"), ("trashed", "true")), sort="name", opened="x")
    everything = chosen((), True, here, 12345)
    assert everything.body == {"query": {"label": ["Cup & Co", "Plate"], "trashed": ["true"]}}
    assert everything.query == "label=Cup+%26+Co&label=Plate&trashed=true"
    assert (everything.total, everything.fields) == (12345, None)
    most = chosen(("a", "b"), True, here, 12345)
    assert most.body == everything.body | {"except_ids": ["a", "b"]}
    assert most.total == 12343
    assert most.fields == [("query", everything.query), ("except_ids", "a"), ("except_ids", "b")]
    some = chosen(("a", "b"), False, here, 12345)
    assert (some.body, some.total) == ({"image_ids": ["a", "b"]}, 2)
    assert some.fields == [("image_ids", "a"), ("image_ids", "b")]


def test_addresses_of_files(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(downloads, "downloads", lambda files, fields, key: shown.append((files, fields)))
    downloads.choose(Chosen((), State((("q", "a b"),)), 6000))
    downloads.choose(Chosen(("1", "2"), None, 2))
    (files, fields), (own, own_fields) = shown
    assert fields is None
    assert [one.path for one in files][:2] == ["/data/v1/export/originals?q=a+b", "/data/v1/export?q=a+b&format=csv"]
    assert files[0].check == "/data/v1/export/originals?q=a+b&dry_run=true"
    assert "5,000" in files[0].hint
    assert own_fields == [("image_ids", "1"), ("image_ids", "2")]
    assert own[0].path == "/data/v1/export/originals"
    assert own[2].path == "/data/v1/export?format=jsonl"


def test_a_saved_search_is_the_same_state_again() -> None:
    here = State(
        (("q", "mug"), ("label", "Cup"), ("label", "Plate"), ("min_confidence", "80"), ("created_from", "2026-11-01")),
        sort="name",
    )
    kept: dict[str, Any] = dict(filters(here))
    kept |= {"min_confidence": 80.0, "created_from": "2026-11-01T00:00:00Z", "q": "mug"}  # as the service keeps it
    assert state_of({"filters": kept, "sort": "name"}) == here


def test_what_was_tried_is_remembered_by_a_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[str, Any] = {}
    asked: list[Any] = []
    monkeypatch.setattr(bulk_calls.st, "session_state", kept)
    monkeypatch.setattr(bulk_calls.client, "post", lambda path, body, timeout: asked.append(body) or {"n": len(asked)})
    thousands = Chosen(tuple(f"{number:036}" for number in range(5000)), None, 5000)
    assert tried(thousands, "tag", "a") == tried(thousands, "tag", "a") == {"n": 1}
    assert tried(Chosen(thousands.ids[1:], None, 4999), "tag", "a") == {"n": 2}
    for number in range(20):
        tried(thousands, "set_attribute", {"name": "price", "value": number})
    assert len(asked) == 22
    assert len(kept["px_tried"]) < 10
    assert sum(map(len, kept["px_tried"])) < 1000


def test_how_long_the_trash_keeps_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    assert bulk_words.in_the_trash() == "for 30 days; then they are deleted for good"
    monkeypatch.setenv("PIXPLORE_TRASH_DAYS", "1")
    assert bulk_words.in_the_trash() == "for 1 day; then they are deleted for good"
    monkeypatch.setenv("PIXPLORE_TRASH_DAYS", "0")
    assert bulk_words.in_the_trash() == "until somebody restores them"
