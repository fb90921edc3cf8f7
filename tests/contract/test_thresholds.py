"""A threshold tried is a threshold applied: the same images lost and gained, listed by queries of the catalogue."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from pixplore import bulk
from pixplore.catalogue import jobs, taxonomy
from pixplore.catalogue.snapshot import transaction
from tests.contract import catalogues as c
from tests.contract.catalogues import Picture
from tests.contract.conftest import BOTH, Api, picture

pytestmark = BOTH

PATH = "/v1/review/thresholds"


def fill(api: Api, made: list[Picture]) -> None:
    with transaction(api.engine) as connection:
        connection.execute(text("truncate taxonomy, job, job_image restart identity cascade"))
        c.empty(connection)
        c.write(connection, made)


def apply(api: Api, rules: dict[str, Any]) -> None:
    """Until every picture is in line with the rules; the program that is asked works at it too."""
    taxonomy.apply(api.engine, rules, "", "ada@example.com")
    while bulk.work_once(api.engine) or _open_jobs(api):
        pass


def _open_jobs(api: Api) -> int:
    sql = text("select count(*) from job where state = any(:open)")
    with api.engine.connect() as connection:
        return int(connection.execute(sql, {"open": list(jobs.OPEN)}).scalar_one())


def found(api: Api, query: dict[str, Any]) -> set[str]:
    answer = api.get("viewer", "/v1/images", {**query, "limit": 200}).json()
    assert answer["total"] == len(answer["items"])
    return {item["id"] for item in answer["items"]}


def simulate(api: Api, label: str, threshold: float, **more: Any) -> dict[str, Any]:
    answer = api.get("analyst", PATH, {"label": label, "threshold": threshold, **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_lost_kept_gained_and_the_queries_that_list_them(api: Api) -> None:
    made = [
        picture(0, labels={"Shoe": 90}),
        picture(1, labels={"Shoe": 60}),
        picture(2, labels={"Shoe": 60, "Running Shoe": 58}),  # stays a Shoe by its kind
        picture(3, labels={"Shoe": 60, "Running Shoe": 85}),  # as well, though the query below lists it
        picture(4, labels={"Shoe": 40}),
        picture(5, labels={"Shoe": 30}, decisions={"Shoe": "accept"}),  # a person said so
        picture(6, labels={"Shoe": 62}, category="Home"),
    ]
    fill(api, made)
    told = simulate(api, "Shoe", 70)
    assert (told["now"], told["then"], told["rule"]) == (6, 4, 0)
    assert (told["lost"]["images"], told["lost"]["listed"], told["gained"]["images"]) == (2, 3, 0)
    assert found(api, told["lost"]["query"]) == {str(made[n].id) for n in (1, 3, 6)}
    assert set(told["lost"]["image_ids"]) == {str(made[n].id) for n in (1, 6)}
    told = simulate(api, "Shoe", 70, category="Home")["lost"]
    assert (told["images"], told["listed"], told["image_ids"]) == (1, 1, [str(made[6].id)])
    assert found(api, told["query"]) == {str(made[6].id)}
    apply(api, {"Shoe": {"threshold": 70}})
    assert len(found(api, {"label": "Shoe"})) == 4
    assert simulate(api, "Shoe", 70)["lost"] == {"images": 0, "listed": 0, "query": None, "image_ids": []}
    told = simulate(api, "Shoe", 59)
    assert (told["now"], told["then"], told["gained"]["images"], told["rule"]) == (4, 6, 2, 70)
    assert set(told["gained"]["image_ids"]) == {str(made[1].id), str(made[6].id)}
    apply(api, {"Shoe": {"threshold": 59}})
    assert told["gained"]["listed"] == 3
    assert found(api, told["gained"]["query"]) == {str(made[n].id) for n in (1, 3, 6)}
    assert len(found(api, {"label": "Shoe"})) == 6


def test_a_query_says_when_it_lists_more_than_what_is_gained(api: Api) -> None:
    made = [
        picture(0, labels={"Shoe": 60}),
        picture(1, labels={"Shoe": 60, "Running Shoe": 58}),  # is one already, by its kind
        picture(2, labels={"Running Shoe": 61}),
        picture(3, labels={"Shoe": 60, "Running Shoe": 85}),  # is one already, and no range of confidence tells
    ]
    fill(api, made[:3])
    apply(api, {"Shoe": {"threshold": 70}})
    exact = simulate(api, "Shoe", 55)["gained"]
    assert (exact["images"], exact["listed"], exact["image_ids"]) == (1, 1, [str(made[0].id)])
    fill(api, made)
    apply(api, {"Shoe": {"threshold": 70}})
    more = simulate(api, "Shoe", 55)["gained"]
    assert (more["images"], more["listed"], more["image_ids"]) == (1, 2, [str(made[0].id)])
    assert more["query"] == exact["query"]
    apply(api, {"Shoe": {"threshold": 55}})
    assert found(api, more["query"]) == {str(made[n].id) for n in (0, 3)}


def test_words_with_a_slip_are_taken_alike_in_all_counts(api: Api) -> None:
    fill(api, [picture(n, title="Zeppelin", labels={"Cup": 60}) for n in range(3)])
    assert simulate(api, "Cup", 70, q="zepelin")["lost"]["images"] == 3
    made = picture(9, title="Zeppelin", labels={"Tableware": 60, "Cup": 85})
    fill(api, [made])
    told = simulate(api, "Tableware", 70, q="zepelin")["lost"]
    assert (told["images"], told["query"], told["image_ids"]) == (0, None, [])


def test_the_curve_and_what_people_judged(api: Api) -> None:
    says = {0: "accept", 1: "accept", 2: "reject", 3: "accept", 4: "reject"}
    confidence = {0: 95, 1: 80, 2: 75, 3: 40, 4: 30}
    fill(api, [picture(n, labels={"Cup": confidence[n]}, decisions={"Cup": says[n]}) for n in says]
         + [picture(n, labels={"Cup": 57 + n}) for n in (10, 11, 12)])  # fmt: skip
    told = simulate(api, "Cup", 60, step=10)
    curve = {step["threshold"]: step for step in told["curve"]}
    assert list(curve) == [float(n) for n in range(0, 101, 10)]
    assert told["judged"] == 5
    for step in told["curve"]:
        assert len(found(api, step["query"])) == step["images"]
    at = {
        n: (curve[n]["accepted"], curve[n]["rejected"], curve[n]["precision"], curve[n]["recall"]) for n in (0, 70, 80)
    }
    assert at == {0: (3, 2, 0.6, 1.0), 70: (2, 1, 0.6667, 0.6667), 80: (2, 0, 1.0, 0.6667)}
    assert (curve[100]["precision"], curve[100]["recall"]) == (None, 0.0)


def test_what_is_wrong_is_named(api: Api, five: list[Picture]) -> None:
    def field(**params: Any) -> str:
        answer = api.get("analyst", PATH, params)
        assert answer.status_code == 422, answer.text
        return str(answer.json()["errors"][0]["field"])

    assert field(threshold=5) == "label"
    assert field(label="Cup") == "threshold"
    for wrong in ("101", "-1", "NaN", "70.05", "x"):
        assert field(label="Cup", threshold=wrong) == "threshold"
    assert field(label="Cup", threshold=70, any_label="Shoe") == "any_label"
    assert field(label="Cup", threshold=70, not_label="Shoe") == "not_label"
    assert field(label="Cup", threshold=70, step=0) == "step"
    assert api.get("viewer", PATH, {"label": "Cup", "threshold": 70}).status_code == 403
    assert simulate(api, "Nothing", 70)["now"] == 0


tenths = st.sampled_from([0, 30, 50, 54.9, 55, 60.5, 70, 80, 99.9, 100])


others = st.sampled_from([{}, {"Boot": {"to": "Shoe"}}, {"Running Shoe": {"threshold": 75}}, {"Cup": {"to": "Mug"}}])


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(pictures=c.catalogues, label=st.sampled_from(c.LABELS), old=tenths, new=tenths, other=others,
       confidence=st.sampled_from([{}, {"min_confidence": 20}, {"max_confidence": 80}, {"min_confidence": 60}]),
       category=st.none() | st.sampled_from(c.CATEGORIES))  # fmt: skip
def test_what_is_told_is_what_happens(
    api: Api, pictures: list[Picture], label: str, old: float, new: float, other: dict[str, Any],
    confidence: dict[str, Any], category: str | None,
) -> None:  # fmt: skip
    fill(api, pictures)
    own = other.get(label, {})
    apply(api, {**other, label: {**own, "threshold": old}})
    filters = confidence | ({"category": category} if category else {})
    query = {**filters, "label": label}
    before = found(api, query)
    told = simulate(api, label, new, **filters)
    listed = found(api, told["lost"]["query"]) if told["lost"]["query"] else set()
    assert len(listed) == told["lost"]["listed"]
    apply(api, {**other, label: {**own, "threshold": new}})
    after = found(api, query)
    assert (told["now"], told["then"]) == (len(before), len(after))
    assert told["lost"]["images"] == len(before - after)
    assert told["gained"]["images"] == len(after - before)
    for moved, these in ((told["lost"], before - after), (told["gained"], after - before)):
        assert set(moved["image_ids"]) == these
        assert bool(moved["query"]) == bool(these)
    assert before - after <= listed
    gained = found(api, told["gained"]["query"]) if told["gained"]["query"] else set()
    assert len(gained) == told["gained"]["listed"]
    assert after - before <= gained
