"""Images as JSON, written once each and kept until they change.

What differs from request to request is put in at the end: why the image was found, and the signed addresses of its
renditions, which change a few times a week.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from pixplore.aws import storage
from pixplore.catalogue import read
from pixplore.catalogue.matched import products_of, reasons
from pixplore.catalogue.read import Entry
from pixplore.catalogue.snapshot import Engine, snapshot
from pixplore.query import Query
from search_api.answers import as_json

MOST_BYTES = 40_000_000
_ENTRY_BYTES, _LABEL_BYTES = 2_500, 120
"""What an Entry and each of its labels take beside the JSON, about."""
_MOST_RENEWED = 200
_SHOWN = [name for name in Entry.__dataclass_fields__ if name not in ("object_key", "object_version", "has_renditions")]


@dataclass(slots=True)
class Item:
    """`json` lacks its end: the addresses, `matched` and the brace. `signed` says what `addresses` were made with."""

    entry: Entry
    json: bytes
    of_product: tuple[str, ...]
    addresses: bytes = b""
    signed: Any = None


class Items:
    """The most recently used, as many as fit into `most` bytes. Any thread may use it.

    `turn` rises whenever something is forgotten: what was read from the catalogue before that is not kept after it.
    """

    def __init__(self, engine: Engine, bucket: str, most: int = MOST_BYTES) -> None:
        self._engine, self._bucket, self._most = engine, bucket, most
        self._items: OrderedDict[UUID, Item] = OrderedDict()
        self._lock = threading.Lock()
        self.bytes = 0
        self.turn = 0

    def renew(self, image_ids: Sequence[UUID] | None) -> None:
        """These images have changed; None: all may have. A few are read anew at once, so that nobody waits for them.

        Raises Unavailable.
        """
        known = self._forget(image_ids)
        if 0 < len(known) <= _MOST_RENEWED:
            self.read(known)

    def _forget(self, image_ids: Sequence[UUID] | None) -> list[UUID]:
        """Those that were kept."""
        with self._lock:
            self.turn += 1
            if image_ids is None:
                self._items.clear()
                self.bytes = 0
                return []
            known = [image_id for image_id in image_ids if image_id in self._items]
            for image_id in known:
                self.bytes -= _size(self._items.pop(image_id))
            return known

    def kept(self, image_ids: Sequence[UUID]) -> list[Item] | None:
        """All of these, in order; None where one is missing."""
        with self._lock:
            items = self._items
            try:
                found = [items[image_id] for image_id in image_ids]
            except KeyError:
                return None
            for image_id in image_ids:
                items.move_to_end(image_id)
            return found

    def read(self, image_ids: Sequence[UUID], keep: bool = True) -> list[Item]:
        """These images, those that are not kept from the catalogue; those that are gone are left out."""
        with self._lock:
            found = {image_id: item for image_id in image_ids if keep and (item := self._items.get(image_id))}
            turn = self.turn
        if missing := [image_id for image_id in image_ids if image_id not in found]:
            fresh = _from_catalogue(self._engine, missing)
            found |= fresh
            if keep:
                self._keep(fresh, turn)
        return [found[image_id] for image_id in image_ids if image_id in found]

    def written(self, items: Sequence[Item], query: Query, spelling: Mapping[str, list[str]]) -> bytes:
        """A JSON list of them, each with why `query` found it."""
        why = reasons(query, spelling)
        signed = storage.signing()
        parts: list[bytes] = []
        for item in items:
            if item.signed != signed:
                item.addresses, item.signed = self._addresses(item.entry), signed
            told = why(item.entry, item.of_product) if why else None
            parts += (item.json, item.addresses, orjson.dumps(told) if told else b"[]", b"},")
        if parts:
            parts[-1] = b"}"
        return b"".join((b"[", *parts, b"]"))

    def _addresses(self, entry: Entry) -> bytes:
        named = {}
        for name, kind in (("thumbnail_url", "thumb"), ("preview_url", "preview")):
            key = f"{entry.id}/{kind}.webp"
            named[name] = storage.stable_get_url(self._bucket, key) if entry.has_renditions else None
        return b"," + orjson.dumps(named)[1:-1] + b',"matched":'

    def _keep(self, fresh: Mapping[UUID, Item], turn: int) -> None:
        with self._lock:
            if turn != self.turn:
                return
            for image_id, item in fresh.items():
                if image_id not in self._items:
                    self._items[image_id] = item
                    self.bytes += _size(item)
            while self.bytes > self._most:
                self.bytes -= _size(self._items.popitem(last=False)[1])


def _size(item: Item) -> int:
    return len(item.json) + _ENTRY_BYTES + _LABEL_BYTES * len(item.entry.labels)


def _from_catalogue(engine: Engine, image_ids: Sequence[UUID]) -> dict[UUID, Item]:
    with snapshot(engine) as connection:
        entries = read.entries_of(connection, image_ids)
        products = products_of(connection, entries)
    return {
        entry.id: Item(entry, as_json({name: getattr(entry, name) for name in _SHOWN})[:-1],
                       products.get(entry.sku or "", ()))
        for entry in entries
    }  # fmt: skip
