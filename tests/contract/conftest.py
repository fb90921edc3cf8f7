"""The real search API over real HTTP, on a real PostgreSQL, with tokens of an issuer of our own."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import httpx
import pytest
import uvicorn

from pixplore.aws import clients
from pixplore.catalogue.database import open_engine
from pixplore.catalogue.snapshot import Engine, transaction
from tests.contract import catalogues
from tests.contract.issuer import Issuer
from tests.places import aws, pipeline, recogniser  # noqa: F401


@dataclass
class Api:
    """`get("viewer", "/v1/images", q="x")`; the engine looks into the same database."""

    address: str
    issuer: Issuer
    engine: Engine
    client: httpx.Client

    def call(self, role: str | None, method: str, path: str, **more: object) -> httpx.Response:
        headers = self.issuer.bearer(role) if role else {}
        return self.client.request(method, self.address + path, headers=headers, **more)  # type: ignore[arg-type]

    def get(self, role: str | None, path: str, params: object = None) -> httpx.Response:
        return self.call(role, "GET", path, params=params)


@contextmanager
def serving(issuer: Issuer, url: str) -> Iterator[Api]:
    """The search API as uvicorn runs it, with the settings that the environment holds now."""
    from search_api.app import make

    server = uvicorn.Server(uvicorn.Config(make(), host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the search API did not start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    engine = open_engine(url)
    with httpx.Client(timeout=30) as client:
        yield Api(f"http://127.0.0.1:{port}", issuer, engine, client)
    server.should_exit = True
    thread.join(10)
    engine.dispose()


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    made = Issuer()
    yield made
    made.close()


@pytest.fixture(scope="module")
def api(new_database: Callable[..., str], issuer: Issuer) -> Iterator[Api]:
    url = new_database()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in issuer.environment(url).items():
            patch.setenv(name, value)
        clients.forget()
        with serving(issuer, url) as served:
            yield served
    clients.forget()


def picture(number: int, **changed: object) -> catalogues.Picture:
    """A picture of which only what is `changed` matters."""
    plain = {"id": UUID(int=number + 1), "name": f"picture-{number}.jpg", "title": None, "sku": None, "category": None,
             "created_at": catalogues.START + timedelta(hours=number), "size": (100, 50), "colours": [], "tags": [],
             "attributes": {}, "text": [], "uploader": None, "batch_id": None, "collections": [],
             "deleted": False}  # fmt: skip
    return catalogues.Picture(**{**plain, **changed})  # type: ignore[arg-type]


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
