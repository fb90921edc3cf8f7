"""Exports: everything that the query finds, in three forms that mean the same, and into the catalogue again."""

import csv
import io
import json
import socket
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import boto3
import httpx
import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from pixplore import downloads, exporting
from pixplore.catalogue import changes, exports
from pixplore.catalogue.database import open_engine
from pixplore.catalogue.snapshot import Engine, transaction
from pixplore.importing import readers
from pixplore.importing.run import Import
from tests.contract import catalogues
from tests.contract.catalogues import Picture
from tests.contract.conftest import Api, picture
from tests.places import ORIGINALS, REGION, Pipeline

HOSTILE = ["=1+1", "+x", "-2", "@sum", "'=twice", "''+a", 'a"b,c;d|e\\f', "\ttab", "é ü 中", "line\nbreak", "x:1",
           "＝1+1", "＠sum"]  # fmt: skip

FORM = "application/x-www-form-urlencoded"

SlowReader = Callable[[], AbstractContextManager[httpx.Response]]


@pytest.fixture
def shelf(api: Api) -> list[Picture]:
    made = [
        picture(
            n, title=word, sku=f"{word}".strip(), category=word.strip()[:20], tags=[word.strip(), "plain"],
            attributes={"a": word, "n": n, "f": 0.5, "yes": True}, text=[word, "second"],
            labels={"l'été \\ 100%": Decimal("80.5"), "Cup": Decimal(30 + n)},
            decisions={"Boot": "accept", "Cup": "reject"} if n == 2 else {},
        )
        for n, word in enumerate(HOSTILE)
    ]  # fmt: skip
    made.append(picture(20, deleted=True))
    made.append(picture(21))
    with transaction(api.engine) as connection:
        catalogues.empty(connection)
        catalogues.write(connection, made)
    return made


def items(api: Api, **filters: Any) -> list[dict[str, Any]]:
    return list(api.get("viewer", "/v1/images", {"limit": 200, **filters}).json()["items"])


def export(api: Api, **asked: Any) -> httpx.Response:
    answer = api.get("viewer", "/v1/export", asked)
    assert answer.status_code == 200, answer.text
    return answer


def test_json_lines_and_parquet_tell_what_the_list_tells(api: Api, shelf: list[Picture]) -> None:
    shown = items(api)
    lines = [json.loads(line) for line in export(api, format="jsonl").text.splitlines()]
    told = pq.read_table(io.BytesIO(export(api, format="parquet").content)).to_pylist()
    assert len(lines) == len(told) == len(shown) == len(HOSTILE) + 1
    for line, row, item in zip(lines, told, shown, strict=True):
        assert list(line) == list(exporting.COLUMNS) == list(row)
        want = {name: item[name] for name in exporting.COLUMNS}
        want["labels"] = [{k: label[k] for k in ("name", "confidence", "source")} for label in item["labels"]]
        want["created_at"] = line["created_at"]
        assert line == want
        assert row["created_at"].isoformat() == item["created_at"].replace("Z", "+00:00")
        row |= {"created_at": line["created_at"], "attributes": json.loads(row["attributes"])}
        assert row == want


