"""The taxonomy as an outside program works with it."""

import time
from typing import Any

import pytest
from sqlalchemy import text

from pixplore.catalogue import taxonomy
from pixplore.catalogue.snapshot import transaction
from tests.contract import catalogues as c
from tests.contract.catalogues import Picture
from tests.contract.conftest import BOTH, Api, picture

pytestmark = BOTH

PATH = "/v1/taxonomy"


@pytest.fixture
def shoes(api: Api) -> list[Picture]:
    made = [
        picture(0, labels={"Running Shoe": 90, "Shoe": 95}),
        picture(1, labels={"Running Shoe": 60}),
        picture(2, labels={"Boot": 80}),
        picture(3, labels={"Cup": 70}),
        picture(4, labels={"Running Shoe": 90}, deleted=True),
        picture(5, labels={"Running Shoe": 70}, decisions={"Running Shoe": "reject"}),
    ]
    with transaction(api.engine) as connection:
        connection.execute(text("truncate taxonomy, job, job_image restart identity cascade"))
        c.empty(connection)
        c.write(connection, made)
    return made


def put(api: Api, rules: Any, status: int = 200, **more: Any) -> dict[str, Any]:
    answer = api.call("admin", "PUT", PATH, json={"rules": rules, **more})
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def settled(api: Api) -> dict[str, Any]:
    """The taxonomy once its job is through."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        now = dict(api.get("viewer", PATH).json())
        if now["job"] is None or now["job"]["state"] == "done":
            return dict(api.get("viewer", PATH).json())  # with the counts of its last part
        time.sleep(0.05)
    raise AssertionError(now["job"])


def total(api: Api, **params: Any) -> int:
    return int(api.get("viewer", "/v1/images", params).json()["total"])


RULES = {"Running Shoe": {"to": "Trainer"}, "Boot": {"to": "Trainer"}, "Cup": {"hidden": True}}


def test_from_preview_to_application_and_back(api: Api, shoes: list[Picture]) -> None:
    told = api.call("analyst", "POST", f"{PATH}/preview", json={"rules": RULES}).json()
    rows = {row["label"]: (row["before"], row["after"], row["gained"], row["lost"]) for row in told["labels"]}
    assert rows == {"Boot": (1, 0, 0, 1), "Running Shoe": (2, 0, 0, 2), "Trainer": (0, 3, 3, 0),
                    "Cup": (1, 0, 0, 1), "Tableware": (1, 0, 0, 1)}  # fmt: skip
    assert (told["appearing"], told["images"], told["looked_at"]) == (["Trainer"], 4, 5)
    assert told["vanishing"] == ["Boot", "Cup", "Running Shoe", "Tableware"]
    made = put(api, {**RULES, "Shoe": {"to": "Shoe", "threshold": 0}}, note="our words")
    assert (made["version"], made["rules"], made["note"], made["by"]) == (1, RULES, "our words", "admin@example.com")
    now = settled(api)
    assert (now["job"]["total"], now["job"]["changed"]) == (6, 5)
    assert total(api, label="Trainer") == 3
    assert total(api, label="Footwear") == 3
    assert total(api, label="Running Shoe") == total(api, label="Tableware") == 0
    labels = {one["name"]: one for one in now["labels"]}
    assert (labels["Boot"]["shown"], labels["Trainer"]["count"], labels["Cup"]["shown"]) == ("Trainer", 3, None)
    assert api.get("viewer", f"/v1/images/{shoes[2].id}").json()["labels"][0]["name"] == "Trainer"
    assert put(api, RULES)["version"] == 1  # nothing differs
    back = api.call("admin", "POST", f"{PATH}/rollback", json={"version": 0}).json()
    assert (back["version"], back["rules"], back["note"]) == (2, {}, "Back to version 0")
    settled(api)
    assert (total(api, label="Running Shoe"), total(api, label="Boot"), total(api, label="Tableware")) == (2, 1, 1)
    again = api.call("admin", "POST", f"{PATH}/rollback", json={"version": 1}).json()
    assert (again["version"], again["rules"]) == (3, RULES)
    first = api.get("viewer", f"{PATH}/versions", {"limit": 2}).json()
    rest = api.get("viewer", f"{PATH}/versions", {"cursor": first["next_cursor"]}).json()
    assert [one["version"] for one in [*first["items"], *rest["items"]]] == [3, 2, 1]
    trail = api.get("admin", "/v1/audit", {"action": "taxonomy_apply"}).json()["items"]
    assert trail[1]["detail"]["before"] == RULES
    assert trail[1]["detail"]["after"] == dict.fromkeys(RULES)
    settled(api)


def test_what_is_kept_by_a_name_follows_it(api: Api, shoes: list[Picture]) -> None:
    """A saved search and a shared link go on finding the same pictures; a name that stands for two stays."""
    asked = {"any_label": ["Running Shoe", "Boot"], "not_label": ["Cup"]}
    shared = {"name": "For the agency", "filters": {"label": ["Boot"]}, "days": 1}
    saved = api.call("viewer", "POST", "/v1/saved-searches", json={"name": "Shoes", "filters": asked}).json()["id"]
    share = api.call("analyst", "POST", "/v1/shares", json=shared).json()["id"]

    def kept() -> tuple[Any, Any]:
        mine = api.get("viewer", f"/v1/saved-searches/{saved}").json()["filters"]
        link = next(one for one in api.get("analyst", "/v1/shares").json()["items"] if one["id"] == share)
        return mine, link["filters"]

    put(api, {"Boot": {"to": "Wellington"}, "Cup": {"to": "Mug"}})
    settled(api)
    assert kept() == ({"any_label": ["Running Shoe", "Wellington"], "not_label": ["Mug"]}, {"label": ["Wellington"]})
    assert total(api, label="Wellington") == 1
    put(api, {"Boot": {"to": "Trainer"}, "Running Shoe": {"to": "Trainer"}})
    settled(api)
    assert kept() == ({"any_label": ["Trainer"], "not_label": ["Cup"]}, {"label": ["Trainer"]})
    put(api, {})
    settled(api)
    assert kept() == ({"any_label": ["Trainer"], "not_label": ["Cup"]}, {"label": ["Trainer"]})  # which of the two?
    api.call("viewer", "DELETE", f"/v1/saved-searches/{saved}")
    api.call("analyst", "DELETE", f"/v1/shares/{share}")


def test_new_pictures_obey_at_once_and_a_lost_job_is_found_again(
    api: Api, shoes: list[Picture], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash between the new version and its job: the rules hold, and the job is started later."""
    with monkeypatch.context() as patch:
        patch.setattr(taxonomy, "settle", lambda engine: None)
        assert put(api, {"Cup": {"to": "Mug"}})["job"] is None
    with transaction(api.engine) as connection:
        c.write(connection, [picture(10, labels={"Cup": 99})])
    assert (total(api, label="Mug"), total(api, label="Cup")) == (1, 1)
    taxonomy.settle(api.engine)
    taxonomy.settle(api.engine)  # once is enough
    settled(api)
    assert (total(api, label="Mug"), total(api, label="Cup")) == (2, 0)
    assert api.get("viewer", PATH).json()["job"]["total"] == 2


