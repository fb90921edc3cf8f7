"""The real search API over real HTTP, on a real PostgreSQL, with tokens of an issuer of our own."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

import httpx
import pytest
import uvicorn

from pixplore.aws import clients
from pixplore.catalogue import feed
from pixplore.catalogue.database import open_engine
from pixplore.catalogue.snapshot import Engine, snapshot, transaction
from pixplore.errors import Unavailable
from search_api.engines import Engines
from tests.contract import catalogues
from tests.contract.catalogues import picture as picture
from tests.contract.issuer import Issuer
from tests.places import aws, pipeline, recogniser  # noqa: F401

BOTH = pytest.mark.parametrize("api", ["sql", "index"], indirect=True, scope="module")
"""`pytestmark` of a module that every engine must pass."""


@dataclass
class Api:
    """`get("viewer", "/v1/images", q="x")`; the engine looks into the same database.

    `engines` of the program; where the index answers, a call waits until it knows what the test has written.
    """

    address: str
    issuer: Issuer
    engine: Engine
    client: httpx.Client
    engines: Engines

    def settle(self) -> None:
        self.engines.started()
        if (follower := self.engines.follower) is None:
            return
        try:
            with snapshot(self.engine) as connection:
                now = feed.moment(connection)
        except Unavailable:
            return  # that is what the test is about
        deadline = time.monotonic() + 90  # on a new machine the kernels are compiled first
        while True:
            view = follower.view()
            if view and view.moment.catalogue == now.catalogue and view.moment.newest >= now.newest:
                return  # further where a job goes on writing
            assert time.monotonic() < deadline, "the index does not follow"
            follower.wait(lambda view: view.moment.newest >= now.newest, 0.01)
            time.sleep(0.002)

    def call(self, role: str | None, method: str, path: str, **more: object) -> httpx.Response:
        self.settle()
        headers = self.issuer.bearer(role) if role else {}
        return self.client.request(method, self.address + path, headers=headers, **more)  # type: ignore[arg-type]

    def get(self, role: str | None, path: str, params: object = None) -> httpx.Response:
        return self.call(role, "GET", path, params=params)


@contextmanager
def serving(issuer: Issuer, url: str) -> Iterator[Api]:
    """The search API as uvicorn runs it, with the settings that the environment holds now."""
    from search_api.app import make
    from search_api.wire import Wire

    app = make()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", http=Wire))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the search API did not start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    engine = open_engine(url)
    with httpx.Client(timeout=30) as client:
        yield Api(f"http://127.0.0.1:{port}", issuer, engine, client, app.state.parts.engines)
    server.should_exit = True
    thread.join(10)
    engine.dispose()


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    made = Issuer()
    yield made
    made.close()


@pytest.fixture(scope="module")
def api(
    request: pytest.FixtureRequest, new_database: Callable[..., str], issuer: Issuer, tmp_path_factory
) -> Iterator[Api]:
    """SQL answers; the index too in modules that say BOTH, and everywhere with PIXPLORE_TEST_ENGINE=index."""
    url = new_database()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in issuer.environment(url).items():
            patch.setenv(name, value)
        if getattr(request, "param", os.environ.get("PIXPLORE_TEST_ENGINE", "sql")) == "index":
            patch.setenv("PIXPLORE_INDEX", "1")
            patch.setenv("PIXPLORE_INDEX_DIR", str(tmp_path_factory.mktemp("index")))
        clients.forget()
        with serving(issuer, url) as served:
            yield served
    clients.forget()


@pytest.fixture
def five(api: Api) -> list[catalogues.Picture]:
    """Five pictures: three running shoes of falling confidence, a cup in the trash, one without anything."""
    made = [
        picture(0, labels={"Running Shoe": Decimal(99)}, tags=["summer"], sku="AB-1", category="Shoes"),
        picture(1, labels={"Running Shoe": Decimal("60.5")}, category="Shoes", attributes={"price": 10}),
        picture(2, labels={"Running Shoe": Decimal(30)}, title="Café <b>Olé</b>"),
        picture(3, labels={"Cup": Decimal(90)}, deleted=True),
        picture(4),
    ]
    with transaction(api.engine) as connection:
        catalogues.empty(connection)
        catalogues.write(connection, made)
    return made
