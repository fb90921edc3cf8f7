"""The search API: `uvicorn search_api.app:app`. Reads its settings when it starts, opens the catalogue, answers."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from fastapi import FastAPI

from pixplore.aws import delivery, people
from pixplore.aws.storage import serve_by
from pixplore.bulk import Worker
from pixplore.catalogue.database import open_engine
from pixplore.identity import KeySet, Verifier
from pixplore.operations import Places
from pixplore.replica.compiled_cache import prepare
from pixplore.settings import (
    DatabaseSettings,
    DeliverySettings,
    IdentitySettings,
    IndexSettings,
    QueueSettings,
    StorageSettings,
    TellingSettings,
    load,
)
from pixplore.standing import Standing
from search_api import (
    audit,
    bulk,
    collections,
    docs,
    export,
    facets,
    health,
    images,
    insights,
    me,
    minute_log,
    near_duplicates,
    operations,
    problems,
    products,
    reconciliation,
    review,
    saved_searches,
    shared,
    shares,
    similar,
    suggestions,
    taught,
    taxonomy,
    thresholds,
    verdicts,
)
from search_api.access import Parts
from search_api.edge import Edge, Packed
from search_api.engines import Engines
from search_api.fairness import TURNS, Fair
from search_api.items import Items

if TYPE_CHECKING:
    from pixplore.replica.follower import Follower

_ABOUT = """Find, count and curate the pictures of a catalogue.

Every call but `/healthz`, `/readyz`, `/openapi.json` and `/docs` takes a Cognito access token. Errors are RFC 9457
problems. Filters are the same everywhere; a facet's count is exactly what its query returns.
`attr.<name>` stands for any product attribute: write `attr.brand`, `attr.price.gte`.
"""

# Facets of a large catalogue hash every label of it: on disk with the default 4 MB, and compiled for one use each.
_PLANNER = "-c work_mem=32MB -c jit=off"


@asynccontextmanager
async def _open(app: FastAPI) -> AsyncIterator[None]:
    sys.setswitchinterval(0.001)  # who answers need not wait long for a thread that counts in Python
    identity, storage, queues = load(IdentitySettings), load(StorageSettings), load(QueueSettings)
    engine = open_engine(load(DatabaseSettings).database_url, pool_size=10, planner=_PLANNER)
    places = Places(engine, storage.originals_bucket, queues.queue_url, queues.dlq_url)
    keys = KeySet(identity.jwks_url)
    tokens = Verifier(identity, keys, Standing(partial(people.person_of, pool_id=identity.user_pool_id)))
    serve_by(storage.renditions_bucket, delivery.front(load(DeliverySettings)))
    items = Items(engine, storage.renditions_bucket)
    engines = Engines(engine, _follower(load(IndexSettings), items))
    engines.start()
    TURNS.slow = engines.slow
    with Worker(engine) as worker, minute_log.told(engines, load(TellingSettings).metrics_in_log):
        app.state.parts = Parts(engine, identity, keys, storage, places, worker, engines, items, tokens)
        yield
    engines.close()
    engine.dispose()


def _follower(settings: IndexSettings, items: Items) -> Callable[[], Follower] | None:
    """What makes the keeper of the index, if it is not turned off."""
    prepare(settings.index_dir)
    url = load(DatabaseSettings).database_url

    def made() -> Follower:
        from pixplore.replica.follower import Follower  # numba takes time and memory: only where it is used

        return Follower(url, settings.index_dir, items.renew)

    return made if settings.index else None


def make() -> FastAPI:
    made = FastAPI(title="Pixplore search API", version="1", description=_ABOUT, lifespan=_open, docs_url=None,
                   redoc_url=None, redirect_slashes=False)  # fmt: skip
    for noun in (images, facets, insights, review, collections, reconciliation, products, operations, audit, health):
        made.include_router(noun.router)
    for noun in (saved_searches, shares, shared, bulk, export):
        made.include_router(noun.router)
    for noun in (similar, near_duplicates, taught, suggestions):
        made.include_router(noun.router)
    for noun in (verdicts, thresholds, taxonomy, me):
        made.include_router(noun.router)
    problems.install(made)
    problems.describe(made)
    docs.install(made)
    made.add_middleware(Fair)
    made.add_middleware(Packed)
    made.add_middleware(Edge)
    return made


app = make()
