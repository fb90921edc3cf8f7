"""`stack`: the whole local stack, started once for all integration tests."""

from collections.abc import Iterator

import pytest

from tests.integration.told_secrets import told
from tests.places import aws, pipeline, recogniser  # noqa: F401
from tests.stack import Stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(tmp_path_factory.mktemp("stack") / "home")
    running.start()
    yield running
    found = told(running)
    running.stop()
    assert found == [], "after all that the tests did"
