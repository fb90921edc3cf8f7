"""The numbers of the search engines for Prometheus: read when somebody asks, from what answers just then."""

import os
from collections.abc import Iterator
from typing import Any

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from search_api.engines import Engines
from search_api.items import MOST_BYTES, Items

SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""Where several workers leave their counts, so that each can tell the sum."""
BOUND_PER_MILLION = 1_500_000_000
"""Bytes that an index of a million images with 18 labels each takes at most, embeddings included. Of these what is
mapped from disk is shared by all workers and given back when memory is short; docs/benchmarks.md has the measured."""


def told(engines: Engines, items: Items) -> bytes:
    """Prometheus text: counts of all workers, and the state of this one's index."""
    counts: Any = REGISTRY
    if os.environ.get(SHARED):
        counts = CollectorRegistry()
        MultiProcessCollector(counts)  # type: ignore[no-untyped-call]
    state = CollectorRegistry()
    state.register(_State(engines, items))
    return generate_latest(counts) + generate_latest(state)


class _State:
    def __init__(self, engines: Engines, items: Items) -> None:
        self._engines, self._items = engines, items

    def describe(self) -> list[Any]:
        return []

    def collect(self) -> Iterator[Any]:
        follower = self._engines.follower
        view = follower.view() if follower else None
        engine = GaugeMetricFamily("pixplore_engine", "Which engine answers now: 1", labels=["engine"])
        for name in ("index", "sql"):
            engine.add_metric([name], float((name == "index") == (view is not None)))
        yield engine
        yield GaugeMetricFamily("pixplore_item_bytes", "Kept JSON of images", self._items.bytes)
        yield GaugeMetricFamily("pixplore_item_bytes_most", "Its bound", MOST_BYTES)
        yield GaugeMetricFamily(
            "pixplore_index_bound_bytes_per_million", "Stated bound per million images", BOUND_PER_MILLION
        )
        if follower is None:
            return
        yield CounterMetricFamily(
            "pixplore_index_compactions", "Snapshots built by this worker", follower.builder.built
        )
        yield GaugeMetricFamily("pixplore_index_building", "A snapshot is being built", float(follower.builder.running))
        yield GaugeMetricFamily("pixplore_index_build_seconds", "What the snapshot in use took", follower.built_in_s)
        if view is None:
            return
        yield GaugeMetricFamily("pixplore_index_lag_seconds", "Since it was known to be the newest", follower.lag_s)
        yield GaugeMetricFamily("pixplore_index_version", "The version it is complete to", view.moment.complete)
        yield GaugeMetricFamily("pixplore_index_images", "Images in it", len(view.index))
        yield GaugeMetricFamily("pixplore_index_changes", "Of these, in small segments", view.index.changes)
        sizes = GaugeMetricFamily("pixplore_index_bytes", "By part; what is mapped counts in full", labels=["part"])
        for part, size in view.index.sizes().items():
            sizes.add_metric([part], size)
        yield sizes