def test_a_job_that_was_cancelled_is_caught_up_by_the_next(api: Api, shoes: list[Picture]) -> None:
    with transaction(api.engine) as connection:
        connection.execute(text('insert into taxonomy (rules, "by") values (\'{"Boot": {"hidden": true}}\', \'ada\')'))
    put(api, {"Cup": {"hidden": True}})  # Boot counts again; the version that hid it never reached its picture
    assert settled(api)["job"]["total"] == 2


def test_what_cannot_hold_is_refused_by_name(api: Api, shoes: list[Picture]) -> None:
    cases = {
        "Nothing": ({"Nothing": {"hidden": True}}, "no label has this name"),
        "Boot": ({"Boot": {"to": "Cup"}, "Cup": {"to": "Mug"}}, "itself becomes “Mug”"),
        "Cup": ({"Cup": {"to": "Mug", "hidden": True}}, "choose one"),
        "Shoe": ({"Shoe": {"to": "Boot"}, "Boot": {"hidden": True}}, "which is hidden"),
        "Running Shoe": ({"Running Shoe": {"to": "Boot"}, "Boot": {"to": "Running Shoe"}}, "goes in a circle"),
    }
    for name, (rules, words) in cases.items():
        told = put(api, rules, 422)
        assert words in {one["field"]: one["message"] for one in told["errors"]}[f"rules.{name}"]
        tried = api.call("analyst", "POST", f"{PATH}/preview", json={"rules": rules}).json()
        assert words in {one["field"]: one["message"] for one in tried["conflicts"]}[f"rules.{name}"]
        assert tried["labels"] == []
    assert put(api, {"Boot": {"threshold": 101}}, 422)["errors"][0]["field"] == "rules.Boot.threshold"
    assert put(api, {"Boot": {"nonsense": 1}}, 422)
    assert put(api, {"Boot": {"to": "__unset__"}}, 422)
    assert api.get("viewer", PATH).json()["version"] == 0


def test_roles_and_versions_that_came_between(api: Api, shoes: list[Picture]) -> None:
    body = {"rules": {"Cup": {"to": "Mug"}}}
    for role, status in (("viewer", 403), ("analyst", 403)):
        assert api.call(role, "PUT", PATH, json=body).status_code == status
        assert api.call(role, "POST", f"{PATH}/rollback", json={"version": 0}).status_code == status
    assert api.call("viewer", "POST", f"{PATH}/preview", json=body).status_code == 403
    put(api, body["rules"], base=0)
    put(api, {}, 409, base=0)
    assert api.call("admin", "POST", f"{PATH}/rollback", json={"version": 9}).status_code == 404
    settled(api)


def test_a_writer_half_way_with_the_old_rules_is_waited_for(api: Api, shoes: list[Picture]) -> None:
    """Its picture must be in the job: the new version comes after it, or not at all."""
    with transaction(api.engine) as connection:
        c.write(connection, [picture(20, labels={"Cup": 88})])  # not committed yet
        answer = api.call("admin", "PUT", PATH, json={"rules": {"Cup": {"to": "Mug"}}})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    put(api, {"Cup": {"to": "Mug"}})
    settled(api)
    assert (total(api, label="Mug"), total(api, label="Cup")) == (2, 0)
