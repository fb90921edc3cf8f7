"""One id a request: in the answer's header, in a problem, and in the log, where an operator finds what happened."""

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, text

from backend_lambdas.api import log as uploads_log
from pixplore import request_ids
from pixplore.catalogue.database import open_engine
from tests.contract.conftest import Api
from tests.contract.test_uploads_api import EVENT, GOOD
from tests.contract.test_uploads_api import Api as Uploads
from tests.contract.test_uploads_api import api as uploads  # noqa: F401
from tests.places import Pipeline

GIVEN = "0123456789abcdef-of-the-edge"
HOSTILE = ("short", "x" * 65, "a b c d e f g", "<script>alert(1)</script>", "one-two-three-\u00e4".encode(), "")


@contextmanager
def renamed(engine: Engine, table: str) -> Iterator[None]:
    """A fault of ours that is no error on purpose: a table is not where the program believes it."""
    with engine.begin() as connection:
        connection.execute(text(f"alter table {table} rename to elsewhere"))
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.execute(text(f"alter table elsewhere rename to {table}"))


def test_a_callers_id_is_kept_and_anything_else_replaced(api: Api) -> None:
    def named(told: str | bytes) -> str:
        head = {request_ids.HEADER.encode(): told.encode() if isinstance(told, str) else told}
        return str(api.client.get(f"{api.address}/healthz", headers=head).headers[request_ids.HEADER])

    assert named(GIVEN) == GIVEN
    for told in HOSTILE:
        assert re.fullmatch("[0-9a-f]{12}", named(told)), told
    assert request_ids.taken("two-lines\nof-a-log") != "two-lines\nof-a-log"
    refused = api.get("viewer", "/v1/images?limit=0")
    assert refused.json()["request_id"] == refused.headers[request_ids.HEADER]


def test_a_fault_is_found_in_the_log_by_its_id(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    with renamed(api.engine, "saved_search"):
        answer = api.get("viewer", "/v1/saved-searches")
    assert (answer.status_code, "Traceback" in answer.text, "saved_search" in answer.text) == (500, False, False)
    name = answer.json()["request_id"]
    assert answer.headers[request_ids.HEADER] == name
    (line,) = [one for one in caplog.records if name in one.getMessage()]
    assert (line.levelno, "GET '/v1/saved-searches' failed" in line.getMessage()) == (logging.ERROR, True)
    assert 'relation "saved_search" does not exist' in str(line.exc_info)


def test_the_database_away_is_found_in_the_log_by_its_id(
    new_database: Callable[..., str], api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    name, door = api.engine.url.database, open_engine(new_database(empty=True))
    with door.connect().execution_options(isolation_level="AUTOCOMMIT") as link:
        link.execute(text(f"alter database {name} allow_connections false"))
        link.execute(
            text("select pg_terminate_backend(pid) from pg_stat_activity where datname = :name"), {"name": name}
        )
        try:
            answers = [api.get("viewer", "/v1/images?q=what+somebody+typed") for _ in range(12)]
        finally:
            link.execute(text(f"alter database {name} allow_connections true"))
    door.dispose()
    for answer in answers:
        assert answer.status_code == 503, answer.text
        (line,) = [one.getMessage() for one in caplog.records if answer.json()["request_id"] in one.getMessage()]
        assert re.search("cannot be reached.*OperationalError|went away.*Error", line), line
        assert not re.search("select|typed|\n", line), "nothing of what people typed"


def test_the_uploads_api_does_the_same(
    uploads: Uploads,  # noqa: F811
    pipeline: Pipeline,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = io.StringIO()
    monkeypatch.setattr(uploads_log.registered_handler, "stream", said)
    monkeypatch.setitem(EVENT["headers"], request_ids.HEADER.title(), GIVEN)  # API Gateway keeps the caller's capitals
    assert uploads.raw("GET", "/uploads")["multiValueHeaders"][request_ids.HEADER] == [GIVEN]
    assert uploads.call("POST", "/uploads", {"files": []})[1]["request_id"] == GIVEN
    with renamed(pipeline.engine, "item"):
        status, problem = uploads.call("POST", "/uploads", {"files": [GOOD]})
    assert (status, problem["request_id"]) == (500, GIVEN)
    (line,) = [json.loads(line) for line in said.getvalue().splitlines()]
    assert (line["message"], line["request_id"]) == ("a fault of ours", GIVEN)
    assert 'relation "item" does not exist' in line["exception"]