def test_csv_is_safe_in_a_spreadsheet_and_narrowed_by_filters(api: Api, shelf: list[Picture]) -> None:
    answer = export(api, any_tag=["=1+1", "@sum"], format="csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="pixplore-')
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [row["title"] for row in rows] == ["'@sum", "'=1+1"]
    whole = export(api).text
    for row in csv.reader(io.StringIO(whole, newline="")):
        for cell in row:
            assert cell[:1] not in tuple("=+-@\t\r\n＝＋－＠"), cell
    assert len(list(csv.reader(io.StringIO(export(api, label="Nothing").text)))) == 1


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_what_goes_out_comes_in_again(
    api: Api, shelf: list[Picture], kind: str, tmp_path: Path, new_database: Callable[..., str]
) -> None:
    file = tmp_path / f"out.{kind}"
    file.write_bytes(export(api, format=kind).content)
    other = open_engine(new_database())
    counts = _import(other, file)
    assert (counts.imported, counts.rejected) == (len(HOSTILE) + 1, 0)
    sql = """select id, name, name_key, title, sku, category, created_at, width, height, orientation, tags, attributes
               from image where deleted_at is null order by id"""
    with api.engine.connect() as ours, other.connect() as theirs:
        want, have = ([list(row) for row in one.execute(text(sql))] for one in (ours, theirs))
    for row in want:  # an import takes texts without the space around them
        row[3:6] = [cell.strip() if cell else cell for cell in row[3:6]]
        row[11] = {name: value.strip() if isinstance(value, str) else value for name, value in row[11].items()}
    assert have == want
    labels = {one["id"]: [(label["name"], label["confidence"]) for label in one["labels"]] for one in items(api)}
    back = {one.id: [(n, tenths / 10) for n, tenths, _ in one.labels] for one in _exported(other, api)}
    assert back == labels
    again = _import(api.engine, file, update=True)
    assert (again.updated, again.skipped) == (_trimmed(want), len(want) - _trimmed(want))
    other.dispose()


def _trimmed(rows: list[list[Any]]) -> int:
    return sum(word != word.strip() for word in HOSTILE)


def _import(engine: Engine, file: Path, update: bool = False) -> Any:
    def none(_: object) -> Any:
        raise AssertionError

    return Import(engine, readers.open_source(file), update, "ann@example.com", none, lambda _: None).run()


def _exported(engine: Engine, api: Api) -> list[exports.Exported]:
    with engine.connect() as connection:
        ids = connection.execute(text("select id from image")).scalars().all()
    return [one for part in exports.entries(engine, ids) for one in part]


def test_bad_parameters_and_no_token(api: Api, shelf: list[Picture]) -> None:
    for params, field in (({"format": "xml"}, "format"), ({"colour_": "a"}, "colour_"), ({"limit": 1}, "limit")):
        answer = api.get("viewer", "/v1/export", params)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == field
    assert api.get(None, "/v1/export").status_code == 401
    assert api.get("viewer", "/v1/export/originals", {"label": "Cup"}).status_code == 422  # entries without pictures


@pytest.fixture
def many(api: Api) -> Iterator[int]:
    """30,000 entries of a kilobyte: more than a slow reader's buffers hold."""
    with transaction(api.engine) as connection:
        catalogues.empty(connection)
        connection.execute(
            text("""
                insert into image (id, name, name_key, title)
                select gen_random_uuid(), 'n' || n, 'n' || n, repeat('x', 900) from generate_series(1, 30000) n
            """)
        )
        connection.execute(text("insert into change (actor, action) values ('test', 'import')"))
    api.settle()
    yield 30_000
    with transaction(api.engine) as connection:
        catalogues.empty(connection)
        connection.execute(text("insert into change (actor, action) values ('test', 'import')"))


@pytest.fixture
def slow_reader(api: Api) -> Iterator[SlowReader]:
    """Begins an export and takes no more than 64 KB ahead: a kernel may else hold all of it between the two."""
    small = httpx.HTTPTransport(socket_options=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)])
    with httpx.Client(transport=small, timeout=30) as client:
        yield lambda: client.stream("GET", f"{api.address}/v1/export", headers=api.issuer.bearer("viewer"))


def _busy(api: Api) -> int:
    sql = """select count(*) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'
                and pid <> pg_backend_pid()"""
    with api.engine.connect() as connection:
        return int(connection.execute(text(sql)).scalar_one())


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_nobody_listens_any_more(api: Api, many: int, slow_reader: SlowReader) -> None:
    for _ in range(5):  # more than may be written at once: each must have let go
        with slow_reader() as answer:
            assert answer.status_code == 200
            content = answer.iter_bytes(100)  # held: with it the answer would be closed
            next(content)
            _until(lambda: _busy(api) > 0)
        _until(lambda: _busy(api) == 0)


def test_a_failure_half_way_breaks_the_transfer(api: Api, many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = exports.entries

    def broken(*given: Any) -> Iterator[Any]:
        for nth, part in enumerate(whole(*given)):
            if nth == 3:
                raise RuntimeError("the disk is gone")
            yield part

    monkeypatch.setattr(exports, "entries", broken)
    with (
        pytest.raises(httpx.RemoteProtocolError),
        api.client.stream("GET", f"{api.address}/v1/export", headers=api.issuer.bearer("viewer")) as answer,
    ):
        for _ in answer.iter_bytes():
            pass
    monkeypatch.undo()
    assert len(export(api, format="jsonl").text.splitlines()) == many


def test_not_too_many_at_once(api: Api, many: int, slow_reader: SlowReader) -> None:
    with ExitStack() as opened:
        for _ in range(4):
            assert opened.enter_context(slow_reader()).status_code == 200
        refused = api.get("admin", "/v1/export")
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "10"
        assert api.get("viewer", "/v1/facets/label").status_code == 200, "who downloads goes on working meanwhile"


def test_pictures_of_a_query_as_one_archive(pipeline: Pipeline) -> None:
    s3 = boto3.client("s3", REGION)
    with pipeline.engine.begin() as connection:
        for n, name in enumerate(["a.jpg", "b/A.jpg", "../../etc/passwd", "gone.png"]):
            connection.execute(
                text("""
                    insert into image (id, name, name_key, object_key, bytes, tags)
                    values (gen_random_uuid(), :name, lower(:name), :key, 3, '{zip}')
                """),
                {"name": name, "key": f"k{n}"},
            )
            if name != "gone.png":
                s3.put_object(Bucket=ORIGINALS, Key=f"k{n}", Body=b"abc" * (n + 1))
    with pipeline.engine.connect() as connection:
        ids = iter(connection.execute(text("select id from image order by object_key")).scalars().all())
    files = downloads.originals(pipeline.engine, ids)
    packed = b"".join(exporting.as_zip(downloads.contents(ORIGINALS, files)))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "a.jpg": b"abc", "A (2).jpg": b"abcabc", "passwd": b"abcabcabc", "missing.txt": b"gone.png\n",
        }  # fmt: skip


