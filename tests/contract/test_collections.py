"""Collections as boards: their order, moved and kept; their cover."""

from typing import Any
from uuid import UUID

from tests.contract.catalogues import Picture
from tests.contract.conftest import Api


def test_a_board_keeps_its_order(api: Api, five: list[Picture]) -> None:
    path = api.call("viewer", "POST", "/v1/collections", json={"name": "Summer"}).headers["location"]
    ids = [str(five[n].id) for n in (0, 1, 2, 3, 4)]
    api.call("viewer", "POST", path + "/images", json={"image_ids": ids})

    def order(**asked: Any) -> list[int]:
        told = api.get("viewer", path + "/images", asked).json()
        assert told["total"] == 4  # one is in the trash
        return [ids.index(item["id"]) for item in told["items"]]

    def move(role: str, *numbers: int, before: int | None = None) -> int:
        body = {"image_ids": [ids[n] for n in numbers], "before": None if before is None else ids[before]}
        return api.call(role, "PUT", path + "/order", json=body).status_code

    assert order() == [0, 1, 2, 4]
    assert move("viewer", 4, 2, before=0) == 200
    assert order() == [4, 2, 0, 1]
    assert move("viewer", 4) == 200
    assert order() == [2, 0, 1, 4]
    assert move("viewer", 1, before=4) == 200  # stays
    assert order() == [2, 0, 1, 4]
    first = api.get("viewer", path + "/images", {"limit": 3}).json()
    assert order(limit=3, cursor=first["next_cursor"]) == [4]
    assert move("analyst", 0) == 403
    assert move("viewer", 0, before=0) == 422
    unknown = api.call("viewer", "PUT", path + "/order", json={"image_ids": [str(UUID(int=9))]})
    assert unknown.json()["errors"][0]["field"] == "image_ids"
    api.call("viewer", "POST", path + "/images", json={"image_ids": ids[:1]})  # is in it already
    assert order() == [2, 0, 1, 4]
    trail = api.get("admin", "/v1/audit", {"limit": 1}).json()["items"]
    assert (trail[0]["action"], trail[0]["detail"]["name"]) == ("collection_order", "Summer")
    assert api.get("viewer", path).json()["cover"] == []  # none of these has a picture
    given = api.call("analyst", "POST", "/v1/shares", json={"filters": {"collection": [path.rsplit("/", 1)[1]]}}).json()
    visitor = {"Authorization": f"Bearer {given['token']}"}

    def shown(**asked: Any) -> list[int]:
        told = api.client.get(api.address + "/v1/shared/images", params=asked, headers=visitor).json()
        assert told["total"] == 4
        return [ids.index(item["id"]) for item in told["items"]]

    first = api.client.get(api.address + "/v1/shared/images", params={"limit": 3}, headers=visitor).json()
    assert [ids.index(item["id"]) for item in first["items"]] == [2, 0, 1]
    assert shown(limit=3, cursor=first["next_cursor"]) == [4]
    assert shown(sort="oldest") == [0, 1, 2, 4]
    assert api.call("viewer", "DELETE", path).status_code == 200
    gone = api.client.get(api.address + "/v1/shared/images", headers=visitor).json()
    assert (gone["items"], gone["total"]) == ([], 0)
