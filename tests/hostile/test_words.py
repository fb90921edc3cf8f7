"""Text from outside, whatever it holds: read, or refused in the way that its caller knows."""

import contextlib
import json
import os

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pixplore import arrivals, cursor
from pixplore.errors import Invalid
from pixplore.product_csv import parse

MANY = settings(max_examples=int(os.environ.get("PIXPLORE_EXAMPLES", "150")), deadline=20_000,
                suppress_health_check=list(HealthCheck))  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["detail", "detail-type", "bucket", "object", "key", "name", "source", "x"]), inner, max_size=5
    ),
    max_leaves=12,
)  # fmt: skip
CELL = st.text(max_size=12) | st.sampled_from(
    [
        "",
        '"',
        '""',
        '"a',
        "a.jpg",
        "=1+1",
        "1,5",
        "1.000,50",
        "31.12.2026",
        "99999999999999999999",
        "\x00",
        "\u202e",
        "NaN",
    ]
)
HEADING = (
    st.sampled_from(["sku", "SKU", "file", "title", "price", "created_at", "attr.x", "__unset__", "=cmd", ""]) | CELL
)


@MANY
@given(st.text(max_size=200) | st.binary(max_size=120).map(lambda raw: raw.decode("latin-1")))
@example("[" * 100_000)
@example("A" * 100_000)
def test_a_cursor(text: str) -> None:
    with contextlib.suppress(Invalid):
        assert cursor.decode(text, "place", 2) is None, "nobody but us makes cursors"


@MANY
@given(st.lists(st.text(max_size=30), max_size=4), st.data())
def test_a_cursor_of_ours_that_was_altered(values: list[str], data: st.DataObject) -> None:
    text = cursor.encode("place", values)
    at = data.draw(st.integers(0, len(text) - 1))
    other = text[:at] + data.draw(st.sampled_from("AQgw-_09")) + text[at + 1 :]
    with contextlib.suppress(Invalid):
        assert cursor.decode(other, "place", len(values)) == values


@MANY
@given(JSON)
@example({"detail-type": "Object Created", "detail": {"bucket": {"name": "b"}, "object": {"key": "k", "sequencer": 5}}})
def test_a_message_about_a_file(said: object) -> None:
    with contextlib.suppress(arrivals.Malformed):
        assert isinstance(arrivals.is_ours(arrivals.read(json.dumps(said)).key), bool)


@MANY
@given(st.text(max_size=300))
@example("[" * 100_000)
@example('{"a":' * 50_000)
def test_a_message_that_is_none(body: str) -> None:
    with contextlib.suppress(arrivals.Malformed):
        arrivals.read(body)


@MANY
@given(
    st.lists(HEADING, min_size=1, max_size=6), st.lists(st.lists(CELL, max_size=7), max_size=8),
    st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]),
)  # fmt: skip
def test_a_product_list(heads: list[str], lines: list[list[str]], separator: str, end: str, encoding: str) -> None:
    text = end.join(separator.join(cells) for cells in [heads, *lines])
    _read(text.encode(encoding, "replace"))


@MANY
@given(st.binary(max_size=2_000))
def test_a_product_list_that_is_none(content: bytes) -> None:
    _read(content)


def _read(content: bytes) -> None:
    """What is taken can be kept: PostgreSQL stores no NUL, and nothing is in two minds about a line."""
    try:
        found = parse(content)
    except Invalid:
        return
    for row in found.rows:
        told = [row.sku, row.file_name, row.title, row.category, *row.attributes, *row.attributes.values()]
        assert not any("\x00" in one for one in told if isinstance(one, str))
        assert row.sku.strip()
    assert len({row.sku for row in found.rows}) == len(found.rows)
