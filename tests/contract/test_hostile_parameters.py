"""Whatever is asked: a right answer or a 422 that names the parameter; never a 500, never a stack trace."""

import base64
import json
from urllib.parse import quote

import pytest

from pixplore import cursor
from pixplore.query import PLAIN
from search_api.parameters import FILTERS
from tests.contract.catalogues import Picture
from tests.contract.conftest import BOTH, Api

pytestmark = BOTH

NASTY = [
    "", " ", "\t\n", "undefined", "null", "NaN", "Infinity", "-1", "1e309", "0x10", "１２", "true", "[]", "{}",
    "()", "'", '"', '""', '"a', "a\"b'c", "\\", "\\'", "';drop table image;--", "%", "%%", "_", "*", ":*", "a:*",
    "a & b", "a | !b", "<->", "a <-> b", "&", "!", "((", "')", "$$", "?", "??", ":name", "%(x)s", "{0}",
    "<img src=x onerror=alert(1)>", "${jndi:ldap://x}", "../../etc/passwd", "Ω≈ç√∫", "田中さん", "🐵 🙈",
    "👨‍👩‍👧", "ﷺ", "ı̇İ", "Ǆ", "ß", "ŉ", "­", "\u202e\u200b\ufeff", "\ud7ff\ue000\uffff", "\U0010ffff", "̸̡̢",
    "CON.jpg", "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>&x;", "*)(uid=*))(|(uid=*", "(a+)+$", "-0",
    "x\r\nSet-Cookie: a=1", "1;2", "--", "/*", "\x01\x7f", "a" * 1000, "a " * 500, '"' * 999, "-" * 1000,
]  # fmt: skip
TAKES_TEXT = ("q", "label", "any_label", "not_label", "tag", "category", "colour", "status", "uploader", "orientation",
              "sku", "attr.x", "not_attr.x")  # fmt: skip


@pytest.mark.parametrize("value", NASTY, ids=lambda v: ascii(v)[:30])
def test_any_text_is_only_text(api: Api, five: list[Picture], value: str) -> None:
    for name in TAKES_TEXT:
        answer = api.get("viewer", "/v1/images", {name: value, "facets": "label,tag,sku,attr.x", "sort": "relevance"})
        assert answer.status_code == 200, (name, answer.text)
    assert api.get("viewer", "/v1/facets/tag", {"prefix": value}).status_code == 200
    for name in ("/v1/facets/", "/v1/images/", "/v1/collections/"):
        answer = api.get("viewer", name + (quote(value, safe="") or "x"))
        assert answer.status_code in (404, 405, 422, 400), answer.text


@pytest.mark.parametrize("value", NASTY, ids=lambda v: ascii(v)[:30])
def test_any_text_can_be_stored_and_found_again(api: Api, five: list[Picture], value: str) -> None:
    text, path = value.strip()[:200].strip(), f"/v1/images/{five[4].id}"
    body = {"title": value, "attributes": {"x": value}, "tags": [text] if text else []}
    made = api.call("analyst", "PATCH", path, json=body)
    assert made.status_code == 200, made.text
    for name, wanted in (("tag", text), ("attr.x", value.strip())):
        if wanted:
            found = api.get("viewer", "/v1/images", {name: wanted, "facets": name}).json()
            assert found["facets"][name]["values"] == [{"value": wanted, "count": 1}], name


WRONG = {
    "nonsense": "1", "labels": "x", "attr.": "x", "min_confidence": "abc", "max_confidence": "NaN",
    "min_width": "-1", "min_height": "1.5", "limit": "0", "facet_limit": "1001", "sort": "best",
    "facets": "nonsense", "created_from": "yesterday", "created_to": "2026-13-01", "batch_id": "1",
    "not_batch_id": "x", "collection": "None", "trashed": "yes", "cursor": "x", "min_version": "-1",
    "not_attr.price.gte": "5", "attr.price.gte": "cheap", "attr.size.gte": "٣",
    "attr.price.lte": "inf", "q": "a" * 1001, "tag": "a" * 1001,
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), WRONG.items())
def test_a_wrong_parameter_is_named(api: Api, name: str, value: str) -> None:
    answer = api.get("viewer", "/v1/images", {name: value})
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == [name]


CONTRADICTIONS = {
    "min_confidence": {"min_confidence": "80", "max_confidence": "70"},
    "created_from": {"created_from": "2026-02-01", "created_to": "2026-01-01"},
    "attr.price.gte": {"attr.price.gte": "2", "attr.price.lte": "1"},
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_from_beyond_to_is_named(api: Api, name: str) -> None:
    for path in ("/v1/images", "/v1/facets/label", "/v1/insights/labels", "/v1/insights/confidence"):
        answer = api.get("viewer", path, CONTRADICTIONS[name])
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, name)


def test_all_faults_come_at_once_also_null_characters_and_repeats(api: Api) -> None:
    query = "limit=5&limit=6&q=a%00b&x%00y=1&min_confidence=x&label=%00"
    answer = api.get("viewer", "/v1/images?" + query)
    assert answer.status_code == 422
    assert {fault["field"] for fault in answer.json()["errors"]} == {"limit", "q", "x\\0y", "min_confidence", "label"}


