"""Share links: a token that opens one query, read only, until it expires or is revoked; and every way to get more."""

import base64
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from pixplore import sharing
from pixplore.catalogue import shares as rows
from pixplore.catalogue.snapshot import transaction
from pixplore.finding import SORTS
from tests.contract import catalogues as c
from tests.contract.catalogues import Picture
from tests.contract.conftest import BOTH, Api, picture
from tests.contract.oracle import Oracle, Pairs
from tests.contract.questions import FACETS, bare, queries

pytestmark = BOTH

LIST = "/v1/shared/images"
INSIDE = ("uploader", "batch_id", "collection", "status")


def share(api: Api, filters: Any, role: str = "analyst", **more: Any) -> dict[str, Any]:
    body = {"query": filters} if isinstance(filters, str) else {"filters": filters}
    made = api.call(role, "POST", "/v1/shares", json=body | more)
    assert made.status_code == 201, made.text
    return dict(made.json())


def visit(api: Api, token: str, path: str = LIST, params: Any = None, method: str = "GET") -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return api.client.request(method, api.address + path, headers=headers, params=params)


def found(api: Api, token: str, params: Any = None) -> list[int]:
    """Numbers of the pictures (see conftest.picture) that a visitor gets, oldest first."""
    answer = visit(api, token, params={"sort": "oldest", **(params or {})})
    assert answer.status_code == 200, answer.text
    ids = [UUID(item["id"]).int - 1 for item in answer.json()["items"]]
    assert len(ids) == answer.json()["total"]
    return ids


def test_a_link_from_making_to_revoking(api: Api, five: list[Picture]) -> None:
    made = share(api, {"label": ["Footwear"]}, name="For the agency", sort="oldest")
    assert made["path"] == f"/shared#{made['token']}"
    days = (datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC)) / timedelta(days=1)
    assert 6.9 < days <= 7
    told = visit(api, made["token"], "/v1/shared").json()
    assert told == {"name": "For the agency", "sort": "oldest", "originals": False, "expires_at": made["expires_at"]}
    listed = api.get("analyst", "/v1/shares").json()["items"]
    assert ("token" in listed[0], listed[0]["id"], listed[0]["state"]) == (False, made["id"], "open")
    assert found(api, made["token"]) == [0, 1]
    assert found(api, made["token"], {"tag": "summer"}) == [0]
    one = visit(api, made["token"], f"{LIST}/{five[0].id}").json()
    assert one["labels"][0]["name"] == "Running Shoe"
    path = f"/v1/shares/{made['id']}"
    longer = api.call("analyst", "PATCH", path, json={"days": 90}).json()
    assert found(api, longer["token"]) == found(api, made["token"]) == [0, 1]
    assert api.call("analyst", "DELETE", path).status_code == 200
    for token in (made["token"], longer["token"]):
        for place in ("/v1/shared", LIST, f"{LIST}/{five[0].id}", f"{LIST}/{five[0].id}/original"):
            answer = visit(api, token, place)
            assert answer.status_code == 401, place
            assert answer.headers["content-type"] == "application/problem+json"
    assert api.call("analyst", "PATCH", path, json={"days": 5}).status_code == 409
    assert api.get("analyst", path).json()["state"] == "revoked"
    trail = api.get("admin", "/v1/audit", {"limit": 3}).json()["items"]
    assert [one["action"] for one in trail] == ["share_revoke", "share_edit", "share_create"]
    assert trail[1]["detail"]["before"]["expires_at"] < trail[1]["detail"]["after"]["expires_at"]
    assert made["token"] not in str(trail)


def test_originals_only_where_the_share_says_so(api: Api, five: list[Picture]) -> None:
    with api.engine.begin() as connection:
        connection.execute(text("update image set object_key = 'b/' || id, content_type = 'image/jpeg'"))
    without, with_ = share(api, {"tag": ["summer"]}), share(api, {"tag": ["summer"]}, originals=True)
    place = f"{LIST}/{five[0].id}/original"
    assert visit(api, without["token"], place).status_code == 403
    answer = visit(api, with_["token"], place)
    assert (answer.status_code, "attachment" in answer.headers["location"]) == (302, True)
    assert visit(api, with_["token"], f"{LIST}/{five[1].id}/original").status_code == 404  # not of this query


