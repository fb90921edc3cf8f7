"""Messages about files, names of files, promises of files: all of it without any service."""

import json
from pathlib import Path
from uuid import uuid4

import pytest

from pixplore import arrivals, file_names
from pixplore.arrivals import Arrival, Malformed
from pixplore.promises import promise

EVENTS = Path(__file__).resolve().parents[1] / "events"
BATCH, IMAGE = uuid4(), uuid4()
KEY = f"{BATCH}/{IMAGE}"


def test_an_event_as_aws_sends_it() -> None:
    found = arrivals.read((EVENTS / "s3_object_created.json").read_text())
    assert found.bucket == "pixplore-originals-4f1c"
    assert (found.batch_id, found.image_id) == tuple(arrivals._ids(found.key))
    assert found.sequencer == "00617F08299329D189".ljust(32, "0")


def test_our_own_message_reads_back() -> None:
    for message in (Arrival("b", KEY), Arrival("b", KEY, relabel=True)):
        assert arrivals.read(message.body()) == message
        assert arrivals.read(message.body()).image_id == IMAGE


def test_only_we_can_ask_for_new_labels() -> None:
    foreign = json.loads(Arrival("b", KEY, relabel=True).body()) | {"source": "aws.s3"}
    assert not arrivals.read(json.dumps(foreign)).relabel


DELETED = """{"source": "s", "detail-type": "Object Deleted",
              "detail": {"bucket": {"name": "b"}, "object": {"key": "k"}}}"""


@pytest.mark.parametrize(
    "body",
    ["", "null", "[]", "{}", "hello", '{"detail": 1}', '{"detail-type": "x", "detail": {}}', DELETED, "[" * 100_000],
)
def test_other_messages_are_malformed(body: str) -> None:
    with pytest.raises(Malformed):
        arrivals.read(body)


def test_sequencers_of_different_lengths_compare() -> None:
    def event(sequencer: str) -> Arrival:
        body = {"source": "aws.s3", "detail-type": "Object Created",
                "detail": {"bucket": {"name": "b"}, "object": {"key": KEY, "sequencer": sequencer}}}  # fmt: skip
        return arrivals.read(json.dumps(body))

    assert event("0A1B").sequencer < event("0a1b01").sequencer < event("0A1C").sequencer


@pytest.mark.parametrize("key", ["a.jpg", "../etc/passwd", f"{BATCH}", f"{BATCH}/", f"{KEY}/x", f"{BATCH}/{IMAGE}.jpg",
                                 f"{{{BATCH}}}/{IMAGE}", f"{str(BATCH).upper()}/{IMAGE}"])  # fmt: skip
def test_other_keys_are_left_alone(key: str) -> None:
    assert arrivals.is_ours(KEY)
    assert not arrivals.is_ours(key)


@pytest.mark.parametrize(
    ("name", "shown", "base", "stem"),
    [
        ("../../etc/passwd", "../../etc/passwd", "passwd", "passwd"),
        ("C:\\shop\\cup 1+2.jpg", "C:\\shop\\cup 1+2.jpg", "cup 1+2.jpg", "cup 1+2"),
        ("👟 schuh.jpeg", "👟 schuh.jpeg", "👟 schuh.jpeg", "👟 schuh"),
        ("cup\u202egpj.exe", "cupgpj.exe", "cupgpj.exe", "cupgpj"),
        ("a\0b\r\n.jpg", "ab.jpg", "ab.jpg", "ab"),
        ("Cafe\u0301.jpg", "Café.jpg", "Café.jpg", "Café"),
        ("archive.tar.gz", "archive.tar.gz", "archive.tar.gz", "archive.tar"),
        (".jpg", ".jpg", ".jpg", ".jpg"),
        ("👨‍👩‍👧.png", "👨‍👩‍👧.png", "👨‍👩‍👧.png", "👨‍👩‍👧"),
    ],
)
def test_names_stay_data(name: str, shown: str, base: str, stem: str) -> None:
    assert file_names.clean(name) == shown
    assert file_names.base(shown) == base
    assert file_names.stem(shown) == stem


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (("a.jpg", 10, "image/jpeg"), None),
        (("a.jpg", 10, "image/JPG; x=1"), None),
        (("a.avif", 10, ""), None),
        (("a.tif", 15_000_000, "application/octet-stream"), None),
        (("x" * 255, 10, "image/png"), None),
        (("x" * 300, 10, "image/png"), "name_too_long"),
        (("a.jpg", 0, "image/jpeg"), "empty_file"),
        (("a.jpg", 15_000_001, "image/jpeg"), "too_large"),
        (("a.gif", 10, "image/gif"), "kind_not_taken"),
        (("a.txt", 10, "text/plain"), "kind_not_taken"),
        (("\u202e", 10, "image/jpeg"), "name_missing"),
        (("a/", 10, "image/jpeg"), None),
        (("///", 10, "image/jpeg"), "name_missing"),
    ],
)
def test_what_is_refused_before_it_is_sent(given: tuple[str, int, str], code: str | None) -> None:
    found = promise(*given, None).refusal
    assert (found[0] if found else None) == code
    if found:
        assert found[1].endswith(".")
    if code == "kind_not_taken":
        assert "JPEG, PNG, WebP, TIFF or AVIF" in found[1]
