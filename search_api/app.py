"""The search API: `uvicorn search_api.app:app`. Reads its settings when it starts, opens the catalogue, answers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware

from pixplore.catalogue.database import open_engine
from pixplore.identity import KeySet
from pixplore.operations import Places
from pixplore.settings import DatabaseSettings, IdentitySettings, QueueSettings, StorageSettings, load
from search_api import (
    audit,
    collections,
    docs,
    facets,
    health,
    images,
    insights,
    operations,
    problems,
    products,
    review,
)
from search_api.access import Parts
from search_api.edge import Edge

_ABOUT = """Find, count and curate the pictures of a catalogue.

Every call but `/healthz`, `/readyz`, `/openapi.json` and `/docs` takes a Cognito access token. Errors are RFC 9457
problems. Filters are the same everywhere; a facet's count is exactly what its query returns.
`attr.<name>` stands for any product attribute: write `attr.brand`, `attr.price.gte`.
"""

# Facets of a large catalogue hash every label of it: on disk with the default 4 MB, and compiled for one use each.
_PLANNER = "-c work_mem=32MB -c jit=off"


@asynccontextmanager
async def _open(app: FastAPI) -> AsyncIterator[None]:
    identity, storage, queues = load(IdentitySettings), load(StorageSettings), load(QueueSettings)
    engine = open_engine(load(DatabaseSettings).database_url, pool_size=10, planner=_PLANNER)
    places = Places(engine, storage.originals_bucket, queues.queue_url, queues.dlq_url)
    app.state.parts = Parts(engine, identity, KeySet(identity.jwks_url), storage, places)
    yield
    engine.dispose()


def make() -> FastAPI:
    made = FastAPI(title="Pixplore search API", version="1", description=_ABOUT, lifespan=_open, docs_url=None,
                   redoc_url=None, redirect_slashes=False)  # fmt: skip
    for noun in (images, facets, insights, review, collections, products, operations, audit, health):
        made.include_router(noun.router)
    problems.install(made)
    problems.describe(made)
    docs.install(made)
    made.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=2)
    made.add_middleware(Edge)
    return made


app = make()
