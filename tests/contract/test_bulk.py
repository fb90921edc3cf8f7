"""Bulk work over all results: tried, done, watched, undone; who may; what is refused; what a crash leaves."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from pixplore import bulk
from pixplore.catalogue import jobs
from pixplore.catalogue.database import open_engine
from pixplore.catalogue.document import refresh_words
from pixplore.catalogue.snapshot import Engine, snapshot, transaction
from pixplore.catalogue.terms import refresh_terms
from pixplore.domain import Person, Role
from tests.contract import catalogues
from tests.contract.catalogues import Picture
from tests.contract.conftest import Api, picture

ANN = Person("sub", "ann@example.com", Role.ADMIN)
BOARD = str(catalogues.COLLECTIONS[0])


@pytest.fixture
def shelf(api: Api) -> list[Picture]:
    """Twelve pictures, each with something that some action changes."""
    made = [
        picture(
            n, tags=["old", "x"] if n % 2 else ["x"], category="Shoes" if n % 3 else None,
            attributes={"price": n, "brand": "Acme"} if n % 2 else {}, deleted=n == 11,
            labels={"Running Shoe": Decimal(80 + n)} if n < 6 else {}, decisions={"Boot": "accept"} if n == 7 else {},
            collections=catalogues.COLLECTIONS[:1] if n in (3, 4) else [],
        )
        for n in range(12)
    ]  # fmt: skip
    with transaction(api.engine) as connection:
        catalogues.empty(connection)
        connection.execute(text("truncate job cascade"))
        catalogues.write(connection, made)
    return made


def ask(api: Api, role: str, **body: Any) -> httpx.Response:
    return api.call(role, "POST", "/v1/bulk", json={"query": {}} | body)


def ended(api: Api, answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    place = answer.headers["location"]
    deadline = time.monotonic() + 20
    while (job := api.get("admin", place).json())["state"] in ("waiting", "running"):
        assert time.monotonic() < deadline, job
        time.sleep(0.02)
    return dict(job)


def state(engine: Engine) -> dict[str, list[Any]]:
    """All that bulk work may change, but for when."""
    statements = {
        "image": "select id, tags, attributes, category, deleted_at, terms, words from image order by id",
        "decision": "select image_id, label, verdict, \"by\", at from decision order by 1, 2",
        "member": "select collection_id, image_id, position, added_at from collection_image order by 1, 2",
    }  # fmt: skip
    with snapshot(engine) as connection:
        return {name: list(map(tuple, connection.execute(text(sql)))) for name, sql in statements.items()}


ACTIONS: dict[str, tuple[Any, int]] = {
    "tag": ("old", 6), "untag": ("old", 5), "set_attribute": ({"name": "brand", "value": "Acme"}, 6),
    "set_category": ("Shoes", 4), "delete": (None, 11), "add_to_collection": (BOARD, 9),
    "remove_from_collection": (BOARD, 2), "accept_label": ("Boot", 10), "reject_label": ("Running Shoe", 6),
}  # fmt: skip


@pytest.mark.parametrize("action", ACTIONS)
def test_tried_done_and_undone(api: Api, shelf: list[Picture], action: str) -> None:
    value, changes = ACTIONS[action]
    was = state(api.engine)
    tried = ask(api, "admin", action=action, value=value, dry_run=True)
    assert tried.status_code == 202, tried.text
    trial = tried.json()
    assert (trial["total"], trial["changed"], trial["unchanged"], trial["failed"]) == (11, changes, 11 - changes, 0)
    assert trial["dry_run"] is True
    assert len(trial["sample"]) == min(changes, 10)
    assert state(api.engine) == was
    with snapshot(api.engine) as connection:
        assert jobs.jobs(connection, 10) == []

    job = ended(api, ask(api, "admin", action=action, value=value))
    assert (job["state"], job["done"], job["changed"], job["unchanged"], job["failed"]) == (
        "done", 11, changes, 11 - changes, 0,
    )  # fmt: skip
    done = state(api.engine)
    assert done != was
    recorded = api.get("admin", "/v1/audit", {"actor": "admin@example.com", "limit": 200}).json()["items"]
    mine = [one for one in recorded if one["detail"].get("job") == job["id"]]
    assert len({one["image_id"] for one in mine}) == len(mine) == changes
    assert max(one["version"] for one in mine) <= job["version"]
    assert _as_written_anew(api.engine) == done["image"]

    again = ended(api, ask(api, "admin", action=action, value=value))
    assert again["changed"] == 0
    back = ended(api, api.call("admin", "POST", f"/v1/jobs/{job['id']}/undo"))
    assert (back["undo_of"], back["changed"], back["failed"]) == (job["id"], changes, 0)
    assert state(api.engine) == was
    assert api.call("admin", "POST", f"/v1/jobs/{job['id']}/undo").status_code == 409
    assert api.call("admin", "POST", f"/v1/jobs/{back['id']}/undo").status_code == 409


def test_restore_finds_the_trash_and_is_undone_to_the_same_moment(api: Api, shelf: list[Picture]) -> None:
    was = state(api.engine)
    job = ended(api, ask(api, "admin", query={"trashed": "true"}, action="restore"))
    assert (job["total"], job["changed"], job["query"]) == (1, 1, {"trashed": "true"})
    ended(api, api.call("admin", "POST", f"/v1/jobs/{job['id']}/undo"))
    assert state(api.engine) == was


def test_undo_leaves_what_was_changed_since(api: Api, shelf: list[Picture]) -> None:
    job = ended(api, ask(api, "analyst", action="set_category", value="New"))
    one, other = shelf[0].id, shelf[1].id
    api.call("analyst", "PATCH", f"/v1/images/{one}", json={"category": "By hand"})
    with transaction(api.engine) as connection:
        connection.execute(text("delete from image where id = :id"), {"id": other})
    back = ended(api, api.call("analyst", "POST", f"/v1/jobs/{job['id']}/undo"))
    assert (back["changed"], back["failed"]) == (9, 2)
    reasons = {one["image_id"]: one["error"] for one in back["failures"]}
    assert reasons == {str(one): "It was changed again since, so it was left as it is.",
                       str(other): "The image is no longer in the catalogue."}  # fmt: skip
    assert api.get("viewer", f"/v1/images/{one}").json()["category"] == "By hand"
    pages, cursor = [], None
    while True:
        page = api.get(
            "admin", f"/v1/jobs/{back['id']}/failures", {"limit": 1} | ({"cursor": cursor} if cursor else {})
        )
        pages += page.json()["items"]
        if (cursor := page.json()["next_cursor"]) is None:
            break
    assert {one["image_id"] for one in pages} == set(reasons)


def test_named_images_and_frozen_results(api: Api, shelf: list[Picture]) -> None:
    ids = [str(shelf[n].id) for n in (2, 2, 5)]
    body = {"image_ids": ids, "action": "tag", "value": "picked"}
    job = ended(api, api.call("analyst", "POST", "/v1/bulk", json=body))
    assert (job["total"], job["changed"], job["query"]) == (2, 2, None)
    # What is found later is none of the job's business: tagging what has no such tag would never end otherwise.
    job = ended(api, ask(api, "analyst", query={"not_tag": ["fresh"]}, action="tag", value="fresh"))
    assert (job["total"], job["changed"]) == (11, 11)
    assert api.get("viewer", "/v1/images", {"tag": "fresh", "min_version": job["version"]}).json()["total"] == 11


def test_all_but_some(api: Api, shelf: list[Picture]) -> None:
    left = [str(shelf[n].id) for n in (2, 5, 5, 11)] + [str(uuid4())]
    trial = ask(api, "analyst", except_ids=left, action="tag", value="most", dry_run=True).json()
    assert (trial["total"], trial["changed"]) == (9, 9)  # 11 is in the trash: it would not have been found
    job = ended(api, ask(api, "analyst", except_ids=left, action="tag", value="most"))
    assert (job["total"], job["changed"], job["query"]) == (9, 9, {})
    without = api.get("viewer", "/v1/images", {"not_tag": "most", "min_version": job["version"]}).json()
    assert {one["id"] for one in without["items"]} == set(left[:2])
    body = {"image_ids": left[:2], "except_ids": left[:1], "action": "tag", "value": "a"}
    assert api.call("analyst", "POST", "/v1/bulk", json=body).status_code == 422
    many = [str(UUID(int=n)) for n in range(10_001)]
    assert ask(api, "analyst", except_ids=many, action="tag", value="a").status_code == 422


def test_who_may(api: Api, shelf: list[Picture]) -> None:
    assert ask(api, "viewer", action="tag", value="a").status_code == 403
    assert ask(api, "analyst", action="delete").status_code == 403
    assert ask(api, "analyst", action="restore", dry_run=True).status_code == 403
    assert ask(api, "viewer", action="add_to_collection", value=BOARD).status_code == 403  # ada made it
    own = api.call("viewer", "POST", "/v1/collections", json={"name": "mine"}).json()["id"]
    put = ended(api, ask(api, "viewer", action="add_to_collection", value=own))
    assert put["changed"] == 11
    assert api.get("viewer", f"/v1/collections/{own}").json()["images"] == 11
    assert api.call("analyst", "POST", f"/v1/jobs/{put['id']}/undo").status_code == 404
    gone = ended(api, ask(api, "admin", action="delete"))
    assert api.call("analyst", "POST", f"/v1/jobs/{gone['id']}/undo").status_code == 404
    assert api.call("viewer", "POST", f"/v1/jobs/{uuid4()}/undo").status_code == 404


def test_what_is_wrong_is_named(api: Api, shelf: list[Picture]) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"action": "explode"}, "action"), ({"action": "tag"}, "value"), ({"action": "tag", "value": ""}, "value"),
        ({"action": "tag", "value": "__unset__"}, "value"), ({"action": "tag", "value": "a\0"}, "value"),
        ({"action": "set_attribute", "value": {"name": "a.gte", "value": 1}}, "value.name"),
        ({"action": "set_attribute", "value": {"name": "a"}}, "value.value"),
        ({"action": "set_attribute", "value": {"name": "a", "value": {"deep": 1}}}, "value.value"),
        ({"action": "add_to_collection", "value": "x"}, "value"), ({"action": "delete", "value": 1}, "value"),
        ({"action": "tag", "value": "a", "query": {"colour_": "Red"}}, "query.colour_"),
        ({"action": "tag", "value": "a", "query": {"min_confidence": "x"}}, "query.min_confidence"),
        ({"action": "tag", "value": "a", "query": [1]}, "query"),
        ({"action": "tag", "value": "a", "query": "q=" + "x" * 20_000}, "query"),
    ]  # fmt: skip
    for body, field in cases:
        answer = ask(api, "admin", **body)
        assert answer.status_code == 422, (body, answer.text)
        assert [one["field"] for one in answer.json()["errors"]] == [field], (body, answer.json())
    assert ask(api, "admin", action="add_to_collection", value=str(uuid4())).status_code == 404
    assert api.call("admin", "POST", "/v1/bulk", json={"action": "tag", "value": "a"}).status_code == 422
    for path in ("/v1/jobs?cursor=x", "/v1/jobs?limit=0", f"/v1/jobs/{uuid4()}/failures?cursor=x"):
        assert api.get("viewer", path).status_code == 422, path
    assert api.get("viewer", f"/v1/jobs/{uuid4()}").status_code == 404


def test_jobs_are_listed_newest_first(api: Api, shelf: list[Picture]) -> None:
    made = [ended(api, ask(api, "analyst", action="tag", value=f"t{n}"))["id"] for n in range(3)]
    first = api.get("admin", "/v1/jobs", {"limit": 2}).json()
    rest = api.get("admin", "/v1/jobs", {"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == made[::-1]
    assert rest["next_cursor"] is None


@pytest.fixture
def many(new_database: Callable[..., str]) -> Iterator[tuple[str, Engine, list[UUID]]]:
    """3,000 bare images in a database without any worker."""
    url = new_database()
    engine = open_engine(url)
    with transaction(engine) as connection:
        connection.execute(
            text("""
                insert into image (id, name, name_key, tags)
                select gen_random_uuid(), 'n' || n, 'n' || n, '{x}' from generate_series(1, 3000) n
            """)
        )
        ids = list(connection.execute(text("select id from image order by id")).scalars())
        refresh_words(connection, ids)
    yield url, engine, ids
    engine.dispose()


_WORKER = """
import sys
from pixplore import bulk
from pixplore.catalogue.database import open_engine
engine = open_engine(sys.argv[1])
while bulk.work_once(engine, 50):
    print("part", flush=True)
