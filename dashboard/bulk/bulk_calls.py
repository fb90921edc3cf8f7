"""What bulk work asks of the search API: tried first, then started."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from dashboard import client
from dashboard.catalogue.catalogue_state import State

SECONDS = 60
"""A million pictures are looked at before the answer comes."""
_KEPT = 6
"""Answers of trying that a session remembers. A question may name thousands of pictures: only its digest is kept."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Pictures that something is to be done with: those named, or all that a state finds but for `without`."""

    ids: tuple[str, ...]
    state: State | None
    total: int
    place: State = field(default_factory=State)
    """What the page shows, which may say more than the choice."""
    without: tuple[str, ...] = ()

    @property
    def body(self) -> dict[str, Any]:
        """The part of a bulk request that names them."""
        if self.state is None:
            return {"image_ids": list(self.ids)}
        return {"query": filters(self.state)} | ({"except_ids": list(self.without)} if self.without else {})

    @property
    def query(self) -> str:
        """The query string of an export of all of it."""
        return "" if self.state is None else urlencode(self.state.query())

    @property
    def fields(self) -> list[tuple[str, str]] | None:
        """The fields by which an export names them; None where `query` says it all."""
        if self.state is None:
            return [("image_ids", one) for one in self.ids]
        return [("query", self.query), *(("except_ids", one) for one in self.without)] if self.without else None


def chosen(ids: tuple[str, ...], everything: bool, here: State, total: int) -> Chosen:
    """Of `everything` that `here` finds, `total` pictures, the ids are those that are not meant."""
    if everything:
        return Chosen((), State(here.filters), max(0, total - len(ids)), here, ids)
    return Chosen(ids, None, len(ids), here)


def filters(state: State) -> dict[str, list[str]]:
    """{filters} as an object."""
    asked: dict[str, list[str]] = {}
    for name, value in state.query():
        asked.setdefault(name, []).append(value)
    return asked


def tried(what: Chosen, action: str, value: object) -> dict[str, Any]:
    """What would become of them; the same question is asked once. Raises what client.post raises."""
    asked = hashlib.sha256(json.dumps([what.body, action, value], sort_keys=True).encode()).hexdigest()
    kept: dict[str, Any] = st.session_state.setdefault("px_tried", {})
    if asked not in kept:
        body = {**what.body, "action": action, "value": value, "dry_run": True}
        kept[asked] = client.post("/v1/bulk", body, timeout=SECONDS)
        for old in list(kept)[:-_KEPT]:
            del kept[old]
    found: dict[str, Any] = kept[asked]
    return found


def started(what: Chosen, action: str, value: object) -> str:
    """Start it; the job's id. Raises what client.post raises."""
    st.session_state.pop("px_tried", None)
    body = {**what.body, "action": action, "value": value}
    return str(client.post("/v1/bulk", body, timeout=SECONDS)["id"])