def test_all_but_some_by_json_and_by_a_browsers_form(api: Api, shelf: list[Picture]) -> None:
    body = {"query": "any_tag=%3D1%2B1&any_tag=%40sum&any_tag=plain", "except_ids": [str(shelf[5].id)]}
    want = [one["id"] for one in items(api, any_tag="plain") if one["id"] != str(shelf[5].id)]
    assert len(want) == len(HOSTILE) - 1
    for sent in ({"json": body}, {"data": body}):
        answer = api.call("viewer", "POST", "/v1/export", params={"format": "jsonl"}, **sent)
        assert answer.status_code == 200, answer.text
        assert [json.loads(line)["id"] for line in answer.text.splitlines()] == want
    for wrong in (
        {"json": body | {"image_ids": [str(shelf[1].id)]}},
        {"json": {"except_ids": [str(shelf[1].id)]}},
        {"data": {"query": "colour_=Red"}},
    ):
        answer = api.call("viewer", "POST", "/v1/export", **wrong)
        assert answer.status_code == 422, wrong
        assert answer.json()["errors"], wrong


def test_chosen_pictures_by_json_and_by_a_browsers_form(api: Api, shelf: list[Picture]) -> None:
    ids = [str(shelf[5].id), str(shelf[1].id), str(shelf[5].id)]
    asked = {"json": {"image_ids": ids}}, {"data": {"image_ids": ids}}
    for body in asked:
        answer = api.call("viewer", "POST", "/v1/export", params={"format": "jsonl"}, **body)
        assert answer.status_code == 200, answer.text
        assert [json.loads(line)["id"] for line in answer.text.splitlines()] == ids[:2]
        assert answer.headers["content-disposition"].startswith("attachment")
    many = {"image_ids": [str(UUID(int=n)) for n in range(10_001)]}
    for body in (
        {"json": {}},
        {"data": {"image_ids": "x"}},
        {"data": {"else": "1"}},
        {"content": b"{"},
        {"data": many},
    ):
        answer = api.call("viewer", "POST", "/v1/export", **body)
        assert answer.status_code == 422, body
        assert answer.json()["errors"], body


def test_a_field_at_fault_is_named_as_the_form_names_it(api: Api, shelf: list[Picture]) -> None:
    one, many = str(shelf[1].id), [str(UUID(int=n)) for n in range(10_001)]
    cases: list[tuple[dict[str, Any], str]] = [
        ({"image_ids": [one, "x"]}, "image_ids"),
        ({"image_ids": many}, "image_ids"),
        ({"query": "", "except_ids": "x"}, "except_ids"),
        ({"query": "", "except_ids": many}, "except_ids"),
        ({"query": "", "except_ids": ["x"] * 20_100}, "except_ids"),
        ({"except_ids": one}, "except_ids"),
        ({"image_ids": one, "except_ids": one}, "except_ids"),
        ({"image_ids": one, "else": "1"}, "else"),
        ({"image_ids": one, "": "1"}, "body"),
        ({"query": ["a", "b"]}, "query"),
        ({"query": "", "image_ids": one}, "query"),
        ({"query": "colour_=Red"}, "query.colour_"),
        ({}, "image_ids"),
    ]
    for body, field in cases:
        sent = {"content": urlencode(body, doseq=True), "headers": {"content-type": FORM}}
        answer = post(api, "/v1/export", **sent)
        told = str(body)[:100]
        assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (422, [field]), told
    as_many = {"query": "", "except_ids": many[:10_000]}
    assert post(api, "/v1/export", data=as_many).status_code == 200, "as many as it says"


def post(api: Api, path: str, **more: Any) -> httpx.Response:
    headers = api.issuer.bearer("viewer") | more.pop("headers", {})
    return api.client.post(api.address + path, headers=headers, **more)


def test_chosen_pictures_wait_for_what_was_just_written(api: Api, shelf: list[Picture]) -> None:
    with transaction(api.engine) as connection:
        version = changes.record(connection, "test", "edit", [shelf[1].id])
    for body in ({"image_ids": [str(shelf[1].id)]}, {"query": "any_tag=plain"}):
        for path in ("/v1/export", "/v1/export/originals"):
            answer = api.call("viewer", "POST", path, params={"min_version": version}, json=body)
            assert answer.status_code == (200 if path == "/v1/export" else 422), answer.text  # nothing has a file
            assert "min_version" not in answer.text
            later = api.call("viewer", "POST", path, params={"min_version": version + 1000}, json=body)
            assert (later.status_code, later.headers["retry-after"]) == (503, "2")
