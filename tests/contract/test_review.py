"""The review queue, verdicts by the hundred, and the way back."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pixplore import reviewing
from pixplore.catalogue.snapshot import transaction
from tests.contract import catalogues as c
from tests.contract.catalogues import Picture
from tests.contract.conftest import BOTH, Api, picture
from tests.contract.oracle import Oracle

pytestmark = BOTH

PATH = "/v1/review"


def fill(api: Api, made: list[Picture]) -> list[Picture]:
    with transaction(api.engine) as connection:
        c.empty(connection)
        c.write(connection, made)
    return made


def queue(api: Api, params: dict[str, Any] | None = None, role: str = "analyst") -> list[tuple[int, str]]:
    """(picture's number, label) of every item, walking all pages."""
    seen: list[tuple[int, str]] = []
    cursor: dict[str, Any] = {}
    while True:
        answer = api.get(role, PATH, {**(params or {}), **cursor})
        assert answer.status_code == 200, answer.text
        body = answer.json()
        seen += [(UUID(item["image"]["id"]).int - 1, item["label"]) for item in body["items"]]
        if body["next_cursor"] is None:
            return seen
        cursor = {"cursor": body["next_cursor"]}


def say(api: Api, image: UUID, label: str, verdict: str, role: str = "analyst") -> int:
    body = {"image_id": str(image), "label": label, "verdict": verdict}
    answer = api.call(role, "POST", f"{PATH}/decisions", json=body)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["version"])


@pytest.fixture
def doubtful(api: Api) -> list[Picture]:
    return fill(api, [
        picture(0, labels={"Boot": 57}),  # by the line, but of a rare label
        picture(1, labels={"Cup": 53}),  # by the line, of a frequent one
        picture(2, labels={"Cup": 78}),  # far from it
        picture(3, labels={"Cup": 99}),
        picture(4, labels={"Cup": 45}),  # hardly believed
        picture(5, labels={"Cup": 56, "Tableware": 56}),
        picture(6, labels={"Cup": 58}, deleted=True),
    ])  # fmt: skip


def test_uncertain_and_frequent_first(api: Api, doubtful: list[Picture]) -> None:
    # Cup counts 4 images at 50 % or more: log2(5) against log2(2) of Boot.
    assert queue(api) == [(1, "Cup"), (5, "Cup"), (0, "Boot"), (2, "Cup")]
    first = api.get("analyst", PATH, {"limit": 1}).json()
    item = first["items"][0]
    assert item["line"] == 55
    assert (item["uncertainty"], item["images"], item["priority"], item["confidence"]) == (1, 4, 2.322, 53)
    assert item["why"] == "53 %, 2 below the 55 % from which it is shown; 4 images carry Cup"
    assert (item["image"]["id"], item["source"], item["parents"]) == (str(doubtful[1].id), "ai", ["Tableware"])
    assert first["images"] == 4
    assert queue(api, {"limit": 1}) == queue(api)
    assert queue(api, {"of": "Boot"}) == [(0, "Boot")]
    assert queue(api, {"label": "Boot"}) == [(0, "Boot")]  # a filter: images that show it, judged by 55 as anywhere
    assert queue(api, {"created_from": "2026-01-30T02:00:00Z"}) == [(5, "Cup"), (2, "Cup")]
    assert queue(api, {"of": "Nothing"}) == []
    assert api.get("viewer", PATH).status_code == 403
    assert api.get("analyst", PATH, {"cursor": "x"}).json()["errors"][0]["field"] == "cursor"
    other = api.get("analyst", PATH, {"limit": 1, "of": "Cup"}).json()["next_cursor"]
    assert api.get("analyst", PATH, {"limit": 1, "cursor": other}).status_code == 422


def test_what_is_decided_or_skipped_leaves(api: Api, doubtful: list[Picture]) -> None:
    say(api, doubtful[1].id, "Cup", "accept")
    say(api, doubtful[0].id, "Boot", "reject")
    assert queue(api) == [(5, "Cup"), (2, "Cup")]
    skips = {"labels": [{"image_id": str(doubtful[5].id), "label": "Cup"}, {"image_id": str(uuid4()), "label": "x"}]}
    assert api.call("analyst", "POST", f"{PATH}/skips", json=skips).json() == {"skipped": 1}
    assert queue(api) == [(2, "Cup")]
    assert queue(api, {"limit": 1}) == [(2, "Cup")]
    assert queue(api, role="admin") == [(5, "Cup"), (2, "Cup")]  # skipped by another
    both = {"labels": [*skips["labels"], {"image_id": str(doubtful[2].id), "label": "Cup"}]}
    assert api.call("analyst", "POST", f"{PATH}/skips", json=both).json() == {"skipped": 2}
    back = {"labels": both["labels"][1:]}
    assert api.call("admin", "POST", f"{PATH}/skips/undo", json=back).json() == {"skipped": 0}  # not theirs
    assert api.call("analyst", "POST", f"{PATH}/skips/undo", json=back).json() == {"skipped": 1}
    assert api.call("viewer", "POST", f"{PATH}/skips/undo", json=back).status_code == 403
    assert queue(api) == [(2, "Cup")]
    assert api.call("analyst", "DELETE", f"{PATH}/skips").json() == {"skipped": 1}
    assert queue(api) == [(5, "Cup"), (2, "Cup")]
    assert api.call("viewer", "POST", f"{PATH}/skips", json=skips).status_code == 403


