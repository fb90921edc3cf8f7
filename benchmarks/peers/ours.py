"""Pixplore's own index, in this process, asked by the same typed queries as the API asks it."""

import os
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.database import memory
from benchmarks.peers.answers import Answer
from benchmarks.peers.plain import Dictionary, Plain
from benchmarks.queries import FACETS, LIMIT
from pixplore.index.build import build
from pixplore.index.index import open_index
from pixplore.synthesis import chunks, label_names, to_rows
from pixplore.synthesis import made_up as words

_LABEL = {name: code for code, name in enumerate(words.LABELS)}
_CATEGORY = {name: code for code, name in enumerate(words.CATEGORIES)}


class Peer:
    note = "every pair of label and confidence, ancestors and all fields of the catalogue indexed; memory-mapped"
    settings = ("1 thread",)
    inside = True

    def build(self, count: int, seed: int, dictionary: Dictionary) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="bench-index-")
        self._path = Path(self._folder.name) / "index"
        build((to_rows(chunk) for chunk in chunks(count, seed)), label_names(), self._path)
        self._index = open_index(self._path)
        vectors = self._index.sizes()["vectors"]
        self.note = f"{Peer.note}; {vectors / 1e6:,.0f} MB of its size are room for vectors, which no other engine has"
        firsts = np.concatenate([chunk.ids[:, :8].copy().view(">u8").ravel() for chunk in chunks(count, seed)])
        self._order = np.argsort(firsts).astype(np.int32)
        self._sorted = firsts[self._order]

    def use(self, setting: str) -> None:
        pass

    def answer(self, asked: Plain) -> Answer:
        page = self._index.page(asked.query, limit=LIMIT, facets=FACETS, facet_limit=LIMIT)
        wanted = np.array([int.from_bytes(one.bytes[:8], "big") for one in page.ids], np.uint64)
        rows = self._order[np.searchsorted(self._sorted, wanted)].tolist()
        labels = [(_LABEL[name], count) for name, count in page.facets["label"].values]
        categories = [(_CATEGORY[name], count) for name, count in page.facets["category"].values]
        return Answer(rows, page.total, labels, categories)

    def size(self) -> int:
        return sum(file.stat().st_size for file in self._path.rglob("*") if file.is_file())

    def memory(self) -> float:
        return memory([os.getpid()])

    def close(self) -> None:
        del self._index
        self._folder.cleanup()
