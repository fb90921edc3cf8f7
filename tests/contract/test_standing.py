"""What becomes of somebody at the search API after their token was made: out, in other groups; and Cognito away."""

import time
from collections.abc import Callable
from uuid import uuid4

import httpx
import pytest

from pixplore import standing
from tests.contract.catalogues import Picture
from tests.contract.conftest import BOTH, Api

pytestmark = BOTH
SOON = 0.2
"""Seconds that Cognito's word is kept in these tests."""


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch, api: Api) -> None:
    monkeypatch.setattr(standing, "FRESH_S", SOON)
    monkeypatch.setattr(standing, "RETRY_S", 0.0)
    monkeypatch.setattr(api.issuer, "mute", False)


Ask = Callable[..., httpx.Response]


@pytest.fixture
def somebody(api: Api) -> tuple[str, str, Ask]:
    """Their user name, their token, and calls with it."""
    name = f"{uuid4()}@example.com"
    token = api.issuer.token("admin", username=name, sub=name)

    def ask(method: str, path: str, token: str = token) -> httpx.Response:
        api.settle()
        return api.client.request(method, api.address + path, headers={"Authorization": f"Bearer {token}"})

    return name, token, ask


def every_way(ask: Ask, one: Picture) -> set[int]:
    ways = (
        ("GET", "/v1/images"), ("GET", "/v1/images?facets=label"), ("GET", f"/v1/images/{one.id}"),
        ("GET", "/v1/insights/labels"), ("GET", "/v1/saved-searches"), ("GET", "/v1/export?format=csv"),
        ("GET", "/v1/audit"), ("POST", f"/v1/images/{one.id}/restore"),
    )  # fmt: skip
    return {ask(method, path).status_code for method, path in ways}


def test_who_is_signed_out_everywhere_neither_reads_nor_writes(
    api: Api, five: list[Picture], somebody: tuple[str, str, Ask]
) -> None:
    _, token, ask = somebody
    assert every_way(ask, five[0]) == {200}
    api.issuer.signed_out.add(token)
    time.sleep(SOON)
    assert every_way(ask, five[0]) == {401}
    api.issuer.mute = True
    assert every_way(ask, five[0]) == {401}, "known to be out, also while Cognito is away"


def test_who_is_in_another_group_may_what_it_may(api: Api, five: list[Picture], somebody: tuple[str, str, Ask]) -> None:
    name, _, ask = somebody
    assert ask("GET", "/v1/audit").status_code == 200
    api.issuer.moved[name] = []
    time.sleep(SOON)
    assert ask("GET", "/v1/audit").status_code == 403
    assert ask("POST", f"/v1/images/{five[0].id}/restore").status_code == 403
    assert ask("GET", "/v1/images").status_code == 200
    api.issuer.moved[name] = ["admin"]
    time.sleep(SOON)
    assert ask("GET", "/v1/audit").status_code == 200


def test_cognito_is_asked_once_however_much_is_read(
    api: Api, five: list[Picture], somebody: tuple[str, str, Ask], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "FRESH_S", 50.0)
    _, token, ask = somebody
    for _ in range(5):
        assert every_way(ask, five[0]) == {200}
    assert api.issuer.asked[token] == 1


def test_while_cognito_is_away_who_was_in_stays_in(
    api: Api, five: list[Picture], somebody: tuple[str, str, Ask], monkeypatch: pytest.MonkeyPatch
) -> None:
    name, _, ask = somebody
    assert every_way(ask, five[0]) == {200}
    api.issuer.mute = True
    time.sleep(SOON)
    assert every_way(ask, five[0]) == {200}
    fresh = api.issuer.token("admin", username=name, sub=name, jti="another")
    old = api.issuer.token("admin", username=name, sub=name, iat=int(time.time()) - 1000)
    assert ask("GET", "/v1/images", fresh).status_code == 200, "given out lately"
    refused = [ask("GET", "/v1/images", old), ask("GET", "/v1/saved-searches", fresh)]
    refused.append(ask("POST", f"/v1/images/{five[0].id}/restore", fresh))
    with monkeypatch.context() as later:
        later.setattr(standing, "AWAY_S", 0.0)
        refused.append(ask("GET", "/v1/images"))
    assert [answer.status_code for answer in refused] == [503] * 4
    assert all(answer.headers["retry-after"] for answer in refused)
    api.issuer.mute = False
    assert every_way(ask, five[0]) == {200}, "it heals by itself"
