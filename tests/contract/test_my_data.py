"""What is kept about whoever asks: what the command line writes about them, and nothing of anybody else's."""

import json
from typing import Any

import httpx
from sqlalchemy import text

from pixplore.catalogue import personal, sessions
from tests.contract.catalogues import Picture
from tests.contract.conftest import Api

PATH = "/v1/me/data"


def as_one(api: Api, role: str, name: str, method: str, path: str, **more: Any) -> httpx.Response:
    headers = api.issuer.bearer(role, username=name, sub=f"sub-of-{name}")
    return api.client.request(method, api.address + path, headers=headers, **more)


def test_all_of_who_asks_and_nothing_of_another(api: Api, five: list[Picture]) -> None:
    names = {"Anna@shop.example": "analyst", "bob@shop.example": "viewer"}
    for name, role in names.items():
        board = as_one(api, role, name, "POST", "/v1/collections", json={"name": f"Board of {name}"}).json()["id"]
        search = {"name": f"Search of {name}", "query": "label=Shoe"}
        assert as_one(api, role, name, "POST", "/v1/saved-searches", json=search).status_code == 201
        added = as_one(
            api, role, name, "POST", f"/v1/collections/{board}/images", json={"image_ids": [str(five[0].id)]}
        )
        assert added.status_code == 200, added.text
        sessions.open_ticket(api.engine, f"hash-of-{name}", f"sub-of-{name}", b"sealed")
        with api.engine.begin() as connection:
            connection.execute(
                text("""insert into change (actor, action, detail)
                        values ('boss@x.example', 'account', jsonb_build_object('account', cast(:who as text)))"""),
                {"who": name},
            )
    for name, role in names.items():
        answer = as_one(api, role, name, "GET", PATH)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        assert "pixplore-my-data-" in answer.headers["content-disposition"]
        assert answer.headers["cache-control"] == "private, no-store"
        told = answer.json()
        assert list(told) == ["about", "at", "account", *personal.PARTS]
        assert (told["about"], told["account"]["groups"]) == (name, [role])
        assert [board["name"] for board in told["collections"]] == [f"Board of {name}"]
        assert [search["name"] for search in told["saved_searches"]] == [f"Search of {name}"]
        assert {row["action"] for row in told["changes"]} >= {"collection_create", "collect"}
        assert (len(told["sessions"]), len(told["changes_about_them"])) == (1, 1)
        other = next(one for one in names if one != name)
        assert other.lower() not in json.dumps(told).lower()
        assert "sealed" not in answer.text


def test_it_takes_nobody_to_tell_about(api: Api) -> None:
    asked = as_one(api, "admin", "carl@shop.example", "GET", f"{PATH}?email=bob@shop.example")
    assert asked.status_code == 422
    assert api.call(None, "GET", PATH).status_code == 401
    own = as_one(api, "admin", "carl@shop.example", "GET", PATH).json()
    assert own["about"] == "carl@shop.example"
    assert not any(own[part] for part in personal.PARTS)


def test_who_was_signed_out_a_moment_ago_signs_in_again(api: Api) -> None:
    token = api.issuer.token("viewer", username="dora@shop.example")
    head = {"Authorization": f"Bearer {token}"}
    assert api.client.get(api.address + PATH, headers=head).status_code == 200
    api.issuer.signed_out.add(token)
    answer = api.client.get(api.address + PATH, headers=head)
    assert (answer.status_code, "Sign in again" in answer.json()["detail"]) == (401, True)