def test_a_frequent_label_leaves_room_for_others(api: Api) -> None:
    fill(api, [*(picture(n, labels={"Cup": 56}) for n in range(25)), picture(90, labels={"Boot": 57})])
    found = queue(api, {"limit": 7})
    assert found == [*((24 - n, "Cup") for n in range(reviewing.EACH)), (90, "Boot")]
    assert queue(api, {"limit": 7, "of": "Cup"}) == [(24 - n, "Cup") for n in range(25)]


def test_many_verdicts_in_one_write_and_back(api: Api, doubtful: list[Picture]) -> None:
    say(api, doubtful[2].id, "Cup", "reject", role="admin")
    body = {"decisions": [
        {"image_id": str(doubtful[1].id), "label": "Cup", "verdict": "accept"},
        {"image_id": str(doubtful[2].id), "label": "Cup", "verdict": "accept"},
        {"image_id": str(doubtful[0].id), "label": "Cup", "verdict": "reject"},  # does not carry it
        {"image_id": str(uuid4()), "label": "Cup", "verdict": "accept"},
        {"image_id": str(doubtful[4].id), "label": "Boot", "verdict": "accept"},
        {"image_id": str(doubtful[4].id), "label": "Boot", "verdict": "undo"},
        {"image_id": str(doubtful[5].id), "label": "Tableware", "verdict": "accept"},
    ]}  # fmt: skip
    assert api.call("viewer", "POST", f"{PATH}/decisions/batch", json=body).status_code == 403
    written = api.call("analyst", "POST", f"{PATH}/decisions/batch", json=body).json()
    assert written["failed"] == 2
    assert [item["error"] for item in written["items"][2:4]] == [
        "This image does not carry that label.", "There is no such image in the catalogue.",
    ]  # fmt: skip
    assert written["items"][1]["before"] == "reject"

    def standing(**params: str) -> list[tuple[int, str, str, str]]:
        items = api.get("analyst", f"{PATH}/decisions", params).json()["items"]
        return [(UUID(i["image_id"]).int - 1, i["label"], i["verdict"], i["by"].split("@")[0]) for i in items]

    after = [(5, "Tableware", "accept", "analyst"), (2, "Cup", "accept", "analyst"), (1, "Cup", "accept", "analyst")]
    assert standing() == after
    assert standing(label="Tableware") == after[:1]
    assert standing(verdict="reject") == standing(by="nobody") == []
    assert standing(image_id=str(doubtful[1].id)) == after[2:]
    say(api, doubtful[1].id, "Cup", "reject", role="admin")  # somebody judges one again
    back = api.call("analyst", "POST", f"{PATH}/decisions/undo", json={"version": written["version"]}).json()
    assert (back["failed"], [one["error"] for one in back["items"] if one["error"]]) == (
        1, ["This label was judged again since; it stays as it is."],
    )  # fmt: skip
    assert standing() == [(2, "Cup", "reject", "admin"), (1, "Cup", "reject", "admin")]
    forth = api.call("analyst", "POST", f"{PATH}/decisions/undo", json={"version": back["version"]}).json()
    assert forth["failed"] == 0
    assert standing()[0:2] == [(5, "Tableware", "accept", "analyst"), (2, "Cup", "accept", "analyst")]
    trail = api.get("admin", "/v1/audit", {"limit": 2}).json()["items"]
    assert {one["detail"]["undo_of"] for one in trail} == {back["version"]}
    assert (trail[0]["detail"]["before"], trail[0]["detail"]["after"]) != (None, None)
    assert api.call("analyst", "POST", f"{PATH}/decisions/undo", json={"version": 10**9}).status_code == 404
    too_many = {"decisions": body["decisions"] * 100}
    assert api.call("analyst", "POST", f"{PATH}/decisions/batch", json=too_many).status_code == 422


def test_decisions_page_by_cursor(api: Api, doubtful: list[Picture]) -> None:
    for number in (1, 2, 3):
        say(api, doubtful[number].id, "Cup", "accept")
    first = api.get("analyst", f"{PATH}/decisions", {"limit": 2}).json()
    rest = api.get("analyst", f"{PATH}/decisions", {"limit": 2, "cursor": first["next_cursor"]}).json()
    numbers = [UUID(i["image_id"]).int - 1 for i in [*first["items"], *rest["items"]]]
    assert (numbers, rest["next_cursor"]) == ([3, 2, 1], None)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(pictures=c.catalogues, category=st.none() | st.sampled_from(c.CATEGORIES), limit=st.integers(1, 4))
def test_the_queue_is_complete_and_in_order(
    api: Api, pictures: list[Picture], category: str | None, limit: int
) -> None:
    """Every undecided own label between 50 and 80 % that no kind of it stands beside in its cell, each once."""
    fill(api, pictures)
    asked = [("category", category)] if category else []
    among = Oracle(pictures, [*asked]).found()
    wanted = set()
    for one in among:
        cells = {name: int((c_ - 50) // 5) for name, c_ in one.labels.items() if 50 <= c_ < 80}
        for name, cell in cells.items():
            beside = [kind for kind, other in cells.items() if name in c.PARENTS[kind] and other == cell]
            said = [kind for kind in beside if kind not in one.decisions]
            if name not in one.decisions and not said:
                wanted.add((one.id.int - 1, name))
    found = queue(api, {**dict(asked), "limit": limit})
    assert len(found) == len(set(found))
    assert set(found) == wanted
    assert queue(api, dict(asked)) == found
