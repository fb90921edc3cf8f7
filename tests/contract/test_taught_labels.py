"""Labels that people teach, with photographs: six hammers among other things."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from pixplore.catalogue.taught import said_by_taught
from tests.contract.conftest import Api
from tests.contract.gallery import hang, seen
from tests.contract.gallery import photo as bytes_of
from tests.pictures import PHOTOS

NAMES = [path.stem for path in PHOTOS]
HAMMERS = [name for name in NAMES if name.startswith("hammer")]
PATH = "/v1/taught-labels"


@pytest.fixture
def shown(api: Api, model_dir: Path) -> dict[str, UUID]:
    return hang(api.engine, model_dir, NAMES)[0]


def teach(api: Api, shown: dict[str, UUID], label: str = "Claw Hammer") -> dict[str, object]:
    body = {"label": label, "examples": [str(shown[name]) for name in HAMMERS[:5]]}
    made = api.call("analyst", "POST", PATH, json=body)
    assert made.status_code == 201, made.text
    assert made.headers["Location"] == f"{PATH}/{made.json()['id']}"
    return made.json()


def carrying(api: Api, version: int) -> set[str]:
    found = api.get("viewer", "/v1/images", {"label": "Claw Hammer", "limit": 200, "min_version": version}).json()
    return {item["name"].removesuffix(".jpg") for item in found["items"]}


def test_from_five_examples_to_the_sixth(api: Api, shown: dict[str, UUID]) -> None:
    made = teach(api, shown)
    assert (made["model_version"], made["active"], len(made["examples"])) == (1, False, 5)
    assert carrying(api, made["version"]) == set(HAMMERS[:5])

    path = f"{PATH}/{made['id']}"
    asked = {"min_version": made["version"], "limit": 3}
    answer = api.get("viewer", f"{path}/suggestions", asked).json()
    assert answer["items"][0]["name"] == f"{HAMMERS[5]}.jpg"
    first, second, _ = (item["confidence"] for item in answer["items"])
    assert first > 55 > second
    among = api.get("viewer", f"{path}/suggestions", {"category": "plier"}).json()["items"]
    assert {item["category"] for item in among} == {"plier"}

    body = {"confirm": [str(shown[HAMMERS[5]])], "reject": [answer["items"][1]["id"]]}
    judged = api.call("analyst", "POST", f"{path}/judgements", json=body).json()
    assert (judged["model_version"], len(judged["examples"]), len(judged["counter_examples"])) == (2, 6, 1)
    assert carrying(api, judged["version"]) == set(HAMMERS)
    left = api.get("viewer", f"{path}/suggestions", {"limit": 200, "min_version": judged["version"]}).json()["items"]
    assert len(left) == len(NAMES) - 7
    one = api.get("viewer", f"/v1/images/{shown[HAMMERS[5]]}").json()
    first = one["labels"][0]
    assert (first["name"], first["source"], first["confidence"]) == ("Claw Hammer", "person", 100)
    rejected = api.get("viewer", f"/v1/images/{body['reject'][0]}").json()
    assert rejected["rejected_labels"] == ["Claw Hammer"]

    back = {"forget": [*body["confirm"], *body["reject"]]}
    judged = api.call("analyst", "POST", f"{path}/judgements", json=back).json()
    assert (len(judged["examples"]), len(judged["counter_examples"])) == (5, 0)
    assert carrying(api, judged["version"]) == set(HAMMERS[:5])
    assert api.get("viewer", f"/v1/images/{body['reject'][0]}").json()["rejected_labels"] == []
    again = api.get("viewer", f"{path}/suggestions", {"limit": 200, "min_version": judged["version"]}).json()["items"]
    assert len(again) == len(NAMES) - 5


def test_forgetting_gives_each_picture_back_what_was_said_before(api: Api, shown: dict[str, UUID]) -> None:
    def say(name: str, *verdicts: str) -> None:
        for verdict in verdicts:
            body = {"image_id": str(shown[name]), "label": "Claw Hammer", "verdict": verdict}
            assert api.call("admin", "POST", "/v1/review/decisions", json=body).is_success

    def judge(**named: list[str]) -> None:
        body = {what: [str(shown[name]) for name in names] for what, names in named.items()}
        assert api.call("analyst", "POST", f"{PATH}/{made['id']}/judgements", json=body).is_success

    def standing() -> dict[str, tuple[str, str]]:
        found = api.get("analyst", "/v1/review/decisions", {"label": "Claw Hammer", "limit": 200}).json()["items"]
        names = {str(image_id): name for name, image_id in shown.items()}
        return {names[one["image_id"]]: (one["verdict"], one["by"].partition("@")[0]) for one in found}

    sixth, refused, since, new = HAMMERS[5], "jaguar", "plate", "lemur"
    say(sixth, "accept")
    say(refused, "accept", "reject")
    made = teach(api, shown)
    judge(reject=[sixth, since, new], confirm=[refused])
    judge(confirm=[sixth])  # twice for the same label
    assert standing()[refused] == ("accept", "analyst")
    say(since, "accept")
    judge(forget=[sixth, refused, since, new])
    examples = dict.fromkeys(HAMMERS[:5], ("accept", "analyst"))
    assert standing() == examples | {sixth: ("accept", "admin"), refused: ("reject", "admin"),
                                     since: ("accept", "admin")}  # fmt: skip
    judge(confirm=[refused], reject=[since])
    body = {"examples": [str(shown[name]) for name in HAMMERS[:5]], "counter_examples": []}
    assert api.call("analyst", "PATCH", f"{PATH}/{made['id']}", json=body).is_success
    assert (standing()[refused], standing()[since]) == (("reject", "admin"), ("accept", "admin"))
    history = api.get("viewer", f"/v1/images/{shown[new]}").json()["history"]
    assert [(one["action"], one["detail"].get("taught")) for one in history[:2]] == [
        ("undo", None), ("reject", made["id"]),
    ]  # fmt: skip


def test_the_report_is_by_leaving_one_out(api: Api, shown: dict[str, UUID]) -> None:
    made = teach(api, shown)
    report = api.get("viewer", f"{PATH}/{made['id']}/report").json()
    assert (report["label"], report["examples"], report["counter_examples"]) == ("Claw Hammer", 5, 0)
    assert report["others"] == len(NAMES) - 5
    step = next(step for step in report["steps"] if step["confidence"] == 55)
    assert (step["recall"], step["precision"]) == (1, 1)
    assert step["others"] <= 2  # the sixth hammer is one


def test_new_pictures_get_it_once_it_is_active(api: Api, shown: dict[str, UUID], model_dir: Path) -> None:
    made = teach(api, shown)
    hammer, jaguar = (seen(model_dir, bytes_of(name))[0] for name in (HAMMERS[5], "jaguar"))

    def said(embedding: bytes, keep: tuple[int, ...] = ()) -> list[int]:
        with api.engine.begin() as connection:
            return said_by_taught(connection, embedding, keep)

    assert said(hammer) == []
    assert api.call("viewer", "POST", f"{PATH}/{made['id']}/activate").status_code == 403
    active = api.call("analyst", "POST", f"{PATH}/{made['id']}/activate").json()
    assert active["active"] is True
    with api.engine.begin() as connection:
        number = connection.execute(text("select id from label where name = 'Claw Hammer'")).scalar_one()
    (packed,) = said(hammer)
    assert packed >> 10 == number
    assert 550 < packed & 1023 < 1000
    assert said(jaguar) == []
    assert said(jaguar, keep=(number << 10 | 700, 5 << 10 | 300)) == [5 << 10 | 300]
    still = api.call("analyst", "POST", f"{PATH}/{made['id']}/deactivate").json()
    assert still["active"] is False
    assert said(hammer) == []


def test_examples_replaced_and_labels_forgotten(api: Api, shown: dict[str, UUID]) -> None:
    made = teach(api, shown)
    path = f"{PATH}/{made['id']}"
    body = {"examples": [str(shown[name]) for name in HAMMERS[1:]], "counter_examples": [str(shown["plier2"])]}
    now = api.call("analyst", "PATCH", path, json=body).json()
    assert (now["model_version"], now["counter_examples"]) == (2, body["counter_examples"])
    assert carrying(api, now["version"]) == set(HAMMERS[1:])
    assert api.get("viewer", path).json()["examples"] == body["examples"]
    assert [one["label"] for one in api.get("viewer", PATH).json()["items"]] == ["Claw Hammer"]
    gone = api.call("analyst", "DELETE", path).json()
    assert api.get("viewer", path).status_code == 404
    assert carrying(api, gone["version"]) == set(HAMMERS[1:])


def test_what_cannot_be_taught(api: Api, shown: dict[str, UUID]) -> None:
    ids = [str(shown[name]) for name in HAMMERS]
    cases = [
        ({"label": "x", "examples": ids[:4]}, "examples"),
        ({"label": "x", "examples": [*ids[:4], ids[0]]}, "examples"),
        ({"label": "x", "examples": [*ids[:4], str(uuid4())]}, "examples"),
        ({"label": "x", "examples": [*ids[:4], str(shown["entry"])]}, "examples"),
        ({"label": "x", "examples": ids[:5], "counter_examples": ids[:1]}, "examples"),
        ({"label": " ", "examples": ids[:5]}, "label"),
    ]
    for body, field in cases:
        answer = api.call("analyst", "POST", PATH, json=body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), body
    assert api.get("viewer", PATH).json()["items"] == []
    assert api.call("viewer", "POST", PATH, json={"label": "x", "examples": ids[:5]}).status_code == 403
    teach(api, shown)
    again = api.call("analyst", "POST", PATH, json={"label": "Claw Hammer", "examples": ids[:5]})
    assert again.status_code == 409
    nobody = f"{PATH}/{uuid4()}"
    for method, end in (("GET", ""), ("GET", "/report"), ("GET", "/suggestions"), ("POST", "/activate")):
        assert api.call("analyst", method, nobody + end).status_code == 404
    assert api.call("analyst", "POST", f"{nobody}/judgements", json={}).status_code == 422