def test_very_many_and_very_long(api: Api, five: list[Picture]) -> None:
    many = [("label", f"l{n}") for n in range(500)]
    assert api.get("viewer", "/v1/images", many).json()["total"] == 0
    assert (
        api.get("viewer", "/v1/images", [("any_label", "Shoe"), *[("any_label", f"l{n}") for n in range(499)]]).json()[
            "total"
        ]
        == 2
    )
    assert api.get("viewer", "/v1/images", [("tag", str(n)) for n in range(501)]).status_code == 422
    assert api.get("viewer", "/v1/images", {"q": "a" * 10_000}).status_code == 422
    again = [("label", "Shoe")] * 1_000
    assert api.get("viewer", "/v1/images", again).json()["total"] == 2
    assert api.get("viewer", "/v1/images", [("not_label", f"l{n}") for n in range(1_000)]).status_code == 422
    few = [*[("not_label", f"l{n}") for n in range(500)], *[("any_label", "Shoe")] * 1_000]
    assert api.get("viewer", "/v1/images", few).json()["total"] == 2
    every = [("label", name) for name in ("Running Shoe", "Shoe", "Footwear", "Running Shoe")]
    assert api.get("viewer", "/v1/images", [*every, ("label", "Running Shoe")]).json()["total"] == 2
    assert api.get("viewer", "/v1/images", [*every, ("label", "Cup")]).json()["total"] == 0


def _forged() -> list[str]:
    good = cursor.encode("abc", ["2026-01-01T00:00:00+00:00", "00000000-0000-0000-0000-000000000001"])
    raw = base64.urlsafe_b64decode(good + "==")
    bare = [base64.urlsafe_b64encode(json.dumps(x).encode()).decode() for x in ([], {}, ["a", 1], "x", None)]
    return [good, good[:-3], good + "A", good[5:], "A" * 3000, "=", "é", "a b", " ", "'", *bare,
            base64.urlsafe_b64encode(raw[:8] + b"[" * 5000).decode()]  # fmt: skip


@pytest.mark.parametrize("forged", _forged(), ids=range(len(_forged())))
def test_a_forged_cursor_is_refused(api: Api, five: list[Picture], forged: str) -> None:
    for path in ("/v1/images", "/v1/collections", "/v1/audit", "/v1/products"):
        answer = api.get("admin", path, {"cursor": forged})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor"), path


def test_a_cursor_knows_its_query_and_values(api: Api, five: list[Picture]) -> None:
    page = api.get("viewer", "/v1/images", {"limit": 1, "sort": "name"}).json()
    assert api.get("viewer", "/v1/images", {"cursor": page["next_cursor"], "sort": "name"}).status_code == 200
    for other in ({"sort": "newest"}, {"sort": "name", "label": "Shoe"}, {"sort": "name", "trashed": "true"}):
        assert api.get("viewer", "/v1/images", {"cursor": page["next_cursor"], **other}).status_code == 422
    place = json.loads(base64.urlsafe_b64decode(page["next_cursor"] + "==")[8:])[0]
    for values in (["a", "b"], ["a\0", "00000000-0000-0000-0000-000000000001"], ["a"]):
        sealed = cursor.encode(place, values)
        assert api.get("viewer", "/v1/images", {"cursor": sealed, "sort": "name"}).status_code == 422
    half = json.dumps([place, "\ud800", "00000000-0000-0000-0000-000000000001"]).encode()
    sealed = base64.urlsafe_b64encode(cursor._sum(half) + half).decode().rstrip("=")
    assert api.get("viewer", "/v1/images", {"cursor": sealed, "sort": "name"}).status_code == 422


def test_a_forged_rank_is_only_a_number(api: Api, five: list[Picture]) -> None:
    asked = {"q": "picture", "sort": "relevance", "limit": 1}
    good = api.get("viewer", "/v1/images", asked).json()["next_cursor"]
    place, *values = json.loads(base64.urlsafe_b64decode(good + "==")[8:])
    for rank, status in (("9" * 400, 200), ("-1", 200), ("1e3", 422), ("nan", 422), ("", 422), ("9" * 5000, 422)):
        sealed = cursor.encode(place, [rank, *values[1:]])
        assert api.get("viewer", "/v1/images", {**asked, "cursor": sealed}).status_code == status, rank


def test_unknown_parameters_are_refused_everywhere(api: Api, five: list[Picture]) -> None:
    paths = ["/v1/images", f"/v1/images/{five[0].id}", "/v1/facets/label", "/v1/insights/labels", "/v1/collections",
             "/v1/insights/confidence", "/v1/audit", "/v1/operations", "/v1/products", "/healthz",
             "/readyz"]  # fmt: skip
    for path in paths:
        answer = api.get("admin", path, {"nonsense": "1"})
        assert answer.status_code == 422, path
        assert answer.json()["errors"] == [{"field": "nonsense", "message": "is not a parameter here"}]


def test_what_is_documented_is_what_is_parsed(api: Api) -> None:
    documented = {parameter["name"] for parameter in FILTERS}
    assert set(PLAIN) <= documented
    for name in documented - {"batch_id", "not_batch_id", "collection", "not_collection"} - set(PLAIN):
        value = "1" if name.endswith(("gte", "lte")) else "__unset__"
        assert api.get("viewer", "/v1/images", {name: value}).status_code == 200, name


TIMES = """2026-01-30 2026-01-30T00:00:00Z 2026-01-30t01:00:00+01:00 2026-01-30T00:00:00_00:00
2026-01-30T00:00:00.5-23:59 0001-01-01T00:00:00Z 9999-12-31T23:59:59Z"""


@pytest.mark.parametrize("text", TIMES.split())
def test_times(api: Api, five: list[Picture], text: str) -> None:
    assert api.get("viewer", "/v1/images", {"created_from": text.replace("_", " ")}).status_code == 200


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-02-30", "2026-W01-1",
                                  "20260101", "2026-01-01T25:00:00Z", "1735689600", ""])  # fmt: skip
def test_no_times(api: Api, text: str) -> None:
    assert api.get("viewer", "/v1/images", {"created_to": text}).status_code == 422