"""


def test_killed_half_way_and_gone_on_with(many: tuple[str, Engine, list[UUID]]) -> None:
    url, engine, ids = many
    was = state(engine)
    job = bulk.start(engine, "tag", "summer", {}, ids, ANN)
    for _ in range(3):
        worker = subprocess.Popen([sys.executable, "-c", _WORKER, url], stdout=subprocess.PIPE, env=os.environ)
        assert worker.stdout is not None
        for _ in range(4):
            assert worker.stdout.readline() == b"part\n"
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)
        worker.stdout.close()
    with snapshot(engine) as connection:
        half = jobs.job(connection, job.id)
    assert 600 <= half.done < 3000
    assert half.state == "running"
    _until_done(engine, job.id)
    _each_image_once(engine, job.id, len(ids), "{x,summer}")
    back = bulk.undo(engine, job.id, ANN)
    _until_done(engine, back.id)
    assert state(engine) == was


def test_several_workers_several_jobs_at_once(many: tuple[str, Engine, list[UUID]]) -> None:
    _, engine, ids = many
    made = [bulk.start(engine, "tag", f"t{n}", {}, ids[n::2] + ids[:500:2][n:], ANN) for n in (0, 1)]
    made.append(bulk.start(engine, "set_attribute", {"name": "a", "value": 1}, {}, reversed(ids), ANN))

    def work() -> None:
        while bulk.work_once(engine, 100):
            pass

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for one in made:
        _until_done(engine, one.id)
    with snapshot(engine) as connection:
        ended_jobs = [jobs.job(connection, one.id) for one in made]
        doubled = connection.execute(
            text("select count(*) - count(distinct (image_id, detail ->> 'job')) from change where action = 'edit'")
        ).scalar_one()
    assert [one.failed for one in ended_jobs] == [0, 0, 0]
    assert ended_jobs[2].changed == len(ids)
    assert doubled == 0


def test_cancelled_jobs_stop_and_are_undone(many: tuple[str, Engine, list[UUID]]) -> None:
    _, engine, ids = many
    was = state(engine)
    job = bulk.start(engine, "untag", "x", {}, ids, ANN)
    assert bulk.work_once(engine, 1_000)
    assert bulk.cancel(engine, job.id, ANN).state == "cancelled"
    assert not bulk.work_once(engine)
    back = bulk.undo(engine, job.id, ANN)
    assert back.total == 1_000
    _until_done(engine, back.id)
    assert state(engine) == was


def test_a_fault_of_ours_ends_the_job(many: tuple[str, Engine, list[UUID]], monkeypatch: pytest.MonkeyPatch) -> None:
    _, engine, ids = many
    job = bulk.start(engine, "tag", "summer", {}, ids, ANN)
    assert bulk.work_once(engine, 1_000)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("pixplore.catalogue.bulk_edits.worded", broken)
    assert bulk.work_once(engine, 1_000)
    with snapshot(engine) as connection:
        failed = jobs.job(connection, job.id)
    assert (failed.state, failed.done, failed.changed) == ("failed", 1_000, 1_000)
    assert failed.error
    monkeypatch.undo()
    _until_done(engine, bulk.undo(engine, job.id, ANN).id)


def _until_done(engine: Engine, job_id: UUID) -> None:
    while bulk.work_once(engine):
        pass
    with snapshot(engine) as connection:
        assert jobs.job(connection, job_id).state == "done"


def _each_image_once(engine: Engine, job_id: UUID, many: int, tags: str) -> None:
    with snapshot(engine) as connection:
        counted = connection.execute(
            text("""
                select (select count(*) from image where tags = cast(:tags as text[]) and words like '% summer %'),
                       (select count(*) from change where detail ->> 'job' = :job),
                       (select count(distinct image_id) from change where detail ->> 'job' = :job),
                       (select count(*) from job_image where job_id = cast(:job as uuid) and state = 1)
            """),
            {"tags": tags, "job": str(job_id)},
        ).one()
    assert tuple(counted) == (many, many, many, many)


def _as_written_anew(engine: Engine) -> list[Any]:
    """The images with words and terms made from scratch, in a transaction that is not kept."""
    with engine.connect() as connection:
        ids = list(connection.execute(text("select id from image")).scalars())
        refresh_words(connection, ids)
        refresh_terms(connection, ids)
        sql = "select id, tags, attributes, category, deleted_at, terms, words from image order by id"
        return list(map(tuple, connection.execute(text(sql))))


def test_one_persons_jobs_and_what_failed_as_a_file(api: Api, shelf: list[Picture]) -> None:
    mine = ended(api, ask(api, "analyst", action="tag", value="mine"))
    ended(api, ask(api, "admin", action="tag", value="hers"))
    who = mine["created_by"]
    listed = api.get("admin", "/v1/jobs", {"created_by": who}).json()["items"]
    assert [one["id"] for one in listed] == [mine["id"]]
    assert {one["created_by"] for one in api.get("admin", "/v1/jobs").json()["items"]} == {who, "admin@example.com"}
    with transaction(api.engine) as connection:
        connection.execute(text("update image set name = '=1+1' where id = :id"), {"id": shelf[2].id})
    ids = [str(shelf[2].id), str(shelf[3].id), str(uuid4())]
    body = {"image_ids": ids, "action": "set_attribute", "value": {"name": "size", "value": "L"}}
    one = ended(api, api.call("analyst", "POST", "/v1/bulk", json=body))
    assert (one["changed"], one["failed"]) == (2, 1)
    api.call("analyst", "PATCH", f"/v1/images/{ids[0]}", json={"attributes": {"size": "S"}})
    back = ended(api, api.call("analyst", "POST", f"/v1/jobs/{one['id']}/undo"))
    told = api.get("analyst", f"/v1/jobs/{back['id']}/failures.csv")
    assert told.headers["content-disposition"].startswith("attachment")
    lines = told.text.splitlines()
    assert lines[0] == "id,name,error"
    assert lines[1].startswith(f"{ids[0]},'=1+1,")
    assert len(lines) == 2


def test_another_persons_job_is_not_there(api: Api, shelf: list[Picture]) -> None:
    hers = ended(api, ask(api, "admin", action="tag", value="hers"))
    mine = ended(api, ask(api, "analyst", action="tag", value="mine"))
    assert [one["id"] for one in api.get("analyst", "/v1/jobs").json()["items"]] == [mine["id"]]
    assert api.get("analyst", "/v1/jobs", {"created_by": hers["created_by"]}).json()["items"] == []
    assert api.get("viewer", "/v1/jobs").json()["items"] == []
    for job, told in ((hers, 404), (mine, 200), ({"id": str(uuid4())}, 404)):
        for more in ("", "/failures", "/failures.csv"):
            answer = api.get("analyst", f"/v1/jobs/{job['id']}{more}")
            assert answer.status_code == told, answer.text
    nothing = api.get("analyst", f"/v1/jobs/{uuid4()}").json()["detail"]
    for act in ("undo", "cancel"):
        answer = api.call("analyst", "POST", f"/v1/jobs/{hers['id']}/{act}")
        assert (answer.status_code, answer.json()["detail"]) == (404, nothing)
    assert api.get("admin", f"/v1/jobs/{mine['id']}").json()["changed"] == mine["changed"]