def test_who_may_share_and_see_shares(api: Api, five: list[Picture]) -> None:
    assert api.call("viewer", "POST", "/v1/shares", json={"filters": {}}).status_code == 403
    assert api.get("viewer", "/v1/shares").status_code == 403
    mine = f"/v1/shares/{share(api, {})['id']}"
    bob = api.issuer.bearer("analyst", username="bob@example.com")
    assert api.client.get(api.address + "/v1/shares", headers=bob).json()["items"] == []
    for method, body in (("GET", None), ("PATCH", {"days": 1}), ("DELETE", None)):
        answer = api.client.request(method, api.address + mine, headers=bob, json=body)
        assert answer.status_code == 404, method
    assert mine[11:] in [one["id"] for one in api.get("admin", "/v1/shares").json()["items"]]
    assert api.call("admin", "DELETE", mine).status_code == 200


def test_share_tokens_open_nothing_else_and_role_tokens_open_no_share(api: Api, five: list[Picture]) -> None:
    token = share(api, {})["token"]
    document = api.client.get(api.address + "/openapi.json").json()
    closed = 0
    for path, methods in document["paths"].items():
        if not path.startswith("/v1/"):
            continue
        for method in methods:
            address = re.sub(r"\{[^}]*\}", str(five[0].id), path.replace("{name}", "label"))
            if path.startswith("/v1/shared"):
                assert api.call("admin", method.upper(), address).status_code == 401, path
            else:
                assert visit(api, token, address, method=method.upper()).status_code == 401, (method, path)
                closed += 1
    assert closed > 80
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert visit(api, token, f"{LIST}/{five[0].id}", method=method).status_code == 405
    assert visit(api, token, LIST, {"token": token}).status_code == 422
    assert api.client.get(api.address + LIST, params={"token": token}).status_code == 401
    assert api.client.get(api.address + LIST).status_code == 401


def test_forged_cut_and_expired_tokens(api: Api, five: list[Picture], monkeypatch: pytest.MonkeyPatch) -> None:
    made = share(api, {})
    token, share_id = made["token"], UUID(made["id"])
    with transaction(api.engine) as connection:
        key = rows.signing_key(connection)
    later = datetime.now(UTC) + timedelta(days=30)
    assert sharing.sign(key, share_id, datetime.fromisoformat(made["expires_at"])) == token
    raw = bytearray(base64.urlsafe_b64decode(token[4:] + "=" * (-len(token[4:]) % 4)))
    flipped = []
    for bit in range(8 * len(raw)):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        flipped.append("pxs_" + base64.urlsafe_b64encode(changed).decode().rstrip("="))
    forged = [
        *flipped, token[:-4], token[4:], token + "AAAA", "pxs_", "pxs_" + "A" * 75, "é", "pxs_%00", token.upper(),
        sharing.sign(b"\0" * 32, share_id, later),  # another key
        sharing.sign(key, uuid4(), later),  # signed, but of no share
        sharing.sign(key, share_id, datetime.now(UTC) - timedelta(seconds=1)),  # its own expiry
        "x" * 20_000,
    ]  # fmt: skip
    for one in forged:
        answer = api.client.get(api.address + LIST, headers={"Authorization": b"Bearer " + one.encode()})
        assert answer.status_code == 401, one
    with api.engine.begin() as connection:  # a token made for longer than the row now says
        connection.execute(text("update share set expires_at = now() where id = :id"), {"id": share_id})
    assert visit(api, token).status_code == 401
    assert visit(api, sharing.sign(key, share_id, later)).status_code == 401
    assert api.get("analyst", f"/v1/shares/{share_id}").json()["state"] == "expired"


def test_what_is_wrong_is_named(api: Api, five: list[Picture]) -> None:
    def field(body: object) -> str:
        answer = api.call("analyst", "POST", "/v1/shares", json=body)
        assert answer.status_code == 422, answer.text
        return str(answer.json()["errors"][0]["field"])

    now = datetime.now(UTC)
    assert field({"filters": {"trashed": True}}) == "filters.trashed"
    assert field({"filters": {"within": "x"}}) == "filters.within"
    assert field({"filters": {}, "days": 91}) == "days"
    assert field({"filters": {}, "days": 0}) == "days"
    assert field({"filters": {}, "expires_at": (now + timedelta(days=91)).isoformat()}) == "expires_at"
    assert field({"filters": {}, "expires_at": now.isoformat()}) == "expires_at"
    assert field({"filters": {}, "days": 1, "expires_at": (now + timedelta(days=1)).isoformat()}) == "days"
    until = (now + timedelta(days=2)).isoformat()
    assert share(api, "tag=summer", expires_at=until)["expires_at"][:16] == until[:16]


