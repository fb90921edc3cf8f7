"""What people read to an administrator is found in the logs of every program that had to do with it."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from pixplore import request_ids
from pixplore.catalogue.database import open_engine
from tests.browser.conftest import Person
from tests.browser.test_forwarding import ask
from tests.stack import Stack

REFERENCE = re.compile(r"Reference: ([0-9a-f]{12})")


@contextmanager
def without(stack: Stack, table: str) -> Iterator[None]:
    """A fault of ours in a program that runs: the table is not where it believes it."""
    engine = open_engine(stack.ends["database_url"])
    with engine.begin() as link:
        link.execute(text(f"alter table {table} rename to elsewhere"))
    try:
        yield
    finally:
        with engine.begin() as link:
            link.execute(text(f"alter table elsewhere rename to {table}"))
        engine.dispose()


def logs_with(stack: Stack, reference: str) -> set[str]:
    return {path.name for path in (stack.home / "logs").glob("*.log") if reference in path.read_text()}


@pytest.fixture
def viewer(signed_in: Callable[[str], Person]) -> Person:
    return signed_in("viewer")


def test_on_a_page_and_in_what_its_components_ask(viewer: Person, stack: Stack) -> None:
    with without(stack, "collection"):
        viewer.page.goto("/collections")
        said = viewer.page.get_by_text(REFERENCE).first
        expect(said).to_contain_text("Nothing was changed or lost.")
        shown = REFERENCE.search(said.inner_text())
        status, kind, answer = ask(viewer.page, "/data/v1/collections")
    assert shown
    assert logs_with(stack, shown[1]) == {"dashboard.log", "search-api.log"}
    assert (status, kind) == (500, "application/problem+json")
    forwarded = REFERENCE.search(json.loads(answer)["detail"])
    assert forwarded
    assert forwarded[1] != shown[1]
    assert logs_with(stack, forwarded[1]) == {"dashboard.log", "search-api.log"}
    assert not re.search("Traceback|psycopg2|select", answer + said.inner_text())


def test_in_an_upload(stack: Stack) -> None:
    with without(stack, "item"):
        answer = stack.call("GET", f"{stack.ends['uploads_api']}/uploads", stack.token())
    assert answer.status_code == 500
    assert answer.headers[request_ids.HEADER] == answer.json()["request_id"]
    assert logs_with(stack, answer.json()["request_id"]) == {"lambda-pixplore-upload-status.log"}