@pytest.fixture
def shelf(api: Api) -> list[Picture]:
    """What the bypasses below try to reach: pictures 2 to 5 are outside of every share of 0 and 1."""
    made = [
        picture(0, labels={"Shoe": 90}, category="Shoes", tags=["summer"], colours=["Red"], sku="AB-1",
                uploader="ada@example.com", collections=[c.COLLECTIONS[0]], attributes={"brand": "Acme", "price": 5}),
        picture(1, labels={"Shoe": 70, "Cup": 30}, category="Home", tags=["summer", "new"], colours=["Red", "Blue"]),
        picture(2, labels={"Shoe": 60}, category="home", tags=["new"], colours=["Blue"], title="sneaker secret",
                uploader="bob@example.com", sku="ZZ 9", attributes={"brand": "Globex", "price": 10}),
        picture(3, labels={"Cup": 95}, category="Shoes", tags=["Sale"], colours=["Green"]),
        picture(4, labels={"Shoe": 99}, category="Shoes", tags=["summer"], deleted=True),
        picture(5),
    ]  # fmt: skip
    with transaction(api.engine) as connection:
        c.empty(connection)
        c.write(connection, made)
    return made


NARROW = {
    "any category": {"category": ["Shoes", "Home"], "tag": ["summer"]},
    "any label": {"any_label": ["Shoe", "Cup"], "not_label": ["Boot"], "tag": ["summer"], "min_confidence": 65},
    "confidence": {"label": ["Shoe"], "min_confidence": 65},
    "any colour": {"colour": ["Red"]},
    "any tag": {"any_tag": ["summer"]},
    "attribute": {"attr.brand": ["Acme", "__unset__"], "tag": ["summer"]},
    "time": {"created_to": "2026-01-30T01:30:00Z"},
    "words": {"q": "summer"},
}
WIDER: list[dict[str, Any]] = [
    {"category": ["Shoes", "Home", "home"]}, {"category": "home"}, {"any_label": ["Shoe", "Cup"]}, {"label": "Cup"},
    {"min_confidence": "0"}, {"min_confidence": "0", "label": "Shoe"}, {"max_confidence": "64"},
    {"colour": ["Red", "Blue", "Green"]}, {"any_tag": ["summer", "new", "Sale"]}, {"tag": "new"},
    {"attr.brand": ["Acme", "Globex"]}, {"created_to": "2027-01-01"}, {"created_from": "2020-01-01"},
    {"q": "summer"}, {"q": "sneaker"}, {"q": "new"}, {"sku": ["AB-1", "ZZ 9"]}, {"label": "__unset__"},
    {"any_label": "__unset__", "min_confidence": "99"}, {"not_tag": "nothing"}, {"attr.price.gte": "0"},
]  # fmt: skip


@pytest.mark.parametrize("name", NARROW)
def test_no_filter_widens(api: Api, shelf: list[Picture], name: str) -> None:
    """Whatever a visitor asks beside, nothing outside shows: not in items, totals, facets or by its id."""
    token = share(api, NARROW[name])["token"]
    assert found(api, token) == [0, 1]
    outside = {"home", "Globex", "ZZ 9", "Sale", "Green", "10"}
    facets = [one for one in FACETS if one not in INSIDE]
    for wider in WIDER:
        assert set(found(api, token, wider)) <= {0, 1}, wider
        answer = visit(api, token, params={**wider, "facets": ",".join(facets)}).json()
        for facet, told in answer["facets"].items():
            assert not outside & {one["value"] for one in told["values"]}, (wider, facet)
            assert max([one["count"] for one in told["values"]] + [told["unset"]]) <= 2, (wider, facet)
        assert all(item["matched"] is not None for item in answer["items"])
    for number in (2, 3, 4, 5):
        assert visit(api, token, f"{LIST}/{shelf[number].id}").status_code == 404
    assert visit(api, token, f"{LIST}/{shelf[1].id}").json()["name"] == "picture-1.jpg"
    assert visit(api, token, f"{LIST}/{uuid4()}").status_code == 404
    assert visit(api, token, f"{LIST}/{UUID(int=0)}").status_code == 404


def test_what_only_the_company_knows_is_neither_shown_nor_asked_for(api: Api, shelf: list[Picture]) -> None:
    token = share(api, {"uploader": ["ada@example.com"]})["token"]
    body = {"image_id": str(shelf[0].id), "label": "Boot", "verdict": "accept"}
    assert api.call("analyst", "POST", "/v1/review/decisions", json=body).status_code == 200
    for place in ("/v1/shared", LIST, f"{LIST}/{shelf[0].id}"):
        told = visit(api, token, place).text
        assert "@example.com" not in told
        assert not any(word in told for word in ("uploader", "history", "batch", "sha256", "exif", "collections"))
    assert "person" in visit(api, token, LIST).text  # that a person said it is no secret, who it was is
    for name in (*INSIDE, *(f"not_{one}" for one in INSIDE), "trashed", "min_version", "within", "token"):
        value = str(c.BATCHES[0]) if name.endswith(("batch_id", "collection")) else "true"
        answer = visit(api, token, params={name: value})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, name), name
    for name in INSIDE:
        assert visit(api, token, params={"facets": f"label,{name}"}).status_code == 422
    assert visit(api, token, f"{LIST}/{shelf[0].id}", {"trashed": "true"}).status_code == 422
    # A word that only pictures outside have: were it taken for its like, the answer would tell that it is there.
    assert found(api, token, {"q": "summer"}) == [0]
    assert found(api, token, {"q": "sumer"}) == []


def test_cursors_of_other_lists_do_not_fit(api: Api, shelf: list[Picture]) -> None:
    ours, other = share(api, {"tag": ["summer"]})["token"], share(api, {})["token"]
    everyones = api.get("viewer", "/v1/images", {"limit": 1}).json()["next_cursor"]
    theirs = visit(api, other, params={"limit": 1}).json()["next_cursor"]
    own = visit(api, ours, params={"limit": 1}).json()["next_cursor"]
    for cursor in (everyones, theirs, "x", own[:-2]):
        assert visit(api, ours, params={"limit": 1, "cursor": cursor}).status_code == 422
    assert visit(api, ours, params={"limit": 1, "cursor": own, "tag": "new"}).status_code == 422
    second = visit(api, ours, params={"limit": 1, "cursor": own}).json()
    assert ([UUID(one["id"]).int - 1 for one in second["items"]], second["next_cursor"]) == ([0], None)


def test_a_picture_that_leaves_the_query_leaves_the_link(api: Api, shelf: list[Picture]) -> None:
    token = share(api, {"tag": ["summer"]})["token"]
    api.call("admin", "DELETE", f"/v1/images/{shelf[0].id}")
    api.call("analyst", "PATCH", f"/v1/images/{shelf[1].id}", json={"tags": []})
    assert found(api, token) == []
    for number in (0, 1):
        assert visit(api, token, f"{LIST}/{shelf[number].id}").status_code == 404


def only(pairs: Pairs, refused: set[str]) -> Pairs:
    return [(name, value) for name, value in pairs if bare(name) not in refused and name != "trashed"]


some_facets = st.lists(st.sampled_from([f for f in FACETS if f not in INSIDE]), min_size=1, max_size=4, unique=True)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(pictures=c.catalogues, shared=queries(), asked=queries(), sort=st.sampled_from(SORTS), facets=some_facets)
def test_a_visitor_gets_what_both_queries_find(
    api: Api, pictures: list[Picture], shared: Pairs, asked: Pairs, sort: str, facets: list[str]
) -> None:
    with transaction(api.engine) as connection:
        c.empty(connection)
        c.write(connection, pictures)
        connection.execute(text("truncate share"))
    shared, asked = only(shared, set()), only(asked, set(INSIDE))
    token = share(api, str(httpx.QueryParams(shared)))["token"]
    oracle = Oracle(pictures, asked, shared)
    params = [*asked, ("sort", sort), ("limit", "200"), ("facets", ",".join(facets)), ("facet_limit", "1000")]
    answer = visit(api, token, params=params).json()
    order = "newest" if sort == "relevance" and not oracle.phrases else sort
    assert [item["id"] for item in answer["items"]] == oracle.ids(order)
    assert answer["total"] == oracle.total()
    for name, told in answer["facets"].items():
        values = [(one["value"], one["count"]) for one in told["values"]]
        assert (values, told["unset"], told["distinct"]) == oracle.facet(name, 1000), name
    inside = {one.id for one in Oracle(pictures, shared).found()}
    for one in pictures:
        assert (visit(api, token, f"{LIST}/{one.id}").status_code == 200) == (one.id in inside)
